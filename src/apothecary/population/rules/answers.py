"""Tests that answer with a word: whether the latest says what is asked for, and whether there is none."""

import ibis

from apothecary import logic
from apothecary.population.rules.kleene import SURE, WHY, Expr, bit, code_of, truth
from apothecary.population.rules.numbers import columns_of, of, too_old
from apothecary.population.rules.scope import Scope


def score_of(scope: Scope, leaf: logic.HasResult | logic.Missing, key: str) -> ibis.Table:
    """For each patient with results of a test what all of them come to for one question, as a score in `key`."""
    rows = of(scope, leaf.of)
    said = rows.answer.notnull()
    if isinstance(leaf, logic.Missing):
        sure, open_ = scope.window(rows, leaf.within)
        score = ibis.cases((sure & said, SURE), (sure | open_, WHY["unreadable"]), else_=0)
    else:
        place = scope.asked.answers[leaf.of].index(leaf.answer)
        asked = (rows.answer == place).fill_null(False)
        score = ibis.cases((asked, SURE), (rows.doubtful, WHY["unreadable"]), else_=0)
    return rows.group_by("patient").aggregate(**{key: score.max().cast("int8")})


def missing(sheet: ibis.Table, key: str) -> tuple[Expr, Expr]:
    """`answers.missing`: clear where one is recorded, open where one may be, and where the section is not whole."""
    score, none = sheet[key].fill_null(0), sheet.absent_result
    whole = none == bit("missing")
    lacking = ibis.cases((score == SURE, 0), (score > 0, score), (whole, 0), else_=code_of(none)).cast("int8")
    return truth((score == 0) & whole, (score != SURE) & ((score > 0) | ~whole)), lacking


def result(scope: Scope, sheet: ibis.Table, leaf: logic.HasResult, key: str) -> tuple[Expr, Expr]:
    """`answers.result`: the latest agree on the answer in the window; with `ever` any earlier one settles it."""
    c = columns_of(sheet, leaf.of)
    doubtful = (c["doubtful"] > 0).fill_null(False)
    none = c["unread"].isnull()
    differ = (c["answer_min"] != c["answer_max"]).fill_null(False)
    unsaid = c["answer_min"].isnull() | doubtful
    outside = too_old(scope, c["since"], leaf.within)
    place = scope.asked.answers[leaf.of].index(leaf.answer)
    yes = (c["answer_min"] == place).fill_null(False) & ~none & ~unsaid & ~differ & ~outside
    why = ibis.cases(
        (none, code_of(sheet.absent_result)),
        (unsaid, WHY["unreadable"]),
        (differ, WHY["conflicting"]),
        (outside, WHY["stale"]),
        else_=0,
    )
    if leaf.ever:
        score = sheet[key].fill_null(0)
        yes |= score == SURE
        why = ibis.cases((score == SURE, 0), (~none & (score > 0), score), else_=why)
        yes &= (score == SURE) | (score == 0)
    return truth(yes, why > 0), why.cast("int8")
