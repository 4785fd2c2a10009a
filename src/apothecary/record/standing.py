"""What a row of a record is on a day."""

from datetime import date

from apothecary.record.facts import Row, Standing

_TYPED = ("Immunization", "MedicationStatement", "Procedure")  # kinds the short form plans by their own date


def standing_on(row: Row, as_of: date) -> Standing | None:
    """What a row is on a day: None when it was not yet so; an end before or after that day overrules the status.

    An order or plan written by then counts even when it is to begin later.
    """
    if row.recorded is not None and row.recorded.start > as_of and row.kind != "DraftOrder":
        return None
    if row.when is not None and row.when.start > as_of and not _lies_ahead(row):
        return None
    if row.until is not None:
        if row.until.end < as_of and row.standing in ("current", "uncertain"):
            return "history"
        if row.until.start > as_of and row.standing == "history":
            return "current"
    return row.standing


def _lies_ahead(row: Row) -> bool:
    """Whether a row may speak of a coming day: an order with its own date of writing, or a plan."""
    if row.kind == "DraftOrder" or (row.standing == "planned" and row.recorded is None and row.kind in _TYPED):
        return True
    return row.kind == "MedicationRequest" and row.recorded is not None and row.recorded is not row.when
