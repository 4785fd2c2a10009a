"""Which services there are, and what each asks the client to send along: built from what the rules need."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from apothecary import logic
from apothecary.knowledge import Monograph
from apothecary.record.facts import SectionName

HOOKS: Final = {
    "patient-view": "when a chart is opened",
    "order-select": "while orders are chosen",
    "order-sign": "before orders are signed",
}
HOOK_VERSION: Final = "1.0"
ORDER_HOOKS: Final = ("order-select", "order-sign")
_MOST: Final = 500  # entries asked for at one time
_PATIENT: Final = "{{context.patientId}}"
# key of the prefetch -> (the section it delivers, its resource type)
KEYS: Final[dict[str, tuple[SectionName, str]]] = {
    "patient": ("patient", "Patient"),
    "conditions": ("condition", "Condition"),
    "medications": ("medication", "MedicationRequest"),
    "statements": ("medication", "MedicationStatement"),
    "allergies": ("allergy", "AllergyIntolerance"),
    "results": ("observation", "Observation"),
    "immunizations": ("immunization", "Immunization"),
    "procedures": ("procedure", "Procedure"),
}
_ASKED: Final[dict[type, tuple[SectionName, ...]]] = {
    logic.HasCondition: ("condition",),
    logic.Takes: ("medication",),
    logic.HasAllergy: ("allergy",),
    logic.HasVaccine: ("immunization",),
    logic.HasProcedure: ("procedure",),
}


def service_id(drug: str, hook: str) -> str:
    """The id of a service. Both ordering hooks share one, so that the cards at signing replace those at selection."""
    return f"{drug}-order" if hook in ORDER_HOOKS else f"{drug}-{hook}"


def services(monographs: Mapping[str, Monograph]) -> list[dict[str, Any]]:
    """The entries of the discovery answer, for every drug and hook."""
    return [_service(m, hook) for m in monographs.values() for hook in HOOKS]


def _service(m: Monograph, hook: str) -> dict[str, Any]:
    name = m.drug.name
    return {
        "hook": hook,
        "hookVersion": HOOK_VERSION,
        "id": service_id(m.drug.id, hook),
        "version": f"{m.version}+{m.hash}",
        "title": f"{name}: review against the monograph",
        "description": (
            f"Reviews a patient who takes or is to take {name} {HOOKS[hook]}: contraindications, interactions, dose, "
            f"monitoring and what is missing, each with its source (edition {m.drug.edition.revised}). Not clinically "
            "validated."
        ),
        "prefetch": templates(m),
        "usageRequirements": (
            "Send all prefetch keys, or fhirServer with fhirAuthorization. What cannot be had is answered as not known."
        ),
    }


def templates(m: Monograph) -> dict[str, str]:
    """The prefetch templates of a drug: of each section that a rule needs, and of results only the codes it needs."""
    return dict(_templates(m))


def queries(m: Monograph, patient: str) -> dict[str, str]:
    """The same as `templates`, for one patient."""
    return filled(templates(m), patient)


def filled(templates: Mapping[str, str], patient: str) -> dict[str, str]:
    """Templates with the patient's id in the place of the token."""
    return {key: template.replace(_PATIENT, patient) for key, template in templates.items()}


def _templates(m: Monograph) -> Iterator[tuple[str, str]]:
    needed = _sections(m)
    for key, (section, kind) in KEYS.items():
        if kind == "Patient":
            yield key, f"Patient/{_PATIENT}"
        elif kind == "Observation":
            codes = ",".join(_codes(m))
            if codes:
                yield key, f"Observation?patient={_PATIENT}&code={codes}&_sort=-date&_count={_MOST}"
        elif section in needed:
            yield key, f"{kind}?patient={_PATIENT}&_count={_MOST}"


def _sections(m: Monograph) -> set[SectionName]:
    """The sections that some rule, exception or use asks for; the medication list always."""
    found: set[SectionName] = {"medication"}
    conditions = [rule.when for rule in m.rules.values()] + [use.when for use in m.indications.values()]
    conditions += [exception.when for rule in m.rules.values() for exception in rule.exceptions]
    for condition in conditions:
        for leaf in logic.leaves(condition):
            found.update(_ASKED.get(type(leaf), ()))
    return found


def _codes(m: Monograph) -> list[str]:
    """The LOINC codes by which the monograph's observations and tests are reported, sorted."""
    sets = {seen.value_set for seen in m.observations.values() if seen.value_set}
    waiting = list(sets)
    while waiting:
        for inner in m.value_sets[waiting.pop()].include:
            if inner not in sets:
                sets.add(inner)
                waiting.append(inner)
    return sorted({c.code for c in m.codes if c.value_set in sets and c.system == "http://loinc.org"})
