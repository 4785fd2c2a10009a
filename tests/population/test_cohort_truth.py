"""What is planted in a synthetic cohort is what the review of one patient finds there."""

import re
from collections import Counter

import msgspec
import pytest
from tests.population.cohort_reading import (
    FOLDERS,
    QUIET,
    claims,
    cohort,
    disagreements,
    monograph,
    planned,
    readable,
    record,
    with_noise,
)

from apothecary.population.cohort import patient
from apothecary.record import Problem
from apothecary.record.facts import SECTIONS

COUNT = 500


@pytest.mark.parametrize("name", FOLDERS)
@pytest.mark.parametrize("seed", [1, 2])
def test_the_reviewer_agrees_with_every_claim(name: str, seed: int) -> None:
    made = planned(name, seed)
    found = {known.id: disagreements(name, made, known, lines) for lines, known in cohort(made, COUNT)}
    assert {} == {id_: wrong for id_, wrong in found.items() if wrong}


@pytest.mark.parametrize("name", FOLDERS)
def test_a_false_claim_would_be_found(name: str) -> None:
    made = planned(name)
    lines, known = next(one for one in cohort(made, COUNT) if one[1].says)
    rule, status = next(iter(known.says.items()))
    other = "clear" if status != "clear" else "applies"
    false = msgspec.structs.replace(known, says={**known.says, rule: other}, phase="neither")
    assert {rule, "phase"} == {wrong[0] for wrong in disagreements(name, made, false, lines)}


@pytest.mark.parametrize(("name", "most"), [("anakinra", 0.4), ("zorvimab", 0.65)])
def test_claims_are_made_about_most_rules(name: str, most: float) -> None:
    rules = monograph(FOLDERS[name]).rules
    silent = set(rules) - {rule for rule, _ in claims([known for _, known in cohort(planned(name), COUNT)])}
    assert len(silent) < most * len(rules)


@pytest.mark.parametrize("name", FOLDERS)
def test_claims_are_of_every_status(name: str) -> None:
    made = claims([known for _, known in cohort(planned(name), COUNT)])
    assert {"applies", "clear", "unknown"} == {status for _, status in made}


@pytest.mark.parametrize("name", FOLDERS)
def test_the_groups_have_their_shares(name: str) -> None:
    made = planned(name)
    found = Counter(known.group for _, known in cohort(made, COUNT))
    for group in made.mix.groups:
        spread = (COUNT * group.share * (1 - group.share)) ** 0.5
        assert found[group.id] == pytest.approx(COUNT * group.share, abs=5 * spread)


@pytest.mark.parametrize("name", FOLDERS)
def test_without_dirt_every_line_is_read_without_a_problem(name: str) -> None:
    made = with_noise(planned(name), **QUIET)
    for lines, _ in cohort(made, 150):
        assert all(readable(line) for own in lines.values() for line in own)
        assert () == record(made, lines).problems


DIRT = {"malformed": {"malformed"}, "duplicate": set(), "entered_in_error": set(), "opaque": set(), "cut_off": set()}


@pytest.mark.parametrize("kind", DIRT)
def test_dirt_does_what_it_should(kind: str) -> None:
    quiet = with_noise(planned("zorvimab"), **QUIET)
    dirty = with_noise(quiet, **{kind: 1.0})
    problems: set[str] = set()
    changed = 0
    for number in range(60):
        clean, (lines, _) = patient(quiet, number)[0], patient(dirty, number)
        changed += lines != clean
        problems |= {problem.code for problem in record(dirty, lines).problems}
    assert changed > 30
    assert DIRT[kind] == problems


def test_a_cut_off_line_is_no_json() -> None:
    made = with_noise(with_noise(planned("zorvimab"), **QUIET), cut_off=1.0)
    assert all(1 == sum(not readable(x) for own in lines.values() for x in own) for lines, _ in cohort(made, 40))


def test_a_malformed_row_is_a_problem_of_the_record_and_not_of_the_patient() -> None:
    made = with_noise(with_noise(planned("zorvimab"), **QUIET), malformed=1.0)
    found: list[Problem] = [p for lines, _ in cohort(made, 40) for p in record(made, lines).problems]
    assert {"Condition", "MedicationRequest", "Observation"} == {problem.message.split("/")[0] for problem in found}


def test_entries_are_written_in_the_ways_of_real_exports() -> None:
    text = "".join(line for lines, _ in cohort(planned("anakinra"), COUNT) for own in lines.values() for line in own)
    system = re.escape(planned("anakinra").mix.noise.local_system)
    ways = {
        "a local code": f'"system":"{system}"',
        "text only": r'"code":\{"text":',
        "a year": r'"onsetDateTime":"\d{4}"',
        "a month": r'"onsetDateTime":"\d{4}-\d\d"',
        "a reference to a Medication": r'"medicationReference":\{"reference":"Medication/',
        "beyond a limit": r'"comparator":">"',
        "a unit without a code": r'"unit":"per field"\}',
        "a number without a unit": r'"valueQuantity":\{"value":[\d.]+\}',
        "SI units": r'"code":"umol/L"',
        "pounds": r'"code":"\[lb_av\]"',
        "taken back": r'"code":"entered-in-error"',
        "an order to come": r'"boundsPeriod":\{"start":"2026-1[12]-',
        "a proposal": r'"intent":"proposal"',
        "components": r'"component":\[',
    }
    assert [] == [name for name, pattern in ways.items() if not re.search(pattern, text)]


def test_some_patients_lack_a_section() -> None:
    made = with_noise(planned("zorvimab"), **QUIET)
    lacking = {
        name for lines, _ in cohort(made, 200) for name, section in record(made, lines).sections.items()
        if section.state == "not-supplied"
    }  # fmt: skip
    assert set(SECTIONS) - {"patient"} == lacking


def test_the_dead_have_no_claims() -> None:
    made = with_noise(planned("anakinra"), dead=1.0)
    assert all(known.dead and known.says == {} for _, known in cohort(made, 20))


def test_a_wrong_sex_or_day_of_birth_takes_the_claims_on_age_away() -> None:
    ages = {one.rule for one in planned("anakinra").mix.by_age}
    for kind in ("no_birth_date", "partial_birth_date", "other_sex"):
        made = with_noise(planned("anakinra"), **{kind: 1.0})
        assert all(ages.isdisjoint(known.says) for _, known in cohort(made, 20))
