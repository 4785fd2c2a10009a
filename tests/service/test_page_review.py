"""The review as a page: verdict, sources, what would change it, and what happens when it cannot be made."""

import json
from typing import Any

import pytest
from page_site import DRUGS, EXAMPLE, Shown, ask, reviewed, sent, verdict

from apothecary.service.errors import Refusal
from apothecary.service.page import review_page

STOP = "age: 54 years\nsex: female\nconditions: [rheumatoid arthritis]\nmedications: [etanercept]\nallergies: none"


@pytest.mark.parametrize(
    ("record", "said"), [("", "cannot-tell"), (EXAMPLE, "caution"), (STOP, "stop")], ids=["bare", "example", "stop"]
)
def test_the_verdict_stands_first(record: str, said: str) -> None:
    got = reviewed(record=record)
    assert (200, said) == (got.status_code, verdict(got.text))
    assert got.text.index('class="verdict') < got.text.index('id="do-first"') < got.text.index('id="to-get"')


def test_a_finding_leads_to_its_statements_and_references() -> None:
    page = reviewed(record=STOP).text
    assert 'href="/monographs/anakinra#statement-cautions.tnf-blockers.1"' in page
    assert 'href="#source-1"' in page


def test_the_statements_linked_to_are_on_the_page_of_the_monograph() -> None:
    page = reviewed(record=STOP).text
    wanted = {part.split('"')[0] for part in page.split('href="/monographs/anakinra#')[1:]}
    assert set() == wanted - set(Shown(ask("GET", "/monographs/anakinra").text).ids)


def test_what_would_change_the_answer_is_said_in_words() -> None:
    page = reviewed(record=STOP).text
    assert "It would be clear if “takes TNF blocker” were not so." in page


def test_what_is_typed_and_not_recognized_is_pointed_out() -> None:
    page = reviewed(conditions="rheumatoid arthritis\nrhuematoid artritis").text
    assert "rhuematoid artritis. No question" in page
    assert "Not recognized" not in reviewed(conditions="rheumatoid arthritis").text


def test_the_regimen_file_and_sheet_are_asked_for_with_the_same_patient() -> None:
    page = reviewed(record=EXAMPLE).text
    for path in ("/handout/anakinra", "/calendar.ics"):
        assert f'form="answers" formaction="{path}"' in page


@pytest.mark.parametrize("drug", DRUGS)
def test_a_record_of_one_megabyte_is_reviewed_and_carried(drug: str) -> None:
    bundle = json.loads(EXAMPLE)
    row = next(entry for entry in bundle["entry"] if entry["resource"]["resourceType"] == "Observation")
    while len(json.dumps(bundle)) < 1_000_000:
        copies = [{"resource": {**row["resource"], "id": f"o{len(bundle['entry'])}-{n}"}} for n in range(200)]
        bundle["entry"] += copies
    got = reviewed(drug=drug, record=json.dumps(bundle))
    assert "" != verdict(got.text)
    again = sent({name: value[-1] for name, value in Shown(got.text).fields.items()})
    assert verdict(got.text) == verdict(again.text)


def test_the_record_is_carried_unchanged() -> None:
    shown = Shown(reviewed(record=EXAMPLE).text)
    assert json.loads(EXAMPLE) == json.loads(shown.fields["record"][0])


def test_an_unexpected_failure_says_that_there_is_no_review(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("patient text")

    for part in ("content", "paper", "changes", "questions"):
        with monkeypatch.context() as patched:
            patched.setattr(review_page, part, broken)
            got = reviewed(record=EXAMPLE)
        assert (500, "") == (got.status_code, verdict(got.text))
        assert "No review was made" in got.text
        assert "patient text" not in got.text


def test_a_page_that_cannot_be_laid_out_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review_page, "labels", lambda _: {"x": object()})
    monkeypatch.setattr(review_page, "paper", lambda _: None)
    got = reviewed(record=EXAMPLE)
    assert (500, "", True) == (got.status_code, verdict(got.text), "No review was made" in got.text)


def test_a_log_that_refuses_leaves_no_review(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refused(*_: Any, **__: Any) -> str:
        raise Refusal(503, "log-unwritable", "The decision log cannot be written.")

    monkeypatch.setattr(review_page, "log_review", refused)
    got = reviewed(record=EXAMPLE)
    assert (503, "", True) == (got.status_code, verdict(got.text), "cannot be written" in got.text)


def test_a_log_that_flags_says_so_on_the_review(monkeypatch: pytest.MonkeyPatch) -> None:
    async def flagged(*_: Any, **said: Any) -> str:
        return f"Not logged as {said['hook']} of patient {said['patient']}."

    monkeypatch.setattr(review_page, "log_review", flagged)
    got = reviewed(record=EXAMPLE)
    assert (200, "caution", True) == (
        got.status_code,
        verdict(got.text),
        "Not logged as page of patient example." in got.text,
    )


def test_a_page_is_not_kept_by_the_browser() -> None:
    assert "no-store" == reviewed(record=EXAMPLE).headers["cache-control"]


def test_what_is_beside_a_review_opens_beside_it() -> None:
    page = reviewed(conditions="asthma").text
    links = [one.split(">")[0] for one in page.split("<a ")[1:]]
    leaving = [one for one in links if 'href="/monographs' in one or 'href="/handout' in one or 'href="http' in one]
    assert 3 < len(leaving)
    assert [] == [one for one in leaving if 'target="_blank"' not in one or "noopener" not in one]
    assert 'target="_blank"' not in ask("GET", "/").text


def test_the_sheet_of_paper_says_what_comes_before_the_dose() -> None:
    page = reviewed(conditions="rheumatoid arthritis", phase="considering").text
    on_paper = page.partition('<div class="paper')[2]
    assert "Critical questions are open: answer them first." in on_paper
