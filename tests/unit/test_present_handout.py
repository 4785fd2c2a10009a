"""The sheet for a patient as HTML: whole, in its language, without a name, with lines to fill in what is not known."""

import re
from datetime import date
from html import unescape
from html.parser import HTMLParser
from typing import Any, get_args
from xml.etree import ElementTree

import msgspec
import pytest
from click.testing import CliRunner

from apothecary.cli.common import Failure
from apothecary.cli.handout import command
from apothecary.knowledge import PACKAGED, Monograph, load, packaged
from apothecary.knowledge.advice import TOPICS
from apothecary.knowledge.schema import Site
from apothecary.present.handout import render, shown
from apothecary.present.handout_words import Words, all_words
from apothecary.therapy.handout import Dose, Personal, Sheet, Spot, Test, sheet
from support import MADE_UP, made_up

KNOWN = [made_up(), *(load(PACKAGED / name) for name in packaged())]
LANGUAGES = sorted(all_words())
DAY = date(2026, 11, 22)
WHOLE = Dose((100.0, 100.0), (0.67, 0.67), (1, 1), 24.0)
VOID = {"meta", "link", "br", "hr", "img"}


def personal(dose: Dose = WHOLE, tests: tuple[Test, ...] = (), settled: bool = True, language: str = "en") -> Sheet:
    return msgspec.structs.replace(sheet(made_up(), language), personal=Personal(DAY, settled, dose, tests))


def rows(one: Sheet) -> dict[str, tuple[str, ...]]:
    return {row.name: row.texts for row in shown(one).yours.rows}


class Reader(HTMLParser):
    """Which elements a page opens, with their attributes, and whether each is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.pop()


# --- the page -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("m", KNOWN, ids=lambda m: m.drug.id)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_whole_and_loads_nothing(m: Monograph, language: str) -> None:
    page = render(sheet(m, language))
    found = Reader(page)
    tags = [tag for tag, _ in found.seen]
    assert [] == found.open
    assert {"script", "link", "img", "iframe", "object"}.isdisjoint(tags)
    assert [] == re.findall(r"https?://", page)
    assert ("html", {"lang": language}) == found.seen[0]
    assert page.endswith("</html>\n")


@pytest.mark.parametrize("m", KNOWN, ids=lambda m: m.drug.id)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_stands_on_the_page_with_its_statements(m: Monograph, language: str) -> None:
    seen = {str(a["id"]): a.get("data-statements") for tag, a in Reader(render(sheet(m, language))).seen if tag == "li"}
    assert {f"line-{line.id}": " ".join(line.statements) for line in m.advice.values()} == seen


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_name_their_sections(language: str) -> None:
    found = Reader(render(sheet(made_up(), language))).seen
    ids = [a["id"] for _, a in found if "id" in a]
    named = [a["aria-labelledby"] for tag, a in found if tag == "section"]
    assert 1 == [tag for tag, _ in found].count("h1")
    assert set(named) <= set(ids)
    assert len(ids) == len(set(ids))


def test_the_picture_is_an_image_with_a_title_and_a_description() -> None:
    page = render(sheet(made_up(), "en"))
    picture = ElementTree.fromstring(page[page.index("<svg") : page.index("</svg>") + 6])
    assert ["title", "desc"] == [child.tag for child in picture][:2]
    assert "the thighs, the belly" in (picture[1].text or "")
    assert 4 == len(picture.findall("ellipse"))


def test_the_plan_has_four_weeks_with_row_headers() -> None:
    found = Reader(render(sheet(made_up(), "en"))).seen
    assert (4, 28) == (sum(tag == "th" for tag, _ in found), sum(tag == "td" for tag, _ in found))
    assert {"row"} == {a["scope"] for tag, a in found if tag == "th"}


def test_without_places_there_is_neither_plan_nor_picture() -> None:
    page = render(msgspec.structs.replace(sheet(made_up(), "en"), spots=(), plan=()))
    assert "<svg" not in page
    assert "<table" not in page


def test_large_type() -> None:
    assert '<body class="large">' in render(sheet(made_up(), "en"), large=True)


def test_an_old_edition_is_told() -> None:
    words = all_words()["en"]
    assert words.outdated in unescape(render(sheet(made_up(), "en", outdated=True)))
    assert words.outdated not in unescape(render(sheet(made_up(), "en")))


def test_text_is_escaped() -> None:
    one = sheet(made_up(), "en")
    part = msgspec.structs.replace(one.parts[0], lines=(msgspec.structs.replace(one.parts[0].lines[0], text="<b>&"),))
    assert "&lt;b&gt;&amp;" in render(msgspec.structs.replace(one, parts=(part,)))


# --- the personal part ----------------------------------------------------------------------------------------------


def test_without_a_record_every_line_is_to_be_filled_in() -> None:
    found = shown(sheet(made_up(), "en")).yours
    assert {((), 1)} == {(row.texts, row.blanks) for row in found.rows}
    assert "Dose at one time" in {row.name for row in found.rows}


def test_a_settled_dose_is_printed() -> None:
    found = rows(personal())
    expected = {"Dose at one time": ("100 mg",), "Volume to inject": ("0.67 mL",), "Syringes at one time": ("1",)}
    assert {**expected, "How often": ("once a day",)} == {name: found[name] for name in (*expected, "How often")}


def test_with_a_stop_the_dose_is_not_even_a_line() -> None:
    found = shown(personal(Dose(open=("stop",)), settled=False)).yours
    assert {"Next tests", "Care team, telephone", "Confirmed by, date"} == {row.name for row in found.rows}
    assert (all_words()["en"].first_talk,) == found.notes


def test_an_unknown_dose_is_a_line_to_fill_in() -> None:
    row = shown(personal(Dose(open=("unknown",)))).yours.rows[0]
    assert ((), 1) == (row.texts, row.blanks)


def test_of_a_range_the_care_team_chooses() -> None:
    row = shown(personal(Dose((15.0, 30.0), open=("range",)))).yours.rows[0]
    assert (("15 to 30 mg; your care team chooses:",), 1) == (row.texts, row.blanks)


def test_an_open_interval_is_a_line_to_fill_in() -> None:
    found = {row.name: row for row in shown(personal(Dose((100.0, 100.0), open=("interval",)))).yours.rows}
    assert ((), 1) == (found["How often"].texts, found["How often"].blanks)


def test_open_questions_are_told() -> None:
    assert all_words()["en"].not_settled in shown(personal(settled=False)).yours.notes
    assert all_words()["en"].not_settled not in shown(personal()).yours.notes


def test_days_are_written_in_the_language() -> None:
    tests = (Test(date(2027, 1, 5), "upcoming", None),)
    assert ("January 5, 2027",) == rows(personal(tests=tests))["Next tests"]
    assert ("5 de enero de 2027",) == rows(personal(tests=tests, language="es"))["Próximos análisis"]


@pytest.mark.parametrize(
    ("expected", "status"), [("due now", "due"), ("overdue", "overdue"), ("2027", "upcoming")]
)  # fmt: skip
def test_a_test_says_how_urgent_it_is(expected: str, status: Any) -> None:
    assert expected in rows(personal(tests=(Test(date(2027, 1, 5), status, None),)))["Next tests"][0]


@pytest.mark.parametrize(
    ("expected", "hours"), [("twice a day", 12.0), ("every other day", 48.0), ("every 672 hours", 672.0)]
)  # fmt: skip
def test_how_often(expected: str, hours: float) -> None:
    assert expected == all_words()["en"].interval(hours)


@pytest.mark.parametrize(("expected", "number"), [("0.1", 0.1005), ("100", 100.0), ("7.5", 7.5), ("0.67", 0.67)])
def test_numbers_have_two_decimals_at_most(expected: str, number: float) -> None:
    assert expected == all_words()["es"].number(number)


# --- the fixed words ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_are_complete(language: str) -> None:
    words = all_words()[language]
    assert set(TOPICS) == set(words.topics)
    assert set(get_args(Site)) == set(words.areas) == set(words.places)
    assert {("left", "right")} == {tuple(sides) for sides in words.places.values()}
    assert 12 == len(set(words.months))
    assert "other" in words.every


def test_both_languages_are_there() -> None:
    assert ["en", "es"] == LANGUAGES


@pytest.mark.parametrize("name", Words.__struct_fields__)
def test_the_same_places_are_filled_in_in_every_language(name: str) -> None:
    found = {tuple(sorted(re.findall(r"\{\w+\}", str(getattr(words, name))))) for words in all_words().values()}
    assert 1 == len(found) or name in ("areas", "places", "topics")


def test_left_is_the_patients_own() -> None:
    """Seen from the front a person's left is on the right of the picture, from behind on its left."""
    front, back = Spot("thigh", "left"), Spot("buttock", "left")
    found = shown(msgspec.structs.replace(sheet(made_up(), "en"), spots=(front, back)))
    middles = [middle for middle, _ in found.figures]
    assert found.marks[0].x > middles[0]
    assert found.marks[1].x < middles[1]


# --- the command ----------------------------------------------------------------------------------------------------

OWN = ["--knowledge", str(MADE_UP), "--as-of", "2026-06-30"]


def called(*args: str) -> Any:
    return CliRunner().invoke(command, [*OWN, *args], standalone_mode=False)


def refused(*args: str) -> Failure:
    found = called(*args).exception
    assert isinstance(found, Failure)
    return found


def test_the_command_prints_the_sheet() -> None:
    assert render(sheet(made_up(), "es")) == called("--lang", "es").output


def test_the_command_writes_a_file(tmp_path: Any) -> None:
    assert "" == called("-o", str(tmp_path / "sheet.html")).output
    assert render(sheet(made_up(), "en")) == (tmp_path / "sheet.html").read_text(encoding="utf-8")


def test_the_name_of_the_patient_is_not_printed(tmp_path: Any) -> None:
    record = tmp_path / "patient.yaml"
    record.write_text("id: mrn-4711\nname: Zoraida Quetzal\nconditions: [migraine]\n", encoding="utf-8")
    page = called(str(record)).output
    assert all_words()["en"].yours in page
    assert re.search("Zoraida|Quetzal|mrn-4711", page) is None


@pytest.mark.parametrize(
    ("expected", "args"),
    [
        ("There is no sheet in the language 'tlh'. Languages: en, es.", ("--lang", "tlh")),
        ("There is no use 'hiccups'. Uses: migraine, cluster-headache.", ("--indication", "hiccups")),
    ],
)
def test_what_is_not_there_is_wrong_usage(expected: str, args: tuple[str, ...]) -> None:
    found = refused(*args)
    assert (expected, 2) == (found.message, found.exit_code)


def test_a_file_that_cannot_be_written(tmp_path: Any) -> None:
    found = refused("-o", str(tmp_path / "nowhere" / "sheet.html"))
    assert 2 == found.exit_code
    assert "cannot be written" in found.message


def test_a_record_that_cannot_be_read() -> None:
    assert 3 == refused("no-such-file.yaml").exit_code


def test_the_edition_is_too_old() -> None:
    page = CliRunner().invoke(command, ["--knowledge", str(MADE_UP), "--as-of", "2099-01-01"], standalone_mode=False)
    assert all_words()["en"].outdated in unescape(page.output)
