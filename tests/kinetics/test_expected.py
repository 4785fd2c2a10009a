"""The exposure to expect beside a dose plan: which model, which regimens, and unknown where something lacks."""

import math
from datetime import date
from typing import Any

import msgspec
import pytest

from apothecary.knowledge import PACKAGED, load
from apothecary.present import render
from apothecary.record import read_record
from apothecary.review import Review, Reviewer
from apothecary.review.exposure import Exposure
from apothecary.therapy.complete import complete

DAY = date(2026, 11, 22)
ADULT: dict[str, Any] = {
    "birth_date": "1968-03-02",
    "sex": "female",
    "weight": {"value": "70 kg", "date": "2026-11-01"},
    "conditions": [{"name": "Rheumatoid arthritis", "icd10cm": "M05.79"}],
    "medications": [{"name": "anakinra", "start": "2026-07-31", "dose": "100 mg subcutaneously once daily"}],
    "procedures": "none",
    "labs": {"creatinine clearance": {"value": "100 mL/min", "date": "2026-11-10"}},
}
CHILD: dict[str, Any] = {
    "birth_date": "2018-03-02",
    "sex": "female",
    "weight": {"value": "20 kg", "date": "2026-11-01"},
    "conditions": [{"name": "NOMID", "snomed": "239826003"}],
    "medications": "none",
}


@pytest.fixture(scope="module")
def packaged() -> Reviewer:
    return Reviewer(load(PACKAGED / "anakinra"))


def reviewed(packaged: Reviewer, record: dict[str, Any], indication: str | None = None) -> Review:
    return complete(packaged, read_record(msgspec.json.encode(record)), DAY, None, indication)


def found(packaged: Reviewer, record: dict[str, Any], indication: str | None = None) -> Exposure:
    exposure = reviewed(packaged, record, indication).exposure
    assert exposure is not None
    return exposure


def test_an_adult_gets_the_model_by_renal_function(packaged: Reviewer) -> None:
    exposure = found(packaged, ADULT)
    assert exposure.model == "adults-renal"
    (one,) = exposure.regimens
    assert ("as ordered", 100.0, 24.0) == (one.what, one.dose_mg, one.interval_h)


def test_the_average_is_the_dose_over_clearance_and_interval(packaged: Reviewer) -> None:
    (one,) = found(packaged, ADULT).regimens
    clearance = 44.668 * 10 ** (0.0062 * 93.62) * 60 / 1000
    assert one.average_mg_L == pytest.approx(100 / (clearance * 24), rel=1e-9)


def test_ninety_percent_of_patients_lie_around_the_average(packaged: Reviewer) -> None:
    (one,) = found(packaged, ADULT).regimens
    assert one.average_90_mg_L is not None
    low, high = one.average_90_mg_L
    assert math.sqrt(low * high) == pytest.approx(one.average_mg_L)
    assert math.log(high / low) == pytest.approx(2 * 1.6448536 * 0.2151, rel=1e-6)


def test_a_child_gets_the_model_of_children(packaged: Reviewer) -> None:
    exposure = found(packaged, CHILD, "nomid")
    assert exposure.model == "children-autoinflammatory"
    assert [("lowest start", 20.0), ("highest start", 40.0), ("maximum", 160.0)] == [
        (one.what, one.dose_mg) for one in exposure.regimens
    ]


def test_the_childs_average_is_worked_out_by_hand(packaged: Reviewer) -> None:
    clearance = 6.24 * (20 / 70) ** 0.47
    low = found(packaged, CHILD, "nomid").regimens[0]
    assert low.average_mg_L == pytest.approx(20 / (clearance * 24))


def test_which_regimens_reach_the_target_is_said(packaged: Reviewer) -> None:
    exposure = found(packaged, CHILD, "nomid")
    assert exposure.target is not None
    assert exposure.target.value == 0.4
    assert [one.average_mg_L >= 0.4 for one in exposure.regimens] == [one.reaches_target for one in exposure.regimens]


def test_an_adult_without_a_clearance_is_unknown(packaged: Reviewer) -> None:
    exposure = found(packaged, {**ADULT, "labs": {}})
    assert exposure.status == "unknown"
    assert exposure.regimens == ()
    assert "creatinine" in " ".join(need.fact + need.how for need in exposure.needs).lower()


def test_without_a_weight_it_is_unknown(packaged: Reviewer) -> None:
    record = {key: value for key, value in ADULT.items() if key != "weight"}
    exposure = found(packaged, record)
    assert exposure.status == "unknown"
    assert any("weight" in need.fact for need in exposure.needs)


def test_without_an_age_it_is_unknown(packaged: Reviewer) -> None:
    record = {key: value for key, value in ADULT.items() if key != "birth_date"}
    exposure = found(packaged, record)
    assert exposure.status == "unknown"
    assert any(need.fact == "age" for need in exposure.needs)


def test_a_small_baby_is_outside_every_model(packaged: Reviewer) -> None:
    record = {**CHILD, "birth_date": "2026-06-01", "weight": {"value": "6 kg", "date": "2026-11-01"}}
    exposure = found(packaged, record, "nomid")
    assert exposure.status == "unknown"
    assert "8 months to 21 years" in exposure.why
    assert "adults" in exposure.why


def test_renal_impairment_is_not_laid_on_the_childrens_model(packaged: Reviewer) -> None:
    record = {**CHILD, "labs": {"creatinine clearance": {"value": "20 mL/min", "date": "2026-11-10"}}}
    exposure = found(packaged, record, "nomid")
    assert exposure.status == "unknown"
    assert "30 mL/min" in exposure.why


def test_a_clearance_that_is_conflicting_leaves_it_unknown(packaged: Reviewer) -> None:
    labs = {
        "creatinine clearance": {"value": "60 mL/min", "date": "2026-11-10"},
        "creatinine": {"value": "300 umol/L", "date": "2026-11-10"},
    }
    exposure = found(packaged, {**ADULT, "labs": labs})
    assert exposure.status == "unknown"
    assert [("creatinine clearance", "conflicting")] == [(need.fact, need.why) for need in exposure.needs]


def test_a_lower_clearance_means_a_higher_exposure(packaged: Reviewer) -> None:
    low = {**ADULT, "labs": {"creatinine clearance": {"value": "20 mL/min", "date": "2026-11-10"}}}
    assert found(packaged, low).regimens[0].average_mg_L > 2.5 * found(packaged, ADULT).regimens[0].average_mg_L


def test_every_other_day_is_shown_beside_daily(packaged: Reviewer) -> None:
    low = {**ADULT, "labs": {"creatinine clearance": {"value": "20 mL/min", "date": "2026-11-10"}}}
    daily, other = found(packaged, low).regimens
    assert ("option", 48.0, "renal-severe") == (other.what, other.interval_h, other.rule)
    assert other.average_mg_L == pytest.approx(daily.average_mg_L / 2)


def test_dialysis_uses_the_clearance_of_the_dialysis_group(packaged: Reviewer) -> None:
    procedures = [{"name": "Hemodialysis", "snomed": "302497006", "date": "2026-11-15"}]
    exposure = found(packaged, {**ADULT, "labs": {}, "procedures": procedures})
    assert exposure.model == "adults-renal"
    assert exposure.regimens[0].average_mg_L == pytest.approx(100 / (42.7 * 0.06 * 24))


def test_above_100_kg_it_warns(packaged: Reviewer) -> None:
    exposure = found(packaged, {**ADULT, "weight": {"value": "120 kg", "date": "2026-11-01"}})
    assert any("third lower" in warning for warning in exposure.warnings)


def test_what_we_assumed_is_named(packaged: Reviewer) -> None:
    assumed = " ".join(found(packaged, ADULT).assumed)
    assert "absorption rate" in assumed
    assert "volume" in assumed


@pytest.mark.parametrize("shown", ["text", "markdown", "html"])
@pytest.mark.parametrize("record", [ADULT, {**ADULT, "labs": {}}], ids=["known", "unknown"])
def test_every_format_shows_it(packaged: Reviewer, record: dict[str, Any], shown: Any) -> None:
    text = render(reviewed(packaged, record), packaged.monograph, shown)
    assert "expected exposure" in text.lower()
    assert ("0.4 mg/L" in text) == ("labs" in record and bool(record["labs"]))


def test_the_json_has_the_whole_block(packaged: Reviewer) -> None:
    review = reviewed(packaged, ADULT)
    block = msgspec.json.decode(render(review, packaged.monograph, "json"))["exposure"]
    assert block["status"] == "applies"
    assert set(block) >= {"model", "population", "regimens", "target", "warnings", "needs", "references"}
    assert block["regimens"][0]["average_mg_L"] == review.exposure.regimens[0].average_mg_L  # type: ignore[union-attr]
