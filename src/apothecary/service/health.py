"""What the service knows of its own health: the last self-test, and whether one is running."""

import asyncio
from dataclasses import dataclass, field

import msgspec


class Report(msgspec.Struct, frozen=True):
    """What a self-test found: how many cases ran, how many of them through a hook too, in how many seconds.

    `failures`: a sentence for each difference. `untested`: drugs whose knowledge comes without cases.
    """

    cases: int
    hooks: int
    seconds: float
    failures: tuple[str, ...]
    untested: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every case gave the answer expected."""
        return not self.failures


@dataclass
class Health:
    """Changes while the service runs. `report`: None until the first self-test is done.

    `underway`: requests that are being answered now.
    """

    report: Report | None = None
    underway: int = 0
    testing: asyncio.Lock = field(default_factory=asyncio.Lock)
    task: "asyncio.Task[None] | None" = None
