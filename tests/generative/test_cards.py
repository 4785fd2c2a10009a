"""Cards of any review: always what the specification allows, never silent, never markup out of a record."""

import json
from typing import Any

import msgspec
from cds_schema import RESPONSE, mistakes
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from patients import Patient, patients
from strategies import AS_OF, PHASES, SETTINGS, Draw, drugs, monograph, reviewer
from test_present_cards_samples import BASE, HOOKS, ids
from test_present_samples import HOSTILE, LONG, hostile
from test_present_samples import monograph as fictitious

from apothecary.logic import Truth
from apothecary.present.cards import Draft, Occasion, Shown, cannot_tell, cards, encode, not_reviewed
from apothecary.present.cards.text import said
from apothecary.present.safe import clean, markdown
from apothecary.review import Evidence, Need, Review
from apothecary.therapy.complete import complete

Made = tuple[str, Review, Occasion]
_STATUSES = (Truth.APPLIES, Truth.CLEAR, Truth.UNKNOWN)
_GITHUB = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_MARKUP = (
    "html_block",
    "html_inline",
    "link_open",
    "image",
    "heading_open",
    "table_open",
    "fence",
    "code_block",
    "s_open",
)
_NASTY = (
    "<b>",
    "[x](y)",
    "![x](y)",
    "`",
    "**",
    "\n# x",
    "| a | b |\n|--|--|",
    "~~",
    "<!--",
    "&lt;",
    "  \n",
    "\\",
    "1. ",
)
hostile_text = st.one_of(
    st.sampled_from((HOSTILE, LONG, *_NASTY)),
    st.text(max_size=30),
    st.lists(st.sampled_from(_NASTY) | st.text(max_size=3), max_size=6).map("".join),
    st.text(max_size=5).map(lambda part: f"x{part}" * 5000),
)


@st.composite
def occasions(draw: Draw[Any], drug: str, review: Review) -> Occasion:
    """A hook with drafts, rules set aside, a note and the app, each or none."""
    rules = [finding.id for finding in review.findings]
    some = st.frozensets(st.sampled_from(rules), max_size=len(rules)) if rules else st.just(frozenset())
    repeat = {"frequency": 1, "period": draw(st.sampled_from((1, 7, 24))), "periodUnit": draw(st.sampled_from("dh"))}
    dosage = {
        "text": draw(hostile_text) or "x",
        "timing": {"repeat": repeat},
        "doseAndRate": [{"doseQuantity": {"value": 100, "unit": "mg"}}],
    }
    resource = {
        "resourceType": "MedicationRequest",
        "id": "d1",
        "status": "draft",
        "intent": "order",
        "subject": {"reference": "Patient/p1"},
        "medicationCodeableConcept": {"text": draw(hostile_text) or "x"},
        "dosageInstruction": [dosage],
    }
    drafts = draw(st.sampled_from(((), (Draft("MedicationRequest/d1", resource, True),))))
    return Occasion(
        draw(st.sampled_from(HOOKS)),
        draw(st.sampled_from(("p1", "not an id", ""))),
        drafts,
        BASE,
        draw(st.just(frozenset()) | some),
        draw(st.booleans()),
        draw(st.just("") | hostile_text),
        draw(st.just(frozenset()) | some),
    )


@st.composite
def read_ones(draw: Draw[Any]) -> Made:
    """The whole review of a generated patient."""
    drug = draw(drugs)
    patient: Patient = draw(patients(drug) | patients(drug, crowded=True))
    found = complete(reviewer(drug), patient.read(), AS_OF, draw(st.sampled_from((None, *PHASES))))
    return drug, found, draw(occasions(drug, found))


@st.composite
def random_ones(draw: Draw[Any]) -> Made:
    """A review whose findings were answered at random, with any text as evidence and need."""
    drug, found, _ = draw(read_ones())
    findings = []
    for finding in found.findings:
        status = draw(st.sampled_from(_STATUSES))
        text = draw(hostile_text)
        because = (Evidence(text, text, text, text, text, "name", text),)
        needs = (Need(text, "conflicting", text),) if status is Truth.UNKNOWN else ()
        changed = {"status": status, "because": draw(st.sampled_from(((), because, because * 20))), "needs": needs}
        findings.append(msgspec.structs.replace(finding, **changed))
    left = findings[: draw(st.integers(0, len(findings)))]
    changed = msgspec.structs.replace(found, findings=tuple(left))
    return drug, changed, draw(occasions(drug, changed))


made = read_ones() | random_ones()


def shown(one: Made) -> tuple[Shown, ...]:
    drug, review, occasion = one
    return cards(review, monograph(drug), occasion, ids())


@settings(SETTINGS, max_examples=60)
@given(made)
def test_C_1_to_C_14_J_2_J_3_every_answer_is_what_the_specification_allows(one: Made) -> None:
    assert [] == mistakes(json.loads(encode(shown(one))), RESPONSE)


@settings(SETTINGS, max_examples=60)
@given(made)
def test_C_4_nothing_in_a_detail_is_markup_but_bold_code_and_lists(one: Made) -> None:
    for card in shown(one):
        inner = _GITHUB.parse(card.card.detail)
        kinds = {token.type for token in inner} | {child.type for token in inner for child in token.children or ()}
        assert set() == kinds.intersection(_MARKUP)


@settings(SETTINGS, max_examples=60)
@given(made)
def test_every_finding_that_matters_is_on_a_card(one: Made) -> None:
    """What applies, and what is open and not info, stands in a detail under its id, unless it is asked at signing."""
    _, review, _ = one
    details = "\n".join(card.card.detail for card in shown(one))
    for finding in review.findings:
        if finding.status is Truth.APPLIES or (finding.status is Truth.UNKNOWN and finding.severity == "critical"):
            assert f"`{finding.id}`" in details


@settings(SETTINGS, max_examples=60)
@given(made)
def test_an_ordering_hook_is_always_answered_and_open_questions_are_never_silent(one: Made) -> None:
    _, review, occasion = one
    found = shown(one)
    if occasion.hook != "patient-view":
        assert "info" in [card.card.indicator for card in found]
    asked = {f.id for f in review.findings if f.status is Truth.UNKNOWN and f.severity != "info"}
    if occasion.hook != "order-select" and asked - occasion.answered - occasion.answered_open:
        assert "unknown" in [card.status for card in found]


@settings(SETTINGS, max_examples=60)
@given(made)
def test_a_rule_stands_on_one_card_and_with_what_it_is(one: Made) -> None:
    _, review, _ = one
    statuses = {finding.id: finding.status.value for finding in review.findings}
    found = shown(one)
    rules = [rule for card in found for rule in card.rules]
    assert len(rules) == len(set(rules))
    for card in found:
        assert all(statuses[rule] == (card.status or "applies") for rule in card.rules)


@settings(SETTINGS, max_examples=60)
@given(made)
def test_the_same_review_gets_the_same_cards(one: Made) -> None:
    assert encode(shown(one)) == encode(shown(one))


@settings(SETTINGS, max_examples=100)
@given(hostile_text)
def test_what_needs_no_closer_look_would_come_out_the_same(text: str) -> None:
    """The short way for harmless strings gives what the long way gives, up to the cut of very long ones."""
    whole = markdown(clean(text))
    assert said(text) == whole or len(clean(text)) > 300


@settings(SETTINGS, max_examples=100)
@given(hostile_text, st.sampled_from((not_reviewed, cannot_tell)))
def test_a_message_of_any_kind_makes_a_valid_card(message: str, make: Any) -> None:
    one = make(fictitious(), message, ids(), BASE)
    assert [] == mistakes(json.loads(encode((one,))), RESPONSE)


def test_a_review_full_of_attacks_makes_valid_cards_without_markup() -> None:
    for hook in HOOKS:
        found = cards(hostile(), fictitious(), Occasion(hook, "p1", (), BASE, note=HOSTILE), ids())
        assert [] == mistakes(json.loads(encode(found)), RESPONSE)
        assert not any("<" in card.card.detail for card in found)
