"""The monographs to browse: everything is on the page, every link leads somewhere, the filter finds."""

import re
from collections import deque
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from library_site import ADDRESS, ask, get, state

from apothecary.knowledge import PACKAGED, Monograph
from apothecary.present.browsed import filtered
from apothecary.present.cited_by import browsed
from apothecary.review.cases import load_cases

KNOWN = [reviewer.monograph for reviewer in state().reviewers.values()]
DRUGS = pytest.mark.parametrize("m", KNOWN, ids=lambda m: m.drug.id)


class Page(HTMLParser):
    """The ids and the links of a page, and the text behind each id's element up to the next one."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if said.get("id"):
            self.ids.append(str(said["id"]))
        if tag == "a" and said.get("href"):
            self.links.append(str(said["href"]))
        if tag == "link":
            self.links.append(str(said["href"]))


def entry(page: str, anchor: str) -> str:
    """What stands between an anchor and the next one."""
    found = re.search(rf'id="{re.escape(anchor)}"(.*?)(?= id="(?!{re.escape(anchor)}-)|</main>)', page, re.DOTALL)
    assert found is not None, anchor
    return found[1]


@DRUGS
def test_each_id_of_the_page_is_there_once(m: Monograph) -> None:
    ids = Page(get(f"/monographs/{m.drug.id}")).ids
    assert len(set(ids)) == len(ids)


@DRUGS
def test_every_statement_shows_its_section_its_references_and_what_rests_on_it(m: Monograph) -> None:
    page = get(f"/monographs/{m.drug.id}")
    for one in m.statements.values():
        shown = entry(page, f"statement-{one.id}")
        assert f"<code>{one.id}</code>" in shown
        for reference in one.references:
            assert f'href="#source-{reference}"' in shown, (one.id, reference)
        for link in one.encoded_by:
            kind, _, id_ = link.partition(":")
            assert f'href="#{kind}-{id_}"' in shown, (one.id, link)
        if not one.encoded_by:
            assert "Background" in shown, one.id
    for passage in {one.section for one in m.statements.values()}:
        assert f"<h3>{passage}</h3>" in page.replace("&#39;", "'").replace("&amp;", "&")


@DRUGS
def test_every_rule_leads_to_the_statements_it_rests_on(m: Monograph) -> None:
    page = get(f"/monographs/{m.drug.id}")
    for rule in m.rules.values():
        shown = entry(page, f"rule-{rule.id}")
        assert f'class="mark {rule.severity}"' in shown
        for statement in rule.all_statements:
            assert f'href="#statement-{statement}"' in shown, (rule.id, statement)
        assert "Applies when:" in shown
        assert len(rule.exceptions) == shown.count("<strong>Exception, ")


def test_a_rule_says_how_many_example_patients_it_has() -> None:
    page = get("/monographs/anakinra")
    for file in load_cases(PACKAGED / "anakinra" / "cases"):
        assert f"{len(file.cases)} example patient" in entry(page, f"rule-{file.rule}")


def test_a_rule_says_nothing_of_example_patients_where_none_are_known() -> None:
    assert "example patient" not in get("/monographs/zorvimab")


@DRUGS
def test_every_number_shows_unit_kind_and_source(m: Monograph) -> None:
    page = browsed(m)
    lines = {line.anchor: line for part in page.parts for table in part.tables for line in table.lines}
    for id_, value in m.values.items():
        line = lines[f"value-{id_}"]
        assert line.cells[0] == value.meaning
        assert line.cells[2] in ("stated by the source text", "derived from the source text",
                                 "fixed by another source", "our assumption")  # fmt: skip
        assert line.references or line.statements or line.cells[3], id_


@DRUGS
def test_the_condition_of_a_rule_is_told_whole(m: Monograph) -> None:
    """As many parts as the condition has leaves."""
    from apothecary import logic
    from apothecary.present.browsed import Phrase
    from apothecary.present.cited_by import phrase

    def leaves(one: Phrase) -> int:
        return sum(map(leaves, one.of)) if one.of else 1

    for rule in m.rules.values():
        assert leaves(phrase(rule.when, m)) == len([*logic.leaves(rule.when)]), rule.id


def test_every_link_of_the_site_leads_to_an_anchor_that_is_there() -> None:
    seen: dict[str, Page] = {}
    waiting, wanted = deque(["/"]), set()
    while waiting:
        path = waiting.popleft()
        if path in seen:
            continue
        got = ask("GET", path)
        assert got.status_code == 200, path
        seen[path] = Page(got.text if "html" in got.headers["content-type"] else "")
        for link in seen[path].links:
            target = urlsplit(urljoin(f"{ADDRESS}{path}", link))
            if f"{target.scheme}://{target.netloc}" == ADDRESS:
                where = target.path + (f"?{target.query}" if target.query else "")
                wanted.add((where, unquote(target.fragment), path))
                waiting.append(where)
    assert [] == [(page, anchor, at) for page, anchor, at in wanted if anchor and anchor not in seen[page].ids]
    assert {"/", "/monographs", "/monographs/anakinra", "/handout/anakinra"} - {"/monographs"} <= seen.keys()


@pytest.mark.parametrize("text", ["tnf", "TNF Blocker", "cautions.infections.1", "mg/kg", "2 mg"])
def test_the_filter_keeps_what_holds_every_word(text: str) -> None:
    whole = browsed(state().reviewers["anakinra"].monograph)
    found = filtered(whole, text)
    assert 0 < found.count < whole.count
    assert found.total == whole.total
    assert found.count == sum(part.count for part in found.parts)
    assert found.anchors < whole.anchors


def test_a_filter_without_words_keeps_everything() -> None:
    whole = browsed(state().reviewers["anakinra"].monograph)
    assert whole == filtered(whole, "  ")


def test_the_filter_finds_a_rule_by_its_id_and_what_it_links_to_stays_reachable() -> None:
    page = get("/monographs/anakinra?q=tnf-blocker")
    assert 'id="rule-tnf-blocker"' in page
    assert 'id="rule-abatacept"' not in page
    ids = Page(page).ids
    for link in Page(page).links:
        target = urlsplit(link)
        if not target.path and target.fragment:
            assert unquote(target.fragment) in ids, link
    assert '"/monographs/anakinra#source-1"' in page


def test_what_was_looked_for_is_shown_as_text() -> None:
    page = get('/monographs/anakinra?q="><script>alert(1)</script>')
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "<strong>0</strong> of" in page


def test_the_list_names_every_monograph() -> None:
    page = get("/monographs")
    for m in KNOWN:
        assert f'href="/monographs/{m.drug.id}"' in page


@pytest.mark.parametrize("path", ["/monographs/nothing", "/monographs/%3Cb%3E", "/monographs/..%2F..%2Fetc"])
def test_an_unknown_drug_is_an_error_page(path: str) -> None:
    got = ask("GET", path)
    assert got.status_code == 404
    assert "<b>" not in got.text


@pytest.mark.parametrize(
    "path", ["/monographs", "/monographs/anakinra", "/monographs/zorvimab?q=dose", "/handout/anakinra?lang=es"]
)
def test_no_page_has_a_script_or_an_inline_style(path: str) -> None:
    page = get(path)
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", page)


@pytest.mark.parametrize("path", ["/monographs", "/monographs/anakinra", "/handout/anakinra"])
def test_pages_are_not_kept(path: str) -> None:
    assert ask("GET", path).headers["cache-control"] == "no-store"
