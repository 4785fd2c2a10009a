"""A dose plan in every format: where it stands, that nothing is lost, and that nothing in it is markup."""

import json
from typing import Any

import msgspec
import pytest
from doses import BY_WEIGHT, dosed, of_weight
from rich.cells import cell_len
from test_present_samples import empty, hostile, monograph, review

from apothecary.present import render
from apothecary.present.dose_content import dose_shown
from apothecary.present.dose_page import render as page
from apothecary.present.dose_words import every, span
from apothecary.review.plan import DosePlan
from apothecary.review.result import Basis, Evidence, Need, Review

M = dosed(**BY_WEIGHT, split=2)
PLAN = of_weight(M, 15)
NEEDS = (Need("body weight", "missing", "Weigh the patient."),)
NO_DOSE = DosePlan("unknown", "migraine", notes=("No dose without the body weight.",), needs=NEEDS)
EVIL = "<b>x</b> [l](https://e.example) \x1b[31m|`$\u202e"
FORMATS: list[Any] = ["text", "markdown", "html"]


def with_plan(plan: DosePlan | None, made: Review | None = None) -> Review:
    return msgspec.structs.replace(made or review(), dose_plan=plan)


def words(text: str) -> str:
    return " ".join(text.replace("\\", "").split())


@pytest.mark.parametrize("format", FORMATS)
def test_it_stands_behind_the_uses(format: Any) -> None:
    shown = render(with_plan(PLAN), M, format).casefold()
    uses = shown.index("documented uses")
    assert uses < shown.index("dose plan", uses) < shown.index("numbers about the patient", uses)


@pytest.mark.parametrize("format", FORMATS)
def test_a_review_without_a_plan_has_no_such_section(format: Any) -> None:
    assert "dose plan" not in render(with_plan(None), M, format).casefold()


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    "part",
    ["15 to 30 mg once a day", "7.5 to 15 mg a day", "120 mg a day", "0.1 to 0.2 mL a dose", "1 a dose, 28 in 28 days",
     "70 to 85 mg a dose", "112.5", "body weight: 15 kg"],
)  # fmt: skip
def test_every_amount_has_its_unit(format: Any, part: str) -> None:
    assert part in words(render(with_plan(PLAN), M, format))


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("plan", [PLAN, NO_DOSE])
def test_no_note_and_no_need_is_lost(format: Any, plan: DosePlan) -> None:
    shown = words(render(with_plan(plan), M, format))
    assert [] == [note for note in plan.notes if words(note) not in shown]
    assert [] == [need.how for need in plan.needs if need.how not in shown]


@pytest.mark.parametrize("format", FORMATS)
def test_no_dose_is_said_first(format: Any) -> None:
    shown = words(render(with_plan(NO_DOSE), M, format))
    assert shown.index("No dose for Prevention of migraine") < shown.index("No dose without the body weight.")
    assert "Maximum" not in shown


def test_what_to_read_first_stands_before_the_amounts() -> None:
    shown = dose_shown(PLAN, M)
    assert PLAN.read_first == shown.first
    assert set(PLAN.notes) - set(PLAN.read_first) == set(shown.notes)
    assert () != shown.first


def test_the_ladder_has_one_row_a_rung_and_one_cell_a_column() -> None:
    ladder = dose_shown(PLAN, M).ladder
    assert ladder is not None
    assert len(PLAN.ladder) == len(ladder.rows)
    assert {len(ladder.columns)} == {len(row) for row in ladder.rows}
    assert ("8", "120", "0.8", "2", "yes", "maximum") == ladder.rows[-1]
    assert ["start"] * 3 == [row[-1] for row in ladder.rows][:3]


def test_columns_that_say_nothing_are_left_out() -> None:
    ladder = dose_shown(of_weight(dosed(**(BY_WEIGHT | {"interval": 12}), marks=None), 15), M).ladder
    assert ladder is not None
    assert ("mg/kg a day", "mg a day", "mg a dose", "mL a dose", "pens a dose", "stage") == ladder.columns


@pytest.mark.parametrize("width", [40, 60, 80, 132])
@pytest.mark.parametrize("plan", [PLAN, NO_DOSE])
def test_no_row_is_wider_than_the_width(width: int, plan: DosePlan) -> None:
    shown = [page(plan, review(), M, "text", width=width), render(with_plan(plan), M, "text", width=width)]
    assert [] == [row for text in shown for row in text.splitlines() if cell_len(row) > width]


def test_a_narrow_terminal_gets_a_line_a_rung() -> None:
    shown = words(page(PLAN, review(), M, "text", width=40))
    assert "mg/kg a day: 8, mg a dose: 120, mL a dose: 0.8, pens a dose: 2, measurable: yes, stage: maximum" in shown


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("made", [empty(), hostile()])
def test_strings_of_a_record_are_shown_and_do_nothing(format: Any, made: Review) -> None:
    basis = (Basis("x.1", EVIL, (EVIL,), "stated"),)
    evil = msgspec.structs.replace(
        PLAN, indication=EVIL, notes=(EVIL,), read_first=(EVIL,), because=(Evidence("weight", EVIL),), basis=basis
    )
    for shown in (render(with_plan(evil, made), monograph(), format), page(evil, made, monograph(), format)):
        assert not {"\x1b", "\u202e"} & set(shown)
        if format != "text":
            assert "<b>x</b>" not in shown
        if format == "markdown":
            assert "[l](https" not in shown


@pytest.mark.parametrize("plan", [PLAN, NO_DOSE])
def test_json_has_every_key_the_contract_s_first(plan: DosePlan) -> None:
    found = json.loads(render(with_plan(plan), M, "json"))["dose_plan"]
    contract = ["status", "indication", "start_mg", "step_mg", "max_mg_per_day", "interval_h", "split_allowed",
                "volume_mL", "syringes_per_dose", "notes", "needs", "basis"]  # fmt: skip
    assert contract == list(found)[: len(contract)]
    assert set(DosePlan.__struct_fields__) == set(found)
    assert all({"fact", "value", "unit", "date", "source", "match", "note"} == set(fact) for fact in found["because"])


def test_json_of_the_plan_alone_is_the_same() -> None:
    alone = json.loads(page(PLAN, review(), M, "json"))
    whole = json.loads(render(with_plan(PLAN), M, "json"))
    assert whole["dose_plan"] == {key: alone[key] for key in whole["dose_plan"]}
    assert [whole["drug"], whole["knowledge"]] == [alone["drug"], alone["knowledge"]]


@pytest.mark.parametrize("format", FORMATS)
def test_the_sources_of_a_plan_are_listed(format: Any) -> None:
    shown = words(page(PLAN, review(), M, format))
    assert "The Made-up Handbook of Renal Function" in shown
    assert "dosage.1" in shown


@pytest.mark.parametrize(
    ("hours", "said"),
    [(24, "once a day"), (12, "twice a day"), (48, "every other day"), (168, "once a week"), (672, "every 28 days"),
     (36, "every 36 hours"), (None, "")],
)  # fmt: skip
def test_an_interval_in_words(hours: float | None, said: str) -> None:
    assert said == every(hours)


@pytest.mark.parametrize(("ends", "said"), [((15, 30), "15 to 30 mg"), ((100, 100), "100 mg"), ((1, 1.001), "1 mg")])
def test_a_range_in_words(ends: tuple[float, float], said: str) -> None:
    assert said == span(ends, "mg")
