"""The form and the review in Chromium: usable by all, without scripts, on a phone and on one sheet of paper.

Needs Chromium. Without it these tests are skipped, or fail where APOTHECARY_NO_SKIPS is set.
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from page_site import running

from apothecary.knowledge import PACKAGED

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
EXAMPLE = PACKAGED / "anakinra" / "example.json"
CROWDED = """
id: a-patient-with-everything
birth_date: 2018-03-01
sex: female
weight: 31 kg
conditions: [NOMID, pneumonia, latent tuberculosis, HIV infection, chronic hepatitis C, asthma, leukemia, DIRA,
  common variable immunodeficiency, cirrhosis of liver, chronic kidney disease stage 4, pregnancy]
medications:
  - {name: anakinra, start: 2026-09-01, dose: 400 mg IV three times a day}
  - etanercept
  - abatacept
  - prednisone
  - azathioprine
allergies: [anakinra, E. coli protein]
vaccines: [{name: MMR vaccine, status: planned}, {name: BCG vaccine, date: 2026-10-01}]
labs: {ANC: 500 /uL, creatinine clearance: 20 mL/min}
"""
BARE: dict[str, str] = {}
PATIENTS: dict[str, dict[str, str]] = {
    "bare": BARE,
    "bare, on therapy": {"phase": "on-therapy"},
    "example": {"file": str(EXAMPLE)},
    "crowded": {"record": CROWDED},
    "crowded, no use": {"record": CROWDED, "indication": "caps", "phase": "considering"},
    "ladder": {
        "record": "{birth_date: 2021-03-01, sex: male, weight: 17.3 kg, conditions: [NOMID], allergies: none,"
        " medications: [{name: anakinra, start: 2026-06-01}], vaccines: none, id: " + "x" * 5000 + "}"
    },
    "wrong": {"birth_date": "2.3.1968", "lab.anc.value": "2,5", "start": "2027-01-01"},
}
SIZES = {"phone": (390, 844), "desktop": (1280, 900), "narrow": (320, 700), "desktop at 200 %": (640, 450)}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    if CHROMIUM is None:
        message = "Chromium is not installed; install it (apt-get install chromium) to see the pages."
        if "APOTHECARY_NO_SKIPS" in os.environ:
            pytest.fail(message)
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running() as found:
        yield found


@contextmanager
def opened(chromium: Any, address: str, **options: Any) -> Iterator[Any]:
    """A page; it must load nothing from elsewhere, and nothing that its policy forbids."""
    context = chromium.new_context(**options)
    page = context.new_page()
    elsewhere: list[str] = []
    page.on("request", lambda one: None if one.url.startswith((address, "data:")) else elsewhere.append(one.url))
    page.on("console", lambda said: elsewhere.append(said.text) if "Security" in said.text else None)
    yield page
    context.close()
    assert [] == elsewhere


def ask(page: Any, address: str, fields: dict[str, str]) -> None:
    """Enters a patient on the form and sends it."""
    page.goto(f"{address}/")
    page.locator("summary").first.click()
    for name, value in fields.items():
        field = page.locator(f'[name="{name}"]')
        if name == "file":
            field.set_input_files(value)
        elif name in ("phase", "indication", "drug"):
            field.select_option(value)
        else:
            field.fill(value)
    send(page)


def send(page: Any) -> None:
    with page.expect_navigation():
        page.locator("button.primary").click()


def violations(page: Any) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"resultTypes": ["violations"]})
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found.response["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_every_page_is_accessible_and_not_wider_than_the_window(
    chromium: Any, address: str, size: str, scheme: str
) -> None:
    wide, high = SIZES[size]
    with opened(chromium, address, viewport={"width": wide, "height": high}, color_scheme=scheme) as page:
        page.goto(f"{address}/")
        said = {"form": (violations(page), page.evaluate("document.documentElement.scrollWidth <= innerWidth"))}
        for name, fields in PATIENTS.items():
            ask(page, address, fields)
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            said[name] = (violations(page), page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
    assert {name: ([], True) for name in said} == said


@pytest.mark.parametrize("size", ["A4", "Letter"])
@pytest.mark.parametrize("name", [name for name in PATIENTS if name != "wrong"])
def test_a_printed_review_is_one_page(chromium: Any, address: str, name: str, size: str) -> None:
    with opened(chromium, address) as page:
        ask(page, address, PATIENTS[name])
        verdict = page.locator(".top .verdict strong").inner_text()
        printed = page.pdf(format=size, prefer_css_page_size=True)
        page.emulate_media(media="print")
        text = page.locator("body").inner_text()
        smallest = page.evaluate(
            """Math.min(...[...document.querySelectorAll('.paper, .paper *')].map(
                 (one) => parseFloat(getComputedStyle(one).fontSize)))"""
        )
    assert 1 == len(re.findall(rb"/Type\s*/Page\b", printed))
    assert smallest >= 8 * 96 / 72
    assert text.lstrip().startswith(verdict)
    assert "Not clinically validated" in text
    assert "Review again" not in text


def test_the_sheet_of_a_crowded_review_counts_what_it_leaves_out(chromium: Any, address: str) -> None:
    with opened(chromium, address) as page:
        ask(page, address, PATIENTS["crowded"])
        shown = page.locator("#do-first ~ ol > li").count()
        page.emulate_media(media="print")
        text = page.locator("body").inner_text()
    more = re.search(r"(\d+) more to do first", text)
    assert shown == text.count("CRITICAL:") + text.count("WARNING:") + (int(more[1]) if more else 0)


def test_a_patient_is_entered_reviewed_and_answered_without_scripts_and_without_a_mouse(
    chromium: Any, address: str
) -> None:
    with opened(chromium, address, java_script_enabled=False) as page:
        page.goto(f"{address}/")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.locator("#conditions").focus()
        page.keyboard.type("rheumatoid arthritis")
        page.locator("button.primary").focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert "CANNOT TELL" == page.locator(".top .verdict strong").inner_text()
        assert 0 == page.locator('[name="conditions"]').count()
        page.locator('[name="medications"]').fill("methotrexate\netanercept")
        page.locator('[name="lab.anc.value"]').fill("2.5")
        page.locator('[name="lab.anc.unit"]').select_option("10*9/L")
        page.locator('[name="birth_date"]').fill("1968-03-02")
        page.locator('[name="allergies_none"]').check()
        send(page)
        assert "STOP" == page.locator(".top .verdict strong").inner_text()
        assert "58 years" in page.locator(".case").inner_text()
        assert 0 == page.locator('[name="lab.anc.value"]').locator("visible=true").count()


def test_errors_are_summed_up_and_lead_to_their_fields(chromium: Any, address: str) -> None:
    with opened(chromium, address) as page:
        ask(page, address, PATIENTS["wrong"])
        summary = page.get_by_role("alert")
        assert 3 == summary.locator("a").count()
        summary.locator("a").first.click()
        assert "birth_date" == page.evaluate("document.activeElement.name")
        assert "true" == page.locator("#birth_date").get_attribute("aria-invalid")
        assert "2.3.1968" == page.locator("#birth_date").input_value()


def test_the_focus_is_always_to_be_seen(chromium: Any, address: str) -> None:
    with opened(chromium, address) as page:
        page.goto(f"{address}/")
        for _ in range(12):
            page.keyboard.press("Tab")
            name, shown = page.evaluate(
                "((one) => [one.outerHTML.slice(0, 90), getComputedStyle(one).outlineStyle])(document.activeElement)"
            )
            assert (name, "solid") == (name, shown)
