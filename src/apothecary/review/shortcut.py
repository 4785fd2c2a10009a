"""Most rules ask for rows that most records do not have: whether that is so is looked up at once, before evaluating."""

from apothecary import logic
from apothecary.knowledge import Monograph
from apothecary.knowledge.limits import ORDERED_UNITS
from apothecary.review.index import Asked
from apothecary.review.rows import VACCINE_SECTIONS

_SECTIONS: dict[type, tuple[str, ...]] = {
    logic.HasCondition: ("condition",),
    logic.Takes: ("medication",),
    logic.HasAllergy: ("allergy",),
    logic.HasVaccine: VACCINE_SECTIONS,
    logic.HasProcedure: ("procedure",),
}


def asked_rows(node: logic.Condition, m: Monograph) -> Asked | None:
    """The rows without which a condition is clear; None where it also asks for something else.

    The answer is the evaluator's own, evidence included: a conjunction counts only by its first part.
    """
    if isinstance(node, logic.Indication):  # as long as the person who asks names none
        return asked_rows(m.indications[node.equals].when, m)
    if isinstance(node, logic.All):
        return asked_rows(node.of[0], m)
    if isinstance(node, logic.AnyOf):
        parts = [asked_rows(child, m) for child in node.of]
        known = [part for part in parts if part is not None]
        return _together(known) if len(known) == len(parts) else None
    if isinstance(node, logic.OrderedRoute | logic.OrderUnread) or (
        isinstance(node, logic.Compare) and m.observations[node.quantity].formula in ORDERED_UNITS
    ):
        drug = frozenset((("medication", m.drug.value_set),))
        return Asked(drug, frozenset(("medication",)), frozenset(), frozenset(("medication",)))
    sections = _SECTIONS.get(type(node))
    if sections is None:
        return None
    pairs = frozenset((section, node.set) for section in sections)  # type: ignore[union-attr]  # row questions have a set
    supplementary = getattr(node, "supplementary", False)
    whole: frozenset[str] = frozenset(() if supplementary else sections)
    past = getattr(node, "standing", "current") in ("ever", "any", "history")
    return Asked(pairs, whole, frozenset(sections if past else ()), frozenset(sections))


def _together(parts: list[Asked]) -> Asked:
    return Asked(
        frozenset().union(*(part.pairs for part in parts)),
        frozenset().union(*(part.whole for part in parts)),
        frozenset().union(*(part.past for part in parts)),
        frozenset().union(*(part.readable for part in parts)),
    )
