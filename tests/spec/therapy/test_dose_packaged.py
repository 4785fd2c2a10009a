"""The packaged monographs' own dosing: every use with a dose, every use without one."""

import json
from datetime import date
from typing import Any

import pytest

from apothecary.knowledge import PACKAGED, load
from apothecary.record import read_record
from apothecary.review import Reviewer
from apothecary.review.plan import DosePlan
from apothecary.therapy import complete

NUMBERS = ("start_mg", "step_mg", "max_mg_per_day", "volume_mL", "syringes_per_dose", "ladder")


@pytest.fixture(scope="module")
def anakinra() -> Reviewer:
    return Reviewer(load(PACKAGED / "anakinra"))


def plan(reviewer: Reviewer, *conditions: Any, **form: Any) -> DosePlan:
    data = {"age": "4 a", "sex": "female", "conditions": list(conditions), **form}
    found = complete(reviewer, read_record(json.dumps(data).encode()), date(2026, 11, 22)).dose_plan
    assert found is not None
    return found


def test_rheumatoid_arthritis(anakinra: Reviewer) -> None:
    found = plan(anakinra, "rheumatoid arthritis", age="54 a")
    assert ("applies", (100, 100), 24, 100, False, None) == (
        found.status, found.start_mg, found.interval_h, found.benefit_limit_mg_per_day, found.split_allowed,
        found.max_mg_per_day,
    )  # fmt: skip
    assert ((1, 1), (28, 28), (0, 0), True, ()) == (
        found.syringes_per_dose, found.syringes_per_28_days, found.discarded_mg_per_dose, found.measurable, found.ladder
    )  # fmt: skip
    assert found.volume_mL == pytest.approx((0.67, 0.67))


@pytest.mark.parametrize(
    ("born", "status", "start", "said"),
    [
        ({"birth_date": "2008-11-22"}, "applies", (100, 100), None),  # 18 today
        ({"birth_date": "2008-11-23"}, "unknown", None, "no dose for this patient"),
        ({"birth_date": "2008"}, "unknown", None, "is not known"),
        ({"age": "10 a"}, "unknown", None, "no dose for this patient"),
    ],
)
def test_an_adult_dose_is_for_adults(
    anakinra: Reviewer, born: dict[str, str], status: str, start: Any, said: str | None
) -> None:
    found = plan(anakinra, "rheumatoid arthritis", **{"age": None, "weight": "30 kg", **born})
    assert (status, start) == (found.status, found.start_mg)
    assert (said is None) == (not any("from the age of 18 years on" in note for note in found.notes))
    assert said is None or any(said in note for note in found.notes)
    assert (said == "is not known") == bool(found.needs)


@pytest.mark.parametrize(("use", "split"), [("NOMID", True), ("DIRA", False)])
def test_a_child_of_15_kg(anakinra: Reviewer, use: str, split: bool) -> None:
    found = plan(anakinra, use, weight="15 kg")
    assert ("applies", (15, 30), (7.5, 15), 120, 24, split) == (
        found.status, found.start_mg, found.step_mg, found.max_mg_per_day, found.interval_h, found.split_allowed
    )  # fmt: skip
    assert found.volume_mL == pytest.approx((0.1005, 0.201))
    assert [15 + 7.5 * n for n in range(15)] == [step.mg_per_day for step in found.ladder]


@pytest.mark.parametrize(
    ("kg", "start", "top", "count"), [(3.2, (3.2, 6.4), 25.6, 1), (12.5, (12.5, 25), 100, 1), (70, (70, 140), 560, 6)]
)
def test_other_weights(anakinra: Reviewer, kg: float, start: tuple[float, float], top: float, count: int) -> None:
    found = plan(anakinra, "DIRA", weight=f"{kg} kg")
    assert (start, top, count) == (found.start_mg, found.max_mg_per_day, found.ladder[-1].syringes_per_dose)


@pytest.mark.parametrize("use", ["NOMID", "DIRA"])
@pytest.mark.parametrize(
    ("weight", "why"),
    [(None, "not-supplied"), ("15", "unreadable"), ({"value": "15 kg", "date": "2026-08-21"}, "stale")],
)
def test_no_usable_weight_no_dose(anakinra: Reviewer, use: str, weight: Any, why: str) -> None:
    found = plan(anakinra, use, weight=weight)
    assert "unknown" == found.status
    assert [("body weight", why)] == [(need.fact, need.why) for need in found.needs]
    assert [] == [name for name in NUMBERS if getattr(found, name)]


@pytest.mark.parametrize(
    "condition",
    ["hidradenitis suppurativa", "familial Mediterranean fever", "Muckle-Wells syndrome", {"icd10cm": "M04.2"}],
)
def test_a_use_without_a_dose(anakinra: Reviewer, condition: Any) -> None:
    found = plan(anakinra, condition, weight="15 kg")
    assert "unknown" == found.status
    assert found.notes[1].startswith("The monograph gives no dose for ")
    assert [] == [name for name in NUMBERS if getattr(found, name)]


def test_a_code_for_all_of_caps_asks_whether_it_is_nomid(anakinra: Reviewer) -> None:
    found = plan(anakinra, {"icd10cm": "M04.2"}, weight="15 kg")
    assert {"coarse-code"} == {need.why for need in found.needs}


@pytest.mark.parametrize(("clearance", "expected"), [("29.9", ["applies"]), ("30", []), ("30.1", [])])
def test_every_other_day(anakinra: Reviewer, clearance: str, expected: list[str]) -> None:
    labs = {"creatinine clearance": f"{clearance} mL/min"}
    found = plan(anakinra, "rheumatoid arthritis", age="54 a", labs=labs)
    assert expected == [option.status for option in found.options]
    assert [48] * len(expected) == [option.interval_h for option in found.options]


@pytest.mark.parametrize("use", ["rheumatoid arthritis", "NOMID", "DIRA"])
def test_populations_without_a_dose_of_their_own(anakinra: Reviewer, use: str) -> None:
    notes = plan(anakinra, use, weight="15 kg").notes
    assert [True, True] == [any(note.startswith(who) for note in notes) for who in ("Hepatic", "Older patients")]


def test_the_dose_is_the_same_on_therapy(anakinra: Reviewer) -> None:
    medication = {"name": "anakinra", "start": "2026-01-05"}
    on = plan(anakinra, "NOMID", weight="15 kg", medications=[medication])
    assert on.ladder == plan(anakinra, "NOMID", weight="15 kg").ladder


def test_critical_findings_come_first(anakinra: Reviewer) -> None:
    found = plan(anakinra, "NOMID", "pneumonia", weight="15 kg")
    assert (15, 30) == found.start_mg
    assert found.notes[0].startswith("A critical finding applies and comes first: active-infection")
