"""FHIR R4 resources as lines of a bulk export, written from templates: a million patients have forty million of them.

`p`: the patient's id, `i`: the resource's, `code`: a CodeableConcept as JSON; days are texts as FHIR writes them.
"""

from typing import Final

_HL7 = "http://terminology.hl7.org/CodeSystem"
_CLINICAL: Final = {
    "current": ("active", "confirmed"),
    "history": ("resolved", "confirmed"),
    "uncertain": ("active", "provisional"),
    "void": ("", "entered-in-error"),
    "refuted": ("active", "refuted"),
}
# status and intent of an order
ORDERS: Final = {
    "current": ("active", "order"),
    "history": ("completed", "order"),
    "planned": ("draft", "order"),
    "proposed": ("active", "proposal"),
    "uncertain": ("on-hold", "order"),
    "void": ("entered-in-error", "order"),
}


def _coded(system: str, code: str) -> str:
    return f'{{"coding":[{{"system":"{_HL7}/{system}","code":"{code}"}}]}}'


def _states(clinical: str, verified: str) -> dict[str, str]:
    return {
        name: (f'"clinicalStatus":{_coded(clinical, state)},' if state else "")
        + f'"verificationStatus":{_coded(verified, sure)},'
        for name, (state, sure) in _CLINICAL.items()
    }


_CONDITION = _states("condition-clinical", "condition-ver-status")
_ALLERGY = _states("allergyintolerance-clinical", "allergyintolerance-verification")
_PROBLEM = f'"category":[{_coded("condition-category", "problem-list-item")}],'
_CATEGORY: Final = {
    name: f'"category":[{_coded("observation-category", name)}],' for name in ("laboratory", "vital-signs", "survey")
}
_AMBULATORY = f'"class":{{"system":"{_HL7}/v3-ActCode","code":"AMB","display":"ambulatory"}},'
_UCUM = '"system":"http://unitsofmeasure.org",'


def _head(kind: str, i: str, day: str) -> str:
    written = f"{day}T00:00:00Z" if len(day) == 10 else "2000-01-01T00:00:00Z"
    return f'{{"resourceType":"{kind}","id":"{i}","meta":{{"versionId":"1","lastUpdated":"{written}"}},'


def patient(p: str, number: int, gender: str, birth: str, died: str, day: str) -> str:
    """Who it is: made-up names only."""
    born = f',"birthDate":"{birth}"' if birth else ""
    dead = f',"deceasedDateTime":"{died}"' if died else ""
    return (
        f'{_head("Patient", p, day)}"identifier":[{{"use":"usual","type":{{"text":"Medical record number"}},'
        f'"system":"urn:example:mrn","value":"{number:08d}"}}],"active":true,"name":[{{"use":"official",'
        f'"family":"Synthetic","given":["Patient {number}"]}}],"gender":"{gender}"{born}{dead},'
        f'"address":[{{"use":"home","city":"Exampleville","country":"XX"}}]}}\n'
    )


def condition(p: str, i: str, code: str, state: str, onset: str, recorded: str, abated: str) -> str:
    """A problem of the problem list."""
    over = f',"abatementDateTime":"{abated}"' if abated else ""
    return (
        f'{_head("Condition", i, recorded)}{_CONDITION[state]}{_PROBLEM}"code":{code},"subject":{{"reference":'
        f'"Patient/{p}"}},"onsetDateTime":"{onset}"{over},"recordedDate":"{recorded}"}}\n'
    )


def allergy(p: str, i: str, code: str, state: str, recorded: str) -> str:
    """A recorded allergy, or the statement that there are none."""
    return (
        f'{_head("AllergyIntolerance", i, recorded)}{_ALLERGY[state]}"type":"allergy","category":["medication"],'
        f'"code":{code},"patient":{{"reference":"Patient/{p}"}},"recordedDate":"{recorded}"}}\n'
    )


def order(p: str, i: str, drug: str, state: str, authored: str, dosage: str) -> str:
    """An order; `drug` is its medicationCodeableConcept or medicationReference with the key, `dosage` a Dosage."""
    status, intent = ORDERS[state]
    return (
        f'{_head("MedicationRequest", i, authored)}"status":"{status}","intent":"{intent}","category":'
        f'[{_coded("medicationrequest-category", "community")}],{drug},"subject":{{"reference":"Patient/{p}"}},'
        f'"authoredOn":"{authored}","requester":{{"display":"Synthetic Prescriber"}},"dosageInstruction":[{dosage}]}}\n'
    )


def medication(i: str, code: str, day: str) -> str:
    """A Medication that orders refer to."""
    return f'{_head("Medication", i, day)}"status":"active","code":{code}}}\n'


def observation(p: str, i: str, code: str, category: str, moment: str, value: str, visit: str = "") -> str:
    """A result; `value` is its value with the key, or its components; `visit` the id of an Encounter."""
    during = f',"encounter":{{"reference":"Encounter/{visit}"}}' if visit else ""
    return (
        f'{_head("Observation", i, moment[:10])}"status":"final",{_CATEGORY[category]}"code":{code},"subject":'
        f'{{"reference":"Patient/{p}"}}{during},"effectiveDateTime":"{moment}","issued":"{moment}",{value}}}\n'
    )


def quantity(number: str, unit: str | None, printed: str | None, comparator: str = "") -> str:
    """A number as the value of a result; `unit` is its UCUM code, `printed` the unit in words."""
    parts = [f'"value":{number}']
    if comparator:
        parts.append(f'"comparator":"{comparator}"')
    if printed or unit:
        parts.append(f'"unit":"{printed or unit}"')
    if unit:
        parts.append(f'{_UCUM}"code":"{unit}"')
    return f'"valueQuantity":{{{",".join(parts)}}}'


def immunization(p: str, i: str, code: str, status: str, day: str) -> str:
    """A vaccination given, or recorded as not given."""
    return (
        f'{_head("Immunization", i, day)}"status":"{status}","vaccineCode":{code},"patient":{{"reference":'
        f'"Patient/{p}"}},"occurrenceDateTime":"{day}","primarySource":true}}\n'
    )


def recommendation(p: str, i: str, code: str, day: str) -> str:
    """A vaccine that is due."""
    due = _coded("immunization-recommendation-status", "due")
    return (
        f'{_head("ImmunizationRecommendation", i, day)}"patient":{{"reference":"Patient/{p}"}},"date":"{day}",'
        f'"recommendation":[{{"vaccineCode":[{code}],"forecastStatus":{due}}}]}}\n'
    )


def procedure(p: str, i: str, code: str, status: str, day: str) -> str:
    """A procedure done, or recorded by mistake."""
    return (
        f'{_head("Procedure", i, day)}"status":"{status}","code":{code},"subject":{{"reference":"Patient/{p}"}},'
        f'"performedDateTime":"{day}"}}\n'
    )


def encounter(p: str, i: str, code: str, moment: str) -> str:
    """A visit; no review reads it, as much of a real export is not read."""
    return (
        f'{_head("Encounter", i, moment[:10])}"status":"finished",{_AMBULATORY}"type":[{code}],"subject":'
        f'{{"reference":"Patient/{p}"}},"participant":[{{"individual":{{"display":"Synthetic Clinician"}}}}],'
        f'"period":{{"start":"{moment}","end":"{moment}"}},"serviceProvider":{{"display":"Example Clinic"}}}}\n'
    )
