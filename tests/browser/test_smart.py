"""The launch in a real browser: from an EHR, in its frame, by the page itself, and when it goes wrong.

Needs Chromium. Without it these tests are skipped, or fail where APOTHECARY_NO_SKIPS is set.
"""

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fhir_server import CLIENT_ID, FhirServer
from starlette.types import ASGIApp

from apothecary.service.app import create
from apothecary.service.settings import Limits, Settings, SmartServer
from support import AS_OF, HBSAG, MADE_UP, MIGRAINE, NO_ALLERGIES, condition, patient, result

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}


@contextmanager
def serving(app: ASGIApp, listening: socket.socket) -> Iterator[None]:
    """The application on a socket that already has its port."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False, ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    until = time.monotonic() + 30
    while not server.started and time.monotonic() < until:
        time.sleep(0.02)
    assert server.started
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(20)
        listening.close()


def bound() -> tuple[socket.socket, str]:
    """A socket on a free port of this machine, and its address."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    return listening, f"http://127.0.0.1:{listening.getsockname()[1]}"


class Ward:
    """A FHIR server and the service, both running, and how to get from one to the other."""

    def __init__(self, server: FhirServer, service: str) -> None:
        self.server = server
        self.service = service

    @property
    def launch(self) -> str:
        return f"{self.service}/smart/launch?iss={self.server.fhir}&launch=abc"

    def reset(self, **changes: Any) -> None:
        """The server as at the start, but for what is named."""
        for name, value in vars(FhirServer()).items():
            if name not in ("base", "resources", "redirects", "chart"):
                setattr(self.server, name, value)
        for name, value in changes.items():
            setattr(self.server, name, value)


@pytest.fixture(scope="module")
def running() -> Iterator[Ward]:
    (fhir_socket, fhir), (service_socket, service) = bound(), bound()
    rows = [patient(), condition(MIGRAINE, id="c1"), {**NO_ALLERGIES, "id": "a1"}, result(HBSAG, 1, "mg/dL", id="o1")]
    server = FhirServer(base=fhir, resources=rows, redirects=(f"{service}/smart/callback",))
    known = (SmartServer(iss=server.fhir, client_id=CLIENT_ID, name="The test hospital"),)
    settings = Settings(knowledge=(MADE_UP,), smart=known, self_test=False, limits=Limits(fhir_seconds=1.0))
    app = create(settings, today=lambda: AS_OF)
    with serving(server.app(), fhir_socket), serving(app, service_socket):
        ward = Ward(server, service)
        server.chart = ward.launch
        yield ward


@pytest.fixture
def ward(running: Ward) -> Ward:
    running.reset()
    return running


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if CHROMIUM is None:
        message = "Chromium is not installed; install it (apt-get install chromium) to launch the page."
        if "APOTHECARY_NO_SKIPS" in os.environ:
            pytest.fail(message)
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield started
        started.close()


@pytest.fixture(params=SIZES)
def page(chromium: Any, request: pytest.FixtureRequest, ward: Ward) -> Iterator[Any]:
    """A window in which every message of the browser's console fails the test."""
    width, height = SIZES[request.param]
    context = chromium.new_context(viewport={"width": width, "height": height})
    window = context.new_page()
    said: list[str] = []
    window.on("console", lambda message: said.append(message.text))
    window.on("pageerror", lambda error: said.append(str(error)))
    yield window
    context.close()
    assert not [text for text in said if "Failed to load resource" not in text]


def seen(page: Any, tmp_path: Path, name: str) -> str:
    """The visible text; the picture of it lies in the test's folder."""
    page.screenshot(path=str(tmp_path / f"{name}.png"), full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    return str(page.inner_text("body"))


def test_an_ehr_launch_shows_the_review(ward: Ward, page: Any, tmp_path: Path) -> None:
    page.goto(ward.launch)
    assert page.url.startswith(f"{ward.service}/smart/callback?")
    text = seen(page, tmp_path, "review")
    assert "Zorvimab" in text
    assert "Prevention of migraine" in text
    assert ward.server.token is not None
    assert ward.server.token not in page.content()
    assert [] == page.context.cookies()


def test_an_open_question_is_answered_on_the_page_of_a_launch(ward: Ward, page: Any, tmp_path: Path) -> None:
    page.goto(ward.launch)
    fetched = len(ward.server.seen)
    page.locator("main form button[type=submit], main form input[type=submit]").first.click()
    page.wait_for_load_state()
    assert page.url.startswith(f"{ward.service}/review")
    assert "Prevention of migraine" in seen(page, tmp_path, "answered")
    assert fetched == len(ward.server.seen)


def test_a_failed_search_is_named_in_the_review(ward: Ward, page: Any, tmp_path: Path) -> None:
    ward.reset(fail={"Condition": 503})
    page.goto(ward.launch)
    text = seen(page, tmp_path, "failed")
    assert "Condition could not be fetched from the FHIR server" in text
    assert "cannot tell" in text.casefold()


def test_a_standalone_launch_starts_on_a_link(ward: Ward, page: Any, tmp_path: Path) -> None:
    page.goto(f"{ward.service}/smart/standalone?iss={ward.server.fhir}")
    assert "launch/patient" in ward.server.asked[0]["scope"]
    assert "Prevention of migraine" in seen(page, tmp_path, "standalone")


def test_a_launch_in_a_frame_of_the_ehr(ward: Ward, page: Any, tmp_path: Path) -> None:
    page.goto(f"{ward.server.base}/ehr")
    page.frame_locator("iframe").get_by_role("heading", level=1).wait_for()
    page.screenshot(path=str(tmp_path / "frame.png"))
    assert "Prevention of migraine" in page.frame_locator("iframe").locator("body").inner_text()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"deny": "access_denied"}, "The user or the server refused it"),
        ({"context": {}}, "named no patient"),
        ({"token_status": 400}, "did not accept the launch"),
        ({"fail": {"configuration": 500}}, "SMART configuration cannot be read"),
    ],
    ids=["denied", "no patient", "no token", "down"],
)
def test_a_launch_that_fails_says_why(ward: Ward, page: Any, tmp_path: Path, wrong: dict[str, Any], said: str) -> None:
    ward.reset(**wrong)
    page.goto(ward.launch)
    text = seen(page, tmp_path, "stopped")
    assert "No review" in text
    assert said in text


def test_loading_the_answer_again_needs_a_new_launch(ward: Ward, page: Any, tmp_path: Path) -> None:
    page.goto(ward.launch)
    page.reload()
    assert "already answered" in seen(page, tmp_path, "again")


def test_the_page_has_no_accessibility_violation(ward: Ward, page: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    ward.reset(deny="access_denied")
    page.goto(ward.launch)
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert [] == [violation["id"] for violation in found.response["violations"]]
