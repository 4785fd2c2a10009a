"""The readable page of a monograph: nothing of the knowledge is reachable only through a patient."""

import json
import re
from typing import Any

import pytest
from click.testing import CliRunner

from apothecary.cli.common import Failure
from apothecary.cli.show import command
from apothecary.knowledge import PACKAGED, Monograph, load, packaged
from apothecary.present import FORMATS
from apothecary.present.show import ids, render, shown
from support import MADE_UP, made_up

KNOWN = [made_up(), *(load(PACKAGED / name) for name in packaged())]
PARTS = ("rules", "values", "indications", "products", "adverse_effects", "advice", "interpretations", "dosing",
         "monitoring", "models", "sources", "observations", "value_sets")  # fmt: skip


def rows(m: Monograph, section: str | None = None) -> list[Any]:
    return [row for one in shown(m, section).sections for table in one.tables for row in table.rows]


def named(m: Monograph) -> set[str]:
    tables = [table for one in shown(m).sections for table in one.tables]
    return {table.id for table in tables} | {row.id for table in tables for row in table.rows}


@pytest.mark.parametrize("m", KNOWN, ids=lambda m: m.drug.id)
@pytest.mark.parametrize("part", PARTS)
def test_everything_has_a_row(m: Monograph, part: str) -> None:
    assert set() == set(getattr(m, part)) - named(m)


@pytest.mark.parametrize("m", KNOWN, ids=lambda m: m.drug.id)
def test_every_statement_that_nothing_encodes_has_a_row(m: Monograph) -> None:
    assert set() == {one.id for one in m.statements.values() if not one.encoded_by} - named(m)


@pytest.mark.parametrize("m", KNOWN, ids=lambda m: m.drug.id)
@pytest.mark.parametrize("format", FORMATS)
def test_every_id_stands_on_the_page_in_every_format(m: Monograph, format: Any) -> None:
    page = re.sub(r"\s+", "", render(m, format, width=100).replace("\\", ""))
    wanted = {id_ for part in PARTS for id_ in getattr(m, part)}
    assert [] == sorted(id_ for id_ in wanted if id_ not in page)


@pytest.mark.parametrize("m", KNOWN, ids=lambda m: m.drug.id)
def test_every_action_and_every_line_of_advice_is_shown(m: Monograph) -> None:
    texts = " ".join(text for row in rows(m) for text in row.cells)
    wanted = [rule.action for rule in m.rules.values()] + [line.text for line in m.advice.values()]
    wanted += [line.text for lines in m.translations.values() for line in lines.values()]
    wanted += [e.action for rule in m.rules.values() for e in rule.exceptions]
    assert [] == [text for text in wanted if " ".join(text.split()) not in texts]


@pytest.mark.parametrize("m", KNOWN, ids=lambda m: m.drug.id)
def test_every_citation_is_resolved(m: Monograph) -> None:
    for section in ids(m):
        found = shown(m, section)
        cited = {number for row in rows(m, section) for number in row.references}
        assert section == "references" or cited == {source.id for source in found.sources}


@pytest.mark.parametrize("m", KNOWN, ids=lambda m: m.drug.id)
def test_a_section_is_a_part_of_the_whole_page(m: Monograph) -> None:
    whole = shown(m).sections
    assert list(whole) == [one for section in ids(m) for one in shown(m, section).sections]


def test_a_rule_says_when_it_applies() -> None:
    found = {row.id: row.cells for row in rows(made_up(), "cautions")}
    assert "latest" in found["hepatitis-b"][2] or "is positive" in found["hepatitis-b"][2]
    assert "body weight above 120 kg" in found["heavy"][2]


def test_effects_say_from_which_frequency_they_are_common() -> None:
    table = shown(made_up(), "adverse-effects").sections[0].tables[0]
    assert "Prevention of migraine (Frequency from which an adverse effect is called common: 5 %)" == table.caption


def test_interactions_are_the_rules_on_that_section() -> None:
    found = {row.id for row in rows(made_up(), "interactions")}
    assert {"other-antibody", "triptan", "live-vaccine"} <= found
    assert found.isdisjoint(row.id for row in rows(made_up(), "cautions"))


def test_json_has_a_field_a_column() -> None:
    data = json.loads(render(made_up(), "json", "uses"))
    assert {"id", "use", "label", "documented_by", "reading", "references"} == {
        key for table in data["sections"][0]["tables"] for row in table["rows"] for key in row
    }


def test_html_links_each_citation_to_its_reference() -> None:
    page = render(made_up(), "html")
    assert set(re.findall(r'href="#(source-[^"]+)"', page)) <= set(re.findall(r'id="(source-[^"]+)"', page))


def test_a_row_of_markdown_has_as_many_cells_as_its_head() -> None:
    for table in re.findall(r"(?m)(?:^\|.*\n)+", render(made_up(), "markdown")):
        assert 1 == len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()})


def test_no_row_of_text_is_too_wide() -> None:
    assert max(map(len, render(made_up(), "text", width=60).splitlines())) <= 60


def test_an_unknown_section() -> None:
    with pytest.raises(KeyError):
        shown(made_up(), "nowhere")


def test_an_unknown_format() -> None:
    with pytest.raises(ValueError, match="no format 'pdf'"):
        render(made_up(), "pdf")  # type: ignore[arg-type]  # that is the point


def called(*args: str) -> Any:
    return CliRunner().invoke(command, ["--knowledge", str(MADE_UP), *args], standalone_mode=False)


def test_the_command_prints_one_section() -> None:
    found = called("zorvimab", "storage", "--format", "markdown")
    assert render(made_up(), "markdown", "storage") == found.output


@pytest.mark.parametrize(
    ("expected", "args"),
    [
        ("There is no section 'nope'. Sections: about, uses, ", ("zorvimab", "nope")),
        ("holds the monograph of zorvimab, not of x", ("x",)),
    ],
)
def test_what_is_not_there_is_wrong_usage(expected: str, args: tuple[str, ...]) -> None:
    found = called(*args).exception
    assert isinstance(found, Failure)
    assert 2 == found.exit_code
    assert expected in found.message
