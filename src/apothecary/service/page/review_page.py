"""The answer as a page: verdict, what to do, the open questions as inputs, dose, exposure, calendar, sources."""

import logging
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse

from apothecary.present.content import content
from apothecary.present.safe import clean, mapped
from apothecary.record import Record, RecordError
from apothecary.record.merge import ADDED, TYPED
from apothecary.review import ExpiredEdition, Review, Reviewer, UnknownUse
from apothecary.review.index import shown as row_shown
from apothecary.service.decisions import log_review
from apothecary.service.errors import Refusal
from apothecary.service.page.asked import Asked, NotAsked
from apothecary.service.page.changes import changes
from apothecary.service.page.entry_page import enter, labels
from apothecary.service.page.exposure import exposure_part, typed
from apothecary.service.page.form import Form
from apothecary.service.page.frame import page
from apothecary.service.page.measured import measured
from apothecary.service.page.paper import paper
from apothecary.service.page.questions import questions
from apothecary.service.state import State, inside_call

_DOMAINS: Any = ("condition", "medication", "allergy", "immunization", "procedure", "observation")
_MINE = (f"{TYPED} ", f"{ADDED} ")
_logger = logging.getLogger("apothecary.page")


async def respond(
    request: Request,
    state: State,
    asked: Asked,
    *,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
    before: Asked | None = None,
) -> HTMLResponse:
    """The review of what is asked; where it cannot be made the form with what is wrong, never a page like a review.

    `errors`: fields of `form` that were not taken, shown beside them with what was typed (status 422). `before`: what
    was asked before the form was sent, to go back to when the record with it cannot be reviewed.
    """
    request.state.hook, request.state.drug = "page", asked.drug  # for the log of requests
    reviewer = state.reviewers[asked.drug]
    try:
        record, review = asked.review(reviewer)
        values = _values(request, state, asked, form, record, review)
    except RecordError as error:
        return enter(request, state, before or asked, form=form, message=error.message)
    except (NotAsked, UnknownUse, ExpiredEdition) as error:
        return enter(request, state, before or asked, form=form, message=str(error))
    except Exception as error:  # whatever it is, it must not look like a review
        _logger.error("a review failed", exc_info=error)
        return failed(request, state)
    try:
        inside = inside_call(request) is not None
        note = await log_review(
            state,
            review,
            hook="page",
            service="page",
            request_id=str(uuid4()),
            patient=review.patient.id,
            inside=inside,
        )
    except Refusal as refusal:
        title, advice = "No review was made", "Try again, or tell whoever runs this service."
        return page(
            request, state, "error.html", status=refusal.status, title=title, message=refusal.message, advice=advice
        )
    wrong = errors or {}
    kept = form.firsts() if wrong and form is not None else {}
    status = 422 if wrong else 200
    try:
        return page(
            request,
            state,
            "review_page.html",
            status=status,
            drug=asked.drug,
            note=note,
            errors=wrong,
            values=kept,
            **values,
        )
    except Exception as error:  # half a page would look like a review
        _logger.error("a review could not be shown", exc_info=error)
        return failed(request, state)


def failed(request: Request, state: State) -> HTMLResponse:
    """The page after an unexpected failure: it says that there is no review."""
    return page(
        request,
        state,
        "error.html",
        status=500,
        title="No review was made",
        message="Something went wrong inside the service, so there is no answer about this patient.",
        advice="Do not read this as an all-clear. Try again, or tell whoever runs this service.",
    )


def _values(
    request: Request, state: State, asked: Asked, form: Form | None, record: Record, review: Review
) -> dict[str, Any]:
    reviewer = state.reviewers[asked.drug]
    m = reviewer.monograph
    shown = content(review, m)
    ctx = reviewer.context(record, asked.as_of, asked.phase, asked.indication)
    return {
        "asked": asked,
        "shown": shown,
        "questions": mapped_questions(questions(review, record, reviewer)),
        "labs_open": record.sections["observation"].state != "supplied",
        "basis": {finding.id: tuple(b.statement for b in finding.basis) for finding in review.findings},
        "changes": changes(review, ctx),
        "paper": paper(shown),
        "exposure_page": exposure_part(review, m, asked, typed(form or {})),
        "labels": labels(reviewer),
        "unrecognized": _unrecognized(record, reviewer),
        "uses": {use.id: use.name for use in m.indications.values()},
        "calendar": bool(review.monitoring),
        "typed": _typed(record),
        "others": tuple(measured(reviewer).values()),
        "today": state.as_of(request).isoformat(),
    }


def mapped_questions(listed: Iterable[Any]) -> tuple[Any, ...]:
    """Questions whose texts are one harmless line; what fields are named by stays as it is."""
    change = msgspec.structs.replace
    found = []
    for one in listed:
        entries = tuple(change(entry, text=clean(entry.text)) for entry in one.entries)
        found.append(change(one, fact=clean(one.fact), how=clean(one.how), entries=entries))
    return tuple(found)


def _typed(record: Record) -> tuple[tuple[str, str], ...]:
    """What was typed on the page, as it was read: the name and where it stands."""
    rows = (row for rows in record.tables.values() for row in rows if row.source.startswith(_MINE))
    return mapped(tuple((row_shown(row), row.source.partition(" ")[2]) for row in rows), clean)


def _unrecognized(record: Record, reviewer: Reviewer) -> tuple[str, ...]:
    """Typed names that belong to nothing the monograph asks about: perhaps harmless, perhaps misspelled."""
    found = []
    for section in _DOMAINS:
        for row in record.tables.get(section, ()):
            if row.source.startswith(_MINE) and row.standing != "void":
                hits, _ = reviewer.matcher.match(section, row.codes, row.texts, row.route)
                if not hits:
                    found.append(clean(row_shown(row)))
    return tuple(dict.fromkeys(found))
