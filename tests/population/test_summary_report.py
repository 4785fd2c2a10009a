"""The report says what the summary says, and nothing that was hidden."""

import re
from datetime import date
from html import unescape
from typing import Any

import ibis
import pyarrow as pa
import pytest
from wide_tables import drawn, leaves_of, wide

from apothecary.knowledge import PACKAGED, Monograph, load, packaged
from apothecary.population.findings import Leaf, rule_column
from apothecary.population.first import first
from apothecary.population.measures import load_measures
from apothecary.population.summary import Left, Lines, lines, sections, summarize, table
from apothecary.present.population_first import first_page
from apothecary.present.population_report import report
from support import MADE_UP

DAY = date(2026, 6, 30)
LOW = rule_column("lymphopenia")
LEAVES = (Leaf(0, "lymphocytes <count>", ("lymphopenia",)),)
KNOWN = [MADE_UP, *(PACKAGED / name for name in packaged())]


def said(page: str) -> str:
    """The text of a page on one line."""
    body = re.sub(r"<(style|title)>.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def summary(m: Monograph, patients: list[dict[str, Any]], day: date = DAY, **more: Any) -> pa.Table:
    measures = load_measures(MADE_UP, m)
    return summarize(wide(m, LEAVES, patients), LEAVES, m, day, measures=measures, **more)


def many(applies: int, open_: int, of: int) -> list[dict[str, Any]]:
    """So many patients on therapy with a critical finding, an open critical question, neither."""
    stop = {"group": "on-therapy", "verdict": "stop", LOW: 1}
    unknown = {"group": "on-therapy", "verdict": "cannot-tell", LOW: 2, "need_0": 3}
    return [stop] * applies + [unknown] * open_ + [{"group": "on-therapy"}] * (of - applies - open_)


def test_the_headline(made_up: Monograph) -> None:
    page = said(report(summary(made_up, many(20, 30, 100) + [{}] * 40), made_up))
    assert (
        "On 2026-06-30, 20 of 100 patients on zorvimab (20.0 %) and 0 of 40 patients about to start zorvimab (0.0 %) "
        "were outside the monograph; of a further 30 (30.0 %) and 0 (0.0 %) the record cannot tell."
    ) in page


def test_a_rule_stands_with_its_title_answers_and_denominator(made_up: Monograph) -> None:
    page = said(report(summary(made_up, many(20, 30, 100)), made_up))
    title = made_up.rules["lymphopenia"].title
    assert f"critical {title} lymphopenia" in page
    assert "applies 20 of 100 (20.0 %); open 30 of 100 (30.0 %); clear 50 of 100 (50.0 %)" in unescape(
        report(summary(made_up, many(20, 30, 100)), made_up).replace("\N{NO-BREAK SPACE}", " ")
    )


def test_missing_data_by_reason(made_up: Monograph) -> None:
    page = said(report(summary(made_up, many(20, 30, 100)), made_up))
    assert "lymphocytes <count> out of date 30 of 100 (30.0 %)" in page


def test_cards_for_a_hundred_patients(made_up: Monograph) -> None:
    patients = many(20, 30, 200)
    assert "Critical cards 10.0 20 20 of 200 (10.0 %)" in said(
        report(summary(made_up, patients, below=0), made_up, below=0)
    )


def test_small_numbers_do_not_stand_in_the_page(made_up: Monograph) -> None:
    page = said(report(summary(made_up, many(7, 30, 1000)), made_up))
    assert "<11 of 1,000 patients on zorvimab" in page
    assert not re.search(r"\b(7|37|963|993|0\.7|3\.7|96\.3|99\.3)( of 1,000| %)", page)
    assert "Numbers of patients from 1 to 10 are shown as <11" in page


def test_with_suppression_off_they_do_and_the_page_warns(made_up: Monograph) -> None:
    page = said(report(summary(made_up, many(7, 30, 1000), below=0), made_up, below=0))
    assert "7 of 1,000 patients on zorvimab (0.7 %)" in page
    assert "Small numbers are shown: do not pass this report on" in page


def test_a_group_too_small_has_no_figures(made_up: Monograph) -> None:
    page = said(report(summary(made_up, many(2, 0, 5) + [{"group": "neither"}] * 500), made_up))
    assert "the groups were too small to be reported" in page
    assert "This group is too small to be reported without telling of single patients." in page


def test_nobody_on_the_drug(made_up: Monograph) -> None:
    """Then the report is about all others, such as a register of those who may be given it."""
    page = said(report(summary(made_up, [{"group": "neither"}] * 50), made_up))
    assert "0 of 50 patients not on zorvimab (0.0 %)" in page


def test_knowledge_and_its_age(made_up: Monograph) -> None:
    page = said(report(summary(made_up, many(20, 30, 100)), made_up))
    assert f"version {made_up.version}, hash {made_up.hash}" in page
    assert made_up.drug.edition.title in page
    assert "That day has passed" not in page
    late = said(report(summary(made_up, many(20, 30, 100), day=date(2090, 1, 1)), made_up))
    assert "That day has passed: compare with the current text" in late


def test_trends_only_with_a_series(made_up: Monograph) -> None:
    days = [date(2026, month, 28) for month in range(1, 7)]
    one = said(report(summary(made_up, many(20, 30, 100)), made_up))
    series = pa.concat_tables([summary(made_up, many(20 + n, 30, 100), day) for n, day in enumerate(days)])
    page = said(report(series, made_up, measures=load_measures(MADE_UP, made_up)))
    assert "Trends" not in one
    assert all(f"{day} {20 + n} of 100 ({20 + n}.0 %)" in page for n, day in enumerate(days))
    assert "On 2026-06-28, 25 of 100 patients" in page


def test_a_hidden_day_breaks_the_line(made_up: Monograph) -> None:
    days = [date(2026, month, 28) for month in range(1, 6)]
    series = pa.concat_tables(
        [summary(made_up, many(applies, 30, 100), day) for applies, day in zip((20, 21, 3, 22, 23), days, strict=True)]
    )
    page = report(series, made_up)
    figure = page[page.index("<h3>Outside the monograph</h3>") :].partition("</figure>")[0]
    assert (2, 4) == (figure.count("<polyline"), figure.count("<circle"))


def test_what_was_not_read(made_up: Monograph) -> None:
    states = {f"state_{n}": [1] * 20 for n in ("condition", "medication", "observation", "allergy", "immunization")}
    told = sections(ibis.memtable(pa.table({"export": ["north"] * 20, **states, "state_procedure": [0] * 20})), DAY)
    read = lines(Lines(12000, {"not JSON": 3}), DAY)
    page = said(report(pa.concat_tables([summary(made_up, many(20, 30, 100)), told, read]), made_up))
    assert "Lines, rows or records read 12,000" in page
    assert "Set aside: not JSON 3 <0.1 %" in page
    assert "north observation: not supplied 20 of 20 (100.0 %)" in page
    assert "procedure: not supplied" not in page


def test_it_is_not_clinically_validated(made_up: Monograph) -> None:
    assert "Not clinically validated." in said(report(summary(made_up, many(20, 30, 100)), made_up))


@pytest.mark.parametrize("folder", KNOWN, ids=lambda folder: folder.name)
def test_the_page_stands_alone_and_is_well_formed(folder: Any) -> None:
    m = load(folder)
    leaves, measures = leaves_of(m), load_measures(folder, m)
    found = ibis.memtable(drawn(m, leaves, 2000, 3, (0.3, 0.1, 0.6)))
    page = report(summarize(found, leaves, m, DAY, measures=measures, left=Left(30)), m, measures=measures)
    assert page.startswith("<!DOCTYPE html>")
    assert page.endswith("</html>\n")
    assert [] == re.findall(r"<script|(?:src|href)=|url\((?!#)|@import", page)
    assert all(f"<dt>{one.name}</dt>" in page for one in measures)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_an_id_of_a_patient_stands_in_no_report(made_up: Monograph) -> None:
    patients = [{**one, "id": f"someone-{n}"} for n, one in enumerate(many(20, 30, 100))]
    assert "someone" not in report(summary(made_up, patients), made_up)
    found = first(wide(made_up, LEAVES, patients), LEAVES, made_up)
    page = said(first_page(found, made_up, DAY))
    assert "Contains the ids of patients" in page
    assert "1. someone-0 on therapy, a STOP critical" in page
    assert "lymphocytes <count> (out of date)" in page


def test_nobody_to_look_at(made_up: Monograph) -> None:
    found = first(wide(made_up, LEAVES, [{}]), LEAVES, made_up)
    assert "No patient on therapy or about to start has" in said(first_page(found, made_up, DAY))


def test_what_a_record_says_is_text(made_up: Monograph) -> None:
    found = first(wide(made_up, LEAVES, [{"id": "<script>x</script>\x1b[2J", LOW: 1}]), LEAVES, made_up)
    page = first_page(found, made_up, DAY)
    assert "<script>" not in page
    assert "\x1b" not in page


def test_an_empty_summary_is_no_report(made_up: Monograph) -> None:
    with pytest.raises(ValueError, match="no count of patients"):
        report(table([]), made_up)
