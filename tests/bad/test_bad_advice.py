"""Mistakes in the advice for patients: a statement without a line, a strange number, a translation that differs."""

from pathlib import Path

import pytest

from apothecary.knowledge import PACKAGED, KnowledgeError, Monograph, load, packaged
from apothecary.knowledge.advice_links import numbers
from support import mistakes, placed

EN, ES = "advice/en.yaml", "advice/es.yaml"
KNOWN = [load(PACKAGED / name) for name in packaged()]


def test_a_statement_without_a_line(tmp_path: Path) -> None:
    found = mistakes(tmp_path, EN, "statements: [dosage.6, dosage.7]", "statements: [dosage.6]")
    section = "Dosage and Administration / Administration / Sub-Q Administration"
    message = f"statement dosage.7 ({section}) has no line; the sheet for patients must cover it."
    assert f"{EN}:1: {message}" in found


def test_a_section_that_is_not_there(tmp_path: Path) -> None:
    found = mistakes(tmp_path, "monograph.yaml", "[Advice to Patients, ", "[Advice to Nurses, ")
    assert ["no statement stands in the section 'Advice to Nurses'."] == [said.split(": ", 1)[1] for said in found]


def test_a_language_without_a_file(tmp_path: Path) -> None:
    found = mistakes(tmp_path, "monograph.yaml", "languages: [en, es]", "languages: [en, es, fr]")
    assert ["advice/fr.yaml: the file is missing."] == found


def test_a_line_without_a_translation(tmp_path: Path) -> None:
    found = mistakes(tmp_path, ES, '- id: one-pen\n  text: "Una pluma, una dosis. Deséchela después."\n', "")
    assert [f"{ES}:1: the line 'one-pen' of advice/en.yaml has no translation here."] == found


def test_a_translation_of_nothing(tmp_path: Path) -> None:
    found = mistakes(tmp_path, ES, "- id: one-pen", "- id: two-pens")
    assert placed(tmp_path, ES, "- id: two-pens", "there is no line 'two-pens' in advice/en.yaml.") in found


def test_another_number_in_the_translation(tmp_path: Path) -> None:
    found = mistakes(tmp_path, ES, "30 minutos", "20 minutos")
    assert [
        placed(tmp_path, ES, "- id: where-and-how", "the line where-and-how has other numbers than in advice/en.yaml.")
    ] == found


def test_a_number_that_no_statement_holds(tmp_path: Path) -> None:
    (tmp_path / "advice").mkdir()
    mistakes(tmp_path, ES, "30 minutos", "20 minutos")
    path = tmp_path / EN
    path.write_text(path.read_text(encoding="utf-8").replace("30 minutes", "20 minutes"), encoding="utf-8")
    with pytest.raises(
        KnowledgeError, match="the line where-and-how says 20, a number that none of its statements holds"
    ):
        load(tmp_path)


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ("indications: [hiccups]", "there is no indication 'hiccups' in monograph.yaml."),
        ("indications: [migraine]\n  monitoring: hiccups", "there is no monitoring/hiccups.yaml."),
    ],
    ids=["use", "monitoring"],
)
def test_a_line_about_something_that_is_not_there(tmp_path: Path, new: str, message: str) -> None:
    found = mistakes(tmp_path, EN, "indications: [migraine]", new)
    assert [placed(tmp_path, EN, "- id: migraine-in-adults", message)] == found


def test_a_topic_without_a_place_on_the_sheet(tmp_path: Path) -> None:
    found = mistakes(tmp_path, EN, "topic: storage", "topic: weather")
    assert 1 == len(found)
    assert "Invalid enum value 'weather'" in found[0]


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ((), "It blocks IL-1 and interleukin-1."),
        ((2.0, 8.0), "at 2 to 8 °C"),
        ((0.67,), "0.67 mL"),
        ((1.0, 3.0, 3.0), "3 months, every 3 months, 1 year."),
    ],
)
def test_the_numbers_of_a_line(expected: tuple[float, ...], text: str) -> None:
    assert expected == numbers(text)


# --- the packaged monographs keep the promise -----------------------------------------------------------------------

SECTIONS = ("Advice to Patients", "Stability", "Dosage and Administration / Administration")


@pytest.mark.parametrize("m", KNOWN, ids=lambda m: m.drug.id)
@pytest.mark.parametrize("section", SECTIONS)
def test_every_statement_for_patients_has_a_line_in_both_languages(m: Monograph, section: str) -> None:
    inside = {one.id for one in m.statements.values() if one.section.startswith(section)}
    for language in ("en", "es"):
        lines = m.advice if language == "en" else m.translations[language]
        assert inside <= {id_ for line in lines for id_ in m.advice[line].statements}
        assert inside


@pytest.mark.parametrize("m", KNOWN, ids=lambda m: m.drug.id)
def test_each_line_has_the_same_numbers_in_both_languages(m: Monograph) -> None:
    own = {id_: numbers(line.text) for id_, line in m.advice.items()}
    assert own == {id_: numbers(line.text) for id_, line in m.translations["es"].items()}


@pytest.mark.parametrize("m", KNOWN, ids=lambda m: m.drug.id)
def test_sentences_for_patients_are_short(m: Monograph) -> None:
    """At most 40 words a sentence, lists of signs included; most have half of that."""
    for lines in (m.advice, m.translations["es"]):
        for line in lines.values():
            assert all(len(sentence.split()) <= 40 for sentence in line.text.split(". ")), line.id
