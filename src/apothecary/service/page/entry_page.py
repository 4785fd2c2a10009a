"""The page on which a patient is entered: a short form, or a record to paste or choose."""

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from apothecary.review import Reviewer
from apothecary.service.page.asked import Answers, Asked, NotAsked
from apothecary.service.page.form import FREE_ROWS, Form
from apothecary.service.page.frame import page
from apothecary.service.page.measured import measured
from apothecary.service.state import State

_EDITABLE = 200_000  # characters of a record that a browser shows in a text field without trouble
SECTIONS = (
    ("conditions", "Problems", "Current and past. One per line, such as “rheumatoid arthritis”."),
    ("medications", "Medications", "Current and past. One per line; the drug itself too when it is taken."),
    ("allergies", "Allergies", "One per line."),
    ("vaccines", "Vaccinations", "Given and planned. One per line."),
    ("procedures", "Procedures", "One per line, such as “kidney transplant”."),
)


def enter(
    request: Request,
    state: State,
    asked: Asked | None = None,
    *,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
    message: str = "",
    charts: tuple[tuple[str, str], ...] = (),
) -> HTMLResponse:
    """The form, empty or with everything that was typed; with an error the status is 422.

    `message` is about the whole record; `errors` are by field; `charts` names where else a record can come from, and
    the path that leads there.
    """
    drug = asked.drug if asked is not None else (form.one("drug") if form is not None else "")
    if drug not in state.reviewers:
        drug = request.query_params.get("drug", "")
    reviewer = state.reviewers.get(drug) or next(iter(state.reviewers.values()))
    m = reviewer.monograph
    values = form.firsts() if form is not None else {}
    today = state.as_of(request).isoformat()
    values.setdefault("as_of", asked.as_of.isoformat() if asked is not None else today)
    values.setdefault("indication", (asked.indication or "") if asked is not None else "")
    values.setdefault("phase", (asked.phase or "") if asked is not None else "")
    record = asked.record if asked is not None else values.get("record", "")
    shown: dict[str, Any] = {
        "values": values,
        "errors": errors or {},
        "message": message,
        "record": record,
        "charts": charts,
        "editable": len(record) <= _EDITABLE,
        "answers": asked.answers if asked is not None else "",
        "answered": _answered(asked) if asked is not None else (),
        "uses": {use.id: use.name for use in m.indications.values()},
        "others": tuple(measured(reviewer).values()),
        "free_rows": range(FREE_ROWS),
        "free_used": any(name.startswith("free.") and not name.endswith(".date") and values[name] for name in values),
        "lists": SECTIONS,
        "today": today,
        "name": m.drug.name,
        "labels": labels(reviewer),
    }
    status = 422 if errors or message else 200
    return page(request, state, "enter.html", status=status, drug=m.drug.id, **shown)


def labels(reviewer: Reviewer) -> dict[str, str]:
    """What the fields are called where an error is summed up."""
    found = {"birth_date": "Date of birth", "age": "Age", "sex": "Sex", "start": "First day of therapy"}
    found |= {key: name for key, name, _ in SECTIONS}
    for one in measured(reviewer).values():
        found |= {
            f"lab.{one.id}.{part}": one.name[:1].upper() + one.name[1:] for part in ("value", "unit", "date", "answer")
        }
    for number in range(FREE_ROWS):
        parts = ("name", "value", "unit", "date")
        found |= {f"free.{number}.{part}": f"Other result {number + 1}" for part in parts}
    return found


def _answered(asked: Asked) -> tuple[str, ...]:
    """What was typed before, each in a few words."""
    try:
        said = asked.answered()
    except NotAsked:
        return ()
    return tuple(_words(said))


def _words(said: Answers) -> list[str]:
    names = {key: name for key, name, _ in SECTIONS} | {"birth_date": "Date of birth", "labs": "Results"}
    found = []
    for key, value in (*said.form.items(), *said.also.items()):
        name = names.get(key, key).replace("_", " ").capitalize()
        if isinstance(value, list):
            found += [f"{name}: {one if isinstance(one, str) else ' '.join(one.values())}" for one in value]
        else:
            found.append(f"{name}: {'no others' if value == 'none' else value}")
    found += [
        f"{test[:1].upper()}{test[1:]}: {r['value']} ({r['date']})" for test, rows in said.results.items() for r in rows
    ]
    found += [f"First day of therapy: {said.start}"] if said.start else []
    return found + [f"Left out: {source}" for source in said.struck]
