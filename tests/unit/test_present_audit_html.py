"""The coverage report as HTML: one file that loads nothing, its structure, links both ways, escaping."""

import re

import pytest
from test_present_audit_samples import ALL, NUMBER, audited, complete, differing, empty, hostile, to_do, with_errors
from test_present_html import CSS, VOID, Page, luminance

from apothecary.audit import Audit
from apothecary.present.audit import render_audit
from support import made_up

# Tags that a page may hold; anything else would have come out of the text.
KNOWN = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "section", "article", "div", "details"),
    *("h1", "h2", "h3", "h4", "p", "strong", "span", "code", "a", "br", "dl", "dt", "dd", "ol", "ul", "li", "summary"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "ins", "del"),
}


def rendered(audit: Audit, encoding: str = "utf-8", source: str = "new.txt") -> str:
    return render_audit(audit, made_up(), "html", encoding=encoding, source=source)


def page(audit: Audit) -> Page:
    return Page(rendered(audit))


def text(audit: Audit) -> str:
    return " ".join(page(audit).text.split())


def styles(shown: str) -> str:
    return shown[shown.index("<style>") : shown.index("</style>")]


@pytest.mark.parametrize("made", ALL)
def test_every_tag_is_closed_and_only_plain_tags_are_used(made: Audit) -> None:
    found = page(made)
    assert [] == found.open
    assert set() == {tag for tag, _ in found.tags} - KNOWN
    assert {"meta", "br"} == VOID


@pytest.mark.parametrize("made", ALL)
def test_nothing_is_loaded_or_run(made: Audit) -> None:
    found = page(made)
    names = {name for _, attributes in found.tags for name in attributes}
    assert set() == {name for name in names if name.startswith("on")} | (names & {"src", "srcset", "action"})
    assert [] == re.findall(r"@import|url\(", styles(rendered(made)))
    policy = [meta["content"] for meta in found.named("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    assert ["default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"] == policy


@pytest.mark.parametrize("made", ALL)
def test_a_style_of_an_element_is_a_number(made: Audit) -> None:
    found = {
        re.sub(r"\d+", "n", str(attributes["style"])) for _, attributes in page(made).tags if "style" in attributes
    }
    assert found <= {"flex-grow: n"}


@pytest.mark.parametrize("made", ALL)
def test_links_lead_into_the_page(made: Audit) -> None:
    found = page(made)
    ids = [str(attributes["id"]) for _, attributes in found.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {str(link["href"]).replace("%3A", ":") for link in found.named("a")}
    assert set() == targets - {f"#{id_}" for id_ in ids}


def test_statements_things_and_references_link_each_other() -> None:
    shown = rendered(complete())
    row = shown[shown.index('<tr id="statement-cautions.5">') :]
    assert '<a href="#thing-rule%3Alymphopenia"><code>rule:lymphopenia</code></a>' in row[: row.index("</tr>")]
    assert '<a href="#reference-1"><code>1</code></a>' in row[: row.index("</tr>")]
    row = shown[shown.index('<tr id="thing-rule:lymphopenia">') :]
    assert '<a href="#statement-cautions.5"><code>cautions.5</code></a>' in row[: row.index("</tr>")]
    row = shown[shown.index('<tr id="reference-2003">') :]
    assert '<a href="#statement-introduction.1"><code>introduction.1</code></a>' in row[: row.index("</tr>")]


def test_a_statement_that_is_gone_is_no_link() -> None:
    assert "<td><code>cautions.8 (gone)</code></td>" in rendered(differing())


@pytest.mark.parametrize("made", ALL)
def test_every_table_has_a_caption_and_headers(made: Audit) -> None:
    found = page(made)
    assert len(found.named("table")) == len(found.named("caption"))
    assert {"col", "row", "rowgroup"} >= {header["scope"] for header in found.named("th")} >= {"col"}


@pytest.mark.parametrize("made", ALL)
def test_every_section_is_labeled_by_its_heading(made: Audit) -> None:
    found = page(made)
    assert [heading["id"] for heading in found.named("h2")] == [
        section["aria-labelledby"] for section in found.named("section")
    ]


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (complete(), ["totals", "references", "statements", "things", "ignored"]),
        (audited(NUMBER), ["changes", "open", "totals", "references", "statements", "things", "ignored", "next"]),
        (with_errors(), ["errors", "totals", "references", "statements", "things", "ignored", "next"]),
        (differing(), ["changes", "errors", "open", "totals", "references", "statements", "things", "ignored", "next"]),
    ],
    ids=["complete", "number", "errors", "differing"],
)
def test_the_sections_stand_in_their_order(made: Audit, expected: list[str]) -> None:
    assert expected == [heading["id"] for heading in page(made).named("h2")]


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (complete(), "Zorvimab: does the knowledge cover its text? COVERED "),
        (
            differing(),
            "DIFFERS 10 changes and 1 error; ",
        ),
        (to_do(), "still to do: encode the brand"),
        (empty(), "INCOMPLETE The text holds no statement, so nothing is accounted for."),
        (with_errors(), "error rule:heavy rests on no statement and no other source."),
        (differing(), "Read again: rule:renal-severe: Creatinine clearance below 30 mL/min"),
        (differing(), "open the knowledge does not know it"),
        (differing(), "open edited in the text"),
        (complete(), "Background: drug class of the publisher"),
        (complete(), "6 of 7 references are cited by a statement. Cited by no statement: 5."),
        (complete(), "5 lines of the page around the monograph were ignored. Biological Products Related to zorvimab"),
        (differing(), "`apothecary audit zorvimab --source FILE --accept ID`"),
    ],
)
def test_it_says(made: Audit, expected: str) -> None:
    assert expected in text(made)


def test_both_wordings_stand_side_by_side() -> None:
    shown = " ".join(rendered(audited(NUMBER, True)).split())
    start = "Halve the dose when creatinine clearance is below"
    assert (
        f'<div class="wordings"> <dl><dt>Was</dt><dd>{start} <del>30</del> mL/min.</dd></dl> '
        f"<dl><dt>Is</dt><dd>{start} <ins>40</ins> mL/min.</dd></dl> </div>"
    ) in shown


def test_a_row_of_the_totals() -> None:
    expected = (
        '<tr class="chapter"><th scope="row">Header</th><td class="count">2</td><td class="count">0</td>'
        '<td class="count">1</td><td class="count">1</td><td><div class="bar" aria-hidden="true">'
        '<span class="background" style="flex-grow: 1"></span>'
        '<span class="open" style="flex-grow: 1"></span></div></td></tr>'
    )
    assert expected in rendered(to_do())


@pytest.mark.parametrize("bad", ["<script", "\x1b", "\u202e"])
def test_a_hostile_text_is_harmless(bad: str) -> None:
    assert bad not in rendered(hostile(), source=f"{bad}.txt")


def test_a_hostile_text_is_shown_as_it_was() -> None:
    assert "<script>alert(1)</script> {{ 7*7 }} red link txet ≥" in text(hostile())


def test_a_hostile_file_name_is_text() -> None:
    assert "<b>&amp;</b>.txt" in " ".join(Page(rendered(complete(), source="<b>&amp;</b>.txt")).text.split())


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
@pytest.mark.parametrize("made", ALL)
def test_it_reads_the_same_in_every_encoding(made: Audit, encoding: str) -> None:
    shown = rendered(made, encoding)
    assert shown.encode(encoding).decode("utf-8") == shown
    assert page(made).text == Page(shown).text


def test_the_page_says_its_language_and_title() -> None:
    assert [{"lang": "en"}] == page(complete()).named("html")
    assert "<title>Zorvimab: COVERED</title>" in rendered(complete())


def test_it_can_be_printed() -> None:
    own = styles(rendered(complete())).replace(CSS, "")
    assert "@media print" in own
    assert "print-color-adjust: exact" in own


@pytest.mark.parametrize("mark", ["del", "ins"])
def test_marked_words_reach_the_contrast_of_wcag_aa(mark: str) -> None:
    found = re.search(rf"\n{mark} {{ background: (#\w+); color: (#\w+);", styles(rendered(complete())))
    assert found is not None
    low, high = sorted(map(luminance, found.groups()))
    assert (high + 0.05) / (low + 0.05) >= 4.5


def test_marked_words_are_told_apart_without_color() -> None:
    own = styles(rendered(complete()))
    assert ["line-through", "underline"] == re.findall(r"\n(?:del|ins) {.*text-decoration: ([\w-]+);", own)
