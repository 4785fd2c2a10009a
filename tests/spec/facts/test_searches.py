"""What a search result says about its section: a FHIR server's answer in a Bundle of type searchset."""

from typing import Any

import pytest

from support import MIGRAINE, TRIPTAN, answer, bundle, condition, order, patient, read, search

PNEUMONIA = {"condition": "cond-pneumonia"}
OUTCOME = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "exception", "diagnostics": "database is down"}],
}


def state(*parts: Any, section: str = "condition") -> str:
    return read(bundle(patient(), *parts)).sections[section].state  # type: ignore[index]


def test_a_search_that_found_nothing() -> None:
    """A searchset with total 0 supplies the section that its self link names."""
    assert "supplied" == state(search("Condition"))
    assert "clear" == answer(PNEUMONIA, read(bundle(patient(), search("Condition"))))


def test_a_search_without_a_self_link() -> None:
    """An empty searchset that does not say what was searched supplies nothing."""
    assert "not-supplied" == state({"resourceType": "Bundle", "type": "searchset", "total": 0})


def test_an_empty_collection() -> None:
    """An empty Bundle that is no search result supplies nothing."""
    assert "not-supplied" == state({"resourceType": "Bundle", "type": "collection", "entry": []})


@pytest.mark.parametrize("link", ["next", "Next page"])
def test_one_page_of_several(link: str) -> None:
    """A page with a link to the next one is only part of the section; other links say nothing about it."""
    found = search("Condition", condition(MIGRAINE))
    found["link"].append({"relation": link, "url": "https://ehr.example/fhir?page=2"})
    assert ("unreadable" if link == "next" else "supplied") == state(found)


def test_fewer_entries_than_the_total() -> None:
    """A searchset with fewer entries than its total is only part of the section."""
    assert "unreadable" == state(search("Condition", condition(MIGRAINE), total=2))


def test_as_many_entries_as_the_total() -> None:
    """A searchset with as many entries as its total is the whole section."""
    assert "supplied" == state(search("Condition", condition(MIGRAINE), total=1))


def test_included_resources_are_not_counted() -> None:
    """The total counts matches only; resources that were included with them do not fill the gap."""
    found = search("MedicationRequest", order(TRIPTAN), {"resourceType": "Medication", "code": {"text": "x"}}, total=2)
    found["entry"][0]["search"] = {"mode": "match"}
    found["entry"][1]["search"] = {"mode": "include"}
    assert "unreadable" == state(found, section="medication")


@pytest.mark.parametrize("query", ["patient=p1", "subject=Patient/p1", "patient=p1&_count=50&_sort=-date", ""])
def test_a_search_of_the_whole_section(query: str) -> None:
    """Naming the patient, a page size or an order does not narrow a search."""
    assert "supplied" == state(search("Condition", query=query))


@pytest.mark.parametrize(
    "query", ["code=G43", "patient=p1&onset-date=gt2026", "encounter=e1", "patient=p1&_elements=id"]
)
def test_a_narrowed_search(query: str) -> None:
    """A search for some codes, dates or encounters supplies only part of the section."""
    assert "unreadable" == state(search("Condition", query=query))


def test_a_narrowed_search_of_results() -> None:
    """A category narrows a search for observations, since vital signs and laboratory results are both needed."""
    assert "unreadable" == state(search("Observation", query="patient=p1&category=laboratory"), section="observation")


def test_a_category_of_problems() -> None:
    """The category of conditions or orders does not narrow: it is how servers address the problem list."""
    assert "supplied" == state(search("Condition", query="patient=p1&category=problem-list-item"))


def test_a_search_by_id() -> None:
    """A search for single resources by id supplies only part of a section."""
    assert "unreadable" == state(search("Condition", condition(MIGRAINE), query="_id=c1"))


@pytest.mark.parametrize(
    ("kind", "query", "when"),
    [
        ("MedicationRequest", "patient=p1&status=active", {"takes": {"set": "drug-triptan", "standing": "ever"}}),
        (
            "Condition",
            "patient=p1&clinical-status=active",
            {"condition": {"set": "cond-infection", "standing": "history"}},
        ),
        ("Condition", "patient=p1&clinical-status=active", {"condition": {"set": "cond-infection", "standing": "any"}}),
    ],
)
def test_a_search_for_active_rows_says_nothing_about_past_ones(kind: str, query: str, when: Any) -> None:
    """A search for active rows only leaves questions about history unknown."""
    assert "unknown" == answer(when, read(bundle(patient(), search(kind, query=query))))


@pytest.mark.parametrize(
    ("kind", "query", "when"),
    [
        ("MedicationRequest", "patient=p1&status=active", {"takes": "drug-triptan"}),
        ("Condition", "patient=p1&clinical-status=active", {"condition": "cond-infection"}),
    ],
)
def test_a_search_for_active_rows_answers_about_current_ones(kind: str, query: str, when: Any) -> None:
    """A search for active rows only is enough for questions about the present."""
    assert "clear" == answer(when, read(bundle(patient(), search(kind, query=query))))


def test_an_error_instead_of_a_result() -> None:
    """An OperationOutcome with an error inside a search result leaves its section incomplete."""
    found = search("Condition", total=0)
    found["entry"] = [{"search": {"mode": "outcome"}, "resource": OUTCOME}]
    assert "unreadable" == state(found)


def test_a_remark_of_the_server() -> None:
    """An OperationOutcome that only informs does not spoil a search result."""
    note = {"resourceType": "OperationOutcome", "issue": [{"severity": "information", "code": "informational"}]}
    found = search("Condition", total=0)
    found["entry"] = [{"search": {"mode": "outcome"}, "resource": note}]
    assert "supplied" == state(found)


def test_an_error_is_listed_as_a_problem() -> None:
    """What the server reported is passed on."""
    problems = read(bundle(patient(), OUTCOME)).problems
    assert [("server-error", "The server reported: database is down.")] == [(p.code, p.message) for p in problems]


def test_a_failed_entry_of_a_batch() -> None:
    """An entry of a batch that failed leaves its section not supplied, and is listed as a problem."""
    record = read(
        {
            "resourceType": "Bundle",
            "type": "batch-response",
            "entry": [{"resource": patient()}, {"response": {"status": "500 Internal Server Error"}}],
        }
    )
    assert "not-supplied" == record.sections["condition"].state
    assert ["server-error"] == [problem.code for problem in record.problems]
