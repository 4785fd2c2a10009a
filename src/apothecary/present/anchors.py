"""Where each thing of a monograph stands on its browsable page: the anchors that its rows and tables carry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from apothecary.knowledge.schema import Monograph
    from apothecary.present.show_sections import Row, Table

_OF_ROWS: Final = {
    "uses": "indication",
    "monitoring": "monitoring",
    "advice": "advice",
    "readings": "reading",
    "policy": "value",
    "numbers": "value",
    "tests": "test",
    "value-sets": "value-set",
    "references": "source",
}
_OF_TABLES: Final = {
    "dosing": "dosing",
    "preparations": "product",
    "adverse-effects": "adverse-effect",
    "kinetics": "kinetics",
}
KINDS: Final = {
    "adverse-effect": "adverse effects",
    "advice": "advice",
    "dosing": "dosing",
    "drug": "the drug",
    "indication": "use",
    "kinetics": "model",
    "monitoring": "schedule",
    "product": "product",
    "rule": "rule",
    "target": "target",
    "value": "value",
}


def anchor(link: str) -> str:
    """The anchor of `kind:id`, the way a statement names what carries it out."""
    kind, _, id_ = link.partition(":")
    return f"{kind}-{id_}"


def of_table(section: str, table: Table) -> str:
    """The anchor of a table that is a thing of the knowledge itself; empty for one that only lists things."""
    if section == "about":
        return "drug-identity"
    return f"{_OF_TABLES[section]}-{table.id}" if table.id and section in _OF_TABLES else ""


def of_row(section: str, row: Row, m: Monograph) -> str:
    """The anchor of a row where its thing has its one place; empty for a row that belongs to its table."""
    if section == "kinetics":
        if row.id == "mechanism":
            return "drug-mechanism"
        targets = m.exposure.targets if m.exposure is not None else ()
        if any(one.id == row.id for one in targets):
            return f"target-{row.id}"
        return f"value-{row.id}" if row.id in m.values else ""
    return f"{_OF_ROWS[section]}-{row.id}" if section in _OF_ROWS else ""


def linked(section: str, row: Row, m: Monograph) -> str:
    """The anchor that a row's id leads to where the thing stands elsewhere; empty where it does not."""
    if section == "dosing":
        kind = "rule" if row.id in m.rules else "value" if row.id in m.values else "indication"
        return f"{kind}-{row.id}" if row.id in m.rules or row.id in m.values or row.id in m.indications else ""
    if section == "preparations":
        return f"value-{row.id}" if row.id in m.values else ""
    if section == "storage":
        return f"product-{row.id}"
    return f"statement-{row.id}" if section in ("mechanism", "kinetics") and row.id in m.statements else ""


def name(link: str, m: Monograph) -> str:
    """What a reader knows a thing by; its id where it has no name."""
    kind, _, id_ = link.partition(":")
    if kind == "rule":
        return m.rules[id_].title
    if kind == "value":
        return m.values[id_].meaning
    if kind == "advice":
        return m.advice[id_].text
    if kind in ("indication", "dosing"):
        return m.indications[id_].name
    if kind == "product":
        return m.products[id_].brand
    if kind == "adverse-effect":
        return m.indications[m.adverse_effects[id_].indication].name
    if kind == "monitoring":
        return m.monitoring[id_].name
    if kind == "kinetics":
        return m.models[id_].name
    if kind == "target" and m.exposure is not None:
        return next(one.text for one in m.exposure.targets if one.id == id_)
    return {"drug:identity": m.drug.name, "drug:mechanism": "how it works"}.get(link, id_)
