"""The open questions as inputs: each has one, and filling them in settles the review."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_site import DRUGS, Shown, app, reviewed, sent, verdict
from patients import Patient, encode, patients, read
from strategies import AS_OF, PHASES, SETTINGS, Draw

from apothecary.knowledge import PACKAGED
from apothecary.present.words import WHYS
from apothecary.record import Record, RecordError, read_record
from apothecary.review import Review, Reviewer
from apothecary.review.cases import load_cases, phase_of
from apothecary.service.page.asked import Asked
from apothecary.service.page.form import Form, entered
from apothecary.service.page.questions import Question, questions
from apothecary.therapy import complete

DAY = date(2026, 11, 22)
DOSES = {"anakinra": "100 mg once daily", "zorvimab": "120 mg every 28 days"}
any_phase = st.sampled_from((None, *PHASES))
NUMBERS = {"weight": "70", "height": "170", "creatinine": "0.9", "anc": "2500", "alc": "1500"}


@st.composite
def cases(draw: Draw[Any]) -> tuple[str, Patient, Any]:
    """A drug, a patient, and a phase or none."""
    drug = draw(st.sampled_from(DRUGS))
    return drug, draw(patients(drug)), draw(any_phase)


def reviewer(drug: str) -> Reviewer:
    found: Reviewer = app().state.apothecary.reviewers[drug]
    return found


def filled(page: str) -> dict[str, str]:
    """The form of a review with every open question answered as a healthy person's would be."""
    shown = Shown(page)
    fields = {name: value[-1] for name, value in shown.fields.items()} | {"page": "review"}
    for name, kind in shown.names.items():
        if kind == "checkbox" and name.endswith("_none"):
            fields[name] = "yes"
        elif name.endswith(".answer"):
            fields[name] = shown.options[name][-1]
        elif name.endswith(".value") and name.replace(".value", ".answer") not in shown.names:
            fields[name] = NUMBERS.get(name.split(".")[1], "")
        elif name.endswith((".dose", ".route")):
            fields[name] = {"dose": DOSES[fields["drug"]], "route": "subcutaneous"}[name.rpartition(".")[2]]
    asked = {"birth_date": "1980-05-05", "sex": "female", "start": "2026-10-01"}
    return fields | {name: value for name, value in asked.items() if name in shown.names}


@pytest.mark.parametrize("drug", DRUGS)
@pytest.mark.parametrize("phase", ["considering", "on-therapy"])
def test_answering_everything_settles_a_bare_record(drug: str, phase: str) -> None:
    got = reviewed(drug=drug, phase=phase)
    assert "cannot-tell" == verdict(got.text)
    for _ in range(4):
        if verdict(got.text) != "cannot-tell":
            break
        got = sent(filled(got.text))
        assert 200 == got.status_code
    assert verdict(got.text) in ("caution", "go")
    assert 'class="questions"' not in got.text or '<li class="critical" id="get-' not in got.text


def asked_of(review: Review, record: Record, drug: str) -> tuple[Question, ...]:
    return questions(review, record, reviewer(drug))


def test_every_thing_to_get_in_the_packaged_cases_has_an_input() -> None:
    m = reviewer("anakinra").monograph
    seen = 0
    for file in load_cases(PACKAGED / "anakinra" / "cases"):
        for case in file.cases:
            record = read_record(case.data())
            review = complete(
                reviewer("anakinra"), record, file.as_of, phase_of(m.rules[file.rule], case), case.indication
            )
            listed = asked_of(review, record, "anakinra")
            assert [] == [q.fact for q in listed if q.kind == "link"]
            assert {get.fact for get in review.to_get} <= {q.fact for q in listed}
            seen += len(listed)
    assert seen > 1000


@settings(SETTINGS, max_examples=60)
@given(cases())
def test_every_thing_to_get_has_an_input_and_no_two_share_a_name(drawn: tuple[str, Patient, Any]) -> None:
    drug, entries, phase = drawn
    record = read(entries.entries())
    review = complete(reviewer(drug), record, AS_OF, phase)
    listed = asked_of(review, record, drug)
    names = [q.key for q in listed if q.kind not in ("same", "link", "entries")]
    names += [entry.source for q in listed for entry in q.entries]
    assert sorted(set(names)) == sorted(names)
    assert all(0 < q.same < q.number for q in listed if q.kind == "same")
    assert {(get.fact, WHYS[get.why]) for get in review.to_get} <= {(q.fact, q.why) for q in listed}


@settings(SETTINGS, max_examples=12)
@given(cases())
def test_any_review_is_a_page_whose_form_asks_the_same_again(drawn: tuple[str, Patient, Any]) -> None:
    drug, entries, phase = drawn
    data = encode(entries.entries()).decode()
    first = reviewed(drug=drug, record=data, as_of=AS_OF.isoformat(), phase=phase or "")
    assert first.status_code in (200, 422)
    if first.status_code == 200:
        pairs = {name: value if len(value) > 1 else value[0] for name, value in Shown(first.text).fields.items()}
        again = sent(pairs)
        assert (200, verdict(first.text)) == (again.status_code, verdict(again.text))


def answered(drug: str, record: str, **fields: str) -> Asked:
    """The question after one form; `__` in a name is a dot."""
    asked = Asked(drug, record, "", DAY)
    found, errors = entered(Form.of({k.replace("__", "."): v for k, v in fields.items()}), asked, reviewer(drug))
    assert {} == errors
    return found


def statuses(asked: Asked) -> dict[str, str]:
    """What each rule says."""
    _, review = asked.review(reviewer(asked.drug))
    return {finding.id: finding.status.value for finding in review.findings}


COARSE = "conditions: [{name: cryopyrin disorder, icd10cm: M04.2, source: c}]\nmedications: none\nage: 5 a"
SUSPECTED = "conditions: [{name: asthma, status: suspected, source: a}]"
ORDERED = (
    "medications: [{name: anakinra, status: active, source: MedicationRequest/1}]\nconditions: [rheumatoid arthritis]"
)


@pytest.mark.parametrize(
    ("record", "fields", "rule", "before", "after"),
    [
        ("conditions: none", {"lab__anc__value": "800", "lab__anc__unit": "/uL"}, "neutropenia", "unknown", "applies"),
        ("conditions: none", {"lab__anc__value": "2.5", "lab__anc__unit": "10*9/L"}, "neutropenia", "unknown", "clear"),
        ("", {"lab__tb-test__answer": "negative"}, "tb-screening", "unknown", "clear"),
        ("", {"labs_none": "yes", "conditions_none": "yes"}, "tb-screening", "unknown", "applies"),
        ("sex: female\nage: 30 a", {"lab__pregnancy-status__answer": "pregnant"}, "pregnancy", "unknown", "applies"),
        ("", {"birth_date": "1940-01-01"}, "geriatric", "unknown", "applies"),
        ("", {"age": "30 years"}, "geriatric", "unknown", "clear"),
        ("", {"medications": "etanercept"}, "tnf-blocker", "unknown", "applies"),
        ("", {"add_medications": "etanercept"}, "tnf-blocker", "unknown", "applies"),
        ("", {"add_medications": "ibuprofen"}, "tnf-blocker", "unknown", "unknown"),
        ("", {"medications": "ibuprofen"}, "tnf-blocker", "unknown", "clear"),
        (COARSE, {"entry": "c", "entry.c.key": "conditions", "entry.c.instead": "DIRA"},
         "dira-allergy-watch", "clear", "applies"),
        (SUSPECTED, {"entry": "a", "entry.a.out": "yes"}, "asthma-infection-risk", "unknown", "clear"),
    ],
)  # fmt: skip
def test_an_answer_settles_its_question(
    record: str, fields: dict[str, str], rule: str, before: str, after: str
) -> None:
    assert before == statuses(Asked("anakinra", record, "", DAY))[rule]
    assert after == statuses(answered("anakinra", record, **fields))[rule]


def test_an_order_without_a_dose_is_completed_in_place() -> None:
    asked = Asked("anakinra", ORDERED, "", DAY)
    page = reviewed(record=ORDERED, phase="on-therapy").text
    assert "entry.MedicationRequest/1.dose" in Shown(page).names
    assert "unknown" == statuses(asked)["dose-no-added-benefit"]
    source = {"entry": "MedicationRequest/1", "entry.MedicationRequest/1.status": "current"}
    given_ = {**source, "entry.MedicationRequest/1.dose": "200 mg once daily", "entry.MedicationRequest/1.route": "SC"}
    assert "applies" == statuses(answered("anakinra", ORDERED, **given_))["dose-no-added-benefit"]


def test_the_start_of_the_therapy_dates_the_undated_entry_of_the_drug() -> None:
    got = reviewed(record="medications: [anakinra]", start="2026-10-01")
    assert "start of therapy" not in {q.lower() for q in Shown(got.text).labels}
    assert "2026-11-01" in got.text


def test_a_result_typed_again_for_the_same_day_replaces_the_first() -> None:
    first = answered("anakinra", "", lab__anc__value="800", lab__anc__unit="/uL")
    form = Form.of({"lab.anc.value": "2500", "lab.anc.unit": "/uL"})
    second, _ = entered(form, first, reviewer("anakinra"))
    assert "clear" == statuses(second)["neutropenia"]


def test_what_was_typed_can_be_taken_back() -> None:
    first = answered("anakinra", "", conditions="asthma\npsoriasis", add_medications="etanercept")
    sources = {"typed problem 1": "asthma-infection-risk", "added medication 1": "tnf-blocker"}
    for source, rule in sources.items():
        assert "applies" == statuses(first)[rule]
        form = Form.of({"entry": source, f"entry.{source}.out": "yes"})
        first, _ = entered(form, first, reviewer("anakinra"))
        assert "applies" != statuses(first)[rule]
    assert ["psoriasis"] == first.answered().form["conditions"]


def test_a_result_that_was_typed_can_be_taken_back() -> None:
    first = answered("anakinra", "", lab__anc__value="800", lab__anc__unit="/uL")
    second, _ = entered(
        Form.of({"lab.anc.value": "900", "lab.anc.unit": "/uL", "lab.anc.date": "2026-11-01"}),
        first,
        reviewer("anakinra"),
    )
    source = "added result 2: absolute neutrophil count"
    third, _ = entered(Form.of({"entry": source, f"entry.{source}.out": "yes"}), second, reviewer("anakinra"))
    assert first.answered().results == third.answered().results


def test_a_typed_line_with_the_dose_of_the_drug_is_its_order() -> None:
    asked = answered("anakinra", "", medications="Anakinra 100 mg IV once daily\nfolic acid 5 mg", phase="on-therapy")
    assert [{"name": "Anakinra", "dose": "100 mg IV once daily"}, "folic acid 5 mg"] == (
        asked.answered().form["medications"]
    )
    assert "applies" == statuses(asked)["dose-route"]


def test_a_clearance_that_is_known_is_settled_by_saying_that_there_are_no_other_results() -> None:
    field = "lab.creatinine-clearance"
    asked = answered("anakinra", "", **{f"{field}.value": "80", f"{field}.unit": "mL/min"})
    record, review = asked.review(reviewer("anakinra"))
    assert "unknown" == statuses(asked)["renal-evidence-conflict"]
    (one,) = [q for q in questions(review, record, reviewer("anakinra")) if q.fact == "creatinine clearance"]
    assert ("labs", "labs") == (one.kind, one.key)
    settled, _ = entered(Form.of({"labs_none": "yes"}), asked, reviewer("anakinra"))
    assert "unknown" != statuses(settled)["renal-evidence-conflict"]


def test_a_count_that_is_due_again_is_asked_for_beside_an_earlier_one() -> None:
    said = {"lab.anc.value": "3100", "lab.anc.unit": "/uL", "lab.anc.date": "2026-09-18", "start": "2026-09-20"}
    asked = answered("anakinra", "", phase="on-therapy", conditions="rheumatoid arthritis", **said)
    record, review = asked.review(reviewer("anakinra"))
    (one,) = [q for q in questions(review, record, reviewer("anakinra")) if q.fact == "absolute neutrophil count"]
    assert "measured" == one.kind


def test_the_review_always_takes_that_the_results_are_all_there_are() -> None:
    assert "labs_none" in Shown(reviewed(lab__weight__value="70", lab__weight__unit="kg").text).names


def test_answers_add_up_from_form_to_form() -> None:
    first = answered("anakinra", "", conditions="asthma", sex="female")
    second, _ = entered(Form.of({"medications_none": "yes", "conditions": "psoriasis"}), first, reviewer("anakinra"))
    found = statuses(second)
    assert ("applies", "clear") == (found["asthma-infection-risk"], found["tnf-blocker"])


def test_an_answer_that_contradicts_the_record_is_an_error_beside_the_form() -> None:
    got = reviewed(record="birth_date: 1980-05-05", birth_date="1981-05-05")
    assert (422, "") == (got.status_code, verdict(got.text))
    assert "does not agree" in got.text


def test_wrong_answers_on_the_review_leave_it_as_it_was() -> None:
    got = sent({"page": "review", "conditions": "asthma", "lab.anc.value": "many", "lab.anc.unit": "/uL"})
    shown = Shown(got.text)
    assert (422, "cannot-tell") == (got.status_code, verdict(got.text))
    assert ["asthma"] == shown.fields["conditions"]
    assert ["many"] == shown.fields["lab.anc.value"]
    assert 'href="#lab.anc.value"' in got.text


def test_an_entry_that_is_not_in_the_record_cannot_be_struck_out() -> None:
    with pytest.raises(RecordError, match="no entry Condition/9"):
        answered("anakinra", "", **{"entry": "Condition/9", "entry.Condition/9.out": "yes"}).review(
            reviewer("anakinra")
        )
