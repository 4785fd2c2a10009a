"""A monograph that has just been begun: one sentence, no rule. It loads, and a review with it settles nothing."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from apothecary.knowledge import KnowledgeError, Monograph, load
from apothecary.present import FORMATS, render
from apothecary.review import Review, Reviewer
from support import AS_OF, CREATININE, MIGRAINE, WEIGHT, condition, dose, order, patient, result, whole

ROWS = "value_set\tsystem\tcode\tdisplay\tmatch\tbreadth\ndrug-quellamine\t\tquellamine\tquellamine\tname\t\n"
RECORDS = {
    "empty": whole(leave_out=("Condition", "MedicationRequest", "Observation", "AllergyIntolerance")),
    "taken": whole(order("quellamine"), dose("quellamine", "2026-06-01"), condition(MIGRAINE)),
    "child": whole(result(WEIGHT, 20, "kg"), result(CREATININE, 0.4, "mg/dL"), who=patient("2020-01-01")),
}
DURATION = {"meaning": "x", "value": 24, "unit": "mo", "kind": "assumed", "statements": ["header.1"], "reason": "x"}
AGE = {**DURATION, "value": 18, "unit": "a"}
MEASURE = {"name": "x", "how": "x", "value_set": "drug-quellamine", "unit": "kg", "expires": "edition-expires"}


def begun(folder: Path, m: Monograph, **more: Any) -> Path:
    """A monograph folder with an identity, a source and one sentence; `more` replaces what a file holds."""
    sentence = next(one for one in m.statements.values() if one.background and not one.references)
    edition = {"title": "Quellamine", "publisher": "Nobody", "revised": "2026-02-01", "source": "monograph"}
    drug = {
        "id": "quellamine", "name": "quellamine", "brands": [], "drug_class": "made up", "value_set": "drug-quellamine",
        "edition": edition, "statements": [],
    }  # fmt: skip
    files: dict[str, Any] = {
        "monograph.yaml": {"drug": drug, "topics": [], "indications": []},
        "sources.yaml": {
            "sources": [{"id": "monograph", "kind": "monograph", "citation": "Quellamine.", "cited": False}]
        },
        "statements.yaml": {"statements": [{**msgspec.to_builtins(sentence), "id": "header.1"}]},
        "values.yaml": {"values": {}},
        "policy.yaml": {"values": {"edition-expires": DURATION, **more.pop("policy", {})}},
        "observations.yaml": {"observations": more.pop("observations", {})},
        "value_sets/sets.yaml": {
            "value_sets": {"drug-quellamine": {"name": "quellamine", "about": more.pop("about", ["medication"])}}
        },
        "interpretations.yaml": {"interpretations": []},
        "products.yaml": {"products": []},
        "adverse_effects.yaml": {"adverse_effects": []},
        "advice/en.yaml": {"advice": []},
    }
    files["monograph.yaml"] |= more.pop("main", {})
    files |= more.pop("rules", {})
    assert not more
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    (folder / "value_sets" / "codes.tsv").write_text(ROWS, encoding="utf-8")
    return folder


def rule(when: Any, **more: Any) -> dict[str, Any]:
    """The file of the only rule."""
    written = {
        "id": "asked", "topic": "uses", "phases": ["considering"], "severity": "critical", "when": when,
        "title": "x", "action": "x", "statements": [], "places": [{"source": "monograph", "locator": "x"}], **more,
    }  # fmt: skip
    return {"rules": {"rules/uses/asked.yaml": written}, "main": {"topics": ["uses"]}}


def lacks(folder: Path, m: Monograph, **more: Any) -> set[str]:
    """The values that the loader misses in policy.yaml; with none missing, every record can be reviewed."""
    try:
        reviewer = Reviewer(load(begun(folder, m, **more)))
    except KnowledgeError as error:
        missing = [said.split("there is no value '")[1].split("'")[0] for said in error.mistakes if "add it" in said]
        if len(missing) != len(error.mistakes):  # another mistake: the test itself is wrong
            raise
        return set(missing)
    for record in RECORDS.values():
        reviewer.review(record, AS_OF, "considering")
    return set()


@pytest.fixture(scope="module")
def first_day(tmp_path_factory: pytest.TempPathFactory, made_up: Monograph) -> Reviewer:
    return Reviewer(load(begun(tmp_path_factory.mktemp("quellamine"), made_up)))


@pytest.mark.parametrize("phase", [None, "considering", "on-therapy"])
@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_a_review_settles_nothing(first_day: Reviewer, record: Any, phase: Any) -> None:
    """No question was asked, so the verdict is cannot-tell, in every phase, whatever the record."""
    found: Review = first_day.review(record, AS_OF, phase)
    assert ("cannot-tell", (), ()) == (found.verdict, found.findings, found.indications)


def test_the_phase_is_read_all_the_same(first_day: Reviewer) -> None:
    """Rows of the drug are looked for by its value set, before there is a rule."""
    assert "on-therapy" == first_day.review(RECORDS["taken"], AS_OF).phase
    assert "considering" == first_day.review(whole(dose("quellamine", "2026-06-01")), AS_OF).phase


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS)
def test_every_format_can_show_it(first_day: Reviewer, record: Any, format: Any) -> None:
    shown = render(first_day.review(record, AS_OF), first_day.monograph, format)
    assert ("cannot-tell" if format == "json" else "CANNOT TELL") in shown


def test_numbers_that_nobody_asked_for(first_day: Reviewer) -> None:
    """Weight and clearance are not part of the monograph, and it says so."""
    shown = first_day.review(RECORDS["child"], AS_OF).patient
    why = "not part of this monograph"
    assert (None, why, None, why) == (
        shown.weight.value, shown.weight.why, shown.creatinine_clearance.value, shown.creatinine_clearance.why
    )  # fmt: skip


# --- what the engine asks for once there is more ---------------------------------------------------------------------


def test_only_the_limit_of_the_edition_is_needed(tmp_path: Path, made_up: Monograph) -> None:
    assert set() == lacks(tmp_path, made_up)
    text = (tmp_path / "policy.yaml").read_text(encoding="utf-8")
    (tmp_path / "policy.yaml").write_text(text.replace("edition-expires", "other"), encoding="utf-8")
    with pytest.raises(KnowledgeError, match="there is no value 'edition-expires'"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("when", "needed"),
    [
        ({"takes": "drug-quellamine"}, {"dose-given-counts"}),
        ({"all": [{"phase": "considering"}, {"not": {"takes": "drug-quellamine"}}]}, {"dose-given-counts"}),
        ({"takes": {"set": "drug-quellamine", "within": "edition-expires"}}, set()),
        ({"takes": {"set": "drug-quellamine", "standing": "ever"}}, set()),
        ({"allergy": "drug-quellamine"}, set()),
        ({"sex": "female"}, set()),
    ],
    ids=["taken now", "inside others", "with a window of its own", "ever", "allergy", "sex"],
)
def test_a_rule_that_asks_what_is_taken(tmp_path: Path, made_up: Monograph, when: Any, needed: set[str]) -> None:
    """How long a dose given counts is needed where a condition asks what is taken now and says no window itself."""
    assert needed == lacks(tmp_path, made_up, about=["medication", "allergy"], **rule(when))
    assert set() == lacks(
        tmp_path, made_up, about=["medication", "allergy"], policy={"dose-given-counts": DURATION}, **rule(when)
    )


def test_an_exception_that_asks_what_is_taken(tmp_path: Path, made_up: Monograph) -> None:
    asking = [{"label": "x", "when": {"takes": "drug-quellamine"}, "action": "x"}]
    assert {"dose-given-counts"} == lacks(tmp_path, made_up, **rule({"sex": "female"}, exceptions=asking))


def test_a_use_that_asks_what_is_taken(tmp_path: Path, made_up: Monograph) -> None:
    m = load(begun(tmp_path / "first", made_up))
    statements = [{**msgspec.to_builtins(m.statements["header.1"]), "background": None, "encoded_by": ["indication:x"]}]
    use = {"id": "x", "name": "x", "labeled": True, "when": {"takes": "drug-quellamine"}, "statements": ["header.1"]}
    more = {"rules": {"statements.yaml": {"statements": statements}}, "main": {"indications": [use]}}
    assert {"dose-given-counts"} == lacks(tmp_path / "second", made_up, **more)


def test_an_observation_that_expires_sooner_in_children(tmp_path: Path, made_up: Monograph) -> None:
    """From which age somebody is an adult is needed where an observation asks for it, and only then."""
    assert set() == lacks(tmp_path, made_up, about=["observation"], observations={"weight": MEASURE})
    sooner = {"weight": {**MEASURE, "expires_child": "edition-expires"}}
    assert {"adult-age"} == lacks(tmp_path, made_up, about=["observation"], observations=sooner)
    assert set() == lacks(tmp_path, made_up, about=["observation"], observations=sooner, policy={"adult-age": AGE})


def test_an_estimate_of_clearance(tmp_path: Path, made_up: Monograph) -> None:
    """Adults and children are estimated in two ways, so both ages are needed; a measured clearance needs neither."""
    parts = dict.fromkeys(("weight", "height", "creatinine"), MEASURE) | {"age": {**MEASURE, "formula": "age"}}
    measured = {**parts, "creatinine-clearance": {**MEASURE, "unit": "mL/min"}}
    assert set() == lacks(tmp_path, made_up, about=["observation"], observations=measured)
    estimated = {**parts, "creatinine-clearance": {**MEASURE, "unit": "mL/min", "formula": "creatinine-clearance"}}
    needed = {"adult-age", "schwartz-lowest-age"}
    assert needed == lacks(tmp_path, made_up, about=["observation"], observations=estimated)
    assert set() == lacks(
        tmp_path, made_up, about=["observation"], observations=estimated, policy=dict.fromkeys(needed, AGE)
    )
