"""Occasions, drafts and reviews for the tests of cards, and the cards as a client receives them."""

import json
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

import msgspec

from apothecary.knowledge import PACKAGED, Monograph, load, packaged
from apothecary.present.cards import Draft, Occasion, Shown, cards, encode
from apothecary.review import Review, Reviewer
from apothecary.therapy.complete import complete
from support import MADE_UP, bundle, coded, condition, order, patient, read, result, search

BASE = "https://cds.example/apothecary"
HOOKS = ("patient-view", "order-select", "order-sign")
AS_OF = date(2026, 6, 30)
DRUGS = (MADE_UP.name, *packaged())
DRUG = packaged()[0]
RA = coded("icd", "M05.9", "Rheumatoid arthritis")


@cache
def reviewer(drug: str) -> Reviewer:
    return Reviewer(load(MADE_UP if drug == MADE_UP.name else PACKAGED / drug))


def known(drug: str) -> Monograph:
    return reviewer(drug).monograph


def ids() -> Callable[[], str]:
    """Ids like those of version 4, the same in every run."""
    numbers = iter(range(10**6))
    return lambda: str(UUID(int=next(numbers) | (4 << 76) | (2 << 62)))


def occasion(hook: str = "order-sign", *drafts: Draft, **more: Any) -> Occasion:
    return msgspec.structs.replace(Occasion(hook, "p1", drafts, BASE), **more)


def shown(review: Review, monograph: Monograph, asked: Occasion) -> tuple[Shown, ...]:
    return cards(review, monograph, asked, ids())


def sent(found: tuple[Shown, ...]) -> list[dict[str, Any]]:
    """The cards as they arrive."""
    return list(json.loads(encode(found))["cards"])


def about(found: tuple[Shown, ...], rule: str) -> Shown:
    """The one card of an applying rule."""
    (one,) = [one for one in found if rule in one.rules and one.status == "applies"]
    return one


def of_status(found: tuple[Shown, ...], status: str) -> list[Shown]:
    return [one for one in found if one.status == status]


def info(found: tuple[Shown, ...]) -> Shown:
    (one,) = [one for one in found if one.card.indicator == "info"]
    return one


def draft(what: Any, id_: str = "d1", of_drug: bool = True, **fields: Any) -> Draft:
    resource = {"id": id_, **order(what, "draft", **fields)}
    return Draft(f"{resource['resourceType']}/{id_}", resource, of_drug)


def daily(amount: float = 100, text: str | None = "100 mg once daily", **repeat: Any) -> list[dict[str, Any]]:
    """A plain dosage under the skin, once a day."""
    dosage = {
        "text": text,
        "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", **repeat}},
        "route": coded("snomed", "34206005", "Subcutaneous route"),
        "doseAndRate": [
            {
                "doseQuantity": {
                    "value": amount,
                    "unit": "mg",
                    "system": "http://unitsofmeasure.org",
                    "code": "mg",
                }
            }
        ],
    }
    return [{key: value for key, value in dosage.items() if value is not None}]


def review(*resources: dict[str, Any], drug: str = DRUG, drafts: tuple[Draft, ...] = (), phase: Any = None) -> Review:
    """The whole review of patient p1: nothing searched but what is given, with the drafts as the hook sends them."""
    request = {
        "hook": "order-sign",
        "context": {"patientId": "p1", "draftOrders": bundle(*(one.resource for one in drafts))},
        "prefetch": {str(number): one for number, one in enumerate(resources)},
    }
    return complete(reviewer(drug), read(request), AS_OF, phase)


def severe_kidneys(*drafts: Draft, **more: Any) -> Review:
    """Rheumatoid arthritis, a clearance of 20 mL/min and the given orders."""
    clearance = result(coded("loinc", "2164-2"), 20, "mL/min")
    return review(
        patient(birth="1980-05-05"),
        search("Condition", condition(RA)),
        search("Observation", clearance),
        search("MedicationRequest"),
        drafts=drafts,
        **more,
    )
