"""Broken code tables and value sets."""

from pathlib import Path

import pytest

from support import mistakes, placed

CODES = "value_sets/codes.tsv"
ROW = "cond-migraine\thttp://hl7.org/fhir/sid/icd-10-cm\tG43\tMigraine\tprefix\t"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (ROW.removesuffix("\t"),
         "a row has six columns (value_set, system, code, display, match, breadth), this one 5."),
        (ROW + "\textra", "a row has six columns (value_set, system, code, display, match, breadth), this one 7."),
        (ROW.replace("\t", "    "),
         "a row has six columns (value_set, system, code, display, match, breadth), this one 1."),
        ("", "a row has six columns (value_set, system, code, display, match, breadth), this one 0."),
        (ROW.replace("prefix", "fuzzy"), "match is 'fuzzy'; it must be one of exact, prefix, descendants, name."),
        (ROW + "broad", "breadth is 'broad'; it must be empty or coarse."),
        (ROW.replace("\tG43\t", "\t\t"), "a row needs a code and, unless it is a name, a code system."),
        (ROW.replace("http://hl7.org/fhir/sid/icd-10-cm", ""),
         "a row needs a code and, unless it is a name, a code system."),
    ],
    ids=["five columns", "seven columns", "spaces", "empty", "match", "breadth", "no code", "no system"],
)  # fmt: skip
def test_rows(tmp_path: Path, row: str, message: str) -> None:
    found = mistakes(tmp_path, CODES, ROW, row)
    line = 1 + (tmp_path / CODES).read_text(encoding="utf-8").split("\n").index(row)
    assert [f"{CODES}:{line}: {message}"] == found


def test_a_row_of_an_optional_table(tmp_path: Path) -> None:
    file = "value_sets/optional/atc.tsv"
    found = mistakes(tmp_path, file, "N02CC\tSelective serotonin (5HT1) agonists\tprefix", "N02CC\t\tbegins")
    message = "match is 'begins'; it must be one of exact, prefix, descendants, name."
    assert [placed(tmp_path, file, "begins", message)] == found


def test_a_value_set_that_is_not_described(tmp_path: Path) -> None:
    found = mistakes(tmp_path, CODES, ROW, ROW.replace("cond-migraine", "cond-migrane"))
    assert ["value_sets/sets.yaml:1: codes name the value set 'cond-migrane', which is not described here."] == found


def test_a_value_set_without_codes(tmp_path: Path) -> None:
    new = "  cond-new:\n    name: new\n    about: [condition]\n"
    found = mistakes(tmp_path, "value_sets/sets.yaml", "  cond-fever:\n", f"{new}  cond-fever:\n")
    message = "the value set 'cond-new' has no codes or names."
    assert [placed(tmp_path, "value_sets/sets.yaml", "  cond-new:", message)] == found


@pytest.mark.parametrize(
    ("old", "new", "name", "missing"),
    [
        ("include: [cond-pneumonia]", "include: [cond-pneumonias]", "cond-infection", "cond-pneumonias"),
        ("subtract: [cond-carrier]", "subtract: [cond-carriers]", "cond-infection", "cond-carriers"),
    ],
)
def test_sets_that_point_nowhere(tmp_path: Path, old: str, new: str, name: str, missing: str) -> None:
    found = mistakes(tmp_path, "value_sets/sets.yaml", old, new)
    message = f"there is no value set {missing!r}."
    assert [placed(tmp_path, "value_sets/sets.yaml", f"  {name}:", message)] == found


def test_a_kind_of_row_that_does_not_exist(tmp_path: Path) -> None:
    named = "name: plasma exchange\n    about: "
    found = mistakes(tmp_path, "value_sets/sets.yaml", f"{named}[procedure]", f"{named}[operation]")
    message = "Invalid enum value 'operation' (at value_sets.proc-plasma-exchange.about[0])."
    assert placed(tmp_path, "value_sets/sets.yaml", "about: [operation]", message) in found


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("rules/interactions/triptan.yaml", "{takes: drug-triptan}", "{takes: cond-migraine}"),
        ("rules/monitoring/rebound.yaml", "{condition: cond-cluster-headache}", "{condition: drug-triptan}"),
        ("rules/interactions/plasma-exchange.yaml", "set: proc-plasma-exchange", "set: cond-migraine"),
    ],
)
def test_a_set_that_is_not_about_what_is_asked(tmp_path: Path, file: str, old: str, new: str) -> None:
    """A question about one kind of row with a set about another would always be clear."""
    found = mistakes(tmp_path, file, old, new)
    assert found[0].startswith(placed(tmp_path, file, "when:", ""))


def test_a_name_that_could_never_match(tmp_path: Path) -> None:
    """A name without a letter or a digit has no word to look for."""
    row = "cond-migraine\t\t+\tplus\tname\t"
    found = mistakes(tmp_path, CODES, ROW, row)
    assert found[0].startswith(placed(tmp_path, CODES, row, ""))
