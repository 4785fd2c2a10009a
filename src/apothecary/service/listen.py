"""A listening address of which every worker process has a socket of its own, so that the system deals out connections.

With one shared socket the worker that wakes first takes every connection that waits, and the others stay idle.
"""

import socket
import sys
from typing import Any


class OwnSocket(socket.socket):
    """A bound socket that is opened anew in the process it is sent to, instead of being shared with it."""

    def __reduce__(self) -> tuple[Any, ...]:
        """How to open it there."""
        return _opened, (self.family, self.getsockname())


def can_share() -> bool:
    """Whether the system deals out connections among sockets of one address; Linux does."""
    return sys.platform == "linux" and hasattr(socket, "SO_REUSEPORT")


def bound(host: str, port: int) -> OwnSocket:
    """A socket bound to the address, not listening; OSError where it cannot be had."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    return _opened(family, address)


def _opened(family: int, address: Any) -> OwnSocket:
    made = OwnSocket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    made.bind(address)
    return made
