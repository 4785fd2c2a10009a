"""An order's dose in every spelling, asked through the questions of a monograph."""

from typing import Any

import pytest

from apothecary.record import Record
from support import AS_OF, WEIGHT, ZORVIMAB, answer, finding, order, resource, result, whole

MG = {"value": 120, "unit": "mg", "code": "mg", "system": "http://unitsofmeasure.org"}
DAILY = {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}
EXACTLY = (  # 120 mg a day, neither more nor less
    {"compare": {"quantity": "ordered-daily-dose", "at_least": "daily-most"}},
    {"compare": {"quantity": "ordered-daily-dose", "at_most": "daily-most"}},
)


def ordered(*dosages: dict[str, Any], **fields: Any) -> Record:
    return whole(order(ZORVIMAB, dosageInstruction=list(dosages), **fields), result(WEIGHT, 60, "kg"))


def rated(amount: dict[str, Any], timing: Any = DAILY, **fields: Any) -> dict[str, Any]:
    return {"doseAndRate": [{"doseQuantity": amount}], "timing": timing, **fields}


def coded(code: str) -> dict[str, Any]:
    return {"code": {"coding": [{"code": code}]}}


@pytest.mark.parametrize(
    "dosage",
    [
        rated(MG),
        {"doseQuantity": MG, "timing": DAILY},
        {"doseSimpleQuantity": MG, "timing": DAILY},
        rated({"value": 0.12, "unit": "g", "code": "g"}),
        rated({"value": 120000, "unit": "mcg", "code": "ug"}),
        rated({"value": 1.5, "unit": "mL", "code": "mL"}),
        rated({"value": 1, "unit": "pen", "code": "{pen}"}),
        rated({"value": 1, "unit": "prefilled pens"}),
        rated({"value": 1, "unit": "Pen", "code": "385055001", "system": "http://snomed.info/sct"}),
        rated({"value": 2, "unit": "mg/kg", "code": "mg/kg"}),
        rated({"value": 2, "unit": "mg/kg/d"}),
        rated({"value": 120, "unit": "mg/d"}),
        rated({**MG, "value": 60}, {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}),
        rated({**MG, "value": 60}, coded("BID")),
        rated({**MG, "value": 40}, coded("TID")),
        rated({**MG, "value": 30}, coded("QID")),
        rated(MG, coded("QD")),
        rated(MG, coded("Q24H")),
        rated({**MG, "value": 240}, coded("Q48H")),
        rated({**MG, "value": 240}, coded("QOD")),
        rated(MG, coded("AM")),
        rated({**MG, "value": 840}, coded("WK")),
        rated(MG, {"code": {"text": "once daily"}}),
        {"doseAndRate": [{"doseRange": {"low": MG, "high": MG}}], "timing": DAILY},
        {"doseAndRate": [{"rateQuantity": {"value": 5, "unit": "mg/h"}}]},
        {"doseAndRate": [{"rateRatio": {"numerator": MG, "denominator": {"value": 24, "unit": "h"}}}]},
        {"text": "120 mg once daily"},
        {"text": "120 mg once daily", "patientInstruction": "120 mg once daily"},
        {"text": "120 mg", "timing": DAILY},
        rated({"value": 9, "unit": "mg/kg"}, maxDosePerAdministration=MG),
    ],
    ids=str,
)
def test_the_same_dose_in_every_spelling(dosage: dict[str, Any]) -> None:
    assert ["applies", "applies"] == [answer(when, ordered(dosage)) for when in EXACTLY]


@pytest.mark.parametrize(
    ("dosage", "part", "why"),
    [
        (rated({"value": 120}), "dose", "unreadable"),
        (rated({"value": 120, "unit": "tablet"}), "dose", "unreadable"),
        (rated({"value": 1, "unit": "{dose}"}), "dose", "unreadable"),
        (rated({"value": "120", "unit": "mg"}), "dose", "unreadable"),
        (rated({"value": -120, "unit": "mg"}), "dose", "unreadable"),
        (rated({**MG, "comparator": "<"}), "dose", "unreadable"),
        (rated({"value": 120, "unit": "mL", "code": "mg"}), "dose", "unreadable"),
        ({"doseAndRate": [{"doseRange": {"high": MG}}], "timing": DAILY}, "dose", "unreadable"),
        ({"doseAndRate": [{"rateQuantity": {"value": 5, "unit": "mg/h"}}], "timing": DAILY}, "dose", "unreadable"),
        (rated(MG, maxDosePerPeriod={"numerator": MG}), "dose", "unreadable"),
        (rated(MG, modifierExtension=[{"url": "x"}]), "dose", "unreadable"),
        (rated(MG, additionalInstruction=[{"text": "double it on Sundays"}]), "dose", "unreadable"),
        (rated(MG, text="240 mg once daily"), "dose", "conflicting"),
        (rated(MG, text="120 mg once daily, increase as tolerated"), "dose", "unreadable"),
        ({"patientInstruction": "take 240 mg daily"}, "dose", "unreadable"),
        ({"text": "120 mg twice daily", "timing": DAILY}, "timing", "unreadable"),
        ({"timing": DAILY}, "dose", "missing"),
        ({"timing": DAILY, "text": "two and a bit"}, "dose", "unreadable"),
        (rated(MG, {}), "timing", "missing"),
        (rated(MG, {"event": ["2026-06-01"]}), "timing", "unreadable"),
        (rated(MG, {"repeat": {"frequency": 1}}), "timing", "unreadable"),
        (rated(MG, coded("XYZ")), "timing", "unreadable"),
        (rated(MG, {**DAILY, **coded("BID")}), "timing", "unreadable"),
        (rated(MG, text="120 mg twice daily"), "timing", "unreadable"),
    ],
    ids=str,
)
def test_what_cannot_be_read_is_named_and_leaves_the_dose_open(dosage: dict[str, Any], part: str, why: str) -> None:
    found = finding({"order-unread": part}, ordered(dosage))
    assert ("unknown", {why}) == (found.status, {need.why for need in found.needs})
    assert "unknown" == answer(EXACTLY[0], ordered(dosage))


@pytest.mark.parametrize(
    "dosage",
    [
        rated(MG, text="Inject as the doctor said"),
        rated(MG, {**DAILY, **coded("HOUSE7")}),
        rated(MG, additionalInstruction=[{"text": "rotate injection sites"}]),
        rated(MG, text="1 pen once daily"),
        rated({"value": 2, "unit": "mg/kg"}, text="125 mg once daily"),
    ],
    ids=str,
)
def test_what_does_not_disturb(dosage: dict[str, Any]) -> None:
    assert ["clear", "clear"] == [answer({"order-unread": part}, ordered(dosage)) for part in ("dose", "timing")]


def test_instructions_that_hold_together_add_up() -> None:
    half = {**MG, "value": 60}
    assert "applies" == answer(EXACTLY[0], ordered(rated(half, coded("AM")), rated(half, coded("PM"))))


def test_steps_do_not_add_up() -> None:
    half = {**MG, "value": 60}
    assert "clear" == answer(EXACTLY[0], ordered(rated(half, sequence=1), rated(half, sequence=2)))


def test_periods_that_are_apart_do_not_add_up() -> None:
    def until(start: str, end: str) -> dict[str, Any]:
        return rated({**MG, "value": 60}, {"repeat": {**DAILY["repeat"], "boundsPeriod": {"start": start, "end": end}}})

    apart = ordered(until("2026-06-01", "2026-06-07"), until("2026-06-08", "2026-06-14"))
    assert "clear" == answer(EXACTLY[0], apart)


@pytest.mark.parametrize(("value", "expected"), [(60, "clear"), (120, "clear"), (121, "unknown")])
def test_as_needed_is_known_only_from_above(value: float, expected: str) -> None:
    above = {"compare": {"quantity": "ordered-daily-dose", "above": "daily-most"}}
    assert expected == answer(above, ordered(rated({**MG, "value": value}, asNeededBoolean=True)))


def test_a_limit_a_day_settles_what_is_taken_as_needed() -> None:
    above = {"compare": {"quantity": "ordered-daily-dose", "above": "daily-most"}}
    limit = {"numerator": MG, "denominator": {"value": 1, "unit": "d"}}
    assert "clear" == answer(above, ordered(rated({**MG, "value": 500}, asNeededBoolean=True, maxDosePerPeriod=limit)))


@pytest.mark.parametrize(
    ("amount", "text", "expected"),
    [("2 mg/kg", None, "applies"), ("120 mg", None, "unknown"), ("200 mg", 60, "applies")],
)
def test_the_weight_is_asked_for_only_where_it_is_needed(amount: str, text: float | None, expected: str) -> None:
    by_weight = {"compare": {"quantity": "ordered-by-weight", "at_least": "by-weight-most"}}
    rows = [result(WEIGHT, text, "kg")] if text else []
    record = whole(order(ZORVIMAB, dosageInstruction=[{"text": f"{amount} once daily"}]), *rows)
    assert expected == answer(by_weight, record)


# --- which orders ---------------------------------------------------------------------------------------------------

TOO_MUCH = {"compare": {"quantity": "ordered-daily-dose", "above": "daily-most"}}
MUCH, LITTLE = {"text": "240 mg daily"}, {"text": "60 mg daily"}


@pytest.mark.parametrize(
    ("status", "expected"),
    [("active", "applies"), ("draft", "applies"), ("on-hold", "unknown"), ("stopped", "clear"), ("cancelled", "clear")],
)
def test_statuses(status: str, expected: str) -> None:
    assert expected == answer(TOO_MUCH, whole(order(ZORVIMAB, status, dosageInstruction=[MUCH])))


def test_one_order_that_is_too_much_is_enough() -> None:
    rows = [order(ZORVIMAB, dosageInstruction=[one]) for one in (LITTLE, MUCH)]
    assert "applies" == answer(TOO_MUCH, whole(*rows))


def test_a_statement_without_a_dose_says_nothing_beside_a_dosed_order() -> None:
    said = resource("MedicationStatement", status="active", medicationCodeableConcept=ZORVIMAB)
    assert "clear" == answer(TOO_MUCH, whole(order(ZORVIMAB, dosageInstruction=[LITTLE]), said))
    assert "unknown" == answer(TOO_MUCH, whole(said))


def test_nothing_ordered_is_clear_and_nothing_supplied_is_unknown() -> None:
    assert ["clear", "unknown"] == [
        answer(TOO_MUCH, whole()),
        answer(TOO_MUCH, whole(leave_out=("MedicationRequest",))),
    ]


def test_another_drug_is_not_asked_about() -> None:
    assert "clear" == answer({"order-unread": "dose"}, whole(order("sumatriptan", dosageInstruction=[{"text": "?"}])))


def test_the_evidence_shows_the_order_and_how_it_was_converted() -> None:
    found = finding(EXACTLY[0], ordered({"text": "1 pen once daily"}), as_of=AS_OF)
    notes = [(e.value, e.unit, e.note) for e in found.because]
    assert [("120", "mg/d", "ordered: 1 pen once daily (read from the text); one pen holds 120 mg")] == notes


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        (
            {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration", "code": "SQ"}]},
            "clear",
        ),
        (
            {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration", "code": "IM"}]},
            "applies",
        ),
        ({"text": "Oral use"}, "applies"),
        ({"text": "by the usual way"}, "unknown"),
        (None, "unknown"),
    ],
)
def test_routes(route: Any, expected: str) -> None:
    dosage = {key: value for key, value in {"text": "120 mg daily", "route": route}.items() if value}
    asked = {"ordered-route": {"set": "route-elsewhere", "allowed": "route-under-skin"}}
    assert expected == answer(asked, ordered(dosage))
