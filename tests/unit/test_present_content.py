"""What the readable formats show: order, wording, used references, evidence beside what is to be got."""

import msgspec
import pytest
from test_present_samples import (
    ALLERGIES,
    BLOCKER,
    F,
    T,
    U,
    empty,
    finding,
    hostile,
    monograph,
    review,
)

from apothecary.logic import Truth
from apothecary.present import FORMATS, render
from apothecary.present.content import content
from apothecary.review.result import Evidence, Review, ToGet

RICH = content(review(), monograph())


def test_do_first_holds_applying_critical_then_warning_findings() -> None:
    shuffled = review(findings=tuple(reversed(review().findings)))
    assert ["blocker", "elderly"] == [entry.id for entry in content(shuffled, monograph()).do_first]


def test_info_findings_that_apply_stand_apart() -> None:
    assert ["guideline"] == [entry.id for entry in RICH.info]


def test_open_findings_are_grouped_most_severe_first() -> None:
    expected = [
        ("critical", ["allergy"]),
        ("warning", ["count-missing", "kidney-watch", "kidney-dose"]),
        ("info", ["liver"]),
    ]
    assert expected == [(group.severity, [entry.id for entry in group.entries]) for group in RICH.open]


def test_clear_findings_are_only_counted() -> None:
    assert "2 of 10 questions do not apply to this patient (1 critical, 1 info)." == RICH.clear


def test_every_finding_is_shown_once_or_counted() -> None:
    shown = [*RICH.do_first, *RICH.info, *(entry for group in RICH.open for entry in group.entries)]
    assert len(review().findings) == len(shown) + 2


def test_an_open_question_points_to_the_things_to_get() -> None:
    warnings = RICH.open[1].entries
    assert "neutrophil count (out of date, get 3), allergies (get 1)" == warnings[0].open


def test_an_open_question_without_needs_says_so() -> None:
    shown = content(review(findings=(finding("x", U, "info"),), to_get=()), monograph())
    assert "the record does not settle it" == shown.open[0].entries[0].open


def test_a_need_outside_the_list_gives_its_reason() -> None:
    shown = content(review(findings=(finding("x", U, "info", needs=(ALLERGIES,)),), to_get=()), monograph())
    assert "allergies (not supplied)" == shown.open[0].entries[0].open


@pytest.mark.parametrize(
    ("number", "expected"),
    [(4, "q0, q1, q2, q3"), (5, "q0, q1, q2, q3 and 1 more"), (9, "q0, q1, q2, q3 and 5 more")],
)
def test_the_questions_a_fact_settles_are_shortened(number: int, expected: str) -> None:
    get = ToGet("f", "missing", "how", "info", tuple(f"q{i}" for i in range(number)))
    assert expected == content(review(to_get=(get,)), monograph()).to_get[0].settles


def test_values_that_disagree_stand_beside_what_to_get_without_unrelated_evidence() -> None:
    expected = (
        "creatinine clearance: 34 mL/min, 2026-10-30, Observation/31",
        "creatinine clearance: 27.4 mL/min, 2026-11-02, derived (Cockcroft-Gault)",
    )
    assert expected == RICH.to_get[1].recorded
    backwards = content(review(findings=tuple(reversed(review().findings))), monograph())
    assert expected == backwards.to_get[1].recorded


def test_nothing_is_recorded_for_what_was_not_supplied() -> None:
    assert () == RICH.to_get[0].recorded


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (BLOCKER, "blocker: examplumab 40 mg, 2026-10-01, MedicationRequest/12, matched by name only"),
        (Evidence("age", "71 a", "", "", "Patient"), "age: 71 years, Patient"),
        (Evidence("age", "1-2 mo"), "age: 1-2 months"),
        (Evidence("age", "1 a"), "age: 1 year"),
        (Evidence("age", "old"), "age: old"),
        (Evidence("score", "3 a"), "score: 3 a"),
        (Evidence("start of therapy"), "start of therapy"),
        (Evidence("count", "2", "/mm3", note="as recorded: 2 K"), "count: 2 /mm3 (as recorded: 2 K)"),
    ],
)
def test_evidence_reads_as_one_line(evidence: Evidence, expected: str) -> None:
    shown = content(review(findings=(finding("x", T, "info", because=(evidence,)),)), monograph())
    assert (expected,) == shown.info[0].facts


def test_references_beside_a_finding_are_in_the_order_of_their_numbers() -> None:
    assert ("1", "9", "10") == RICH.do_first[0].references


def test_the_place_of_a_number_is_a_reference_too() -> None:
    assert ("1", "label") == RICH.open[1].entries[1].references


def test_only_used_sources_are_listed() -> None:
    assert ["1", "2", "9", "10", "label"] == [source.id for source in RICH.sources]


def test_only_web_addresses_become_links() -> None:
    expected = {"9": "https://example.org/roe?a=1&b=2", "10": None, "1": None}
    assert expected == {source.id: source.url for source in RICH.sources if source.id in expected}


def test_a_reference_without_a_source_is_named() -> None:
    shown = content(review(), monograph(sources={}))
    assert {"not in the monograph's list of sources"} == {source.citation for source in shown.sources}


def test_statements_are_listed_for_each_shown_finding() -> None:
    assert ("blocker", "interactions.1, cautions.4") == (RICH.grounds[0].finding, RICH.grounds[0].statements)


def test_notes_name_exception_reading_and_policy() -> None:
    assert RICH.do_first[1].notes[0] == "Exception that applies: short course."
    assert "policy" in RICH.do_first[1].notes[1]
    assert RICH.info[0].notes == ("Our reading of the monograph: What recent means (recent in INTERPRETATIONS.md).",)


def test_uses_that_are_clear_are_left_out() -> None:
    expected = [("Joint disease", "documented", "labeled"), ("Skin disease", "not known", "off-label")]
    assert expected == [(use.name, use.status, use.labeled) for use in RICH.uses]


def test_numbers_say_where_they_come_from_or_why_they_are_not_known() -> None:
    expected = [
        ("Age", "71 years", ""),
        ("Sex", "female", ""),
        ("Weight", "58 kg", "reported, 2026-11-02, Observation/3"),
        ("Creatinine clearance", "not known", "Order a creatinine. Weigh the patient."),
    ]
    assert expected == [(number.name, number.value, number.detail) for number in RICH.numbers]


def of(verdict: str, *states: tuple[str, Truth], phase: str = "considering") -> str:
    found = tuple(finding(f"f{n}", status, severity) for n, (severity, status) in enumerate(states))
    made: Review = review(verdict=verdict, findings=found, phase=phase)
    return content(made, monograph()).sentence


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (of("stop", ("critical", T)), "1 critical finding applies: do not start until this is resolved."),
        (
            of("stop", ("critical", T), ("critical", T), ("critical", U), phase="on-therapy"),
            "2 critical findings apply: do not continue as before until this is resolved. 1 critical question is open.",
        ),
        (
            of("cannot-tell", ("critical", U), ("critical", U)),
            "No critical finding applies so far, but the record cannot rule it out. 2 critical questions are open. "
            "Get what is missing first.",
        ),
        (
            of("caution", ("warning", T), ("warning", U)),
            "No critical finding applies and none is open. 1 warning applies and 1 warning is open: weigh each "
            "before going ahead.",
        ),
        (
            of("caution", ("warning", U), ("warning", U)),
            "No critical finding applies and none is open. 2 warnings are open: weigh each before going ahead.",
        ),
        (of("go", ("critical", F)), "No critical finding and no warning applies, and none is open."),
    ],
)
def test_the_verdict_is_explained_with_its_counts(sentence: str, expected: str) -> None:
    assert expected == sentence


def test_a_review_without_questions_is_never_shown_as_go() -> None:
    shown = content(empty(), monograph())
    assert ("cannot-tell", "CANNOT TELL") == (shown.verdict, shown.verdict_word)
    assert "no all-clear" in shown.sentence


def strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, msgspec.Struct):
        value = tuple(getattr(value, name) for name in value.__struct_fields__)
    return [text for item in value for text in strings(item)] if isinstance(value, tuple) else []


def test_every_string_shown_is_one_line_without_control_characters() -> None:
    found = strings(content(hostile(), monograph()))
    assert [] == [text for text in found if not text.isprintable()]
    assert any("END-OF-TEXT" in text for text in found)


@pytest.mark.parametrize("format", ["text", "markdown", "html"])
@pytest.mark.parametrize(
    "fact",
    [
        "Fictamab (Madeupra)",
        "STOP",
        "do not start until this is resolved",
        "2026-11-22",
        "pat-7",
        "no active order or statement of the drug",
        "Takes another blocker",
        "Do not give both: serious infections are more frequent.",
        "examplumab 40 mg, 2026-10-01, MedicationRequest/12",
        "by name only",
        "Ask about allergies and record them",
        "2 more",
        "Title of kidney-dose",
        "A guideline prefers other drugs",
        "Joint disease",
        "off-label",
        "71 years",
        "58 kg",
        "Creatinine clearance",
        "2 of 10 questions",
        "Observation/44",
        "Roe R. Two blockers at once. J Ex. 2023; 4:5-6.",
        "interactions.1, cautions.4",
        "2025.4.1",
        "2025-04-10",
        "0f3a9c1e",
        "Not clinically validated; see SAFETY.md.",
    ],
)
def test_each_readable_format_has_the_key_facts(format: str, fact: str) -> None:
    shown = " ".join(render(review(), monograph(), format).split())  # type: ignore[arg-type]
    assert fact in shown


@pytest.mark.parametrize("format", ["text", "markdown", "html"])
def test_each_readable_format_shows_a_long_text_to_its_end(format: str) -> None:
    assert render(hostile(), monograph(), format).count("END-OF-TEXT") >= 5  # type: ignore[arg-type]


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("made", [review(), empty(), hostile()])
def test_each_format_ends_with_one_newline(format: str, made: Review) -> None:
    shown = render(made, monograph(), format)  # type: ignore[arg-type]
    assert shown.endswith("\n")
    assert not shown.endswith("\n\n")


def test_an_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"no format 'pdf'.*text, json, markdown, html"):
        render(review(), monograph(), "pdf")  # type: ignore[arg-type]
