"""The report on a population in a browser: nothing is cut off on a phone, and it prints on a few pages.

Needs Chromium. Without it these tests are skipped, or fail where APOTHECARY_NO_SKIPS is set.
"""

import os
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import ibis
import pyarrow as pa
import pytest
from wide_tables import drawn, leaves_of

from apothecary.knowledge import PACKAGED, load, packaged
from apothecary.population.first import first
from apothecary.population.measures import load_measures
from apothecary.population.summary import Left, Lines, lines, summarize
from apothecary.present.population_first import first_page
from apothecary.present.population_report import report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
MOST_PAGES = 14  # two groups with every rule, and the trends


@pytest.fixture(scope="module", autouse=True)
def browser() -> None:
    if CHROMIUM is None:
        message = "Chromium is not installed; install it (apt-get install chromium) to look at the report."
        if "APOTHECARY_NO_SKIPS" in os.environ:
            pytest.fail(message)
        pytest.skip(message)


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """The pages of a cohort over four months."""
    folder = PACKAGED / packaged()[0]
    m = load(folder)
    leaves, measures = leaves_of(m), load_measures(folder, m)
    days = [date(2026, month, 28) for month in range(1, 5)]
    wide = ibis.memtable(drawn(m, leaves, 10_000, 3, (0.1, 0.05, 0.85)))
    counted = [summarize(wide, leaves, m, day, measures=measures, left=Left(40)) for day in days]
    whole = pa.concat_tables([*counted, lines(Lines(123_456, {"not JSON": 12}), days[-1])])
    return {
        "report": report(whole, m, measures=measures, about=[("Data", "made up")]),
        "first": first_page(first(wide, leaves, m), m, days[-1]),
    }


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


@pytest.mark.parametrize("name", ["report", "first"])
@pytest.mark.parametrize("width", [390, 1200])
def test_nothing_is_wider_than_the_window(tmp_path: Path, pages: dict[str, str], name: str, width: int) -> None:
    """The page measures itself in a frame of that width; the script is the test's own."""
    (tmp_path / "inner.html").write_text(pages[name], encoding="utf-8")
    frame = (
        f'<!DOCTYPE html><iframe src="inner.html" width="{width}" height="800" frameborder="0"></iframe>'
        "<script>onload = () => { const d = document.querySelector('iframe').contentDocument;"
        "const e = d.documentElement, bars = [...d.querySelectorAll('.bar')].filter(b => b.clientWidth < 40).length;"
        "document.title = `${e.scrollWidth} of ${e.clientWidth}, thin ${bars}`; }</script>"
    )
    dom = chromium(tmp_path, frame, "--allow-file-access-from-files", "--dump-dom")
    found = re.search(r"<title>(\d+) of (\d+), thin (\d+)</title>", dom)
    assert found is not None
    assert int(found[1]) <= int(found[2])
    assert "0" == found[3]


def test_it_prints_on_a_few_pages(tmp_path: Path, pages: dict[str, str]) -> None:
    chromium(tmp_path, pages["report"], f"--print-to-pdf={tmp_path / 'page.pdf'}")
    count = len(re.findall(rb"/Type\s*/Page\b", (tmp_path / "page.pdf").read_bytes()))
    assert 3 < count <= MOST_PAGES


def test_a_screenshot_shows_the_colors_of_the_bars(tmp_path: Path, pages: dict[str, str]) -> None:
    """The bars are drawn by style rules and patterns that a browser may refuse without a word."""
    probe = pages["report"].replace(
        "default-src 'none'", "default-src 'none'; script-src 'unsafe-inline'"
    ).replace(
        "</body>",
        "<script>document.title = [...new Set([...document.querySelectorAll('.bar rect, .key rect')]"
        ".map(r => `${r.getAttribute('class')} ${getComputedStyle(r).fill}`))].join('|')</script></body>",
    )  # fmt: skip
    title = re.search(r"<title>(.*?)</title>", chromium(tmp_path, probe, "--dump-dom"))
    assert title is not None
    fills = dict(one.split(" ", 1) for one in title[1].replace("&quot;", '"').split("|"))
    assert {"applies", "caution", "told", "unknown", "clear", "hidden", "frame"} == set(fills)
    assert len(fills) == len(set(fills.values()))
    assert ('url("#open")', 'url("#not-shown")') == (fills["unknown"], fills["hidden"])
