"""When and where cards are asked for: the hook, the orders being written, what was answered before."""

from typing import Any, Literal

import msgspec

HookName = Literal["patient-view", "order-select", "order-sign"]


class Draft(msgspec.Struct, frozen=True):
    """An order being written, such as `MedicationRequest/d1`; `of_drug`: it orders the drug under review."""

    reference: str
    resource: dict[str, Any]
    of_drug: bool


class Occasion(msgspec.Struct, frozen=True):
    """What the cards are for. `patient` is a bare id, `base_url` has no final slash.

    `answered`: rules that applied and were overridden before in this ordering session, `answered_open` those that were
    open then. `smart`: the page can be launched. `note`: a sentence to add, such as that the answer was not logged.
    """

    hook: str
    patient: str
    drafts: tuple[Draft, ...]
    base_url: str
    answered: frozenset[str] = frozenset()
    smart: bool = False
    note: str = ""
    answered_open: frozenset[str] = frozenset()
