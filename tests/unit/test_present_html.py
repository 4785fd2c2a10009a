"""The HTML format: one file that loads nothing, structure for screen readers, contrast, escaping."""

import re
from html.parser import HTMLParser
from itertools import product
from pathlib import Path

import pytest
from test_present_samples import empty, hostile, monograph, review

from apothecary import present
from apothecary.present import render
from apothecary.review.result import Review

ALL = [review(), empty(), hostile()]
CSS = (Path(present.__file__).parent / "templates" / "review.css").read_text("utf-8")
VOID = {"meta", "br"}
KNOWN = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "footer", "section", "article"),
    *("h1", "h2", "h3", "p", "strong", "span", "code", "a", "br", "dl", "dt", "dd", "ol", "ul", "li"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td"),
}


class Page(HTMLParser):
    """Tags with their attributes, the text, and whether every tag is closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def page(made: Review) -> Page:
    return Page(render(made, monograph(), "html"))


@pytest.mark.parametrize("made", ALL)
def test_every_tag_is_closed_and_only_plain_tags_are_used(made: Review) -> None:
    found = page(made)
    assert [] == found.open
    assert set() == {tag for tag, _ in found.tags} - KNOWN


@pytest.mark.parametrize("made", ALL)
def test_nothing_is_loaded_or_run(made: Review) -> None:
    found = page(made)
    names = {name for _, attributes in found.tags for name in attributes}
    assert set() == {name for name in names if name.startswith("on")} | (names & {"src", "srcset", "action", "style"})
    assert re.findall(r"@import|url\(", CSS) == []
    policy = [meta["content"] for meta in found.named("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    assert ["default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"] == policy


@pytest.mark.parametrize("made", ALL)
def test_links_lead_into_the_page_or_to_a_source(made: Review) -> None:
    found = page(made)
    ids = [attributes["id"] for _, attributes in found.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    outside = [link for link in found.named("a") if not str(link["href"]).startswith("#")]
    inside = [link for link in found.named("a") if link not in outside]
    assert {f"#{id}" for id in ids} >= {str(link["href"]) for link in inside}
    assert all(link["rel"] == "noreferrer noopener" for link in outside)
    assert {"https://example.org/roe?a=1&b=2"} >= {link["href"] for link in outside}


def test_a_source_is_linked() -> None:
    assert "https://example.org/roe?a=1&b=2" in [link["href"] for link in page(review()).named("a")]


def test_an_address_that_is_not_of_the_web_is_not_linked() -> None:
    assert "javascript:" not in render(review(), monograph(), "html")


@pytest.mark.parametrize("made", ALL)
def test_a_hostile_string_is_text(made: Review) -> None:
    shown = render(made, monograph(), "html")
    assert "<script" not in shown
    assert "<img" not in shown


def test_the_hostile_text_is_shown_as_it_was() -> None:
    assert "<script>alert('x')</script> [click](https://evil.example)" in page(hostile()).text
    assert "{{ 7*7 }}" in page(hostile()).text


def test_the_language_is_set() -> None:
    assert [{"lang": "en"}] == page(review()).named("html")


@pytest.mark.parametrize("made", ALL)
def test_every_table_has_a_caption_and_headers(made: Review) -> None:
    found = page(made)
    assert len(found.named("table")) == len(found.named("caption"))
    assert {"col", "row"} == {header["scope"] for header in found.named("th")}


def test_the_verdict_comes_first_and_in_words() -> None:
    text = page(review()).text
    order = ["STOP 1 critical finding applies", "As of", "Do first", "Get these", "Open questions", "Also applies"]
    places = [text.index(part) for part in order]
    assert places == sorted(places)


def test_every_section_is_labeled_by_its_heading() -> None:
    found = page(review())
    expected = [heading["id"] for heading in found.named("h2")]
    assert expected == [section["aria-labelledby"] for section in found.named("section")]


def test_severities_are_words() -> None:
    found = render(review(), monograph(), "html")
    expected = {("critical", "critical"), ("warning", "warning"), ("info", "info")}
    assert expected == set(re.findall(r'<span class="mark (\w+)">(\w+)</span>', found))


def test_it_can_be_printed_and_follows_the_color_scheme() -> None:
    assert "@media print" in CSS
    assert "@page" in CSS
    assert "prefers-color-scheme: dark" in CSS


def colors(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#\w+);", block))


def luminance(color: str) -> float:
    digits = color[1:] if len(color) == 7 else "".join(2 * digit for digit in color[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


LIGHT = colors(CSS[: CSS.index("@media")])
DARK = LIGHT | colors(CSS[CSS.index("dark) {") : CSS.index("* {")])


@pytest.mark.parametrize(
    ("front", "back"),
    [
        *((s[a], s[b]) for s in (LIGHT, DARK) for a, b in product(("text", "soft", "link"), ("page", "card"))),
        *(("#ffffff", LIGHT[name]) for name in ("stop", "cannot-tell", "caution", "go", "info")),
    ],
)
def test_contrast_reaches_wcag_aa(front: str, back: str) -> None:
    low, high = sorted((luminance(front), luminance(back)))
    assert (high + 0.05) / (low + 0.05) >= 4.5
