"""OMOP concepts as codes and texts: vocabularies as code systems, and the concepts that say of which kind a row is."""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from apothecary.record.codes import Codes, Texts
from apothecary.record.facts import Standing

OHDSI: Final = "https://fhir-terminology.ohdsi.org"  # where a concept id is the code, whatever its vocabulary
RXNORM: Final = "http://www.nlm.nih.gov/research/umls/rxnorm"
CVX: Final = "http://hl7.org/fhir/sid/cvx"
LOINC: Final = "http://loinc.org"
# The published address of a vocabulary as code system. The codes of the extension of RxNorm all begin with OMOP, so
# that they are no codes of RxNorm itself and can stand beside them, under the same ingredients.
SYSTEMS: Final = {
    "ATC": "http://www.whocc.no/atc",
    "CPT4": "http://www.ama-assn.org/go/cpt",
    "CVX": CVX,
    "dm+d": "https://dmd.nhs.uk",
    "HCPCS": "http://terminology.hl7.org/CodeSystem/HCPCS",
    "ICD10": "http://hl7.org/fhir/sid/icd-10",
    "ICD10CM": "http://hl7.org/fhir/sid/icd-10-cm",
    "ICD10GM": "http://fhir.de/CodeSystem/bfarm/icd-10-gm",
    "ICD10PCS": "http://www.cms.gov/Medicare/Coding/ICD10",
    "ICD9CM": "http://hl7.org/fhir/sid/icd-9-cm",
    "ICDO3": "http://terminology.hl7.org/CodeSystem/icd-o-3",
    "LOINC": LOINC,
    "NDC": "http://hl7.org/fhir/sid/ndc",
    "RxNorm": RXNORM,
    "RxNorm Extension": RXNORM,
    "SNOMED": "http://snomed.info/sct",
    "UCUM": "http://unitsofmeasure.org",
    "VANDF": "http://terminology.hl7.org/CodeSystem/vandf",
}
# A claim says when a service was given and billed; its end is no end of a disease.
CLAIMS: Final = frozenset(
    (
        *(32810, 32811, 32844, 32845, 32846, 32853, 32854, 32855, 32859, 32860, 32861, 32871, 32872, 32873),
        *range(38000183, 38000233),
    )
)
# Types of drug exposures: an order was written, a pharmacy handed it out, it was given; all others: it is taken.
ORDERED: Final = frozenset((32833, 32838, 32839, 38000177))
DISPENSED: Final = frozenset((32825, 32857, 32869, 38000175, 38000176, 581452))
GIVEN: Final = CLAIMS | {32818, 38000179, 38000180, 43542356, 43542357, 43542358, 581373}
ORDERED_ONLY: Final = frozenset((32833, 38000275))  # of procedures: "EHR order", whether done or not
CONDITION_STATUS: Final[dict[int, tuple[Standing, str]]] = {
    32899: ("uncertain", "preliminary diagnosis"),
    4033240: ("uncertain", "preliminary diagnosis"),
    32906: ("history", "resolved condition"),
}
OPERATORS: Final = {4172703: "=", 4171756: "<", 4171754: "<=", 4172704: ">", 4171755: ">="}
SEX: Final = {8507: "male", 8532: "female"}
HISTORY_OF: Final = frozenset((1340204, 4214956))  # observations whose value is a condition of the past
# Codes of observations that say that there is an allergy, to what their value names
ALLERGY_CODES: Final = frozenset(
    ("http://snomed.info/sct", code)
    for code in (
        "416098002", "419199007", "419511003", "420134006", "418038007", "59037007", "414285001", "235719002",
        "418471000", "417532002", "300916003", "426232007", "609433001",
    )
) | {(LOINC, "48765-2"), (LOINC, "52473-6")}  # fmt: skip
_ALLERGY = re.compile(r"(?:drug )?(?:allerg(?:y|ic)|hypersensitivity|intolerance|adverse reaction)(?:s)? to ", re.I)
_LIMIT = 1_000_000
_WORDS = re.compile(r"(?<![^\W_])[^\W\d_]{4,}(?![^\W_])")


class Concept(msgspec.Struct, frozen=True, gc=False):
    """One row of the table `concept`."""

    vocabulary: str
    code: str
    name: str


class Concepts:
    """The concepts that a database uses, by their ids; remembers what it has read."""

    def __init__(self, known: Mapping[int, Concept]) -> None:
        self.known = known
        self._memo: dict[tuple[int | None, int | None, str | None], tuple[Codes, Texts]] = {}

    def read(self, concept: int | None, source: int | None = None, value: str | None = None) -> tuple[Codes, Texts]:
        """Codes and texts of a row: of its concept, its source concept, and its source value where that is in words.

        A source value alone that is not in words is a code of a system nobody names, so that it may mean anything.
        """
        key = (concept, source, value)
        found = self._memo.get(key)
        if found is None:
            if len(self._memo) >= _LIMIT:
                self._memo.clear()
            found = self._memo[key] = self._read(concept, source, value)
        return found

    def _read(self, concept: int | None, source: int | None, value: str | None) -> tuple[Codes, Texts]:
        codes: dict[tuple[str, str], None] = {}
        texts: dict[str, None] = {}
        for id_ in (source, concept):
            if id_:
                found = self.known.get(id_)
                codes[self._code(id_)] = None
                if found is not None and found.name:
                    texts[found.name] = None
        said = " ".join(value.split()) if value else ""
        if said and _WORDS.search(said):
            texts[said] = None
        elif said and not codes:
            codes["", said] = None
        return tuple(codes), tuple(texts)

    def _code(self, id_: int) -> tuple[str, str]:
        found = self.known.get(id_)
        system = SYSTEMS.get(found.vocabulary) if found else None
        return (system, found.code) if found and system and found.code else (OHDSI, str(id_))

    def unit(self, concept: int | None, printed: str | None) -> str | None:
        """The UCUM code of a unit, the unit as printed, or both on two lines where they differ."""
        found = self.known.get(concept) if concept else None
        code = found.code if found and found.vocabulary == "UCUM" else None
        said = " ".join(printed.split()) if printed else ""
        if not code and not said and found:
            said = found.name
        return f"{code}\n{said}" if code and said and code != said else code or said or None


def is_allergy(codes: Codes, texts: Texts) -> bool:
    """Whether a row says that there is an allergy."""
    return not ALLERGY_CODES.isdisjoint(codes) or any(_ALLERGY.match(text) for text in texts)
