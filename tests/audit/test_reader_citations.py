"""Which numbers of a line are citations: braces hold them in what is expected."""

import pytest
from reader_strategies import marked, written_out

from apothecary.audit import read_monograph
from apothecary.audit.document import units

NUMBERS = ("1", "2", "3", "4", "5", "9", "12", "13", "16", "44", "45", "2003", "2023", "a", "HID")


def read(*lines: str) -> str:
    """The sentences of the first of some lines, marked and parted by bars."""
    found = list(units(read_monograph(written_out(["Introduction", *lines], NUMBERS).encode())))
    return " | ".join(marked(unit.sentences[0]) for unit in found if unit.line == 3)


def read_cell(cell: str, *lines: str) -> str:
    """A cell of a table, marked; the other lines stand before the table."""
    table = ["Drug |", "Interaction |", "---|---|", "Hats |", f"{cell} |"]
    document = read_monograph(written_out(["Introduction", *lines, *table], NUMBERS).encode())
    *_, row = (unit for unit in units(document) if unit.kind == "row")
    return " | ".join(map(marked, row.sentences[1:]))


@pytest.mark.parametrize(
    "line",
    [
        # at the end of a sentence
        "Worse after injection.{1 9 12}",
        "Worse after injection.{1 9 12} | Rotate sites.{1}",
        "In patients aged 65 years or older.{1 2}",
        "Binds IL-1 alpha and IL-1 beta.{1 3 4}",
        "Tried in gout† [off-label].{44 45 2023}",
        "The ratio was 2 (95% CI 1.2–3.4).{1}",
        "Estimated from Scr).{1}",
        "Is it safe?{1 3} | Nobody knows!{2}",
        "(See Actions.){1 3} | Next one.{2}",
        "He said “never.”{1} | Next one.{2}",
        "Told above (see there.{1 3}) | Next one.{2}",
        "From Hats, Inc.{1} | Patients know.{2}",
        "Sold in the U.S.{1 3} | Patients know.{2}",
        "Ask about hepatitis B.{1} | Talk.{1}",
        "Not by pH.{1 3} | pH must be low.{1} | mRNA too.{2} | α-Blockers too.{3}",
        "Reduced by 50%.{1 3} | ≥65 years of age.{1} | †Hats.{1}",
        "Secretion of IL-1β.{1 3}",
        # behind a number that belongs to a name or a unit, or has its decimals already
        "Below 500/mm3.{1}",
        "Below 500/mm3.{1} | Counts fell.{1}",
        "Above 10³/mm³.{1 3}",
        "Clearance per 1.73 m2.{1 3} | It falls.{1}",
        "Metabolized by CYP3A4.{1} | Not by CYP2D6.{3}",
        "Prevents COVID-19.{1 3} | Vaccinate.{2}",
        "Blocks IL-1.{1 3}",
        "A ratio of 2.5.{1 3}",
        "A ratio of 2.5.{1} | Then less.{1}",
        # behind a bare number
        "Stop on day 4.{1}",
        "Stop on day 4.{1} | Then rest.{1}",
        "Stop on day 4.{1} | 36 patients left.{1}",
        "Known since 2003.{1} | Used.{1}",
        "In about 1,000.{1} | Then less.{1}",
        # before a sentence that begins with a number
        "Seen.{1} | 36 patients were treated.{1}",
        "Seen.{1} | 12 patients were treated.{1}",
        "Seen.{1} | 12 other patients were treated.{1}",
        "Seen.{1} | 3 of 5 women.{1}",
        "Seen.{1} | 3 or 4 women.{1}",
        "Seen.{1} | 36 Japanese patients were treated.{1}",
        "Seen.{1} | 100 mg once daily.{2}",
        "Seen.{1 3} | 100 mg once daily.{2}",
        "Seen.{1} | 3 mg once daily.{2}",
        "Seen.{1} | 3 IU once daily.{2}",
        "Seen.{1} | 5 L of it.{2}",
        "Seen.{1} | 2 Gy of it.{2}",
        "Seen.{1} | 3 × 10 cells.{2}",
        "Seen.{1} | 12–14 weeks.{2}",
        "Seen.{1} | 2.5 mg.{2}",
        "Seen.{1} | 1,000 mg.{2}",
        "Seen.{1} | 5-FU.{2}",
        "Seen.{1 3} | 50% of it.{2}",
        "Seen.{1 3} | A patient died.{2}",
        "Seen.{1 3} | U.S. studies followed.{2}",
        # inside a sentence
        "With pain,{1 3 5} worsening of it,{1} and headache.{1 13}",
        "Tried with hats;{1 3 13} specific effects not known.{1 12}",
        "With CYP3A4,{1 3} and CYP2D6.{1}",
        "With pain (e.g., rash,{1} fever{2 3}) and more.{1}",
        "In hypertension{1} or heart failure{2 3} in men.{1}",
        "In adults,{1 2} children,{1 3} and women.{1}",
        "With pain,{1} 3 days later.{1}",
        "With pain,{1 3} 36 patients died.{1}",
        "With pain,{1} 3 to 5 days later.{1}",
        "Better than vs.{1} placebo.{2}",
        "Nobody et al.{1} found this.{1}",
        # what is in no bibliography
        "Nobody wrote this down.{99}",
        "Nobody wrote this down.{99} | Next one.{1}",
        "Nobody wrote this down.{1 99}",
        "Nobody wrote this down.{1 9 99} | Next one.{1}",
        "With pain,{1} 99 Hats of it.{1}",
        "Hats (Ca)99 Hats of version.99 of it.{1}",
        "Nobody,{99} or somebody.{1}",
        # references with letters
        "Written in a book.{1 a} | Next one.{a} | Last one.{HID}",
        "A book,{1} a pen, e.g. a quill.{2}",
        "Written in a book.{1} | b",
        "One:a pen, i.e",
        # numbers that are no citations
        "Binds IL-1RI and IL-1Ra.{1}",
        "Children 2–17 years of age (≥5%) took 1–2 mg/kg daily.{1}",
        "A mean of 4.1 hours, 0.5 mg/1.5 mL, p<.5, 1:1 Mixture, 1,200 Patients.{1}",
        "Guideline (2003) of 2003.{2003}",
        "Alpha1 receptors, beta2 agonists, log10 steps, type2 diabetes, vitamin B12.{1}",
        "In E. coli No. 5 and No.5 of St. John's wort.{1}",
        "Raise it by 0.5 Hats or p<.5 Hats.{1}",
        "After Hatters1 Hats were sold.{1}",
        "Every q12 hours at T1/2 of 3.1 hours, AUC0–24.{1}",
        "Serum K+.{1 3} | Ca2+ too.{1}",
        "Give 5 mg. | 10 mg follows.{1}",
    ],
)
def test_a_line(line: str) -> None:
    assert line == read(line.replace("{", "").replace("}", "").replace(" | ", " "))


@pytest.mark.parametrize(
    "cell",
    [
        "Seen in 1 study{1}",
        "Seen in 1 study{1 3}",
        "No data on safety{16}",
        "No data on safety{17}",
        "No data on safety{16} Avoid use{1}",
        "May rise;{1} no change in rats{1 3}",
        "Not recommended.{1} | Monitor{1}",
        "At 2–8°C{1}",
        "Hatter{1}",
        "Hatter{1} Avoid",
        "Hatter1 avoid",
        "Hatter77",
        "PDGFRA2",
        "Notch1",
        "For 28 days.{1 3}",
        "Below 500/mm3.{1}",
        "A ratio of 2.5.{1}",
        "On day 4.{1 3}",
        "Metabolized by CYP3A4",
        "Blocks HER2",
        "Blocks TNF1",
        "Prevents COVID-19",
        "Complement C3",
        "Vitamin B12",
        "FEV1",
        "IL1RN",
        "Below 500/mm3",
        "A mean of 4.1",
        "A ratio of 2.5",
        "120 mg/1.5 mL",
        "Days 1, 2, and 3",
        "1",
        "1 3",
    ],
)
def test_a_cell(cell: str) -> None:
    assert cell == read_cell(cell.replace("{", "").replace("}", "").replace(" | ", " "))


@pytest.mark.parametrize(
    ("cell", "elsewhere"),
    [
        ("Blocks TNF{1}", "TNF is blocked."),
        ("In DIRA{1 3}", "DIRA is rare."),
        ("Rises with Clcr{3}", "Clcr falls."),
        ("Give it sub-Q{1}", "Inject it sub-Q."),
        ("Blocks TNF-α{1}", "TNF-α is blocked."),
        ("None{1}", "Of all hats none is best."),
        ("About 10 mg{1}", "Or 20 mg."),
    ],
)
def test_a_word_that_stands_alone_elsewhere_takes_a_citation(cell: str, elsewhere: str) -> None:
    assert cell == read_cell(cell.replace("{", "").replace("}", ""), elsewhere)


def test_a_letter_that_stands_alone_elsewhere_is_no_word() -> None:
    assert "Complement C3" == read_cell("Complement C3", "Hepatitis C is rare.")


def test_a_name_that_carries_its_number_elsewhere_keeps_it() -> None:
    assert "Blocks TNF1" == read_cell("Blocks TNF1", "TNF is blocked.", "So are TNF1 receptors.")


def test_a_number_known_from_elsewhere_is_a_citation_although_the_bibliography_lost_it() -> None:
    lines = ["Introduction", "With pain,77 worsening of it,1 77 and headache.1"]
    found = read_monograph(written_out(lines).encode(), frozenset({"77"}))
    assert "With pain,{77} worsening of it,{1 77} and headache.{1}" == marked(next(units(found)).sentences[0])
