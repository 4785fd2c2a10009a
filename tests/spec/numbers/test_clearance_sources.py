"""A clearance may come from several sources; when they disagree about a threshold, the question is open."""

from typing import Any

import pytest

from support import CLEARANCE, CREATININE, EGFR, WEIGHT, answer, finding, patient, result, whole

IMPAIRED = {"compare": {"quantity": "creatinine-clearance", "below": "crcl-severe"}}  # 30 mL/min
DISAGREE = {"sources-disagree": {"quantity": "creatinine-clearance", "at": "crcl-severe"}}
MAN = patient("1958-01-01", "male")  # 68 years, 72 kg: his estimate is 72 / creatinine
INDEXED = "mL/min/{1.73_m2}"


def rows(reported: float | None, estimate: float | None, egfr: float | None) -> list[dict[str, Any]]:
    found = []
    if reported is not None:
        found.append(result(CLEARANCE, reported, "mL/min"))
    if estimate is not None:
        found += [result(WEIGHT, 72, "kg"), result(CREATININE, 72 / estimate, "mg/dL")]
    if egfr is not None:
        found.append(result(EGFR, egfr, INDEXED))
    return found


@pytest.mark.parametrize(
    ("reported", "estimate", "egfr", "impaired", "disagree"),
    [
        (20, None, None, "applies", "clear"),
        (40, None, None, "clear", "clear"),
        (None, 20, None, "applies", "clear"),
        (None, 40, None, "clear", "clear"),
        (20, 25, None, "applies", "clear"),
        (40, 45, None, "clear", "clear"),
        (20, 40, None, "unknown", "applies"),
        (40, 20, None, "unknown", "applies"),
        (None, None, 20, "unknown", "clear"),
        (None, None, 40, "unknown", "clear"),
        (40, None, 20, "unknown", "applies"),
        (None, 20, 40, "unknown", "applies"),
        (None, 20, 25, "applies", "clear"),
        (40, 45, 50, "clear", "clear"),
        (40, 45, 20, "unknown", "applies"),
        (None, None, None, "unknown", "clear"),
    ],
)
def test_sources(
    reported: float | None, estimate: float | None, egfr: float | None, impaired: str, disagree: str
) -> None:
    """A reported clearance and an estimate answer; an indexed eGFR never does, but it can contradict.

    Sources on both sides of the threshold leave the comparison unknown, and `sources-disagree` applies.
    """
    record = whole(*rows(reported, estimate, egfr), who=MAN)
    assert (impaired, disagree) == (answer(IMPAIRED, record), answer(DISAGREE, record))


def test_both_values_are_shown() -> None:
    """A conflict shows the values of all sources, and its need says so."""
    found = finding(IMPAIRED, whole(*rows(20, 40, None), who=MAN))
    assert ["20", "40"] == [fact.value for fact in found.because if fact.fact == "creatinine clearance"]
    assert ["conflicting"] == [need.why for need in found.needs]


def test_a_clearance_given_per_body_surface() -> None:
    """A clearance reported per 1.73 m2 is not one in mL/min: it is unusable, and the question stays open."""
    record = whole(result(CLEARANCE, 20, INDEXED), who=MAN)
    assert "unknown" == answer(IMPAIRED, record)


def test_an_egfr_reported_without_the_index() -> None:
    """Laboratories often print eGFR as mL/min; it is the indexed value all the same, and only contradicts."""
    record = whole(result(EGFR, 20, "mL/min"), *rows(40, None, None), who=MAN)
    assert "unknown" == answer(IMPAIRED, record)
    assert "unknown" == answer(IMPAIRED, whole(result(EGFR, 20, "mL/min"), who=MAN))


@pytest.mark.parametrize("what", [CLEARANCE, EGFR])
def test_stale_sources_do_not_contradict(what: Any) -> None:
    """A source older than the policy allows neither answers nor contradicts."""
    unit = "mL/min" if what is CLEARANCE else INDEXED
    record = whole(result(what, 20, unit, "2025-12-29"), *rows(None, 40, None), who=MAN)
    assert "clear" == answer(IMPAIRED, record)


def test_a_value_on_the_threshold() -> None:
    """A value on the threshold is on its upper side."""
    record = whole(*rows(30, 30, None), who=MAN)
    assert ("clear", "clear") == (answer(IMPAIRED, record), answer(DISAGREE, record))


def test_a_source_known_only_within_limits() -> None:
    """A source that lies on both sides itself leaves both questions open."""
    above = result(EGFR, valueQuantity={"value": 20, "comparator": ">", "code": INDEXED})
    record = whole(above, *rows(40, None, None), who=MAN)
    assert ("unknown", "unknown") == (answer(IMPAIRED, record), answer(DISAGREE, record))


def test_egfr_above_sixty() -> None:
    """A laboratory prints >60: that is on the upper side of 30."""
    above = result(EGFR, valueQuantity={"value": 60, "comparator": ">", "code": INDEXED})
    assert "clear" == answer(IMPAIRED, whole(above, *rows(40, None, None), who=MAN))
    assert "unknown" == answer(IMPAIRED, whole(above, *rows(20, None, None), who=MAN))


def test_an_unusable_source() -> None:
    """A source that is there but cannot be used leaves open whether the sources disagree."""
    record = whole(result(EGFR, 20, None), *rows(40, None, None), who=MAN)
    assert "unknown" == answer(DISAGREE, record)


def test_results_not_supplied() -> None:
    """When results were not supplied, both questions are open."""
    record = whole(leave_out=("Observation",))
    assert ("unknown", "unknown") == (answer(IMPAIRED, record), answer(DISAGREE, record))


def test_a_window_of_the_question() -> None:
    """The window of a question holds for a clearance as for any other quantity."""
    when = {"compare": {"quantity": "creatinine-clearance", "below": "crcl-severe", "within": "early-weeks"}}
    assert "unknown" == answer(when, whole(result(CLEARANCE, 20, "mL/min", "2026-05-01"), who=MAN))
    assert "applies" == answer(when, whole(result(CLEARANCE, 20, "mL/min", "2026-06-01"), who=MAN))


def test_urine_creatinine_is_no_serum_creatinine() -> None:
    """Urine creatinine is not taken for serum creatinine by its name."""
    urine = result({"text": "Creatinine, urine"}, 100, "mg/dL")
    assert "unknown" == answer(IMPAIRED, whole(urine, result(WEIGHT, 72, "kg"), who=MAN))


def test_the_name_of_the_clearance_is_not_the_name_of_creatinine() -> None:
    """A result named "creatinine clearance" is the clearance, not creatinine."""
    named = result("Creatinine clearance", 20, "mL/min")
    assert "applies" == answer(IMPAIRED, whole(named, result(WEIGHT, 72, "kg"), who=MAN))
