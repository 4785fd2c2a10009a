"""The counts of a day, by hand and against a count in Python."""

from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from wide_tables import drawn, leaves_of, wide

from apothecary.knowledge import Monograph
from apothecary.population import measures as m_
from apothecary.population.findings import PHASE_OF, Leaf, need_column, rule_column
from apothecary.population.summary import Left, Lines, lines, sections, summarize
from support import MADE_UP

DAY = date(2026, 6, 30)
OPEN = {rule_column("dose-route"): 2, "need_0": 3}
LEAVES = (
    Leaf(0, "route", ("dose-route",)),
    Leaf(1, "lymphocytes", ("lymphopenia",)),
    Leaf(2, "route", ("lymphopenia",)),
)


def counted(m: Monograph, patients: list[dict[str, Any]], **more: Any) -> dict[tuple[str, ...], tuple[Any, Any]]:
    """Count and denominator by measure, group, item, status or severity."""
    found = summarize(wide(m, LEAVES, patients), LEAVES, m, DAY, **{"below": 0, **more})
    names = ("measure", "group", "item", "status", "severity")
    return {tuple(row[name] for name in names): (row["count"], row["denominator"]) for row in found.to_pylist()}


def test_the_cohort(made_up: Monograph) -> None:
    groups = ["on-therapy"] * 3 + ["about-to-start"] + ["neither"] * 2
    found = counted(made_up, [{"group": group} for group in groups], left=Left(dead=4, not_born=1))
    expected = {"": 11, "on-therapy": 3, "about-to-start": 1, "neither": 2, "dead": 4, "not-born": 1}
    assert {name: (count, 11) for name, count in expected.items()} == {
        key[3]: value for key, value in found.items() if key[0] == "patients"
    }


def test_a_rule_has_three_answers_that_add_up_to_who_was_asked(made_up: Monograph) -> None:
    column = rule_column("lymphopenia")
    patients = [{column: answer} for answer in (0, 1, 1, 2)] + [{"group": "on-therapy", column: 1}]
    found = counted(made_up, patients)
    key = ("rule", "about-to-start", "lymphopenia")
    assert [(1, 4), (2, 4), (1, 4)] == [found[*key, one, "critical"] for one in ("clear", "applies", "unknown")]
    assert (1, 1) == found["rule", "on-therapy", "lymphopenia", "applies", "critical"]


def test_a_rule_of_another_phase_is_not_counted(made_up: Monograph) -> None:
    found = counted(made_up, [{"group": "on-therapy"}])
    assert {"on-therapy"} == {key[1] for key in found if key[2] == "lymphocytes-overdue"}
    assert {"about-to-start", "neither"} == {key[1] for key in found if key[2] == "lymphocytes-missing"}


def test_no_patient_at_all(made_up: Monograph) -> None:
    found = counted(made_up, [])
    assert {(0, 0)} == set(found.values())


@pytest.mark.parametrize(
    ("rules", "critical", "warning", "cannot_tell", "any_"),
    [
        ({}, 0, 0, 0, 0),
        ({"lymphopenia": 1}, 1, 0, 0, 1),
        ({"lymphopenia": 1, "lymphocytes-missing": 1}, 1, 0, 0, 1),  # one decision
        ({"lymphopenia": 2, "lymphocytes-missing": 1}, 0, 1, 1, 1),
        ({"lymphopenia": 1, "hepatitis-b-untested": 1}, 1, 1, 0, 1),
        ({"active-infection": 1, "lymphopenia": 1}, 2, 0, 0, 1),
        ({"active-infection": 2, "lymphopenia": 2}, 0, 0, 1, 1),
        ({"women": 1, "heavy": 2}, 0, 0, 0, 0),  # info has no card of its own
    ],
)
def test_cards(
    made_up: Monograph, rules: dict[str, int], critical: int, warning: int, cannot_tell: int, any_: int
) -> None:
    found = counted(made_up, [{rule_column(id_): answer for id_, answer in rules.items()}])
    cards = [found["cards", "about-to-start", "cards", "", severity][0] for severity in ("critical", "warning")]
    carded = [found["carded", "about-to-start", "patients", "", one][0] for one in ("cannot-tell", "any")]
    assert ([critical, warning], [cannot_tell, any_]) == (cards, carded)


def test_missing_data_counts_a_patient_once_for_a_fact(made_up: Monograph) -> None:
    both = {**OPEN, rule_column("lymphopenia"): 2, "need_2": 3, "need_1": 2}
    found = summarize(wide(made_up, LEAVES, [OPEN, both]), LEAVES, made_up, DAY, below=0).to_pylist()
    assert [
        ("lymphocytes", "missing", 1, ["lymphopenia"]), ("route", "stale", 2, ["dose-route", "lymphopenia"])
    ] == [
        (row["item"], row["status"], row["count"], sorted(row["rules"])) for row in found if row["measure"] == "missing"
    ]  # fmt: skip


def test_a_section_that_is_not_supplied_is_one_line_for_all_its_facts(made_up: Monograph) -> None:
    leaves = (
        Leaf(0, "infection", ("active-infection",), "problem list"), Leaf(1, "asthma", ("heavy",), "problem list"),
    )  # fmt: skip
    infection, heavy = rule_column("active-infection"), rule_column("heavy")
    patients = [
        {infection: 2, "need_0": 1, heavy: 2, "need_1": 1}, {heavy: 2, "need_1": 1}, {infection: 2, "need_0": 7},
    ]  # fmt: skip
    found = summarize(wide(made_up, leaves, patients), leaves, made_up, DAY, below=0).to_pylist()
    assert [
        ("infection", "unconfirmed", 1, ["active-infection"]),
        ("problem list", "not-supplied", 2, ["active-infection", "heavy"]),
    ] == [
        (row["item"], row["status"], row["count"], sorted(row["rules"])) for row in found if row["measure"] == "missing"
    ]


def test_screening_is_complete_where_its_rule_says_so(made_up: Monograph) -> None:
    patients = [{rule_column("hepatitis-b-untested"): answer} for answer in (0, 0, 0, 1, 2)]
    patients += [{rule_column("earlier-antibody"): 1, "group": "neither"}]
    found = counted(made_up, patients, measures=m_.load_measures(MADE_UP, made_up))
    done = {key[1:4]: value for key, value in found.items() if key[0] == "completeness"}
    assert (3, 5) == done["about-to-start", "hepatitis-b", "complete"]
    assert (1, 5) == done["about-to-start", "hepatitis-b", "incomplete"]
    assert (1, 5) == done["about-to-start", "hepatitis-b", "unknown"]
    assert (1, 1) == done["neither", "earlier", "complete"]  # complete when it applies


@pytest.mark.parametrize(
    ("low", "high", "band"),
    [
        (0, 0, "under 18 years"), (215, 215, "under 18 years"), (216, 216, "18 to 64 years"),
        (779, 779, "18 to 64 years"), (780, 780, "65 years and over"), (770, 790, "not known"),
        (None, None, "not known"),
    ],
)  # fmt: skip
def test_ages(made_up: Monograph, low: int | None, high: int | None, band: str) -> None:
    found = counted(made_up, [{"age_months_low": low, "age_months_high": high}])
    assert [band] == [key[3] for key, (count, _) in found.items() if key[:2] == ("age", "about-to-start") and count]


def test_what_was_read() -> None:
    found = lines(Lines(100, {"not JSON": 3}), DAY).to_pylist()
    assert [("read", "", 100, 100), ("not JSON", "rejected", 3, 100)] == [
        (row["item"], row["status"], row["count"], row["denominator"]) for row in found
    ]


def test_sections_by_export() -> None:
    import ibis

    states = {f"state_{name}": [0, 1, 1] for name in ("condition", "medication", "observation")}
    states |= {f"state_{name}": [2, 0, 0] for name in ("allergy", "immunization", "procedure")}
    found = sections(ibis.memtable(pa.table({"export": ["a", "b", "b"], **states})), DAY, below=0).to_pylist()
    told = {(row["export"], row["item"], row["status"]): (row["count"], row["denominator"]) for row in found}
    assert ((1, 1), (2, 2), (1, 1)) == (
        told["a", "condition", "supplied"], told["b", "condition", "not-supplied"], told["a", "allergy", "unreadable"],
    )  # fmt: skip


def test_a_generated_cohort_against_a_count_in_python(made_up: Monograph) -> None:
    import ibis

    leaves = leaves_of(made_up)
    table = drawn(made_up, leaves, 3000, 5, (0.4, 0.3, 0.3))
    rows = table.to_pylist()
    found = summarize(ibis.memtable(table), leaves, made_up, DAY, below=0).to_pylist()
    expected: dict[tuple[str, str, str, str], int] = {}
    for row in rows:
        for rule in made_up.rules:
            if (answer := row[rule_column(rule)]) is not None:
                key = ("rule", row["group"], rule, ("clear", "applies", "unknown")[answer])
                expected[key] = expected.get(key, 0) + 1
        for leaf in leaves:
            if (why := row[need_column(leaf)]) and row[rule_column(leaf.rules[0])] == 2:
                key = ("missing", row["group"], leaf.fact, m_why(why))
                expected[key] = expected.get(key, 0) + 1
        key = ("verdict", row["group"], "", row["verdict"])
        expected[key] = expected.get(key, 0) + 1
    measured = ("rule", "missing", "verdict")
    got = {
        (row["measure"], row["group"], row["item"], row["status"]): row["count"]
        for row in found
        if row["measure"] in measured and row["count"]
    }
    assert expected == got
    assert set(PHASE_OF) == {key[1] for key in got}


def m_why(number: int) -> str:
    return ("not-supplied", "missing", "stale", "unreadable", "conflicting", "coarse-code", "unconfirmed")[number - 1]
