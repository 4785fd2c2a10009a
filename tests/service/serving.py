"""The service as its users run it: the command, in processes of its own, on a free port."""

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx

from support import MADE_UP

COMMAND = str(Path(sys.executable).parent / "apothecary")


class Running(NamedTuple):
    """A service that answers: its address, its first process, what it wrote to standard error."""

    url: str
    process: subprocess.Popen[bytes]
    written: Path

    def kill(self) -> None:
        """Ends all its processes at once, without a chance to finish anything."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)

    def stop(self) -> int:
        """Asks it to stop and waits until it has."""
        self.process.terminate()
        return self.process.wait(30)


def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


@contextmanager
def serving(folder: Path, *options: str, verify: ssl.SSLContext | None = None) -> Iterator[Running]:
    """`apothecary serve` for the made-up drug, ready; gone afterwards."""
    port = free_port()
    written = folder / "serve.log"
    with written.open("wb") as errors:
        process = subprocess.Popen(
            [COMMAND, "serve", "--port", str(port), "--knowledge", str(MADE_UP), *options],
            cwd=folder, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True,
        )  # fmt: skip
    running = Running(f"{'http' if verify is None else 'https'}://127.0.0.1:{port}", process, written)
    try:
        _wait(running, verify)
        yield running
    finally:
        if process.poll() is None:
            running.kill()


def _wait(running: Running, verify: ssl.SSLContext | None) -> None:
    for _ in range(600):
        assert running.process.poll() is None, running.written.read_text(encoding="utf-8")
        try:
            if httpx.get(f"{running.url}/readyz", timeout=5, verify=verify or True).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("not ready within a minute: " + running.written.read_text(encoding="utf-8"))
