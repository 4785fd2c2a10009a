"""A malformed resource, and a row that does not say what it is, cost only the questions they could touch."""

from typing import Any

import pytest

from support import (
    ALC,
    HBSAG,
    MIGRAINE,
    MMR,
    PNEUMONIA,
    TRIPTAN,
    allergy,
    answer,
    bundle,
    coded,
    condition,
    finding,
    order,
    patient,
    read,
    resource,
    result,
    search,
    vaccination,
    whole,
)

MIGRAINES, INFECTIONS = {"condition": "cond-migraine"}, {"condition": "cond-infection"}
BROKEN: dict[str, Any] = {"onsetDateTime": 17}  # a number where FHIR has a text


@pytest.mark.parametrize(
    ("when", "row"),
    [
        (MIGRAINES, condition(MIGRAINE, **BROKEN)),
        ({"takes": "drug-triptan"}, order(TRIPTAN, authoredOn=17)),
        ({"allergy": "allergy-zorvimab"}, allergy("zorvimab", **BROKEN)),
        ({"vaccine": {"set": "vax-live", "standing": "given"}}, {**vaccination(MMR), "occurrenceDateTime": 17}),
        ({"compare": {"quantity": "alc", "below": "alc-hold"}}, result(ALC, 400, "/uL", effectiveDateTime=17)),
    ],
    ids=lambda x: x.get("resourceType", "") if isinstance(x, dict) else None,
)
def test_its_own_questions_are_unknown(when: Any, row: dict[str, Any]) -> None:
    """A malformed resource leaves the questions about its code unknown, never clear."""
    assert "unknown" == answer(when, whole(row))


def test_other_questions_are_not_touched() -> None:
    """Questions about other codes of the same section are answered."""
    assert "clear" == answer(INFECTIONS, whole(condition(MIGRAINE, **BROKEN)))


def test_other_rows_are_read() -> None:
    """The rest of the record is read as if nothing had happened."""
    record = whole(condition(MIGRAINE, **BROKEN), condition(PNEUMONIA))
    assert "applies" == answer(INFECTIONS, record)


def test_a_good_row_settles_the_question() -> None:
    """A readable row that applies settles the question that a malformed one left open."""
    assert "applies" == answer(MIGRAINES, whole(condition(MIGRAINE, **BROKEN), condition(MIGRAINE)))


def test_it_is_listed() -> None:
    """A malformed resource is listed as a problem with its place and what is wrong with it."""
    problems = whole(condition(MIGRAINE, **BROKEN, id="c1")).problems
    assert ["malformed"] == [problem.code for problem in problems]
    assert "Condition/c1 cannot be read: Expected `str" in problems[0].message


def test_without_a_readable_code_it_may_be_anything() -> None:
    """A malformed resource whose code cannot be read either leaves every question of its section unknown."""
    record = whole(condition({"coding": "G43"}))
    assert ["unknown", "unknown"] == [answer(MIGRAINES, record), answer(INFECTIONS, record)]


def test_a_malformed_order_for_a_vaccination() -> None:
    """A malformed order for a service may be of a vaccine, so that question stays open."""
    row = resource("ServiceRequest", status="active", code=coded("cvx", "03", "MMR"), authoredOn=17)
    assert "unknown" == answer({"vaccine": {"set": "vax-live", "standing": "planned"}}, whole(row))


def test_a_malformed_component() -> None:
    """A panel with a malformed component may hold any result, so that no result is called missing."""
    part = {"code": ALC, "valueQuantity": {"value": "400", "code": "/uL"}}
    record = whole(result("Blood count", component=[part]))
    assert "unknown" == answer({"missing": {"of": "alc", "within": "alc-window"}}, record)


@pytest.mark.parametrize("entry", [None, {"resource": {"id": "x"}}, {"resource": 5}, {"resource": {"resourceType": 5}}])
def test_an_entry_that_is_no_resource(entry: Any) -> None:
    """An entry that is no resource is listed as a problem, and the rest is read."""
    record = bundle(patient(), search("Condition", condition(MIGRAINE)))
    record["entry"].append(entry)
    assert ["not-a-resource"] == [problem.code for problem in read(record).problems]
    assert "applies" == answer(MIGRAINES, read(record))


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ({}, "unknown"),
        ({"coding": [{"system": "http://ehr.example/local", "code": "4711"}]}, "unknown"),
        ({"coding": [{"system": "http://ehr.example/local", "code": "4711", "display": "Sprain"}]}, "clear"),
        ({"text": "Sprain"}, "clear"),
        (coded("icd", "S93.4"), "clear"),
    ],
    ids=["nothing", "local code", "local code with display", "text", "known system"],
)
def test_rows_that_do_not_say_what_they_are(what: Any, expected: str) -> None:
    """A row with no text, and no code of a system that is known here, may be anything: every question stays open."""
    assert expected == answer(MIGRAINES, whole(condition(what)))


def test_an_opaque_row_is_named() -> None:
    """The need names the row that does not say what it is."""
    needs = finding(MIGRAINES, whole(condition({}, id="c5"))).needs
    assert ["Condition/c5 does not say what it is: supply its name or a known code."] == [need.how for need in needs]


@pytest.mark.parametrize("clinical", ["resolved", "inactive"])
def test_an_opaque_row_that_is_past(clinical: str) -> None:
    """An opaque row that is history leaves only questions about history open."""
    record = whole(condition({}, clinical))
    assert "clear" == answer(MIGRAINES, record)
    assert "unknown" == answer({"condition": {"set": "cond-migraine", "standing": "any"}}, record)


@pytest.mark.parametrize("verified", ["entered-in-error", "refuted"])
def test_an_opaque_row_that_is_mistaken(verified: str) -> None:
    """An opaque row that is mistaken leaves nothing open."""
    assert "clear" == answer(MIGRAINES, whole(condition({}, "active", verified)))


def test_a_row_without_a_code_is_listed() -> None:
    """A row with neither code nor text is listed as a problem."""
    assert ["no-code"] == [problem.code for problem in whole(condition({})).problems]


def test_a_resource_sent_twice() -> None:
    """The same resource sent twice counts once and is no problem."""
    row = {**result(ALC, 400, "/uL"), "id": "same"}
    record = read(bundle(patient(), row, row))
    assert (1, ()) == (len(record.tables["observation"]), record.problems)


def test_two_versions_of_a_resource() -> None:
    """Two versions of one resource are both read and named: which one holds is not known."""
    rows = [{**result(ALC, value, "/uL"), "id": "same"} for value in (400, 600)]
    record = read(bundle(patient(), *rows))
    assert (2, ["two-versions"]) == (len(record.tables["observation"]), [p.code for p in record.problems])
    assert "unknown" == answer({"compare": {"quantity": "alc", "below": "alc-hold"}}, record)


def test_unknown_kinds_of_resources() -> None:
    """Resources of kinds that hold no facts, such as encounters, are passed over."""
    record = read(bundle(patient(), {"resourceType": "Encounter", "id": "e1"}, condition(MIGRAINE)))
    assert () == record.problems


@pytest.mark.parametrize("fields", [{"effectiveDateTime": 17}, {"valueString": 17}, {"status": 17}])
def test_a_malformed_result_may_be_the_latest(fields: dict[str, Any]) -> None:
    """A malformed result is not passed over in favor of a readable one: it may be later, and say something else."""
    good = result(HBSAG, when="2026-06-01", valueString="negative")
    row = result(HBSAG, **{"when": "2026-06-20", "valueString": "positive", **fields})
    when = {"result": {"of": "hbv-test", "answer": "positive"}}
    assert "unknown" == answer(when, whole(row, good))
    assert "unknown" == answer({"result": {"of": "hbv-test", "answer": "positive", "ever": True}}, whole(row, good))
