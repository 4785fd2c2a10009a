"""Value sets name codes in three ways: exactly these, every code with this prefix, these and their descendants."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from support import (
    MIGRAINE,
    SYSTEMS,
    TRIPTAN,
    answer,
    coded,
    condition,
    finding,
    made_up,
    order,
    procedure,
    vaccination,
    whole,
)

MIGRAINES = {"condition": "cond-migraine"}  # ICD-10-CM G43 by prefix, SNOMED CT 37796009 with descendants
INFECTIONS = {"condition": "cond-infection"}  # ICD-10-CM N39.0 exactly, A41 by prefix
TRIPTANS = {"takes": "drug-triptan"}  # ATC N02CC by prefix, RxNorm exactly


def asked(when: Any, system: str, code: str, **more: Any) -> str:
    row = order(coded(system, code)) if "takes" in when else condition(coded(system, code))
    return answer(when, whole(row), **more)


@pytest.mark.parametrize(
    ("code", "expected"),
    [("N39.0", "applies"), ("N390", "applies"), ("n39.0", "applies"), ("N39.01", "clear"), ("N39.8", "clear")],
)
def test_exact(code: str, expected: str) -> None:
    """An exact code matches itself only; ICD-10-CM may be written without its dot and in small letters."""
    assert expected == asked(INFECTIONS, "icd", code)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("G43", "applies"),
        ("G43.9", "applies"),
        ("G439", "applies"),
        ("G43.909", "applies"),
        ("G44.1", "clear"),
        ("H43", "clear"),
    ],
)
def test_prefix(code: str, expected: str) -> None:
    """A prefix matches itself and every longer code, with or without the dot."""
    assert expected == asked(MIGRAINES, "icd", code)


@pytest.mark.parametrize(("code", "expected"), [("N02CC", "applies"), ("N02CC01", "applies"), ("N02CX01", "clear")])
def test_prefix_of_a_drug_class(code: str, expected: str) -> None:
    """A prefix of the ATC classification matches all drugs of the class."""
    assert expected == asked(TRIPTANS, "atc", code)


def test_a_code_in_another_system() -> None:
    """The same letters in another system are another code."""
    assert "unknown" == asked(MIGRAINES, "http://ehr.example/local", "G43")


GIVEN = {"vaccine": {"set": "vax-live", "standing": "given"}}


@pytest.mark.parametrize(
    ("written", "code", "when", "row"),
    [
        ("urn:oid:2.16.840.1.113883.6.90", "G43", MIGRAINES, condition),
        ("urn:oid:2.16.840.1.113883.6.96", "37796009", MIGRAINES, condition),
        ("urn:oid:2.16.840.1.113883.6.88", "37418", TRIPTANS, order),
        ("urn:oid:2.16.840.1.113883.6.73", "N02CC01", TRIPTANS, order),
        ("urn:oid:2.16.840.1.113883.12.292", "03", GIVEN, vaccination),
        ("http://hl7.org/fhir/sid/icd-10-pcs", "6A550Z3", {"procedure": "proc-plasma-exchange"}, procedure),
    ],
)
def test_a_system_by_its_oid(written: str, code: str, when: Any, row: Callable[..., dict[str, Any]]) -> None:
    """A code system may be written as its OID or by another published address."""
    assert "applies" == answer(when, whole(row(coded(written, code))))


def test_descendants_listed() -> None:
    """Without a terminology server only the listed code itself is known; its descendants are not."""
    assert "applies" == asked(MIGRAINES, "snomed", "37796009")
    assert "unknown" == asked(MIGRAINES, "snomed", "56097005")


def test_descendants_given() -> None:
    """A site that knows the ancestors of its codes gives them to the reviewer; then descendants match."""
    ancestors = {(SYSTEMS["snomed"], "56097005"): frozenset({"37796009", "64572001"})}
    assert "applies" == asked(MIGRAINES, "snomed", "56097005", ancestors=ancestors)


def test_exact_codes_have_no_descendants() -> None:
    """A code that is to match exactly does not match through ancestors."""
    ancestors = {(SYSTEMS["rxnorm"], "313160"): frozenset({"37418"})}
    assert "applies" != asked(TRIPTANS, "rxnorm", "313160", ancestors=ancestors)


def test_one_of_several_codes_is_enough() -> None:
    """A row may carry codes of several systems; one that matches is enough."""
    both = {"coding": [coded("snomed", "1")["coding"][0], coded("icd", "G43.1")["coding"][0]]}
    assert "applies" == answer(MIGRAINES, whole(condition(both)))


def test_how_a_row_matched_is_shown() -> None:
    """The evidence says whether a row matched by its code or only by its name."""
    matches = [finding(MIGRAINES, whole(condition(what))).because[0].match for what in (MIGRAINE, "Migraine")]
    assert ["code", "name"] == matches


def test_a_code_beats_a_name() -> None:
    """A row that matches by code and by name matched by code."""
    assert "code" == finding(TRIPTANS, whole(order(TRIPTAN))).because[0].match


def test_a_short_prefix() -> None:
    """A prefix may be as short as the main group of a classification."""
    codes = tuple(
        msgspec.structs.replace(entry, code="N") if entry.code == "N02CC" else entry for entry in made_up().codes
    )
    wider = msgspec.structs.replace(made_up(), codes=codes)
    assert "applies" == answer(TRIPTANS, whole(order(coded("atc", "N05BA01"))), monograph=wider)


def test_a_set_that_lists_no_codes_of_a_system() -> None:
    """A code decides about a set only when the set lists codes of that system.

    An ATC code alone says nothing about a set that knows its drugs by RxNorm and by name.
    """
    codes = tuple(e for e in made_up().codes if (e.value_set, e.match) != ("drug-triptan", "prefix"))
    without = msgspec.structs.replace(made_up(), codes=codes)
    assert "unknown" == answer(TRIPTANS, whole(order(coded("atc", "N02CC01"))), monograph=without)
