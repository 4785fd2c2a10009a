"""The exposure to expect, over generated patients: known and finite, or unknown with a reason; never a crash."""

import math
from datetime import date, timedelta
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from apothecary.knowledge import PACKAGED, load
from apothecary.record import read_record
from apothecary.review import Reviewer
from apothecary.review.exposure import Exposure
from apothecary.therapy.complete import complete

AS_OF = date(2026, 11, 22)
REVIEWER = Reviewer(load(PACKAGED / "anakinra"))
USES = ("rheumatoid-arthritis", "nomid", "dira", None)
MOSTLY = st.sampled_from((True, True, True, False))
DOSES = (
    "100 mg subcutaneously once daily",
    "15 mg subcutaneously twice daily",
    "2 mg/kg once a week",
    "as needed",
    None,
)


def lab(number: float, unit: str, days: int) -> dict[str, str]:
    return {"value": f"{number:.6g} {unit}", "date": (AS_OF - timedelta(days=days)).isoformat()}


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    days = draw(st.sampled_from((0, 10, 500)))
    record: dict[str, Any] = {"sex": draw(st.sampled_from(("female", "male"))), "procedures": "none"}
    born = draw(st.one_of(st.none(), st.integers(0, 36000), st.integers(250, 8000), st.integers(6600, 30000)))
    if born is not None:
        record["birth_date"] = (AS_OF - timedelta(days=born)).isoformat()
    if draw(MOSTLY):
        record["weight"] = lab(draw(st.floats(0.3, 400)), "kg", days)
    labs = {}
    if draw(MOSTLY):
        labs["creatinine clearance"] = lab(draw(st.just(0.0) | st.floats(0, 350)), "mL/min", days)
    if draw(st.booleans()):
        labs["creatinine"] = lab(draw(st.floats(10, 2000)), "umol/L", days)
    record["labs"] = labs
    dose = draw(st.sampled_from(DOSES))
    if dose is not None:
        record["medications"] = [{"name": "anakinra", "start": "2026-10-01", "dose": dose}]
    if draw(st.integers(0, 9)) == 0:
        record["procedures"] = [{"name": "Hemodialysis", "snomed": "302497006", "date": "2026-11-15"}]
    return record


def exposure_of(record: dict[str, Any], use: str | None) -> Exposure:
    found = complete(REVIEWER, read_record(msgspec.json.encode(record)), AS_OF, None, use).exposure
    assert found is not None
    return found


@given(records(), st.sampled_from(USES))
@settings(max_examples=300, deadline=None)
def test_it_is_finite_and_positive_or_unknown_with_a_reason(record: dict[str, Any], use: str | None) -> None:
    found = exposure_of(record, use)
    assert ("unknown" if not found.regimens else "applies") == found.status
    assert found.why
    for one in found.regimens:
        numbers = (one.average_mg_L, one.maximum_mg_L, one.auc_mg_h_L, one.accumulation, *(one.average_90_mg_L or ()))
        assert all(math.isfinite(number) and number > 0 for number in numbers)
        assert one.trough_mg_L <= one.average_mg_L <= one.maximum_mg_L
        assert 0 <= one.time_of_maximum_h <= one.interval_h


@given(records(), st.sampled_from(USES))
@settings(max_examples=100, deadline=None)
def test_no_model_is_used_outside_its_ages(record: dict[str, Any], use: str | None) -> None:
    found = exposure_of(record, use)
    if found.status == "applies":
        years = (AS_OF - date.fromisoformat(record["birth_date"])).days / 365.25
        low, high = {"adults-renal": (17.99, 200.0), "children-autoinflammatory": (0.65, 22.01)}[str(found.model)]
        assert low < years < high


@given(records(), st.sampled_from(USES), st.sampled_from(("weight", "birth_date", "labs")))
@settings(max_examples=100, deadline=None)
def test_a_missing_fact_never_makes_it_known(record: dict[str, Any], use: str | None, left_out: str) -> None:
    whole = exposure_of(record, use)
    less = exposure_of({name: value for name, value in record.items() if name != left_out}, use)
    if whole.status == "unknown" and less.status == "applies":
        # without laboratory results, what spoke against the model of children is gone, and named as not known; so is
        # a conflict of them, which the model of a dialysis patient does not need
        assert left_out == "labs"
        assert less.warnings or record["procedures"] != "none"


def test_the_generator_reaches_both_models_and_unknown() -> None:
    seen: set[str | None] = set()

    @given(records(), st.sampled_from(USES))
    @settings(max_examples=400, deadline=None, database=None, derandomize=True)
    def collect(record: dict[str, Any], use: str | None) -> None:
        seen.add(exposure_of(record, use).model if exposure_of(record, use).status == "applies" else None)

    collect()
    assert seen == {"adults-renal", "children-autoinflammatory", None}
