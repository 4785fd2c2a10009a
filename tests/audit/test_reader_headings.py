"""Where headings stand in the tree of sections; the text marks neither headings nor their levels."""

import pytest
from reader_strategies import written_out

from apothecary.audit import read_monograph
from apothecary.audit.document import units, walk


def paths(*lines: str) -> list[str]:
    document = read_monograph(written_out(lines).encode())
    return [" / ".join(section.path) for section in walk(document.sections)][:-1]


def indented(lines: list[str]) -> str:
    return "\n".join("  " * path.count(" / ") + path.rpartition(" / ")[2] for path in paths(*lines))


# Each line is written without its indentation and has to be found with it; lines with full stops are sentences.
TREES = {
    "chapters": """
Boxed Warning
  Dead Hats
    Hats.1
REMS
  Hats.1
Introduction
  Hats.1
Uses
  Migraine
    Hats.1
Dosage and Administration
Cautions
Drug Interactions
Pharmacokinetics
Stability
Actions and Spectrum
Advice to Patients
Overview
Preparations
""",
    "a use that has lost its sentences": """
Uses
  Gout
  Migraine
    Hats.1
  COVID-19
    Hats.1
""",
    "age, use and route": """
Dosage and Administration
  General
    Patient Monitoring
      Hats.1
    Hats Before Dosage
      Hats.1
  Administration
    Oral Administration
      With Food
        Hats.1
    IV Administration
      Dilution
      Rate of Administration
    Nasogastric Administration
  Dosage
    Pediatric Patients
      Gout
        Oral
          Hats.1
        Sub-Q
          Hats.1
      Migraine
        Oral
    Adults
      Gout
        Sub-Q
  Prescribing Limits
    Adults
      Gout
        Oral
  Special Populations
    Hepatic Impairment
    Renal Impairment
      Hats.1
    People with Hats
      Hats.1
""",
    "warnings and populations": """
Cautions
  Contraindications
    Hats.1
  Warnings/Precautions
    Warnings
      Gout
      Hats
        Hats.1
    Sensitivity Reactions
      Itching
    Other Warnings and Precautions
      Lost Hats
        Hats.1
    Specific Populations
      Pregnancy
      Lactation
        Hats.1
      Hepatic Impairment
      People with Hats
  Common Adverse Effects
    Hats.1
""",
    "the same title in two places": """
Pharmacokinetics
  Absorption
    Food
    Special Populations
      Hats.1
  Distribution
    Extent
  Elimination
    Special Populations
""",
    "routes and forms": """
Stability
  Storage
    Oral
      Tablets
        Hats.1
      Capsules
        Hats.1
    Parenteral
      Powder for Injection
        Hats.1
  Compatibility
    Parenteral
      Solution Compatibility
        Hats.1
      Drug Compatibility
        Hats.1
""",
    "where no headings of the text's own are usual": """
Drug Interactions
  Hats.1
  Vaccines
    Hats.1
  Specific Drugs
Actions
  Hats
    Hats.1
  Caps
Preparations
  Hats Sodium
    Hats.1
  Hats Potassium
""",
}


@pytest.mark.parametrize("tree", TREES.values(), ids=TREES)
def test_sections_stand_in_their_places(tree: str) -> None:
    lines = tree.strip().split("\n")
    assert "\n".join(line for line in lines if "." not in line) == indented([line.strip() for line in lines])


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Uses for Norvimab", "Uses"),
        ("USES FOR NORVIMAB", "Uses"),
        ("Norvimab Dosage and Administration", "Dosage and Administration"),
        ("Cautions for Norvimab", "Cautions"),
        ("Interactions for Norvimab", "Interactions"),
        ("Norvimab Pharmacokinetics", "Pharmacokinetics"),
        ("Risk Evaluation and Mitigation Strategies (REMS)", "Risk Evaluation and Mitigation Strategies (REMS)"),
        ("Special Alerts:", "Special Alerts:"),
    ],
)
def test_the_title_of_a_chapter_gives_its_name(title: str, name: str) -> None:
    assert [name] == paths(title, "Hats.1")


@pytest.mark.parametrize("drug", ["Norvimab", "Nor[*]vimab", "Norvimab (Topical)", "Norvimab?"])
def test_a_drug_has_its_headings_whatever_signs_its_name_has(drug: str) -> None:
    text = written_out([f"Uses for {drug}", f"Cautions for {drug.removesuffix(' (Topical)')}"])
    document = read_monograph(text.replace("Norvimab (M", f"{drug} (M", 1).encode())
    assert ["Uses", "Cautions"] == [section.path[0] for section in document.sections][:2]


@pytest.mark.parametrize(
    "line",
    [
        "Stage 3 Disease", "Diabetes Mellitus Type 2", "Interleukin 1", "COVID-19", "HER2", "CYP3A4", "Vitamin B12",
        "Gout† [off-label]", "St. John's Wort", "E. coli Infections", "≥65 Years of Age", "<40 kg", "Ökologie",
        "2–17 Years of Age", "eGFR-based Reduction", "Use in the U.S. Army",
        " ".join(["Hats"] * 16), "H" * 120,
    ],
)  # fmt: skip
def test_a_heading_of_the_texts_own(line: str) -> None:
    assert ["Uses", f"Uses / {line}"] == paths("Uses", line, "Hats.1")


@pytest.mark.parametrize(
    "line",
    [
        "Hats are tall.", "Hats are tall1", "Hats are tall.1", "Hats:", "hats are tall", "They said “hats.”",
        "(See Hats.)", "Is it? Nobody knows", "* Hats", "Hats™", "17",
        " ".join(["Hats"] * 17), "H" * 121,
    ],
)  # fmt: skip
def test_a_line_that_is_no_heading(line: str) -> None:
    assert ["Uses"] == paths("Uses", line, "Hats.1")


def test_a_bullet_is_no_heading() -> None:
    assert ["Uses"] == paths("Uses", "-", "Migraine", "-", "Gout")


def test_a_standard_heading_behind_a_bullet_without_text_is_a_heading() -> None:
    assert ["Uses", "Actions"] == paths("Uses", "-", "Actions", "Hats.1")


def test_a_line_before_the_first_heading_is_in_the_header() -> None:
    assert ["Header", "Uses"] == paths("Brand name: Hats", "Hats", "Uses", "Hats.1")


def test_a_heading_with_nothing_below_it_is_a_statement() -> None:
    document = read_monograph(written_out(["Uses", "Gout", "-", "Actions", "Hats.1"]).encode())
    found = [(unit.kind, unit.section, unit.ordinal, unit.text) for unit in units(document)][:2]
    assert [("heading", "Uses / Gout", 1, "Gout"), ("sentence", "Actions", 1, "Hats.")] == found


def test_a_section_known_from_elsewhere_decides_where_the_text_does_not() -> None:
    text = written_out(["Uses", "Gout", "Acute Attacks", "Hats.1"]).encode()
    inside, beside = "Uses / Gout / Acute Attacks", "Uses / Acute Attacks"
    assert beside in paths("Uses", "Gout", "Acute Attacks", "Hats.1")
    known = read_monograph(text, sections=frozenset([inside]))
    assert inside in [" / ".join(section.path) for section in walk(known.sections)]


def test_a_section_known_from_elsewhere_is_found_where_it_was() -> None:
    lines = ["Actions", "Hats", "Hats.1", "Caps", "Hats.1"]
    known = frozenset({"Actions / Hats / Caps"})
    sections = read_monograph(written_out(lines).encode(), sections=known).sections
    assert ["Actions", "Actions / Hats", "Actions / Hats / Caps"] == [" / ".join(one.path) for one in walk(sections)][
        :-1
    ]
