"""What the log tells about the rules: which are overridden, how often each fires, which have gone quiet.

A card without feedback counts as shown and as nothing else: silence is not acceptance.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import closing
from datetime import date, datetime, timedelta
from typing import Final

import msgspec

from apothecary.decision_log.chain import Row
from apothecary.decision_log.entry import Feedback, Note, Reason, Review, instant
from apothecary.decision_log.lookups import read_body
from apothecary.decision_log.rows import stream
from apothecary.decision_log.store import DecisionLog

QUIET: Final = 7  # days without firing that are worth a look
_REASONS: Final = 5
_Named = tuple[str, str, str]  # drug, version, rule


class Given(msgspec.Struct, frozen=True):
    """A reason for overriding, and how many cards it was given for."""

    reason: str
    count: int


class RuleUse(msgspec.Struct, frozen=True):
    """One rule under one edition: in how many reviews it applied or stayed open, and what became of its cards.

    `shown`: cards that speak for it; `overridden`, `accepted`: of those, by the last feedback; shares between 0 and 1,
    None where there is nothing to take a share of.
    """

    drug: str
    version: str
    rule: str
    reviews: int
    applied: int
    unknown: int
    shown: int
    overridden: int
    accepted: int
    other: int
    overridden_of_shown: float | None
    overridden_of_answered: float | None
    reasons: tuple[Given, ...]


class Day(msgspec.Struct, frozen=True):
    """A day in UTC: reviews of the drug, and in how many of them the rule applied."""

    day: date
    reviews: int
    applied: int


class Firing(msgspec.Struct, frozen=True):
    """How often a rule applied on each day on which its drug was reviewed, oldest first; all editions together."""

    drug: str
    rule: str
    days: tuple[Day, ...]


class Quiet(msgspec.Struct, frozen=True):
    """A rule that applied before and not in the last days, although reviews went on.

    `expected`: in how many of the recent reviews it would have applied at its earlier rate; below about 3, chance.
    """

    drug: str
    rule: str
    last: date
    applied_before: int
    reviews_before: int
    reviews_since: int
    expected: float


class Report(msgspec.Struct, frozen=True):
    """Reviews from `since` (inclusive) to `until` (exclusive, UTC), the feedback to their cards whenever it came."""

    since: date | None
    until: date | None
    quiet_days: int
    reviews: int
    cards: int
    answered: int
    feedback_to_unknown_cards: int
    unlogged: int
    rules: tuple[RuleUse, ...]
    firing: tuple[Firing, ...]
    stopped: tuple[Quiet, ...]


def report(log: DecisionLog, since: datetime | None, until: datetime | None, quiet_days: int = QUIET) -> Report:
    """The report of a log over a time; LogError where it cannot be read."""
    first = None if since is None else instant(since)
    with log.snapshot() as connection, closing(stream(connection, first)) as rows:
        return summarize(rows, since, until, quiet_days)


def summarize(
    rows: Iterable[Row], since: datetime | None = None, until: datetime | None = None, quiet_days: int = QUIET
) -> Report:
    """The same from rows in the order of the log. `until` limits reviews, not the feedback to them."""
    counts = _Counts()
    first, end = (None if time is None else instant(time) for time in (since, until))
    for row in rows:
        if (first is None or row.time >= first) and (row.kind == "feedback" or end is None or row.time < end):
            counts.add(row)
    last_day = counts.last_day if until is None else (until - timedelta(microseconds=1)).date()
    return Report(
        since=since.date() if since else None,
        until=until.date() if until else None,
        quiet_days=quiet_days,
        reviews=counts.reviews,
        cards=len(counts.cards),
        answered=sum(card.outcome is not None for card in counts.cards.values()),
        feedback_to_unknown_cards=counts.astray,
        unlogged=counts.unlogged,
        rules=counts.rule_uses(),
        firing=counts.firing(),
        stopped=() if last_day is None else counts.stopped(last_day - timedelta(days=quiet_days)),
    )


class _Shown:
    """A card and the last that was said about it."""

    __slots__ = ("named", "outcome", "reason")

    def __init__(self, named: tuple[_Named, ...]) -> None:
        self.named = named
        self.outcome: str | None = None
        self.reason: Reason | None = None


class _Counts:
    """What is counted while the rows go by."""

    def __init__(self) -> None:
        self.reviews = self.astray = self.unlogged = 0
        self.last_day: date | None = None
        self.cards: dict[str, _Shown] = {}
        self._of_edition: Counter[tuple[str, str]] = Counter()
        self._applied: Counter[_Named] = Counter()
        self._unknown: Counter[_Named] = Counter()
        self._reviews_on: defaultdict[str, Counter[date]] = defaultdict(Counter)  # by drug
        self._applied_on: defaultdict[tuple[str, str], Counter[date]] = defaultdict(Counter)  # by drug and rule

    def add(self, row: Row) -> None:
        """Counts one entry."""
        body = read_body(row)
        if isinstance(body, Review):
            self._review(row, body)
        elif isinstance(body, Feedback):
            card = self.cards.get(body.card)
            if card is not None:
                card.outcome, card.reason = body.outcome, body.reason
            elif body.reviewed is None:
                self.astray += 1
        elif isinstance(body, Note):
            self.unlogged += body.unlogged

    def _review(self, row: Row, body: Review) -> None:
        drug, version, day = row.drug or "", row.version or "", date.fromisoformat(row.time[:10])
        self.reviews += 1
        self.last_day = day if self.last_day is None else max(day, self.last_day)
        self._of_edition[drug, version] += 1
        self._reviews_on[drug][day] += 1
        for rule in body.rules.applies:
            self._applied[drug, version, rule] += 1
            self._applied_on[drug, rule][day] += 1
        for rule in body.rules.unknown:
            self._unknown[drug, version, rule] += 1
        for card in body.cards:
            if card.uuid not in self.cards:
                self.cards[card.uuid] = _Shown(tuple((drug, version, rule) for rule in dict.fromkeys(card.rules)))

    def rule_uses(self) -> tuple[RuleUse, ...]:
        """Each rule of each edition that applied, stayed open or had a card."""
        outcomes: defaultdict[_Named, Counter[str | None]] = defaultdict(Counter)
        reasons: defaultdict[_Named, Counter[str]] = defaultdict(Counter)
        for card in self.cards.values():
            for named in card.named:
                outcomes[named][card.outcome] += 1
                if card.outcome == "overridden":
                    reasons[named][_reason(card.reason)] += 1
        uses = []
        for named in sorted({*self._applied, *self._unknown, *outcomes}):
            of = outcomes[named]
            shown, overridden, accepted = of.total(), of["overridden"], of["accepted"]
            answered = shown - of[None]
            uses.append(
                RuleUse(
                    *named,
                    reviews=self._of_edition[named[0], named[1]],
                    applied=self._applied[named],
                    unknown=self._unknown[named],
                    shown=shown,
                    overridden=overridden,
                    accepted=accepted,
                    other=answered - overridden - accepted,
                    overridden_of_shown=overridden / shown if shown else None,
                    overridden_of_answered=overridden / answered if answered else None,
                    reasons=tuple(Given(*one) for one in _most(reasons[named])),
                )
            )
        return tuple(uses)

    def firing(self) -> tuple[Firing, ...]:
        """Each rule that applied at all, over every day on which its drug was reviewed."""
        return tuple(
            Firing(drug, rule, tuple(Day(day, n, on[day]) for day, n in sorted(self._reviews_on[drug].items())))
            for (drug, rule), on in sorted(self._applied_on.items())
        )

    def stopped(self, until: date) -> tuple[Quiet, ...]:
        """Rules that applied up to a day and not after it, the least likely by chance first."""
        found = []
        for (drug, rule), on in self._applied_on.items():
            days = self._reviews_on[drug]
            since = sum(n for day, n in days.items() if day > until)
            before = sum(n for day, n in days.items() if day <= until)
            if since and before and max(on) <= until:
                found.append(Quiet(drug, rule, max(on), on.total(), before, since, on.total() / before * since))
        return tuple(sorted(found, key=lambda quiet: (-quiet.expected, quiet.drug, quiet.rule)))


def _most(reasons: Counter[str]) -> list[tuple[str, int]]:
    return sorted(reasons.items(), key=lambda one: (-one[1], one[0]))[:_REASONS]


def _reason(reason: Reason | None) -> str:
    if reason is None:
        return "no reason given"
    return reason.display or reason.code or "no reason given"
