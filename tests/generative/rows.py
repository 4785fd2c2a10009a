"""Random resources about a drug's knowledge: codes and names of its value sets, in every status, date and spelling."""

from datetime import timedelta
from functools import cache
from random import Random
from typing import Any, Final, NamedTuple

from strategies import AS_OF, limits, monograph, sets_about

from apothecary import units
from apothecary.knowledge.schema import CodeEntry, Domain

Json = dict[str, Any]

_ICD = "http://hl7.org/fhir/sid/icd-10-cm"
_DAYS = (-9000, -3000, -800, -367, -365, -200, -184, -100, -92, -91, -40, -28, -10, -1, 0, 1, 40, 400)
DATES: Final = (
    *((AS_OF + timedelta(days)).isoformat() for days in _DAYS),
    *("2026", "2026-06", "2026-05", "2026-03", "2025", "2025-06", "2025-12", "2024", "2027", "2026-07"),
    *("2026-06-29T08:00:00Z", "2026-06-29T10:00:00+02:00", "2026-06-29T23:30:00-05:00", "2026-06-29"),
    *("2026-06-01", "2026-06-15", "2026-05-20", "2026-06-20") * 4,
)
_FEW_DATES: Final = ("2026-06-01", "2026-06-30", "2026-06", "2026", "2026-06-01T08:00:00Z", "2026-06-01T09:00:00Z")
# Units by what they measure, each with its size as it is defined, so that the engine's own table is not trusted:
# a litre has 10**6 uL, a pound 0.45359237 kg, an inch 2.54 cm, and a mole of creatinine 113.12 g.
SIZES: Final[tuple[dict[str, float], ...]] = (
    {
        **dict.fromkeys(("/uL", "/mm3", "cells/uL", "{cells}/uL"), 1.0),
        **dict.fromkeys(("10*3/uL", "K/uL", "×10³/µL", "10*9/L", "x10E9/L", "G/L"), 1e3),
        "/L": 1e-6,
    },
    {**dict.fromkeys(("mL/min", "ml/min", "mL per min"), 1.0), "L/h": 1000 / 60, "mL/s": 60.0},
    dict.fromkeys(("mL/min/{1.73_m2}", "mL/min/1.73 m2", "mL/min/1.73m²", "mL/min/1.73m^2"), 1.0),
    {
        **dict.fromkeys(("mg/dL", "mg/dl", "mg/100 mL"), 1.0),
        **dict.fromkeys(("umol/L", "µmol/L", "micromol/L"), 0.011312),
        "mg/L": 0.1,
        "g/L": 100.0,
        "mmol/L": 11.312,
    },
    {"kg": 1.0, "g": 0.001, **dict.fromkeys(("lb", "[lb_av]"), 0.45359237)},
    {"cm": 1.0, "m": 100.0, "mm": 0.1, "[in_i]": 2.54},
    {"[IU]/mL": 1.0, "[IU]/L": 0.001, "IU/mL": 1.0},
)
_WRONG_UNITS: Final = (None, "", "%", "mg", "furlong", "Mg", "10^3")
_CASES: Final = (str, str.lower, str.upper, str.title, str.swapcase)
_FREE: Final = ("something else", "no {}", "history of {}", "suspected {}", "{}, mild", "non infectious {}")
_MEDICATION: Final = {
    "MedicationRequest": "active on-hold cancelled completed entered-in-error stopped draft unknown",
    "MedicationStatement": "active completed entered-in-error intended stopped on-hold unknown not-taken",
    "MedicationAdministration": "completed in-progress not-done on-hold stopped entered-in-error unknown",
    "MedicationDispense": "completed preparation in-progress cancelled on-hold declined stopped unknown",
}


_SIGS: Final = (
    "100 mg sub-Q once daily", "120 mg every 4 weeks", "2 mg/kg/day", "200 mg daily", "as directed", "1 syringe bid",
)  # fmt: skip
_ROUTES: Final = (None, "subcutaneous", "oral", "nobody knows")
_TIMINGS: Final[tuple[Json, ...]] = (
    {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
    {"repeat": {"frequency": 1, "period": 28, "periodUnit": "d"}},
    {"repeat": {"frequency": 1, "frequencyMax": 2, "period": 1, "periodUnit": "d"}},
    {"repeat": {"dayOfWeek": ["mon", "thu"]}},
    {"code": {"coding": [{"code": "BID"}]}},
    {"code": {"text": "as the moon changes"}},
)


class World(NamedTuple):
    """What rows are drawn from: a drug's knowledge, and the ids that come up most because they are asked for."""

    drug: str
    about: frozenset[str] = frozenset()
    crowded: bool = False  # all rows on few days and with few numbers, so that many fall together


# --- concepts -------------------------------------------------------------------------------------------------------


@cache
def _entries(drug: str, set_id: str) -> tuple[CodeEntry, ...]:
    m = monograph(drug)
    wanted = {set_id, *m.value_sets[set_id].include}
    return tuple(entry for entry in m.codes if entry.value_set in wanted)


@cache
def _choices(world: World, domain: Domain) -> tuple[str, ...]:
    """The value sets of a domain; those that are asked about come up most of the time."""
    known = tuple(set_id for set_id in sets_about(world.drug, domain) if _entries(world.drug, set_id))
    asked = tuple(set_id for set_id in known if set_id in world.about)
    return known + asked * (3 * len(known) // len(asked)) if asked else known


def concept(rng: Random, world: World, domain: Domain, set_id: str | None = None) -> Json:
    """A code with or without its display, a name in any case, a code too broad or beside it, or nothing."""
    form = rng.choice(
        (*("code", "display", "name") * 6, "both", "broad", "sibling", "free", "unlisted", "local", "empty")
    )
    if form == "unlisted":
        return {"coding": [{"system": _ICD, "code": "Z00.00", "display": "General examination"}]}
    if form in ("local", "empty"):
        return {"coding": [{"system": "urn:local", "code": "X1"}]} if form == "local" else {}
    entry = rng.choice(_entries(world.drug, set_id or rng.choice(_choices(world, domain))))
    name = rng.choice(_CASES)(entry.display)
    if form == "free":
        return {"text": rng.choice(_FREE).format(name)}
    if form == "name" or entry.match == "name":
        return {"text": name}
    code = entry.code + (rng.choice(("", "9")) if entry.match == "prefix" else "")
    if form in ("broad", "sibling") and entry.system == _ICD:
        code = code[:3] + ("8" if form == "sibling" else "")
    coding = {"system": entry.system, "code": code}
    if form == "display":
        coding["display"] = name
    return {"coding": [coding], "text": name} if form == "both" else {"coding": [coding]}


def _coded(code: str | None) -> Json | None:
    return {"coding": [{"code": code}]} if code else None


def _date(rng: Random, world: World) -> str | None:
    return rng.choice((None, *(_FEW_DATES if world.crowded else DATES)))


def resource(kind: str, **fields: Any) -> Json:
    """A resource of patient p1; a field given as None is left out."""
    owner = "patient" if kind in ("AllergyIntolerance", "Immunization", "ImmunizationRecommendation") else "subject"
    given = {name: value for name, value in fields.items() if value is not None}
    return {"resourceType": kind, owner: {"reference": "Patient/p1"}, **given}


# --- rows -----------------------------------------------------------------------------------------------------------

_CLINICAL = (None, *("active",) * 5, "recurrence", "relapse", "inactive", "remission", "resolved")
_VERIFIED = (None, *("confirmed",) * 6, "unconfirmed", "provisional", "refuted", "entered-in-error")
_RESULT = (None, *("final",) * 12, "amended", "preliminary", "registered", "cancelled", "unknown")
_PROCEDURE = (None, *("completed",) * 6, "in-progress", "not-done", "preparation", "on-hold", "unknown")


def problem(rng: Random, world: World) -> Json:
    """A problem of the problem list, now and then an adverse event."""
    code, day = concept(rng, world, "condition"), _date(rng, world)
    if rng.random() < 0.1:
        actuality = rng.choice((None, "actual", "potential"))
        return resource("AdverseEvent", event=code, date=day, actuality=actuality)
    return resource(
        "Condition",
        code=code,
        clinicalStatus=_coded(rng.choice(_CLINICAL)),
        verificationStatus=_coded(rng.choice(_VERIFIED)),
        onsetDateTime=day,
        recordedDate=rng.choice((None, None, "2026-06-01")),
        abatementDateTime=rng.choice((*(None,) * 6, "2025-06-01", "2026", "2027-01-01")),
    )


def medication(rng: Random, world: World) -> Json:
    """An order, a statement, a dose given or handed out; sometimes what is taken stands in a resource of its own."""
    own = monograph(world.drug).drug.value_set if rng.random() < 0.25 else None
    code, day, kind = concept(rng, world, "medication", own), _date(rng, world), rng.choice(tuple(_MEDICATION))
    usual, *others = _MEDICATION[kind].split()
    written: Json = {"medicationCodeableConcept": code, "status": rng.choice((None, *others, *(usual,) * 6))}
    if rng.random() < 0.2:
        del written["medicationCodeableConcept"]
        written["contained"] = [{"resourceType": "Medication", "id": "m", "code": code}]
        written["medicationReference"] = {"reference": "#m"}
    if kind == "MedicationRequest":
        written["intent"] = rng.choice(("order", "order", "proposal", "plan", None))
    if kind in ("MedicationRequest", "MedicationStatement") and rng.random() < (0.8 if own else 0.2):
        written["dosageInstruction" if kind == "MedicationRequest" else "dosage"] = dosages(rng, world)
    if kind == "MedicationStatement" and rng.random() < 0.3:
        period = {"start": day, "end": rng.choice(("2025-12-31", "2026", "2027-01-01"))}
        return resource(kind, effectivePeriod=period, **written)
    dated = {"MedicationRequest": "authoredOn", "MedicationDispense": "whenHandedOver"}.get(kind, "effectiveDateTime")
    return resource(kind, **{dated: day}, **written)


def dosages(rng: Random, world: World) -> list[Json]:
    """Mostly one dosage, structured or in words; a part may be left out or not be readable."""
    found: list[Json] = []
    for _ in range(rng.choice((1, 1, 1, 1, 2))):
        route = rng.choice(_ROUTES)
        one: Json = {"route": {"text": route} if route else None}
        if rng.random() < 0.3:
            one["text"] = rng.choice(_SIGS)
        else:
            unit = rng.choice(("mg", "mg", "mL", "{syringe}", "mg/kg", "tablet", None))
            amount = {"value": rng.choice((0.5, 1, 2, 100, 120, 200)), "unit": unit}
            one["doseAndRate"] = [{"doseQuantity": {name: part for name, part in amount.items() if part is not None}}]
            one["timing"] = rng.choice((None, *_TIMINGS))
            one["asNeededBoolean"] = rng.choice((None, None, None, True))
        found.append({name: part for name, part in one.items() if part is not None})
    return found


def allergy(rng: Random, world: World) -> Json:
    """An allergy or intolerance."""
    return resource(
        "AllergyIntolerance",
        code=concept(rng, world, "allergy"),
        clinicalStatus=_coded(rng.choice(_CLINICAL)),
        verificationStatus=_coded(rng.choice(_VERIFIED)),
        recordedDate=_date(rng, world),
    )


def vaccination(rng: Random, world: World) -> Json:
    """A vaccination, a recommended one or an ordered one."""
    code, day = concept(rng, world, "immunization"), _date(rng, world)
    kind = rng.choice(("Immunization", "Immunization", "ImmunizationRecommendation", "ServiceRequest"))
    if kind == "Immunization":
        status = rng.choice((None, *("completed",) * 4, "not-done", "entered-in-error"))
        return resource(kind, status=status, vaccineCode=code, occurrenceDateTime=day)
    if kind == "ServiceRequest":
        return resource(kind, status=rng.choice(("draft", "active", "revoked")), code=code, authoredOn=day)
    forecast = _coded(rng.choice(("due", "due", "overdue", "complete")))
    return resource(kind, date=day, recommendation=[{"vaccineCode": [code], "forecastStatus": forecast}])


def procedure(rng: Random, world: World) -> Json:
    """A procedure."""
    code, status = concept(rng, world, "procedure"), rng.choice(_PROCEDURE)
    return resource("Procedure", status=status, code=code, performedDateTime=_date(rng, world))


def result(rng: Random, world: World) -> Json:
    """A result: a number, an answer, a text or nothing; sometimes inside a panel."""
    known = tuple(id_ for id_, seen in monograph(world.drug).observations.items() if seen.value_set)
    name = rng.choice((*known, *(id_ for id_ in known if id_ in world.about for _ in known)))
    seen = monograph(world.drug).observations[name]
    answer: Json = {}
    form = rng.choice(("number",) * 8 * bool(seen.unit) + ("answer",) * 8 * bool(seen.answers) + ("absent", "text"))
    if form == "number":
        answer = {"valueQuantity": amount(rng, world, name)}
    elif form == "answer":
        chosen = rng.choice(tuple(seen.answers.values()))
        answer = {"valueCodeableConcept": concept(rng, world, "answer", chosen.value_set)}
    elif form == "absent":
        answer = {"dataAbsentReason": _coded("not-performed")}
    else:
        answer = {"valueString": rng.choice(("see comment", "normal", "12"))}
    dated = {"status": rng.choice(_RESULT), "effectiveDateTime": _date(rng, world)}
    code = concept(rng, world, "observation", seen.value_set)
    if rng.random() < 0.15:
        return resource("Observation", code={"text": "panel"}, component=[{"code": code, **answer}], **dated)
    return resource("Observation", code=code, **dated, **answer)


@cache
def numbers(drug: str, quantity: str, few: bool = False) -> tuple[float, ...]:
    """Numbers at and around the values that have the unit of an observation; `few`: those it is compared with."""
    m = monograph(drug)
    checked = [id_ for id_, seen in m.observations.items() if quantity in seen.cross_check]
    limiting = [m.values[id_] for name in (quantity, *checked) for id_ in limits(drug, name)] if few else []
    found = set() if limiting else {5.0, 20.0, 70.0}
    for value in limiting or m.values.values():
        for number in value.value if isinstance(value.value, tuple) else (value.value,):
            there = units.convert(number, value.unit, m.observations[quantity].unit or "")
            there = number if checked and limiting else there  # an indexed clearance beside an absolute one
            if isinstance(there, float):
                found |= {float(f"{there * by:.6g}") for by in ((0.5, 1) if few else (0.5, 0.999, 1, 1.001, 2))}
    return tuple(sorted(found))


def amount(rng: Random, world: World, name: str) -> Json:
    """A quantity near the limits that matter, its unit spelled at random; sometimes a comparator or a wrong unit."""
    unit = monograph(world.drug).observations[name].unit or ""
    quantity: Json = {"value": rng.choice(numbers(world.drug, name, world.crowded))}
    if rng.random() < (0.3 if world.crowded else 0.2):
        quantity["comparator"] = rng.choice(("<", "<=", ">", ">=", "ad"))
    if rng.random() < 0.05:
        wrong = rng.choice(_WRONG_UNITS)
        return quantity if wrong is None else {**quantity, "unit": wrong}
    return respelled({**quantity, "unit": unit}, rng.choice(spellings(unit)), rng.randrange(3))


def spellings(unit: str) -> tuple[str, ...]:
    """Other ways to write a unit, of other sizes too; the unit itself where it has none here."""
    return tuple(next((line for line in SIZES if unit in line), (unit,)))


def respelled(quantity: Json, to: str, form: int = 2) -> Json:
    """The same quantity in another unit, given in print, as a code or both; as it was where its unit is not known."""
    unit = quantity.get("code") or quantity.get("unit")
    line = next((line for line in SIZES if unit in line), {})
    if to not in line:
        return quantity
    there = quantity["value"] * line[unit or ""] / line[to]
    kept = {name: quantity[name] for name in ("comparator",) if name in quantity}
    return {"value": there, **kept, **({"unit": to}, {"code": to}, {"unit": to, "code": to})[form]}
