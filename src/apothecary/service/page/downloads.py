"""What a person takes along: the patient sheet to print, the monitoring calendar as a file."""

from datetime import date
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from apothecary.knowledge import Monograph
from apothecary.present import handout, ical
from apothecary.present.handout_words import all_words
from apothecary.record import RecordError, parse_span
from apothecary.review import ExpiredEdition, Review, UnknownUse
from apothecary.review.edition import Edition
from apothecary.service.page.asked import Asked, NotAsked
from apothecary.service.page.form import entered
from apothecary.service.page.frame import page
from apothecary.service.page.review_page import respond
from apothecary.service.page.routes import sent_form
from apothecary.service.state import State
from apothecary.therapy.from_start import NoSchedule, from_start
from apothecary.therapy.handout import languages, sheet

_NAMES: Final = {"en": "English", "es": "Español"}
_REFUSED: Final = (NotAsked, RecordError, UnknownUse, ExpiredEdition, UnicodeDecodeError)
_KEPT: Final = 40  # characters of what was asked for in a message


def router(state: State) -> APIRouter:
    """The sheet by GET, with what a review says by POST, and the calendar."""
    made = APIRouter(include_in_schema=False)

    @made.get("/handout/{drug}")
    def general(request: Request, drug: str, lang: str = "en", large: str = "") -> Response:
        if drug not in state.reviewers:
            return no_drug(request, state, drug)
        monograph = state.reviewers[drug].monograph
        try:
            outdated = bool(Edition(monograph).problems(state.as_of(request)))
        except ExpiredEdition as error:
            return _error(request, state, 503, "No sheet", str(error))
        return _sheet(request, state, monograph, lang, bool(large), outdated=outdated)

    @made.post("/handout/{drug}")
    async def personal(request: Request, drug: str) -> Response:
        if drug not in state.reviewers:
            return no_drug(request, state, drug)
        reviewer = state.reviewers[drug]
        try:
            form = (await sent_form(request, state)).form
            asked = Asked.from_form({**form.firsts(), "drug": drug}, state, state.as_of(request))
            answered, errors = entered(form, asked, reviewer)
            if errors:
                return await respond(request, state, asked, form=form, errors=errors)
            _, review = answered.review(reviewer)
        except _REFUSED as error:
            return _error(request, state, 422, "No sheet", str(error))
        large = bool(form.one("large"))
        return _sheet(
            request, state, reviewer.monograph, form.one("lang") or "en", large, asked=answered, review=review
        )

    @made.post("/calendar.ics")
    async def calendar(request: Request) -> Response:
        try:
            form = (await sent_form(request, state)).form
            asked = Asked.from_form(form.firsts(), state, state.as_of(request))
            reviewer = state.reviewers[asked.drug]
            answered, errors = entered(form, asked, reviewer)
            if errors:
                return await respond(request, state, asked, form=form, errors=errors)
            planned = form.one("planned")
            begun, wrong = _day(planned)
            found = from_start(reviewer, answered.patient(reviewer), answered.as_of, answered.indication, begun)
        except (*_REFUSED, NoSchedule) as error:
            return _error(request, state, 422, "No calendar", str(error))
        review = found.review
        if wrong or found.begun is None or not ical.dated(review.monitoring):
            values = {"asked": answered, "planned": planned, "error": wrong}
            return page(request, state, "calendar_start.html", status=422, drug=asked.drug, **values)
        content = ical.render(review.monitoring, reviewer.monograph, found.begun, review.as_of, review.patient.id)
        return Response(
            content, media_type="text/calendar; charset=utf-8", headers=_file(f"{asked.drug}-monitoring.ics")
        )

    return made


def _file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}


def _day(text: str) -> tuple[date | None, str]:
    """A whole day, None for an empty text; and what is wrong with any other text."""
    span = parse_span(text) if text else None
    if text and (span is None or span.start != span.end):
        return None, f"The first day is {text[:_KEPT]!r}. Write a whole date, such as 2026-01-31."
    return None if span is None else span.start, ""


def _sheet(
    request: Request,
    state: State,
    monograph: Monograph,
    language: str,
    large: bool,
    *,
    outdated: bool = False,
    asked: Asked | None = None,
    review: Review | None = None,
) -> Response:
    known = [one for one in languages(monograph) if one in all_words()]
    if language not in known:
        message = f"There is no sheet in the language “{language[:_KEPT]}”."
        return _error(request, state, 404, "No sheet", message, f"Languages: {', '.join(known)}.")
    made = sheet(monograph, language, review, asked.indication if asked is not None else None, outdated)
    return page(
        request,
        state,
        "handout_page.html",
        drug=monograph.drug.id,
        shown=handout.shown(made, large),
        choices=[(one, _NAMES.get(one, one)) for one in known],
        hidden=asked.hidden() if asked is not None else (),
    )


def no_drug(request: Request, state: State, drug: str) -> Response:
    """The error page for a drug without a monograph here."""
    known = ", ".join(sorted(state.reviewers)) or "none"
    message = f"There is no monograph of “{drug[:_KEPT]}” here."
    return _error(request, state, 404, "No such monograph", message, f"Monographs of this service: {known}.")


def _error(request: Request, state: State, status: int, title: str, message: str, advice: str = "") -> Response:
    return page(request, state, "error.html", status=status, title=title, message=message, advice=advice)
