"""One patient, one monograph, one day: the review. Facts and knowledge in, a frozen result out."""

from collections.abc import Iterator
from datetime import date
from typing import Any, get_args

import msgspec

from apothecary import logic
from apothecary.knowledge import Matcher, Monograph, Rule
from apothecary.knowledge.schema import LabeledException, PhaseName, Severity
from apothecary.logic import Truth
from apothecary.record import Problem, Record, RecordError, Span
from apothecary.review import quantities as q
from apothecary.review.conflicts import opposite_advice
from apothecary.review.context import Context
from apothecary.review.edition import Edition
from apothecary.review.evaluate import evaluate
from apothecary.review.index import Asked, Hit, Index
from apothecary.review.observed import Open
from apothecary.review.outcome import NONE, Outcome, joined
from apothecary.review.result import (
    Basis,
    Finding,
    IndicationFound,
    Measure,
    PatientShown,
    Review,
    ToGet,
    Verdict,
    bases,
)
from apothecary.review.shortcut import asked_rows

_SEVERITIES: tuple[Severity, ...] = ("critical", "warning", "info")
_STATUSES = (Truth.APPLIES, Truth.UNKNOWN, Truth.CLEAR)
_GIVEN_KINDS = ("MedicationAdministration", "MedicationDispense")


class UnknownUse(ValueError):
    """The indication asked for is not one of the monograph's uses."""


class Reviewer:
    """A monograph made ready for many reviews; holds no patient."""

    def __init__(self, monograph: Monograph, ancestors: dict[tuple[str, str], frozenset[str]] | None = None) -> None:
        monograph = _interned(monograph)
        self.monograph = monograph
        self.matcher = Matcher(monograph.value_sets, monograph.codes, ancestors)
        self._basis = {
            rule.id: bases(monograph.statements, rule.statements, rule.kind) for rule in monograph.rules.values()
        }
        self._uses = {
            use.id: (
                logic.Indication(equals=use.id),
                asked_rows(use.when, monograph),
                IndicationFound(use.id, use.name, Truth.CLEAR, use.labeled, (), ()),
            )
            for use in monograph.indications.values()
        }
        self._constants: dict[Any, Any] = {}
        self._edition = Edition(monograph)
        self._clear = {rule.id: self._state(rule, NONE) for rule in monograph.rules.values()}
        self._asked = {phase: [*self._of_phase(phase)] for phase in get_args(PhaseName)}
        topics = {topic: number for number, topic in enumerate(monograph.topics)}
        shown = [(rule, status) for rule in monograph.rules.values() for status in _STATUSES]
        shown.sort(key=lambda p: (_SEVERITIES.index(p[0].severity), _STATUSES.index(p[1]), topics[p[0].topic]))
        self._order = {(rule.id, status): number for number, (rule, status) in enumerate(shown)}

    def review(
        self,
        record: Record,
        as_of: date,
        phase: PhaseName | None = None,
        indication: str | None = None,
    ) -> Review:
        """The review as of a day.

        RecordError when the patient has died by then, UnknownUse for an unknown use, ExpiredEdition when the site
        refuses an edition of that age.
        """
        return self.answer(self.context(record, as_of, phase, indication))

    def answer(self, ctx: Context) -> Review:
        """The review of what `context` has prepared."""
        none_of = ctx.index.surely_none_of if ctx.indication is None else _not_known
        found = [
            clear if asked is not None and none_of(asked) else self._finding(rule, ctx)
            for rule, asked, clear in self._asked[ctx.phase]
        ]
        findings = tuple(sorted(found, key=lambda f: self._order[f.id, f.status]))
        knowledge = self._edition.knowledge(ctx.index.as_of)
        problems = (*ctx.problems, *ctx.index.record.problems, *opposite_advice(findings, ctx))
        return Review(
            contract=1,
            drug=self.monograph.drug.id,
            knowledge=knowledge,
            patient=_patient(ctx),
            as_of=ctx.index.as_of,
            phase=ctx.phase,
            phase_from=ctx.phase_from,
            verdict=_verdict(findings, problems, knowledge.expired),
            indications=tuple(self._indications(ctx)),
            findings=findings,
            to_get=_to_get(findings),
            problems=problems,
        )

    def context(
        self, record: Record, as_of: date, phase: PhaseName | None = None, indication: str | None = None
    ) -> Context:
        """What one review works with; `explain` starts here too."""
        problems = self._edition.problems(as_of)
        patient = record.patient
        if patient.dead and (patient.death is None or patient.death.start <= as_of):
            raise RecordError("dead", "The record says that the patient has died. Nothing was reviewed.")
        if patient.birth is not None and patient.birth.start > as_of:
            message = f"The patient is born on {patient.birth.text()}, after the day of the review ({as_of})."
            raise RecordError("not-born", f"{message} Check the date given with --as-of.")
        if indication is not None and indication not in self.monograph.indications:
            known = ", ".join(self.monograph.indications)
            raise UnknownUse(f"There is no indication {indication!r}. Indications: {known}.")
        index = Index(record, self.matcher, as_of)
        uses = [hit for hit in index.hits("medication", self.monograph.drug.value_set) if hit.match > 1]
        taken = [
            hit
            for hit in uses
            if hit.standing == "current" and (hit.row.when is None or hit.row.when.start <= as_of)  # begun by then
        ]
        if phase is None:
            on = any(hit.row.kind not in _GIVEN_KINDS for hit in taken)
            said = "an active order or statement of the drug" if on else "no active order or statement of the drug"
            chosen: PhaseName = "on-therapy" if on else "considering"
        else:
            chosen, said = phase, "as asked"
        start = _start(taken) if chosen == "on-therapy" and not _earlier_rows(index, self.monograph) else None
        return Context(index, self.monograph, chosen, said, start, indication, self._constants, problems)

    def _of_phase(self, phase: PhaseName) -> Iterator[tuple[Rule, Asked | None, Finding]]:
        """The rules of a phase, each with the rows it asks for and its finding when there are none."""
        for rule in self.monograph.rules.values():
            if phase in rule.phases:
                yield rule, asked_rows(rule.when, self.monograph), self._clear[rule.id]

    def _finding(self, rule: Rule, ctx: Context) -> Finding:
        outcome = evaluate(rule.when, ctx)
        if outcome is NONE:
            return self._clear[rule.id]
        if outcome.truth is not Truth.APPLIES or not rule.exceptions:
            return self._state(rule, outcome)
        special = [(exception, evaluate(exception.when, ctx)) for exception in rule.exceptions]
        holding = [(exception, found) for exception, found in special if found.truth is Truth.APPLIES]
        if not holding:
            return self._state(rule, outcome)
        ctx.memo["holding", rule.id] = tuple(exception for exception, _ in holding)
        return msgspec.structs.replace(
            self._state(rule, joined(outcome.truth, (outcome, *(found for _, found in holding)))),
            action=" ".join(exception.action for exception, _ in holding),
            basis=(
                *self._basis[rule.id],
                *(b for exception, _ in holding for b in self._exception_basis(rule, exception)),
            ),
            exception=", ".join(exception.label for exception, _ in holding),
        )

    def _state(self, rule: Rule, outcome: Outcome) -> Finding:
        return Finding(
            rule.id,
            outcome.truth,
            rule.severity,
            rule.topic,
            rule.title,
            rule.action,
            outcome.because,
            outcome.needs,
            self._basis[rule.id],
            rule.interpretation,
        )

    def _exception_basis(self, rule: Rule, exception: LabeledException) -> tuple[Basis, ...]:
        """The statements that the exception adds to those of the rule."""
        added = (i for i in exception.statements if i not in rule.statements)
        return bases(self.monograph.statements, added, rule.kind)

    def _indications(self, ctx: Context) -> Iterator[IndicationFound]:
        for use in self.monograph.indications.values():
            node, asked, clear = self._uses[use.id]
            if asked is not None and ctx.indication is None and ctx.index.surely_none_of(asked):
                yield clear
            else:
                outcome = evaluate(node, ctx)
                yield IndicationFound(use.id, use.name, outcome.truth, use.labeled, outcome.because, outcome.needs)


def _not_known(asked: Asked) -> bool:
    """A use named by the person who asks is no row of the record, so every rule is evaluated."""
    return False


def _interned(m: Monograph) -> Monograph:
    known: dict[logic.Condition, logic.Condition] = {}

    def one(item: Any) -> Any:
        done = msgspec.structs.replace(item, when=logic.interned(item.when, known))
        if getattr(done, "exceptions", ()):
            done = msgspec.structs.replace(done, exceptions=tuple(one(exception) for exception in done.exceptions))
        return done

    rules = {id_: one(rule) for id_, rule in m.rules.items()}
    return msgspec.structs.replace(m, rules=rules, indications={id_: one(use) for id_, use in m.indications.items()})


def _earlier_rows(index: Index, m: Monograph) -> bool:
    """Whether rows of the drug may be missing or unreadable, so that the first known one may not be the start."""
    if index.section("medication").state == "unreadable":
        return True
    unread = [hit.row for hit in index.opaque.get("medication", ()) if hit.standing not in ("void", "planned")]
    if any(index.may_belong(row, m.drug.value_set) for row in unread):
        return True
    return any(hit.standing == "unreadable" for hit in index.hits("medication", m.drug.value_set))


def _start(taken: list[Hit]) -> Span | None:
    """The earliest date of the rows that say the drug is taken; None when one of them is undated."""
    spans = [hit.row.when for hit in taken]
    dated = [span for span in spans if span is not None]
    if not dated or len(dated) < len(spans):
        return None
    return Span(min(span.start for span in dated), min(span.end for span in dated))


def _verdict(findings: tuple[Finding, ...], problems: tuple[Problem, ...], expired: bool) -> Verdict:
    states = {(finding.severity, finding.status) for finding in findings}
    if ("critical", Truth.APPLIES) in states:
        return "stop"
    opposed = any(problem.code == "opposite-advice" for problem in problems)
    if ("critical", Truth.UNKNOWN) in states or opposed or not findings:
        return "cannot-tell"
    if ("warning", Truth.APPLIES) in states or ("warning", Truth.UNKNOWN) in states or expired:
        return "caution"
    return "go"


def _to_get(findings: tuple[Finding, ...]) -> tuple[ToGet, ...]:
    """What would settle the open questions: by the most severe question, then by how many it touches."""
    grouped: dict[tuple[str, str], list[tuple[Finding, str]]] = {}
    for finding in findings:
        if finding.status is Truth.UNKNOWN:
            for need in finding.needs:
                grouped.setdefault((need.fact, need.why), []).append((finding, need.how))
    listed = []
    for (fact, why), asking in grouped.items():
        severity = min((finding.severity for finding, _ in asking), key=_SEVERITIES.index)
        settles = tuple(dict.fromkeys(finding.id for finding, _ in asking))
        listed.append(ToGet(fact, why, asking[0][1], severity, settles))  # type: ignore[arg-type]  # why came from a Need
    return tuple(sorted(listed, key=lambda get: (_SEVERITIES.index(get.severity), -len(get.settles))))


def _patient(ctx: Context) -> PatientShown:
    months = ctx.age_months()
    patient = ctx.index.record.patient
    return PatientShown(
        patient.id,
        q.age_text(months) if months is not None else None,
        patient.sex,
        _measure(ctx, "weight"),
        _measure(ctx, "creatinine-clearance"),
    )


def _measure(ctx: Context, name: str) -> Measure:
    seen = ctx.monograph.observations.get(name)
    if seen is None:
        return Measure(None, "", why="not part of this monograph")
    number = q.resolve(ctx, name)
    if isinstance(number, Open):
        return Measure(None, seen.unit or "", why="; ".join(need.how for need in number.needs))
    first = number.evidence[0]
    derived = first.match == "derived"
    value = (round(number.number.low, 1) if derived else number.number.low) if number.number.exact else None
    method = first.note if derived else "reported"
    return Measure(value, seen.unit or "", first.date, first.source, method, "", f"{first.value} {seen.unit}")
