"""Statuses of results, vaccinations, procedures and orders for services."""

from typing import Any

import pytest

from support import ALC, MMR, answer, coded, order, procedure, resource, result, vaccination, whole

LOW = {"compare": {"quantity": "alc", "below": "alc-hold"}}
PLANNED = {"vaccine": {"set": "vax-live", "standing": "planned"}}
GIVEN = {"vaccine": {"set": "vax-live", "standing": "given"}}
EXCHANGE = {"procedure": "proc-plasma-exchange"}


@pytest.mark.parametrize("status", ["final", "amended", "corrected", "appended", "preliminary", None])
def test_results_that_count(status: str | None) -> None:
    """Final, corrected and preliminary results count, and one without a status."""
    assert "applies" == answer(LOW, whole(result(ALC, 400, "/uL", status=status)))


@pytest.mark.parametrize("status", ["registered", "cancelled", "entered-in-error"])
def test_results_that_do_not_count(status: str) -> None:
    """A registered, cancelled or mistaken result is none; an earlier result then is the latest."""
    earlier = result(ALC, 2000, "/uL", when="2026-05-01")
    assert "unknown" == answer(LOW, whole(result(ALC, 400, "/uL", status=status)))
    assert "clear" == answer(LOW, whole(result(ALC, 400, "/uL", status=status), earlier))


def test_a_result_of_unknown_status() -> None:
    """A result whose status is unknown leaves the question unknown: it may be the latest."""
    earlier = result(ALC, 2000, "/uL", when="2026-05-01")
    assert "unknown" == answer(LOW, whole(result(ALC, 400, "/uL", status="unknown"), earlier))


@pytest.mark.parametrize(
    ("status", "given", "planned"),
    [
        ("completed", "applies", "clear"),
        ("not-done", "clear", "clear"),
        ("entered-in-error", "clear", "clear"),
        (None, "unknown", "unknown"),
    ],
)
def test_the_status_of_a_vaccination(status: str | None, given: str, planned: str) -> None:
    """A completed vaccination was given; one not done was not."""
    record = whole(vaccination(MMR, status=status))
    assert (given, planned) == (answer(GIVEN, record), answer(PLANNED, record))


def test_a_vaccination_not_given() -> None:
    """An older entry marked as not given was not given."""
    row = resource("Immunization", status="completed", notGiven=True, vaccineCode=MMR)
    assert "clear" == answer(GIVEN, whole(row))


@pytest.mark.parametrize(
    ("forecast", "expected"),
    [("due", "applies"), ("overdue", "applies"), ("eligible", "applies"), ("complete", "clear"), ("immune", "clear")],
)
def test_a_recommended_vaccine(forecast: str, expected: str) -> None:
    """A vaccine that a recommendation calls due is planned; one that is complete is not."""
    item = {"vaccineCode": [MMR], "forecastStatus": {"coding": [{"code": forecast}]}}
    row = resource("ImmunizationRecommendation", date="2026-06-01", recommendation=[item])
    assert expected == answer(PLANNED, whole(row))


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("active", "applies"),
        ("draft", "applies"),
        ("on-hold", "applies"),
        ("completed", "clear"),
        ("revoked", "clear"),
        ("entered-in-error", "clear"),
    ],
)
def test_an_order_for_a_vaccination(status: str, expected: str) -> None:
    """An open order for a vaccination, even a draft, plans it; a completed or revoked one does not."""
    row = resource("ServiceRequest", status=status, intent="order", code=coded("cvx", "03", "MMR"))
    assert expected == answer(PLANNED, whole(row))


def test_an_order_not_to_vaccinate() -> None:
    """An order not to vaccinate plans nothing."""
    row = resource("ServiceRequest", status="active", doNotPerform=True, code=MMR)
    assert "clear" == answer(PLANNED, whole(row))


def test_a_medication_order_for_a_vaccine() -> None:
    """An order for a vaccine may stand among medications: it is planned, not given."""
    record = whole(order(MMR))
    assert ("applies", "clear") == (answer(PLANNED, record), answer(GIVEN, record))


def test_a_vaccination_planned_for_a_coming_day() -> None:
    """A vaccination planned for a day after the review is planned all the same."""
    timing = [{"timing": {"repeat": {"boundsPeriod": {"start": "2026-07-10"}}}}]
    record = whole(order(MMR, authoredOn="2026-06-20", dosageInstruction=timing))
    assert "applies" == answer(PLANNED, record)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("completed", "applies"),
        ("in-progress", "applies"),
        ("stopped", "applies"),
        ("preparation", "clear"),
        ("not-done", "clear"),
        ("entered-in-error", "clear"),
        ("on-hold", "unknown"),
        ("unknown", "unknown"),
        (None, "unknown"),
    ],
)
def test_the_status_of_a_procedure(status: str | None, expected: str) -> None:
    """A procedure done, even in part, was done; one planned or not done was not."""
    assert expected == answer(EXCHANGE, whole(procedure("plasma exchange", status=status)))


def test_an_ordered_procedure() -> None:
    """An order for a procedure is not the procedure."""
    row = resource("ServiceRequest", status="active", intent="order", code={"text": "plasma exchange"})
    assert "clear" == answer(EXCHANGE, whole(row))


@pytest.mark.parametrize("fields", [{"notDone": True}, {"status": "not-done"}])
def test_a_procedure_not_done(fields: dict[str, Any]) -> None:
    """An older entry marks a procedure as not done with a flag."""
    assert "clear" == answer(EXCHANGE, whole({**procedure("plasma exchange"), **fields}))


@pytest.mark.parametrize("status", ["unknown", None])
def test_an_order_for_a_vaccination_of_unknown_status(status: str | None) -> None:
    """An order whose status is unknown or missing leaves open whether the vaccination is planned."""
    row = resource("ServiceRequest", status=status, intent="order", code=coded("cvx", "03", "MMR"))
    assert "unknown" == answer(PLANNED, whole(row))


def test_a_recommended_vaccine_without_a_forecast() -> None:
    """A recommendation that does not say whether the vaccine is due leaves that open."""
    row = resource("ImmunizationRecommendation", date="2026-06-01", recommendation=[{"vaccineCode": [MMR]}])
    assert "unknown" == answer(PLANNED, whole(row))
