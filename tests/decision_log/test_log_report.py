"""What the log tells about the rules, counted by hand."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from log_samples import DRUG, START, VERSION, Opened, answer, note, review

from apothecary.decision_log.report import Day, Given, Quiet, Report, RuleUse, report
from apothecary.decision_log.store import DecisionLog


def on(day: int, number: int, applies: tuple[str, ...] = ("hives",), **changed: Any) -> Any:
    """A review so many days after the first of November."""
    return review(number, applies, time=START + timedelta(days=day), **changed)


def of(log: DecisionLog, since: int | None = None, until: int | None = None, quiet_days: int = 7) -> Report:
    first, end = (
        None if day is None else datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=day) for day in (since, until)
    )
    return report(log, first, end, quiet_days)


def use(found: Report, rule: str, version: str = VERSION) -> RuleUse:
    return next(one for one in found.rules if (one.rule, one.version) == (rule, version))


def test_overrides_are_shares_of_cards_shown_and_of_cards_answered(log: DecisionLog) -> None:
    log.append([on(0, number) for number in range(1, 11)])
    log.append([answer(f"card-{n}") for n in (1, 2, 3)] + [answer("card-4", "accepted")])
    found = use(of(log), "hives")
    assert (10, 3, 1, 0) == (found.shown, found.overridden, found.accepted, found.other)
    assert (0.3, 0.75) == (found.overridden_of_shown, found.overridden_of_answered)


def test_silence_is_not_acceptance(log: DecisionLog) -> None:
    log.append([on(0, 1), on(0, 2)])
    found = use(of(log), "hives")
    assert (2, 0, 0, 0.0, None) == (
        found.shown, found.overridden, found.accepted, found.overridden_of_shown, found.overridden_of_answered,
    )  # fmt: skip


def test_the_last_feedback_to_a_card_counts(log: DecisionLog) -> None:
    log.append([on(0, 1), answer(at=0), answer(outcome="accepted", at=1)])
    found = use(of(log), "hives")
    assert (0, 1) == (found.overridden, found.accepted)


def test_a_card_counts_once_for_each_of_its_rules(log: DecisionLog) -> None:
    log.append([on(0, 1, ("hives", "age")), on(1, 1, ("hives", "age")), answer()])
    found = of(log)
    assert (1, 1) == (found.cards, found.answered)
    assert [(1, 1, 2)] * 2 == [(one.shown, one.overridden, one.applied) for one in found.rules if one.rule != "renal"]


def test_editions_are_counted_apart(log: DecisionLog) -> None:
    log.append([on(0, 1), on(1, 2, version="2027.1"), on(1, 3, version="2027.1"), answer("card-2")])
    found = of(log)
    assert (0.0, 0.5) == (use(found, "hives").overridden_of_shown, use(found, "hives", "2027.1").overridden_of_shown)
    assert (1, 2) == (use(found, "hives").reviews, use(found, "hives", "2027.1").reviews)


def test_rules_that_stay_open_are_listed(log: DecisionLog) -> None:
    log.append([on(0, 1), on(0, 2)])
    assert (0, 2, 0, None) == tuple(
        getattr(use(of(log), "renal"), name) for name in ("applied", "unknown", "shown", "overridden_of_shown")
    )


def test_the_reasons_given_most_come_first(log: DecisionLog) -> None:
    log.append([on(0, number) for number in range(1, 6)])
    monitor = {"code": "will-monitor", "system": "urn:x", "display": "Will monitor"}
    said: list[dict[str, str] | None] = [{"code": "other"}, monitor, monitor, None]
    log.append([answer(f"card-{n}", reason=reason) for n, reason in enumerate(said, 1)])
    expected = (Given("Will monitor", 2), Given("no reason given", 1), Given("other", 1))
    assert expected == use(of(log), "hives").reasons


def test_feedback_to_cards_that_are_not_there_and_answers_not_logged(log: DecisionLog) -> None:
    log.append([answer("card-9"), note(unlogged=3), note(unlogged=2), note(says="x")])
    found = of(log)
    assert (1, 5, 0) == (found.feedback_to_unknown_cards, found.unlogged, found.answered)


# --- days ----------------------------------------------------------------------------------------------------------


def test_firing_is_counted_for_every_day_with_a_review(log: DecisionLog) -> None:
    log.append([on(0, 1), on(0, 2, ("age",)), on(2, 3, ("age",)), on(3, 4), on(3, 5, drug="another")])
    found = {(one.drug, one.rule): one.days for one in of(log).firing}
    days = (Day(date(2026, 11, 1), 2, 1), Day(date(2026, 11, 3), 1, 0), Day(date(2026, 11, 4), 1, 1))
    assert days == found[DRUG, "hives"]
    assert (Day(date(2026, 11, 4), 1, 1),) == found["another", "hives"]


def test_a_window_takes_reviews_in_it_and_feedback_to_them_whenever_it_came(log: DecisionLog) -> None:
    log.append([on(day, day) for day in range(1, 6)])
    log.append([answer("card-1"), answer("card-2", at=9 * 24 * 60), answer("card-5")])
    found = of(log, since=2, until=5)
    assert (3, 3, 1, 0) == (found.reviews, found.cards, found.answered, found.feedback_to_unknown_cards)
    assert (date(2026, 11, 3), date(2026, 11, 6)) == (found.since, found.until)


def stopped(log: DecisionLog, **window: int) -> tuple[Quiet, ...]:
    return of(log, **window).stopped


def test_a_rule_that_stopped_firing_is_named(log: DecisionLog) -> None:
    log.append([on(day, day, ("hives", "age") if day < 10 else ("age",)) for day in range(20)])
    assert (Quiet(DRUG, "hives", date(2026, 11, 10), 10, 13, 7, 10 / 13 * 7),) == stopped(log)


def test_a_rule_that_fired_in_the_last_days_has_not_stopped(log: DecisionLog) -> None:
    log.append([on(day, day, ("hives",) if day == 13 else ("age",)) for day in range(20)])
    assert () == stopped(log)
    assert ("hives",) == tuple(quiet.rule for quiet in stopped(log, quiet_days=6))


def test_without_reviews_nothing_has_stopped(log: DecisionLog) -> None:
    log.append([on(day, day) for day in range(5)])
    log.append([on(40, 40, ("age",), drug="another")])
    assert () == stopped(log)


def test_days_up_to_the_end_of_the_window_count_as_the_last(log: DecisionLog) -> None:
    log.append([on(day, day) for day in range(10)])
    log.append([on(day, day, ("age",)) for day in range(10, 13)])
    assert () == stopped(log)
    assert ("hives",) == tuple(quiet.rule for quiet in stopped(log, until=17))


def test_an_empty_log_has_an_empty_report(log: DecisionLog) -> None:
    found = of(log)
    assert (0, 0, (), (), ()) == (found.reviews, found.cards, found.rules, found.firing, found.stopped)


def test_a_long_log_is_read_to_its_end(tmp_path: Any, opened: Opened) -> None:
    log = opened(str(tmp_path / "log.db"))
    log.append([on(number % 30, number) for number in range(3500)])
    assert 3500 == use(of(log), "hives").shown
