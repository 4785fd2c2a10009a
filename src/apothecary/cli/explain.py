"""`apothecary explain`: why a rule applies, is clear or is unknown for a record."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from apothecary.cli import common as c

if TYPE_CHECKING:
    from apothecary.knowledge.schema import PhaseName
    from apothecary.review.explain import Explanation, Step

_MARK = {"applies": "[+]", "clear": "[-]", "unknown": "[?]"}


@click.command("explain")
@click.argument("rule", metavar="RULE")
@c.record_argument
@c.drug_option
@c.as_of_option
@c.indication_option
@c.phase_option
@c.plain_format_option
@c.terminology_option
@c.knowledge_option
def command(
    rule: str,
    record: str,
    drug: str | None,
    as_of: str | None,
    indication: str | None,
    phase: "PhaseName | None",
    format: str,
    terminology: Path | None,
    knowledge: Path | None,
) -> None:
    """Explain RULE on RECORD: every condition with its facts, and what would change the answer."""
    as_json = format == "json"
    day = c.parse_day(as_of, as_json)
    reviewer = c.load_reviewer(drug, knowledge, terminology, as_json)
    known = reviewer.monograph.rules
    if rule not in known:
        from difflib import get_close_matches

        near = get_close_matches(rule, known, 3)
        hint = f"Did you mean {' or '.join(near)}?" if near else f"Rules: {', '.join(known)}."
        raise c.Failure("usage", f"There is no rule {rule!r}. {hint}", 2, as_json)
    patient = c.read_patient(record, as_json)
    from apothecary.review.explain import explain

    with c.failures(as_json):
        ctx = reviewer.context(patient, day, phase, indication)
    explanation = explain(rule, ctx)
    if as_json:
        import msgspec

        c.write(msgspec.json.format(msgspec.json.encode(explanation), indent=2).decode())
        return
    c.write("\n".join(lines(explanation, known[rule].title)))


def lines(explanation: "Explanation", title: str) -> list[str]:
    """The explanation as indented text: [+] applies, [-] clear, [?] unknown."""
    found = [f"{explanation.rule}: {explanation.status.value}", title, ""]
    if not explanation.asked:
        found.append(f"Note: this rule is not part of the phase {explanation.phase}.")
    found += [f"Note: {problem.message} ({problem.code})" for problem in explanation.problems]
    found += _tree(explanation.tree, 0)
    if explanation.ignored:
        found += ["", "Rows that match but are no facts:"]
        found += [f"  {e.fact}: {e.value} ({e.note}) {e.date} {e.source}".rstrip() for e in explanation.ignored]
    if explanation.changes:
        found += ["", "The answer would change if:"]
        for change in explanation.changes:  # one line each
            facts = [f"“{text}” were {_answer(answer)}" for text, answer in change.facts]
            found += [f"  -> {change.to.value}: {' and '.join(facts)}"]
    found += ["", f"Rests on: {', '.join(explanation.statements)}"]
    if explanation.interpretation:
        found.append(f"Our reading: {explanation.interpretation} (INTERPRETATIONS.md)")
    return found


def _answer(truth: str) -> str:
    return "true" if truth == "applies" else "false"


def _tree(step: "Step", depth: int) -> list[str]:
    pad = "  " * depth
    found = [f"{pad}{_MARK[step.truth]} {step.text}"]
    for e in step.because:
        value = f"{e.value} {e.unit}".strip()
        how = e.match if e.match in ("", "derived") else f"by {e.match}"
        parts = [part for part in (e.date, e.source, how, e.note) if part]
        found.append(f"{pad}      {e.fact}: {value} ({'; '.join(parts)})")
    found += [f"{pad}      needs {n.fact} ({n.why}): {n.how}" for n in step.needs]
    for child in step.children:
        found += _tree(child, depth + 1)
    return found
