"""What the service counts, for Prometheus: never a patient, and only as many series as there are rules and routes."""

import os
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from apothecary.logic import Truth
from apothecary.review import Review
from apothecary.service.health import Report

MULTIPLE: Final = "PROMETHEUS_MULTIPROC_DIR"  # where several workers keep their numbers, so that one can show all
CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_FETCHED: Final = ("fetched", "failed")
_OUTCOMES: Final = ("accepted", "overridden")
_METHODS: Final = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH")


class _Indicated(Protocol):
    @property
    def indicator(self) -> str: ...


class _Shown(Protocol):
    @property
    def card(self) -> _Indicated: ...


class Metrics:
    """The counters of one process. Counting costs some microseconds: what is counted often is looked up only once."""

    def __init__(self) -> None:
        own = self._own = CollectorRegistry()
        counters = {
            "requests": ("Requests answered", ("route", "method", "status")),
            "reviews": ("Reviews made", ("drug", "hook", "verdict")),
            "findings": ("Findings that apply or are unknown; the others are clear", ("drug", "rule", "status")),
            "cards": ("Cards shown", ("indicator",)),
            "feedback": ("Feedback on cards", ("outcome",)),
            "log_writes": ("Entries written to the decision log", ()),
            "log_failures": ("Entries that the decision log could not take", ()),
            "fhir_fetches": ("Searches on FHIR servers", ("outcome",)),
        }
        self._counters = {
            name: Counter(f"apothecary_{name}", about, labels, registry=own)
            for name, (about, labels) in counters.items()
        }
        self._seconds, self._log_seconds = (
            Histogram(f"apothecary_{name}_seconds", about, labels, buckets=_SECONDS, registry=own)
            for name, about, labels in (
                ("request", "Time to answer", ("route",)),
                ("log", "Time until an entry of the decision log is durable", ()),
            )
        )
        self._passed, self._cases = (
            Gauge(f"apothecary_selftest_{name}", about, registry=own, multiprocess_mode="livemin")
            for name, about in (
                ("passed", "1 when the last self-test passed in every process"),
                ("cases", "Cases of the last self-test"),
            )
        )
        about = "Differences that the last self-test found"
        self._failed = Gauge("apothecary_selftest_failures", about, registry=own, multiprocess_mode="livemax")
        self._known: dict[tuple[str, ...], Callable[[], None]] = {}
        self._timed: dict[str, Callable[[float], None]] = {}

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """A request was answered; `route` is its template, never the path that was asked for."""
        shown = method if method in _METHODS else "other"  # a caller may make one up
        known = (route, shown, str(status))
        count = self._known.get(known)
        if count is None:
            count = self._known[known] = self._counters["requests"].labels(*known).inc
        count()
        timed = self._timed.get(route)
        if timed is None:
            timed = self._timed[route] = self._seconds.labels(route).observe
        timed(seconds)

    def review(self, review: Review, hook: str) -> None:
        """A review was made for a hook."""
        known, drug = self._known, review.drug
        key = ("review", drug, hook, review.verdict)
        count = known.get(key)
        if count is None:
            count = known[key] = self._counters["reviews"].labels(drug, hook, review.verdict).inc
        count()
        for finding in review.findings:
            if finding.status is not Truth.CLEAR:
                of_rule = (drug, finding.id, finding.status)
                count = known.get(of_rule)
                if count is None:
                    count = known[of_rule] = (
                        self._counters["findings"].labels(drug, finding.id, finding.status.value).inc
                    )
                count()

    def cards(self, shown: Sequence[_Shown]) -> None:
        """Cards were shown."""
        for one in shown:
            self._count("cards", one.card.indicator)

    def feedback(self, outcome: str) -> None:
        """A client said what became of a card."""
        self._count("feedback", outcome if outcome in _OUTCOMES else "other")

    def fetched(self, outcome: str) -> None:
        """A FHIR server was asked."""
        self._count("fhir_fetches", outcome if outcome in _FETCHED else "other")

    def logged(self, seconds: float) -> None:
        """An entry of the decision log became durable after this time."""
        self._counters["log_writes"].inc()
        self._log_seconds.observe(seconds)

    def log_failed(self) -> None:
        """The decision log could not be written."""
        self._counters["log_failures"].inc()

    def tested(self, report: Report) -> None:
        """A self-test is done."""
        self._passed.set(1 if report.passed else 0)
        self._cases.set(report.cases)
        self._failed.set(len(report.failures))

    def text(self) -> bytes:
        """All numbers in the text format of Prometheus; with several workers those of all of them."""
        if not os.environ.get(MULTIPLE):
            return generate_latest(self._own)
        every = CollectorRegistry()
        MultiProcessCollector(every)  # type: ignore[no-untyped-call]
        return generate_latest(every)

    def _count(self, name: str, label: str) -> None:
        key = (name, label)
        count = self._known.get(key)
        if count is None:
            count = self._known[key] = self._counters[name].labels(label).inc
        count()
