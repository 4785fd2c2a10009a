"""Reads codes and texts out of FHIR concepts, and the codes by which a record says "none known"."""

from collections.abc import Iterable
from typing import Any

from apothecary.record.facts import SectionName
from apothecary.record.fhir_types import Concept

Codes = tuple[tuple[str, str], ...]
Texts = tuple[str, ...]

# A site may write a code system as OID or with http/https and a trailing slash; these are the published synonyms.
_SYSTEMS = {
    "urn:oid:2.16.840.1.113883.6.1": "http://loinc.org",
    "urn:oid:2.16.840.1.113883.6.96": "http://snomed.info/sct",
    "urn:oid:2.16.840.1.113883.6.88": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "urn:oid:2.16.840.1.113883.6.90": "http://hl7.org/fhir/sid/icd-10-cm",
    "urn:oid:2.16.840.1.113883.12.292": "http://hl7.org/fhir/sid/cvx",
    "urn:oid:2.16.840.1.113883.6.73": "http://www.whocc.no/atc",
    "urn:oid:2.16.840.1.113883.4.9": "http://fdasis.nlm.nih.gov",
    "urn:oid:2.16.840.1.113883.6.69": "http://hl7.org/fhir/sid/ndc",
    "urn:oid:2.16.840.1.113883.6.4": "http://www.cms.gov/Medicare/Coding/ICD10",
    "http://hl7.org/fhir/sid/icd-10-pcs": "http://www.cms.gov/Medicare/Coding/ICD10",
}
ABSENT_SYSTEM = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"

# What a "none known" entry says about its section: True a known none, False no information.
_ABSENT: dict[str, tuple[SectionName, bool]] = {
    "no-known-allergies": ("allergy", True),
    "no-known-medication-allergies": ("allergy", True),
    "no-known-environmental-allergies": ("allergy", False),
    "no-known-food-allergies": ("allergy", False),
    "no-allergy-info": ("allergy", False),
    "no-known-medications": ("medication", True),
    "no-medication-info": ("medication", False),
    "no-known-problems": ("condition", True),
    "no-problem-info": ("condition", False),
    "no-known-procedures": ("procedure", True),
    "no-procedure-info": ("procedure", False),
    "no-known-immunizations": ("immunization", True),
    "no-immunization-info": ("immunization", False),
}
_SNOMED = "http://snomed.info/sct"
_SNOMED_ABSENT: dict[str, tuple[SectionName, bool]] = {
    "716186003": ("allergy", True),  # no known allergy
    "409137002": ("allergy", True),  # no known drug allergy
    "429625007": ("allergy", False),  # no known food allergy
    "428607008": ("allergy", False),  # no known environmental allergy
    "160245001": ("condition", True),  # no current problems or disability
}
_ABSENT_TEXTS: dict[str, tuple[SectionName, bool]] = {
    "no known allergies": ("allergy", True),
    "no known allergy": ("allergy", True),
    "no known drug allergies": ("allergy", True),
    "no known drug allergy": ("allergy", True),
    "no known medication allergies": ("allergy", True),
    "nka": ("allergy", True),
    "nkda": ("allergy", True),
    "no known medications": ("medication", True),
    "no current medications": ("medication", True),
    "no known problems": ("condition", True),
    "no current problems": ("condition", True),
    "no known immunizations": ("immunization", True),
    "no known procedures": ("procedure", True),
}


def read_concept(concept: Concept | str | None) -> tuple[Codes, Texts]:
    """All codes and all texts (displays and free text, without repeats) of one concept."""
    if concept is None or isinstance(concept, str):
        return (), ()
    if concept.concept is not None:
        concept = concept.concept
    codings, text = concept.coding, concept.text
    if codings is not None and len(codings) == 1:  # the common case
        code, display, system = codings[0].code, codings[0].display, codings[0].system or ""
        own: Codes = ((_SYSTEMS.get(system, system), code.strip()),) if code else ()
        if display and text and text != display:
            return own, (display, text)
        named = display or text
        return own, (named,) if named else ()
    codes: list[tuple[str, str]] = []
    texts: list[str] = []
    for coding in codings or ():
        code, display, system = coding.code, coding.display, coding.system or ""
        if code:
            codes.append((_SYSTEMS.get(system, system), code.strip()))
        if display and display not in texts:
            texts.append(display)
    if text and text not in texts:
        texts.append(text)
    return tuple(codes), tuple(texts)


def read_concepts(concepts: Iterable[Concept | str | None]) -> tuple[Codes, Texts]:
    """The codes and texts of several concepts together."""
    codes: Codes = ()
    texts: Texts = ()
    for concept in concepts:
        own, named = read_concept(concept)
        codes += own
        texts += tuple(text for text in named if text not in texts)
    return codes, texts


def read_loose(value: Any) -> tuple[Codes, Texts]:
    """Codes and texts out of untyped JSON, as far as they have the right shape; never fails."""
    codes: list[tuple[str, str]] = []
    texts: list[str] = []
    if isinstance(value, dict):
        codings = value.get("coding")
        for coding in codings if isinstance(codings, list) else ():
            if isinstance(coding, dict):
                code, display = coding.get("code"), coding.get("display")
                system = coding.get("system")
                if isinstance(code, str) and code:
                    codes.append((_system(system if isinstance(system, str) else None), code.strip()))
                if isinstance(display, str) and display:
                    texts.append(display)
        if isinstance(value.get("text"), str):
            texts.append(value["text"])
    return tuple(codes), tuple(texts)


def first_code(concept: Concept | str | None) -> str | None:
    """The first code of a status concept, or its text; STU3 wrote a plain string."""
    if concept is None or isinstance(concept, str):
        return concept
    for coding in concept.coding or ():
        if coding.code:
            return coding.code
    return concept.text


def absent_statement(codes: Codes, texts: Texts) -> tuple[SectionName, bool] | None:
    """What an entry says that stands for a whole section: (section, known to be none), or None."""
    coded = False
    for system, code in codes:
        if system == _SNOMED:
            if code in _SNOMED_ABSENT:
                return _SNOMED_ABSENT[code]
        elif code in _ABSENT and system in (ABSENT_SYSTEM, ""):
            return _ABSENT[code]
        coded |= system != ""
    if coded:
        return None
    for text in texts:
        said = _ABSENT_TEXTS.get(" ".join(text.casefold().split()).rstrip("."))
        if said:
            return said
    return None


def _system(system: str | None) -> str:
    return _SYSTEMS.get(system, system) if system else ""
