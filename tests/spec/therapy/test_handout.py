"""The sheet for a patient: which lines, in which order, what is personal, and where to inject."""

from datetime import date
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apothecary.knowledge import PACKAGED, Monograph, load, packaged
from apothecary.knowledge.advice import TOPICS
from apothecary.logic import Truth
from apothecary.record import read_record
from apothecary.review import Review, Reviewer
from apothecary.review.plan import DosePlan, Due, Option
from apothecary.therapy.handout import INJECTIONS, Dose, Spot, languages, rotation, sheet, spots_of
from support import AS_OF, made_up

KNOWN = [made_up(), *(load(PACKAGED / name) for name in packaged())]
PLAN = DosePlan(
    "applies", "migraine", start_mg=(120.0, 120.0), interval_h=672.0, volume_mL=(1.5, 1.5), syringes_per_dose=(1, 1)
)
WHOLE = Dose((120.0, 120.0), (1.5, 1.5), (1, 1), 672.0)


def review(reviewer: Reviewer, record: str = "conditions: [migraine]", **changes: Any) -> Review:
    """A review that lets somebody start, with what a test changes in it."""
    made = reviewer.review(read_record(record.encode()), AS_OF)
    return msgspec.structs.replace(made, **{"verdict": "go", "phase": "considering", "dose_plan": PLAN, **changes})


def dose(reviewer: Reviewer, **changes: Any) -> Dose:
    found = sheet(reviewer.monograph, "en", review(reviewer, **changes)).personal
    assert found is not None
    return found.dose


def plan(**changes: Any) -> DosePlan:
    return msgspec.structs.replace(PLAN, **changes)


def ids(m: Monograph, *args: Any, **options: Any) -> list[str]:
    return [line.id for part in sheet(m, "en", *args, **options).parts for line in part.lines]


# --- lines ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("m", KNOWN, ids=lambda m: m.drug.id)
def test_the_general_sheet_has_every_line_once(m: Monograph) -> None:
    for language in languages(m):
        lines = [line for part in sheet(m, language).parts for line in part.lines]
        assert sorted(m.advice) == sorted(line.id for line in lines)


@pytest.mark.parametrize("m", KNOWN, ids=lambda m: m.drug.id)
def test_the_topics_stand_in_their_order(m: Monograph) -> None:
    topics = [part.topic for part in sheet(m, "en").parts]
    assert sorted(topics, key=[*TOPICS].index) == topics


@pytest.mark.parametrize("m", KNOWN, ids=lambda m: m.drug.id)
def test_each_line_names_its_statements(m: Monograph) -> None:
    lines = [line for part in sheet(m, "es").parts for line in part.lines]
    assert {line.id: line.statements for line in m.advice.values()} == {line.id: line.statements for line in lines}


def test_a_line_is_in_the_language_of_the_sheet(made_up: Monograph) -> None:
    texts = {line.id: line.text for part in sheet(made_up, "es").parts for line in part.lines}
    assert "Guarde la pluma en el refrigerador." == texts["keep-cold"]


def test_a_language_without_lines(made_up: Monograph) -> None:
    with pytest.raises(KeyError):
        sheet(made_up, "tlh")


def test_a_line_of_another_use_is_left_out(made_up: Monograph) -> None:
    assert "migraine-in-adults" not in ids(made_up, indication="cluster-headache")


def test_a_line_of_the_use_asked_for_stays(made_up: Monograph) -> None:
    assert "migraine-in-adults" in ids(made_up, indication="migraine")


def test_a_line_of_a_documented_use_stays(reviewer: Reviewer) -> None:
    assert "migraine-in-adults" in ids(reviewer.monograph, review(reviewer))


def test_a_line_of_a_use_that_is_only_possible_stays(reviewer: Reviewer) -> None:
    """Nothing is known of the problems, so migraine is not ruled out."""
    assert "migraine-in-adults" in ids(reviewer.monograph, review(reviewer, "sex: female"))


def test_a_line_of_a_use_that_is_ruled_out_is_left_out(reviewer: Reviewer) -> None:
    assert "migraine-in-adults" not in ids(reviewer.monograph, review(reviewer, "conditions: [cluster headache]"))


# --- dose -----------------------------------------------------------------------------------------------------------


def test_without_a_record_nothing_is_personal(made_up: Monograph) -> None:
    assert sheet(made_up, "en").personal is None


def test_a_dose_that_is_settled(reviewer: Reviewer) -> None:
    assert WHOLE == dose(reviewer)


def test_no_dose_where_something_forbids_the_drug(reviewer: Reviewer) -> None:
    assert Dose(open=("stop",)) == dose(reviewer, verdict="stop")


@pytest.mark.parametrize(
    "nothing",
    [None, DosePlan("unknown", "migraine"), plan(status="unknown"), plan(start_mg=None)],
    ids=["no plan", "unknown", "unknown with numbers", "no amount"],
)
def test_no_dose_where_none_is_known(reviewer: Reviewer, nothing: DosePlan | None) -> None:
    assert Dose(open=("unknown",)) == dose(reviewer, dose_plan=nothing)


@pytest.mark.parametrize(
    ("status", "phase", "open_"),
    [
        ("applies", "considering", ("unknown",)),
        ("applies", "on-therapy", ("unknown",)),
        ("unknown", "on-therapy", ("unknown",)),
        ("unknown", "considering", ()),
        ("clear", "on-therapy", ()),
    ],
)
def test_no_dose_where_the_order_may_say_another_one(
    reviewer: Reviewer, status: str, phase: Any, open_: tuple[str, ...]
) -> None:
    rule = "dose-unread"
    assert rule in reviewer.monograph.rules
    finding = msgspec.structs.replace(review(reviewer).findings[0], id=rule, status=Truth(status))
    assert open_ == dose(reviewer, phase=phase, findings=(finding,)).open


def test_a_range_is_left_to_the_prescriber(reviewer: Reviewer) -> None:
    found = dose(reviewer, dose_plan=plan(start_mg=(15.0, 30.0)))
    assert ((15.0, 30.0), ("range",)) == (found.mg, found.open)


def test_a_range_to_start_with_is_no_dose_of_a_therapy_under_way(reviewer: Reviewer) -> None:
    found = dose(reviewer, phase="on-therapy", dose_plan=plan(start_mg=(15.0, 30.0)))
    assert Dose(open=("unknown",)) == found


@pytest.mark.parametrize("status", ["applies", "unknown"])
def test_another_interval_to_consider_leaves_the_interval_open(reviewer: Reviewer, status: Any) -> None:
    other = Option("renal-severe", status, 1344.0, "Half as often.", ())
    found = dose(reviewer, dose_plan=plan(options=(other,)))
    assert (None, ("interval",)) == (found.interval_h, found.open)


def test_a_dose_that_cannot_be_measured_has_no_volume(reviewer: Reviewer) -> None:
    found = dose(reviewer, dose_plan=plan(measurable=False))
    assert (None, None, ("not-measurable",)) == (found.volume_mL, found.syringes, found.open)


@pytest.mark.parametrize(("verdict", "settled"), [("go", True), ("caution", True), ("cannot-tell", False)])
def test_open_critical_questions_are_told(reviewer: Reviewer, verdict: Any, settled: bool) -> None:
    found = sheet(reviewer.monograph, "en", review(reviewer, verdict=verdict)).personal
    assert found is not None
    assert settled == found.settled


# --- tests ----------------------------------------------------------------------------------------------------------


def entry(status: Any, due: date | None = date(2026, 7, 1), **fields: Any) -> Due:
    return Due("lymphocytes", "Lymphocytes", due, status, "Count them.", **fields)


def test_what_nobody_can_make_up_for_is_not_asked_for(reviewer: Reviewer) -> None:
    past = (
        entry("overdue", date(2026, 6, 1), missed=True),
        entry("overdue", date(2026, 5, 1), occurrence="before-start"),
    )
    assert [] == due_days(reviewer, *past)


def due_days(reviewer: Reviewer, *entries: Due) -> list[tuple[date, str]]:
    found = sheet(reviewer.monograph, "en", review(reviewer, monitoring=entries)).personal
    assert found is not None
    return [(test.due, test.status) for test in found.tests]


def test_tests_are_listed_by_day(reviewer: Reviewer) -> None:
    late, early = entry("upcoming", date(2026, 8, 1)), entry("overdue", date(2026, 6, 1))
    assert [(date(2026, 6, 1), "overdue"), (date(2026, 8, 1), "upcoming")] == due_days(reviewer, late, early)


@pytest.mark.parametrize(
    "one",
    [entry("done"), entry("unknown"), entry("due", None), entry("due", until=date(2026, 9, 1))],
    ids=["done", "unknown", "no day", "a period of watching"],
)
def test_what_is_not_next_is_left_out(reviewer: Reviewer, one: Due) -> None:
    assert [] == due_days(reviewer, one)


# --- where to inject ------------------------------------------------------------------------------------------------


SITES = st.lists(st.sampled_from(["thigh", "abdomen", "upper-arm", "buttock"]), unique=True, max_size=4)


@given(SITES)
def test_each_place_comes_once_before_any_comes_again(sites: list[Any]) -> None:
    made = rotation(_spots(sites))
    size = 2 * len(sites)
    assert all(len({*made[i : i + size]}) == size for i in range(len(made) - size + 1))


@given(SITES.filter(lambda sites: len(sites) > 1))
def test_one_area_never_follows_itself(sites: list[Any]) -> None:
    assert all(one.site != other.site for one, other in pairwise(rotation(_spots(sites))))


@given(SITES.filter(bool))
def test_the_plan_is_four_weeks_long(sites: list[Any]) -> None:
    assert INJECTIONS == len(rotation(_spots(sites)))


def test_no_place_no_plan() -> None:
    assert () == rotation(())


def _spots(sites: list[Any]) -> tuple[Spot, ...]:
    product = next(iter(made_up().products.values()))
    return spots_of([msgspec.structs.replace(product, injection_sites=tuple(sites))])
