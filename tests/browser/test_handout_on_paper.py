"""The sheet for a patient in a browser: what it prints, and that it is readable there.

Needs Chromium. Without it these tests are skipped, or fail where APOTHECARY_NO_SKIPS is set.
"""

import os
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from apothecary.knowledge import PACKAGED, Monograph, load, packaged
from apothecary.present.handout import render
from apothecary.therapy.handout import Dose, Personal, Sheet, Test, sheet
from support import made_up

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
KNOWN = [made_up(), *(load(PACKAGED / name) for name in packaged())]
TESTS = tuple(Test(date(2027, month, 28), "upcoming", None) for month in range(1, 8))
FULL = Personal(date(2026, 11, 22), False, Dose((15.0, 30.0), open=("range", "not-measurable", "interval")), TESTS)
SIDES = 2  # one page, front and back


@pytest.fixture(scope="module", autouse=True)
def browser() -> None:
    if CHROMIUM is None:
        message = "Chromium is not installed; install it (apt-get install chromium) to print the sheet."
        if "APOTHECARY_NO_SKIPS" in os.environ:
            pytest.fail(message)
        pytest.skip(message)


def chromium(folder: Path, page: str, *args: str) -> str:
    """Opens a page without a network and hands back what the browser prints to standard output."""
    (folder / "page.html").write_text(page, encoding="utf-8")
    command = [
        str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--no-pdf-header-footer",
        f"--user-data-dir={folder / 'profile'}", *args, (folder / "page.html").as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120, check=True)
    return done.stdout


def printed(folder: Path, page: str, size: str) -> int:
    """How many pages a sheet takes on paper of a size."""
    chromium(folder, page.replace("@page {", f"@page {{ size: {size};", 1), f"--print-to-pdf={folder / 'page.pdf'}")
    return len(re.findall(rb"/Type\s*/Page\b", (folder / "page.pdf").read_bytes()))


def personal(m: Monograph, language: str) -> Sheet:
    """The longest sheet: every line, and everything that a personal part may say."""
    return msgspec.structs.replace(sheet(m, language), personal=FULL)


@pytest.mark.parametrize("m", KNOWN, ids=lambda m: m.drug.id)
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("size", ["A4", "letter"])
@pytest.mark.parametrize("make", [sheet, personal], ids=["general", "personal"])
def test_a_sheet_is_one_leaf_of_paper(tmp_path: Path, m: Monograph, language: str, size: str, make: Any) -> None:
    assert printed(tmp_path, render(make(m, language)), size) <= SIDES


def test_a_sheet_in_large_type_takes_more_paper(tmp_path: Path) -> None:
    whole = sheet(KNOWN[-1], "en")
    assert printed(tmp_path, render(whole, large=True), "A4") > printed(tmp_path, render(whole), "A4")


def test_a_page_too_long_would_be_seen(tmp_path: Path) -> None:
    page = render(sheet(made_up(), "en")).replace("<footer>", "<p>more</p>" * 400 + "<footer>")
    assert printed(tmp_path, page, "A4") > SIDES


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("width", [360, 1200])
@pytest.mark.parametrize("large", [False, True])
def test_nothing_is_wider_than_the_window(tmp_path: Path, language: str, width: int, large: bool) -> None:
    """The page measures itself in a frame of that width; the script is the test's own."""
    (tmp_path / "sheet.html").write_text(render(personal(KNOWN[-1], language), large=large), encoding="utf-8")
    frame = (
        f'<!DOCTYPE html><iframe src="sheet.html" width="{width}" height="800" frameborder="0"></iframe>'
        "<script>onload = () => { const d = document.querySelector('iframe').contentDocument.documentElement;"
        "document.title = `${d.scrollWidth} of ${d.clientWidth}`; }</script>"
    )
    dom = chromium(tmp_path, frame, "--allow-file-access-from-files", "--dump-dom")
    found = re.search(r"<title>(\d+) of (\d+)</title>", dom)
    assert found is not None
    assert int(found[1]) <= int(found[2])
