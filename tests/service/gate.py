"""A gate with known clients, and ways to knock at it."""

import asyncio
import time
from typing import Any

import pytest
from tokens import URL

from apothecary.service.auth import Gate
from apothecary.service.errors import Refusal
from apothecary.service.replay import Replay
from apothecary.service.settings import Client, Settings

NOW = time.time()


class Fetcher:
    """Counts the calls to the outside."""

    def __init__(self, *answers: bytes | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, url: str) -> bytes:
        self.asked.append(url)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


NO_CALL = Fetcher(AssertionError("no address may be called"))


def gate(*clients: Client, fetcher: Fetcher = NO_CALL, now: Any = time.time) -> Gate:
    return Gate(Settings(clients=clients), now, Replay(now=now), fetcher)


def checked(gate: Gate, authorization: str | None, url: str = URL) -> Client | None:
    return asyncio.run(gate.check(authorization, url))


def refused(gate: Gate, authorization: str | None, url: str = URL) -> str:
    with pytest.raises(Refusal) as caught:
        checked(gate, authorization, url)
    assert 401 == caught.value.status
    assert caught.value.headers["WWW-Authenticate"].startswith("Bearer")
    if authorization and len(authorization) > 40:
        assert authorization.split()[-1][-20:] not in caught.value.message, "the token is never repeated"
    return caught.value.code
