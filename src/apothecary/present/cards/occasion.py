"""When and where cards are asked for: the hook, the orders being written, what was answered before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from apothecary.logic import Truth

if TYPE_CHECKING:
    from apothecary.review.result import Finding


class Draft(msgspec.Struct, frozen=True):
    """An order being written, such as `MedicationRequest/d1`; `of_drug`: it orders the drug under review."""

    reference: str
    resource: dict[str, Any]
    of_drug: bool


class Occasion(msgspec.Struct, frozen=True):
    """What the cards are for. `patient` is a bare id, `base_url` has no final slash.

    `answered`: rules that applied and were overridden before in this ordering session, `answered_open` those that were
    open then. `smart`: the page can be launched. `note`: a sentence to add, such as that the answer was not logged.
    `other_orders`: no order being written can be of the drug; only what concerns one of them, and what is critical,
    is worth a card then.
    """

    hook: str
    patient: str
    drafts: tuple[Draft, ...]
    base_url: str
    answered: frozenset[str] = frozenset()
    smart: bool = False
    note: str = ""
    answered_open: frozenset[str] = frozenset()
    other_orders: bool = False

    def named(self, finding: Finding) -> list[Draft]:
        """The orders being written that a finding rests on."""
        sources = {evidence.source.partition("#")[0] for evidence in finding.because}
        return [draft for draft in self.drafts if draft.reference in sources]

    def of_drug(self) -> int:
        """How many of the orders being written are of the drug under review."""
        return sum(draft.of_drug for draft in self.drafts)

    def concerns(self, finding: Finding) -> bool:
        """Whether a finding is worth a card now: not where another drug is ordered that it has nothing to do with."""
        if not self.other_orders or (finding.severity == "critical" and finding.status is Truth.APPLIES):
            return True
        return bool(self.named(finding))
