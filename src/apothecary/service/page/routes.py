"""The page for people: GET / to enter a patient, POST /review for the answer, the style sheets."""

from dataclasses import dataclass

import msgspec
from fastapi import APIRouter
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from apothecary.service.body import media_type
from apothecary.service.page.asked import Asked, NotAsked
from apothecary.service.page.entry_page import enter
from apothecary.service.page.form import Form, entered
from apothecary.service.page.frame import page
from apothecary.service.page.review_page import respond
from apothecary.service.page.sheets import served
from apothecary.service.smart.routes import launches
from apothecary.service.state import State

_FIELDS = 2000
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True)
class Sent:
    """A form as it was sent, and the text of the file in it; `file` is None when none was chosen."""

    form: Form
    file: str | None


def router(state: State) -> APIRouter:
    """The pages on which a patient is entered and reviewed."""
    made = APIRouter(include_in_schema=False)

    @made.get("/")
    async def start(request: Request) -> HTMLResponse:
        return enter(request, state, charts=launches(state))

    @made.get("/review")
    async def again(request: Request) -> HTMLResponse:
        """A review lives in the form that asked for it, so its address alone leads to the empty form."""
        return enter(request, state, charts=launches(state))

    @made.post("/review")
    async def review(request: Request) -> HTMLResponse:
        try:
            sent = await sent_form(request, state)
        except UnicodeDecodeError:
            message = "The file is not UTF-8 text. Choose FHIR JSON, a CDS Hooks request, or the short form in YAML."
            return enter(request, state, message=message)
        except NotAsked as error:
            return enter(request, state, message=str(error))
        form = sent.form
        try:
            asked = Asked.from_form(form.firsts(), state, state.as_of(request))
        except NotAsked as error:
            return enter(request, state, form=form, message=str(error))
        if sent.file is not None:
            asked = msgspec.structs.replace(asked, record=sent.file)
        if form.one("forget"):
            asked = msgspec.structs.replace(asked, answers="")
        page_asked = form.get("page", [""])[-1]  # a button that names a page comes after the hidden field that does
        if page_asked == "edit":
            return enter(request, state, asked)
        answered, errors = entered(form, asked, state.reviewers[asked.drug])
        if errors and page_asked != "review":
            return enter(request, state, asked, form=form, errors=errors)
        if errors:
            return await respond(request, state, asked, form=form, errors=errors)
        return await respond(request, state, answered, form=form, before=asked)

    @made.get("/static/{path:path}")
    async def static(request: Request, path: str) -> Response:
        found = served(path)
        if found is not None:
            return found
        return page(
            request,
            state,
            "error.html",
            status=404,
            title="Not found",
            message="There is nothing at this address.",
            advice="",
        )

    return made


async def sent_form(request: Request, state: State) -> Sent:
    """The fields and the file of a form; NotAsked for what is no form, UnicodeDecodeError for a file not in UTF-8."""
    if media_type(request) not in _FORMS:
        raise NotAsked("What was sent is no form. Enter the patient here, or send a record to /review/{drug} instead.")
    try:
        data = await request.form(max_files=4, max_fields=_FIELDS, max_part_size=state.settings.limits.body_bytes)
    except HTTPException as error:
        raise NotAsked(f"The form cannot be read: {error.detail}") from error
    pairs = data.multi_items()
    file = None
    for _, value in pairs:
        if isinstance(value, UploadFile):
            content = await value.read()
            await value.close()
            file = content.decode("utf-8-sig") if content else file
    return Sent(Form.of(pairs), file)
