"""The Markdown format: what a Markdown reader makes of it, also when the record is hostile."""

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from test_present_samples import HOSTILE, empty, hostile, monograph, review

from apothecary.present import render
from apothecary.present.safe import markdown
from apothecary.review.result import Review

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def flat(text: str) -> list[Token]:
    return [part for token in READER.parse(text) for part in (token, *(token.children or ()))]


def headings(made: Review) -> list[str]:
    tokens = READER.parse(render(made, monograph(), "markdown"))
    return [tokens[i + 1].content for i, token in enumerate(tokens) if token.type == "heading_open"]


def test_the_verdict_stands_in_the_title() -> None:
    assert "# Fictamab (Madeupra): STOP\n" in render(review(), monograph(), "markdown")


def test_the_sections_stand_in_their_order() -> None:
    expected = [
        "Fictamab (Madeupra): STOP",
        "Do first",
        "Get these to settle the open questions",
        "Open questions: not known whether these apply",
        "Critical",
        "Warning",
        "Info",
        "Also applies",
        "Documented uses",
        "Numbers about the patient",
        "Clear",
        "Problems",
        "Sources",
        "Statements of the monograph behind each finding",
    ]
    assert expected == headings(review())


def test_a_section_with_nothing_to_show_says_so() -> None:
    shown = render(empty(), monograph(), "markdown")
    assert "## Do first\n\nNo critical or warning finding applies" in shown


def test_a_hostile_record_adds_no_heading() -> None:
    assert len(headings(hostile())) == len([h for h in headings(review()) if h != "Warning" and h != "Info"])


def test_a_hostile_record_adds_no_link_image_html_or_code() -> None:
    tokens = flat(render(hostile(), monograph(sources={}), "markdown"))
    unwanted = {"link_open", "image", "html_block", "html_inline", "code_inline", "code_block", "fence", "em_open"}
    assert set() == unwanted & {token.type for token in tokens}


def test_a_hostile_record_adds_no_table_cell() -> None:
    rows = [row for row in render(hostile(), monograph(), "markdown").splitlines() if row.startswith("| **")]
    assert {4} == {row.replace(r"\|", "").count("|") for row in rows}


def test_a_source_is_linked_by_its_address() -> None:
    links = [t for t in flat(render(review(), monograph(), "markdown")) if t.type == "link_open"]
    assert ["https://example.org/roe?a=1&b=2"] == [link.attrs["href"] for link in links]


@pytest.mark.parametrize(
    "text",
    [
        "# heading",
        "- item",
        "+ item",
        "* item",
        "1. item",
        "12) item",
        "> quote",
        "= line",
        "--- ",
        "`code`",
        "**bold** _em_ ~~gone~~",
        "[a](https://evil.example)",
        "![a](b)",
        "<b>x</b> &amp; &lt;",
        "<https://evil.example>",
        "a | b",
        "back\\slash \\* star",
        "plain text, 3.5 mg/kg (2 a day)",
    ],
)
def test_escaped_text_reads_as_it_was(text: str) -> None:
    tokens = flat(f"- {markdown(text)}")
    kept = "".join(token.content for token in tokens if token.type in ("text", "text_special"))
    assert text.strip() == kept
    assert {"bullet_list_open", "list_item_open", "paragraph_open", "inline"} <= {t.type for t in tokens}
    assert 1 == sum(token.type in ("bullet_list_open", "ordered_list_open", "blockquote_open") for token in tokens)


def test_addresses_in_a_record_are_not_linked_automatically() -> None:
    assert r"http\://evil" in markdown("see http://evil")
    assert r"www\.evil" in markdown("see www.evil")


def test_a_template_expression_in_a_record_stays_text() -> None:
    assert "{{ 7*7 }}" in HOSTILE
    assert r"{{ 7\*7 }}" in render(hostile(), monograph(), "markdown")
