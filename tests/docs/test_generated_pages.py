"""Generated pages are up to date, the same every time, and hold what they are made from."""

import re
from pathlib import Path

import blocks as b
import pytest

from apothecary.knowledge import PACKAGED, Monograph, load, packaged
from apothecary.knowledge.jsonschema import texts
from docs import hazards_page, make

NAMES = ["INTERPRETATIONS.md", "SAFETY.md", "docs/coverage.md", "docs/rules.md", "docs/values.md"]
NAMES += ["docs/kinetics-validation.md"]
NAMES += [f"docs/schema/{name}" for name in texts()]


@pytest.fixture(scope="module")
def made() -> dict[Path, str]:
    return make.pages()


@pytest.fixture(scope="module")
def known() -> list[Monograph]:
    return [load(PACKAGED / name) for name in packaged()]


def ids(page: Path) -> set[str]:
    return set(re.findall(r"^### ([\w-]+)$", page.read_text(encoding="utf-8"), re.M))


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_up_to_date(made: dict[Path, str], name: str) -> None:
    """When this fails, run `python -m docs.make`."""
    assert made[b.ROOT / name] == (b.ROOT / name).read_text(encoding="utf-8")


def test_every_generated_page_is_checked(made: dict[Path, str]) -> None:
    assert {b.ROOT / name for name in NAMES} == set(made)


def test_they_are_the_same_every_time(made: dict[Path, str]) -> None:
    assert made == make.pages()


def test_a_stale_page_is_told_apart(made: dict[Path, str]) -> None:
    safety = b.ROOT / "SAFETY.md"
    assert made[safety] != made[safety].replace("**Cause:**", "**Reason:**", 1)
    assert made[safety] == hazards_page.filled(made[safety].replace("**Cause:**", "**Reason:**", 1), make._plain)


def test_every_rule_has_an_entry(known: list[Monograph]) -> None:
    assert {rule for m in known for rule in m.rules} == ids(b.ROOT / "docs" / "rules.md")


def test_every_reading_has_an_entry(known: list[Monograph]) -> None:
    assert {id_ for m in known for id_ in m.interpretations} == ids(b.ROOT / "INTERPRETATIONS.md")


def test_every_value_has_a_row(known: list[Monograph]) -> None:
    page = (b.ROOT / "docs" / "values.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w-]+)` \|", page, re.M)
    assert sorted(name for m in known for name in m.values) == sorted(rows)


def test_the_policy_is_what_is_assumed_or_fixed(known: list[Monograph], made: dict[Path, str]) -> None:
    """Numbers fixed by another source may stand beside the stated ones, and the page then says so."""
    page = made[b.ROOT / "docs" / "values.md"]
    for m in known:
        kinds = {kind: {n for n, value in m.values.items() if value.kind == kind} for kind in ("assumed", "fixed")}
        assert kinds["assumed"] <= m.policy <= kinds["assumed"] | kinds["fixed"]
        marked = set(re.findall(r"^\| `([\w-]+)` \|.*in `values\.yaml` \|", page, re.M))
        assert kinds["fixed"] - m.policy == marked & m.values.keys()


def test_dosing_and_products_count_as_users_of_a_value(known: list[Monograph]) -> None:
    users = [make._users(m) for m in known]
    used = {user for one in users for names in one.values() for user in names}
    assert {f"dosing/{id_}" for m in known for id_ in m.dosing} <= used
    assert {p.id for m in known for p in m.products.values() if p.measurable} <= used


def test_every_reading_is_used(made: dict[Path, str], known: list[Monograph]) -> None:
    """A reading that no rule, use or value rests on is a reading nobody applies."""
    entries = made[b.ROOT / "INTERPRETATIONS.md"].split("### ")[1:]
    assert [] == [e.split("\n")[0] for e in entries if not re.search(r"\*\*(Rules|Uses|Values):\*\*", e)]
    assert sum(len(m.interpretations) for m in known) == len(entries)


def test_no_condition_is_shown_as_python(made: dict[Path, str]) -> None:
    assert [] == re.findall(r"HasCondition|Truth\.", made[b.ROOT / "docs" / "rules.md"])
