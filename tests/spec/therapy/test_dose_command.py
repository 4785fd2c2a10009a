"""`apothecary dose` as a person runs it: quantities, messages, formats."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from apothecary.cli import main
from apothecary.cli.common import Failure
from support import MADE_UP

DAY = ("--as-of", "2026-11-22")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main.app, ["dose", *arguments, *DAY], standalone_mode=False)


def plan(*arguments: str) -> dict[str, Any]:
    done = run(*arguments, "--format", "json")
    assert done.exception is None, done.exception
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def refused(*arguments: str) -> Failure:
    done = run(*arguments)
    assert isinstance(done.exception, Failure), done.output
    return done.exception


def test_the_plan_of_the_contract() -> None:
    found = plan("--indication", "nomid", "--weight", "15kg")
    assert ("anakinra", "applies", "nomid", [15, 30], [7.5, 15], 120, 24, True, [1, 1], []) == tuple(
        found[key]
        for key in ("drug", "status", "indication", "start_mg", "step_mg", "max_mg_per_day", "interval_h",
                    "split_allowed", "syringes_per_dose", "needs")
    )  # fmt: skip
    assert found["volume_mL"] == pytest.approx([0.1005, 0.201])
    assert {"version", "revised", "hash"} <= set(found["knowledge"])
    assert found["basis"][0]["statement"] == "dosage.caps.1"


@pytest.mark.parametrize(
    ("weight", "start"),
    [("15kg", 15), ("15 kg", 15), ("15000g", 15), ("33lb", 14.9685), ("0.4kg", 0.4), ("400kg", 400)],
)
def test_weights(weight: str, start: float) -> None:
    assert plan("--indication", "dira", "--weight", weight)["start_mg"][0] == pytest.approx(start, abs=1e-4)


@pytest.mark.parametrize("age", ["4y", "4a", "18mo", "6wk", "40d"])
def test_ages(age: str) -> None:
    assert "applies" == plan("--indication", "dira", "--weight", "15kg", "--age", age)["status"]


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("--weight", "15"), "--weight is '15': no unit was given, and none is assumed. Write it in kg, g or lb"),
        (("--weight", "15mL"), "mL is a volume, but kg (a mass) is needed"),
        (("--weight", "1500kg"), "1500 kg is outside the plausible limits 0.4 to 400 kg"),
        (("--weight", "0.39kg"), "0.39 kg is outside the plausible limits 0.4 to 400 kg"),
        (("--weight", "0kg"), "outside the plausible limits"),
        (("--weight", "-15kg"), "outside the plausible limits"),
        (("--weight", "<15kg"), "is a bound"),
        (("--weight", "heavy"), "does not begin with a number"),
        (("--crcl", "25"), "--crcl is '25': no unit was given, and none is assumed. Write it in mL/min"),
        (("--crcl", "25mL/min/{1.73_m2}"), "indexed to 1.73 m2"),
        (("--crcl", "351mL/min"), "outside the plausible limits 0 to 350 mL/min"),
        (("--age", "4"), "--age is '4': no unit was given, and none is assumed. Write it in whole years"),
        (("--age", "4.5y"), "is not a whole number"),
        (("--age", "4kg"), "kg is not a unit of time"),
    ],
)
def test_a_quantity_that_cannot_be_used(arguments: tuple[str, str], part: str) -> None:
    failure = refused("--indication", "nomid", *arguments)
    assert ("usage", 2) == (failure.code, failure.exit_code)
    assert part in failure.message


def test_an_unknown_use_lists_the_known_ones() -> None:
    failure = refused("--indication", "gout")
    assert ("usage", 2) == (failure.code, failure.exit_code)
    assert "rheumatoid-arthritis, nomid, caps, dira" in failure.message


def test_no_weight_no_dose() -> None:
    found = plan("--indication", "nomid")
    assert ("unknown", None, None, []) == tuple(
        found[key] for key in ("status", "start_mg", "max_mg_per_day", "ladder")
    )
    assert [("body weight", "not-supplied")] == [(need["fact"], need["why"]) for need in found["needs"]]


@pytest.mark.parametrize("use", ["caps", "hidradenitis-suppurativa", "familial-mediterranean-fever"])
def test_a_use_without_a_dose(use: str) -> None:
    found = plan("--indication", use, "--weight", "15kg")
    assert ("unknown", None, use) == (found["status"], found["start_mg"], found["indication"])
    assert any(note.startswith("The monograph gives no dose for") for note in found["notes"])


@pytest.mark.parametrize(
    ("crcl", "expected"),
    [("29.9mL/min", ["applies"]), ("30mL/min", []), ("30.1mL/min", []), ("0.4mL/s", ["applies"]), (None, ["unknown"])],
)
def test_the_kidneys(crcl: str | None, expected: list[str]) -> None:
    given = () if crcl is None else ("--crcl", crcl)
    found = plan("--indication", "rheumatoid-arthritis", *given)
    assert expected == [option["status"] for option in found["options"]]


def test_what_was_not_asked_is_said_first() -> None:
    assert plan("--indication", "nomid", "--weight", "15kg")["notes"][0].startswith("No record was read")


@pytest.mark.parametrize(("age", "word"), [("70y", "Older patient"), ("10y", "outside the range")])
def test_what_the_typed_facts_already_settle_is_said(age: str, word: str) -> None:
    notes = plan("--indication", "rheumatoid-arthritis", "--age", age)["notes"]
    assert word in notes[1]


def test_another_monograph() -> None:
    found = plan("--indication", "migraine", "--knowledge", str(MADE_UP))
    assert ("zorvimab", [120, 120], 672) == (found["drug"], found["start_mg"], found["interval_h"])


def test_the_text_has_an_aligned_table_with_units() -> None:
    rows = run("--indication", "nomid", "--weight", "15kg").stdout.splitlines()
    head = next(number for number, row in enumerate(rows) if "mg/kg a day" in row)
    table = rows[head : head + 16]
    assert ["mg/kg", "a", "day", "mg", "a", "dose", "mL", "a", "dose"] == table[0].split()[:9]
    assert {table[0].index("mg/kg a day") + len("mg/kg a day")} == {
        row.index(row.split()[0]) + len(row.split()[0]) for row in table[1:]
    }
    assert ["8", "120", "0.8", "2", "yes", "maximum"] == table[-1].split()


@pytest.mark.parametrize("format", ["text", "markdown", "html"])
def test_every_format_says_dose_unit_and_source(format: str) -> None:
    shown = run("--indication", "nomid", "--weight", "15kg", "--format", format).stdout
    for part in ("15 to 30 mg once a day", "120 mg a day", "0.1 to 0.2 mL", "28 in 28 days", "No record was read",
                 "Kineret (anakinra) injection", "Not clinically validated"):  # fmt: skip
        assert part in " ".join(shown.split()), part
