"""Broken monitoring plans, and conditions that ask for a plan which is not there."""

from pathlib import Path

import pytest

from support import mistakes, placed

PLAN = "monitoring/lymphocytes.yaml"
WATCH = "monitoring/constipation.yaml"
RULE = "rules/monitoring/lymphocytes-overdue.yaml"


@pytest.mark.parametrize(
    ("file", "old", "new", "mark", "message"),
    [
        (PLAN, "observation: alc\n", "observation: anc\n", "observation:",
         "there is no observation 'anc' in observations.yaml."),
        (PLAN, "observation: alc\n", "", "stages:",
         "the stages of lymphocytes need an observation and a tolerance."),
        (PLAN, "tolerance: alc-tolerance\n", "", "stages:",
         "the stages of lymphocytes need an observation and a tolerance."),
        (PLAN, "tolerance: alc-tolerance", "tolerance: alc-hold", "tolerance:",
         "the value 'alc-hold' is not a duration."),
        (PLAN, "gap: course-gap", "gap: no-gap", "gap:", "there is no value 'no-gap' in values.yaml or policy.yaml."),
        (PLAN, "limit: alc-hold", "limit: alc-window", "limit:", "the value 'alc-window' is not a number in /uL."),
        (PLAN, "limit: alc-hold", "limit: low", "limit:", "there is no value 'low' in values.yaml or policy.yaml."),
        (PLAN, "{every: alc-later-interval, until: alc-duration}", "{every: alc-duration, until: alc-first-duration}",
         "- {every: alc-duration",
         "the stage ends (alc-first-duration) before its first examination (alc-duration)."),
        (PLAN, "every: alc-later-interval", "every: alc-hold", "- {every: alc-hold",
         "the value 'alc-hold' is not a duration."),
        (PLAN, "[cautions.5, cautions.6]", "[cautions.5, cautions.66]", "statements:",
         "there is no statement 'cautions.66' in statements.yaml."),
        (PLAN, "interpretation: when-to-count", "interpretation: guess", "interpretation:",
         "there is no interpretation 'guess' in interpretations.yaml."),
        (PLAN, "statements: [cautions.5, cautions.6]", "statements: []", "id:",
         "the monitoring lymphocytes rests on no statement."),
        (WATCH, "indication: migraine", "indication: headache", "indication:",
         "there is no indication 'headache' in monograph.yaml."),
        (WATCH, "watch: constipation-weeks\n", "", "id:",
         "the monitoring constipation has neither stages nor a watch."),
        (RULE, "{overdue: lymphocytes}", "{overdue: counts}", "when:", "there is no monitoring plan 'counts'."),
        (RULE, "{overdue: lymphocytes}", "{overdue: constipation}", "when:",
         "the monitoring plan 'constipation' has no stages, so nothing can be overdue."),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place(
    tmp_path: Path, file: str, old: str, new: str, mark: str, message: str
) -> None:
    found = mistakes(tmp_path, file, old, new)
    assert placed(tmp_path, file, mark, message) in found


def test_an_interval_of_no_time_is_refused(tmp_path: Path) -> None:
    old = "    meaning: Time between later lymphocyte counts\n    value: 2\n"
    found = mistakes(tmp_path, "policy.yaml", old, old.replace("value: 2", "value: 0"))
    message = "the value 'alc-later-interval' is no time, so nothing would ever be repeated."
    assert placed(tmp_path, PLAN, "- {every: alc-later", message) in found


def test_a_plan_says_after_which_break_the_therapy_begins_anew(tmp_path: Path) -> None:
    found = mistakes(tmp_path, PLAN, "gap: course-gap\n", "")
    assert any(one.startswith(PLAN) and "gap" in one for one in found)


def test_a_plan_with_an_unknown_key_is_refused(tmp_path: Path) -> None:
    found = mistakes(tmp_path, PLAN, "gap: course-gap\n", "gap: course-gap\nbreak: course-gap\n")
    assert any(one.startswith(PLAN) and "break" in one for one in found)


def test_a_statement_that_does_not_name_its_plan(tmp_path: Path) -> None:
    found = mistakes(tmp_path, "statements.yaml", ', "monitoring:constipation"', "")
    assert any(one.startswith(WATCH) and "cautions.9" in one for one in found)


def test_a_plan_that_does_not_name_its_statement(tmp_path: Path) -> None:
    found = mistakes(tmp_path, PLAN, "[cautions.5, cautions.6]", "[cautions.5]")
    assert any("cautions.6" in one and "monitoring:lymphocytes" in one for one in found)
