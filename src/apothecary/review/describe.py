"""Conditions in words, for a reader who never saw a rule file."""

from apothecary import logic
from apothecary.knowledge import Monograph


def describe(node: logic.Condition, m: Monograph) -> str:
    """What a condition asks, as a short phrase."""
    return _Words(m).phrase(node)


class _Words:
    def __init__(self, monograph: Monograph) -> None:
        self.m = monograph

    def phrase(self, node: logic.Condition) -> str:
        match node:
            case logic.All():
                return "all of"
            case logic.AnyOf():
                return "any of"
            case logic.Not():
                return "not"
            case logic.HasCondition():
                standing = {"current": "current problem", "history": "past problem", "any": "problem, current or past"}
                since = " since the start" if node.since_start else ""
                return f"{standing[node.standing]}: {self._set(node.set)}{since}{self._within(node.within)}"
            case logic.Takes():
                verb = "takes or took" if node.standing == "ever" else "takes"
                return f"{verb} {self._set(node.set)}{self._within(node.within)}"
            case logic.HasAllergy():
                return f"allergy recorded: {self._set(node.set)}"
            case logic.HasVaccine():
                since = " since the start" if node.since_start else ""
                return f"{self._set(node.set)} {node.standing}{since}{self._within(node.within)}"
            case logic.HasProcedure():
                return f"procedure done: {self._set(node.set)}{self._within(node.within)}"
            case logic.HasResult():
                which = "any" if node.ever else "latest"
                return f"{which} {self._seen(node.of)} is {node.answer}{self._within(node.within)}"
            case logic.Compare():
                op, name = node.relation
                words = {"below": "below", "at_most": "at most", "above": "above", "at_least": "at least"}
                return f"{self._seen(node.quantity)} {words[op]} {self._value(name)}{self._within(node.within)}"
            case logic.Missing():
                return f"no usable {self._seen(node.of)}{self._within(node.within)}"
            case logic.SourcesDisagree():
                return f"sources of {self._seen(node.quantity)} on both sides of {self._value(node.at)}"
            case logic.OrderedRoute():
                return f"ordered by another route: {self._set(node.set)}"
            case logic.OrderUnread():
                return f"{node.part} of an order not given or not readable"
            case logic.Started():
                return f"therapy started{self._within(node.within)}"
            case logic.Overdue():
                return f"an examination is overdue: {self.m.monitoring[node.of].name}"
            case logic.Sex():
                return f"sex is {node.equals}"
            case logic.Phase():
                return f"phase is {node.equals}"
            case logic.Indication():
                return f"documented use: {self.m.indications[node.equals].name}"

    def _set(self, set_id: str) -> str:
        return self.m.value_sets[set_id].name

    def _seen(self, name: str) -> str:
        return self.m.observations[name].name

    def _value(self, name: str) -> str:
        value = self.m.values[name]
        return f"{value.value:g} {value.unit}" if not isinstance(value.value, tuple) else name

    def _within(self, name: str | None) -> str:
        return f" (within {self._value(name)})" if name else ""
