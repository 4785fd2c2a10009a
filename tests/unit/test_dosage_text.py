"""A dose in words is read where nothing is left to guess, and handed back where something is."""

import pytest

from apothecary.record.dosage_text import read_text

DAILY, TWICE, OTHER = "1 per 24", "2 per 12", "0.5 per 48"


def read(text: str) -> tuple[list[str], list[str], tuple[str, ...]]:
    said = read_text(text)
    amounts = [f"{one.number.text()} {one.unit}" for one in said.amounts]
    return amounts, [f"{one.per_day.text()} per {one.interval_h.text()}" for one in said.times], said.rest


@pytest.mark.parametrize(
    ("text", "amount", "times"),
    [
        ("100 mg subcutaneously once daily", "100 mg", DAILY),
        ("100mg sc od", "100 mg", DAILY),
        ("100 mg s.c. q.d.", "100 mg", DAILY),
        ("100 MG SUB-Q EVERY 24 HOURS", "100 mg", DAILY),
        ("Inject 100 mg under the skin every day at the same time each day.", "100 mg", DAILY),
        ("100 mg sub-Q at bedtime", "100 mg", DAILY),
        ("100 mg once daily in the morning for 14 days", "100 mg", DAILY),
        ("one prefilled syringe daily", "1 prefilled syringe", DAILY),
        ("100 mg/0.67 mL syringe: inject 1 syringe daily", "1 syringe", DAILY),
        ("50-100 mg daily", "50-100 mg", DAILY),
        ("1 to 2 mg/kg once a day", "1-2 mg/kg", DAILY),
        ("0.1 g daily", "0.1 g", DAILY),
        ("100 mcg daily", "100 mcg", DAILY),
        ("1 syringe twice a day", "1 syringe", TWICE),
        ("50 mg BID", "50 mg", TWICE),
        ("50 mg every morning and evening", "50 mg", TWICE),
        ("50 mg q12h", "50 mg", TWICE),
        ("4 mg/kg/day divided in 2 doses", "4 mg/kg/d", TWICE),
        ("4 mg/kg/day divided twice daily", "4 mg/kg/d", TWICE),
        ("100 mg every other day", "100 mg", OTHER),
        ("100 mg on alternate days", "100 mg", OTHER),
        ("100 mg qod", "100 mg", OTHER),
        ("100 mg every 2 days", "100 mg", OTHER),
        ("100 mg q48h", "100 mg", OTHER),
        ("100 mg on Mon, Wed and Fri", "100 mg", "0.428571 per 56"),
        ("100 mg Mon-Fri", "100 mg", "0.714286 per 33.6"),
        ("100 mg three times a week", "100 mg", "0.428571 per 56"),
        ("100 mg weekly", "100 mg", "0.142857 per 168"),
        ("100 mg every 24-48 hours", "100 mg", "0.5-1 per 24-48"),
    ],
)
def test_what_is_read(text: str, amount: str, times: str) -> None:
    assert ([amount], [times], ()) == read(text)


def test_an_amount_a_day_does_not_say_how_often() -> None:
    assert (["2 mg/kg/d"], [], ()) == read("2 mg/kg/day")


@pytest.mark.parametrize(
    "text",
    [
        "1,000 mg daily",
        "0,67 mL daily",
        "-100 mg daily",
        "1/2 syringe daily",
        "half a syringe daily",
        "100 mg daily, then 200 mg",
        "100 mg daily or every other day",
        "increase to 200 mg daily",
        "hold 100 mg daily if the count is low",
        "200 mg daily divided bid",
        "2 x 100 mg daily",
        "two 100 mg syringes daily",
        "100 mg once",
        "100 daily",
        "as directed",
    ],
)
def test_what_is_handed_back(text: str) -> None:
    assert read_text(text).rest


@pytest.mark.parametrize(
    ("text", "routes"),
    [
        ("100 mg sc", ("subcutaneous",)),
        ("100 mg SQ daily", ("subcutaneous",)),
        ("100 mg IV daily", ("intravenous",)),
        ("100 mg i.m.", ("intramuscular",)),
        ("100 mg PO daily", ("oral",)),
        ("100 mg daily", ()),
    ],
)
def test_routes(text: str, routes: tuple[str, ...]) -> None:
    assert routes == read_text(text).routes


@pytest.mark.parametrize(
    ("text", "needed"), [("100 mg daily prn", True), ("100 mg daily as needed", True), ("100 mg", False)]
)
def test_as_needed(text: str, needed: bool) -> None:
    assert needed == read_text(text).as_needed


def test_limits_are_no_amounts() -> None:
    said = read_text("2 mg/kg daily max 100 mg per dose, max 150 mg/day")
    assert (1, [("100", "mg")], [("150", "mg/d")]) == (
        len(said.amounts),
        [(one.number.text(), one.unit) for one in said.most_a_dose],
        [(one.number.text(), one.unit) for one in said.most_a_day],
    )


def test_the_name_of_the_drug_says_nothing() -> None:
    assert () == read_text("Zorvex 100 mg daily", frozenset(("zorvex",))).rest
