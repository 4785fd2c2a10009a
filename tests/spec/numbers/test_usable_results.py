"""Which of several results counts: the latest usable one, while it is not too old."""

from typing import Any

import pytest

from support import ALC, HBSAG, WEIGHT, answer, finding, patient, result, whole

LOW = {"compare": {"quantity": "alc", "below": "alc-hold"}}
LOW_LATELY = {"compare": {"quantity": "alc", "below": "alc-hold", "within": "alc-window"}}  # three months
HEAVY = {"compare": {"quantity": "weight", "above": "heavy-weight"}}
POSITIVE = {"result": {"of": "hbv-test", "answer": "positive"}}
POSITIVE_LATELY = {"result": {"of": "hbv-test", "answer": "positive", "within": "hbv-window"}}  # twelve months


def alc(value: float, when: str | None) -> dict[str, Any]:
    return result(ALC, value, "/uL", when)


def hbsag(value: str, when: str | None) -> dict[str, Any]:
    return result(HBSAG, when=when, valueString=value)


def test_the_latest_result_counts() -> None:
    """Of several results the latest answers, in whatever order they stand."""
    assert "applies" == answer(LOW, whole(alc(900, "2026-05-01"), alc(400, "2026-06-01"), alc(800, "2026-04-01")))
    assert "applies" == answer(POSITIVE, whole(hbsag("positive", "2026-06-01"), hbsag("negative", "2026-05-01")))


@pytest.mark.parametrize(
    ("when", "expected"),
    [("2026-03-30", "applies"), ("2026-03-29", "unknown"), ("2026-03", "unknown"), ("2026-04", "applies")],
)
def test_a_stale_result(when: str, expected: str) -> None:
    """A result older than the window is too old to say what holds today: unknown, not clear."""
    assert expected == answer(LOW_LATELY, whole(alc(400, when)))


@pytest.mark.parametrize(
    ("value", "when", "expected"),
    [
        ("positive", "2025-06-30", "applies"),
        ("positive", "2025-06-29", "unknown"),
        ("negative", "2025-06-29", "unknown"),
    ],
)
def test_a_stale_answer(value: str, when: str, expected: str) -> None:
    """The same holds for the answer of a test."""
    assert expected == answer(POSITIVE_LATELY, whole(hbsag(value, when)))


def test_a_stale_result_is_named() -> None:
    """The need says of which day the last result is."""
    need = finding(LOW_LATELY, whole(alc(400, "2025-01-01"))).needs[0]
    assert ("stale", "The last result is of 2025-01-01. Order a blood count with differential.") == (need.why, need.how)


def test_a_question_without_a_window() -> None:
    """Where neither the question nor the knowledge sets a window, a result of any age counts."""
    assert "applies" == answer(LOW, whole(alc(400, "2009-01-01")))


def test_results_expire() -> None:
    """A quantity may expire by itself: the weight of an adult after twelve months, of a child after three."""
    adult, child = patient("1980-01-01"), patient("2016-01-01")
    weights = {
        when: result(WEIGHT, 60, "kg", when) for when in ("2026-04-01", "2026-03-01", "2025-06-30", "2025-06-01")
    }
    expected = [("clear", "clear"), ("clear", "unknown"), ("clear", "unknown"), ("unknown", "unknown")]
    assert expected == [
        (answer(HEAVY, whole(row, who=adult)), answer(HEAVY, whole(row, who=child))) for row in weights.values()
    ]


def test_a_person_of_unknown_age_is_held_to_the_shorter_window() -> None:
    """Whether a patient is a child may be unknown; then the shorter window holds."""
    assert "unknown" == answer(HEAVY, whole(result(WEIGHT, 60, "kg", "2026-03-01"), who=patient(None)))


def test_the_window_of_a_question_comes_first() -> None:
    """The window of a question overrules the expiry of the quantity."""
    when = {"compare": {"quantity": "weight", "above": "heavy-weight", "within": "early-weeks"}}
    assert "unknown" == answer(when, whole(result(WEIGHT, 60, "kg", "2026-04-01")))


@pytest.mark.parametrize(("when", "expected"), [(LOW, "applies"), (LOW_LATELY, "unknown")])
def test_an_undated_result(when: Any, expected: str) -> None:
    """An undated result may be of any day: it counts only where no window is asked for."""
    assert expected == answer(when, whole(alc(400, None)))


def test_an_undated_result_may_be_the_latest() -> None:
    """An undated result beside dated ones may be the latest, so a question with a window stays open."""
    assert "unknown" == answer(LOW_LATELY, whole(alc(400, None), alc(900, "2026-06-01")))


def test_a_partial_date_may_be_the_latest() -> None:
    """A result of some day in June may be earlier or later than one of 15 June: if they differ, it is unknown."""
    assert "unknown" == answer(LOW, whole(alc(400, "2026-06"), alc(900, "2026-06-15")))
    assert "clear" == answer(LOW, whole(alc(800, "2026-06"), alc(900, "2026-06-15")))


def test_conflicting_results_of_one_day() -> None:
    """Two results of one day on both sides of the limit are conflicting: unknown, with both shown."""
    found = finding(LOW, whole(alc(400, "2026-06-01"), alc(900, "2026-06-01")))
    assert ("unknown", ["conflicting"]) == (str(found.status), [need.why for need in found.needs])
    assert ["400", "900"] == sorted(fact.value for fact in found.because)


def test_agreeing_results_of_one_day() -> None:
    """Two results of one day on the same side of the limit answer the question."""
    assert "applies" == answer(LOW, whole(alc(400, "2026-06-01"), alc(450, "2026-06-01")))


def test_the_time_of_day_decides() -> None:
    """Where results of one day give their time, the later one is the latest, in whatever time zone it is written."""
    rows = (alc(400, "2026-06-01T08:00:00+00:00"), alc(900, "2026-06-01T09:30:00+02:00"))
    assert "applies" == answer(LOW, whole(*rows))


def test_the_time_of_day_decides_between_answers() -> None:
    """Where answers of one day give their time, the later one is the latest."""
    tests = (hbsag("negative", "2026-06-01T08:00:00Z"), hbsag("positive", "2026-06-01T12:00:00Z"))
    assert "applies" == answer(POSITIVE, whole(*tests))


def test_conflicting_answers_of_one_day() -> None:
    """Two answers of one day that differ are conflicting."""
    found = finding(POSITIVE, whole(hbsag("positive", "2026-06-01"), hbsag("negative", "2026-06-01")))
    assert ("unknown", ["conflicting"]) == (str(found.status), [need.why for need in found.needs])


def test_an_unusable_latest_result() -> None:
    """A latest result that cannot be used is not passed over in favor of an earlier one."""
    assert "unknown" == answer(LOW, whole(result(ALC, 4, "%", "2026-06-02"), alc(900, "2026-06-01")))
    assert "unknown" == answer(POSITIVE, whole(hbsag("see note", "2026-06-02"), hbsag("negative", "2026-06-01")))


def test_a_range_across_the_limit_is_no_answer() -> None:
    """One result that is known only within limits on both sides of the threshold leaves the question open."""
    wide = result(ALC, valueRange={"low": {"value": 400, "code": "/uL"}, "high": {"value": 600, "code": "/uL"}})
    assert "unknown" == answer(LOW, whole(wide))


EVER_POSITIVE = {"result": {"of": "hbv-test", "answer": "positive", "ever": True}}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([hbsag("positive", "2019-01-01"), hbsag("negative", "2026-06-01")], "applies"),
        ([hbsag("negative", "2019-01-01"), hbsag("positive", "2026-06-01")], "applies"),
        ([hbsag("positive", None), hbsag("negative", "2026-06-01")], "applies"),
        ([hbsag("negative", "2019-01-01"), hbsag("negative", "2026-06-01")], "clear"),
        ([hbsag("indeterminate", "2026-06-02"), hbsag("negative", "2026-06-01")], "unknown"),
        ([hbsag("positive", "2026-07-01"), hbsag("negative", "2026-06-01")], "clear"),
        ([{**hbsag("positive", "2019-01-01"), "status": "entered-in-error"}, hbsag("negative", "2026-06-01")], "clear"),
        ([{**hbsag("positive", "2019-01-01"), "status": "unknown"}, hbsag("negative", "2026-06-01")], "unknown"),
        ([], "unknown"),
    ],
    ids=[
        "earlier", "latest", "undated", "never", "latest has no answer", "after the day", "mistaken", "unknown status",
        "none",
    ],
)  # fmt: skip
def test_ever(rows: list[dict[str, Any]], expected: str) -> None:
    """With `ever` an earlier answer counts too; otherwise the question is as open as the latest result."""
    assert expected == answer(EVER_POSITIVE, whole(*rows))


def test_a_result_of_unknown_status_on_the_same_day() -> None:
    """A result of unknown status beside a final one of the same day may hold: the question is open."""
    doubtful = {**hbsag("positive", "2026-06-01"), "status": "unknown"}
    assert "unknown" == answer(POSITIVE, whole(doubtful, hbsag("negative", "2026-06-01")))
