"""The monographs, the patient sheet and the expected exposure in Chromium: readable by all, on a phone and on paper.

Needs Chromium. Without it these tests are skipped, or fail where APOTHECARY_NO_SKIPS is set.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from library_site import ADDRESS, TODAY, browser

from apothecary.knowledge import PACKAGED

EXAMPLE = (PACKAGED / "anakinra" / "example.json").read_text(encoding="utf-8")
PATHS = [
    "/monographs",
    "/monographs/anakinra",
    "/monographs/zorvimab?q=dose",
    "/monographs/anakinra?q=nothing+holds+this",
    "/monographs/nothing",
    "/handout/anakinra",
    "/handout/anakinra?lang=es&large=1",
]
SIDES = 2
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}


@pytest.fixture(scope="module", params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def page(scheme: str) -> Iterator[Any]:
    with browser(color_scheme=scheme) as opened:
        yield opened


def send(page: Any, path: str, **fields: str) -> None:
    """Sends a form the way a page would; it is not possible to write a script into the page, so the test makes one."""
    asked = {"drug": "anakinra", "record": EXAMPLE, "answers": "", "as_of": TODAY.isoformat()} | fields
    page.goto(f"{ADDRESS}/")
    with page.expect_navigation():
        page.evaluate(
            """([path, fields]) => {
              const form = Object.assign(document.createElement('form'), {method: 'post', action: path});
              for (const name in fields)
                form.append(Object.assign(document.createElement('textarea'), {name, value: fields[name]}));
              document.body.append(form);
              form.submit();
            }""",
            [path, asked],
        )


def violations(page: Any) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"resultTypes": ["violations"]})
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found.response["violations"]]


def widths(page: Any) -> tuple[int, int]:
    shown, there = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    return int(shown), int(there)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_accessible_and_not_wider_than_the_window(page: Any, path: str, size: str) -> None:
    wide, high = SIZES[size]
    page.set_viewport_size({"width": wide, "height": high})
    page.goto(f"{ADDRESS}{path}")
    shown, there = widths(page)
    assert shown <= there
    assert [] == violations(page)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("path", "more"), [("/handout/anakinra", {"lang": "es"}), ("/calendar.ics", {})])
def test_a_page_about_a_patient_is_accessible(page: Any, path: str, more: dict[str, str], size: str) -> None:
    wide, high = SIZES[size]
    page.set_viewport_size({"width": wide, "height": high})
    send(page, path, **more)
    shown, there = widths(page)
    assert shown <= there
    assert [] == violations(page)


@pytest.mark.parametrize("size", SIZES)
def test_the_exposure_of_a_review_is_accessible(page: Any, size: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    wide, high = SIZES[size]
    page.set_viewport_size({"width": wide, "height": high})
    send(page, "/review", **{"regimen-dose": "x", "regimen-every": "12 h"})
    found = Axe().run(page, context="section[aria-labelledby=exposure]", options={"resultTypes": ["violations"]})
    assert [] == [one["id"] for one in found.response["violations"]]
    chart = page.locator(".exposure-chart svg").bounding_box()
    assert chart["width"] <= wide


def test_a_typed_regimen_is_compared_without_a_script(page: Any) -> None:
    send(page, "/review")
    page.locator("[name=regimen-dose]").first.fill("50 mg")
    page.locator("[name=regimen-every]").first.fill("12 h")
    with page.expect_navigation():
        page.get_by_role("button", name="Compare").click()
    assert "50 mg twice a day (typed here)" in page.locator("section[aria-labelledby=exposure]").inner_text()
    assert "50 mg" == page.locator("[name=regimen-dose]").first.input_value()


def test_the_filter_is_used_with_the_keyboard(page: Any) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{ADDRESS}/monographs/anakinra")
    page.get_by_label("Find in this monograph").focus()
    page.keyboard.type("abatacept")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "entries hold every word of “abatacept”" in page.get_by_role("status").inner_text()
    assert page.locator("#rule-abatacept").count() == 1


def test_a_statement_leads_to_its_rule_and_back(page: Any) -> None:
    page.goto(f"{ADDRESS}/monographs/anakinra")
    rule = page.locator("#rule-tnf-blocker")
    statement = rule.locator("a[href^='#statement-']").first
    target = str(statement.get_attribute("href"))
    statement.click()
    assert page.url.endswith(target)
    page.locator(f"[id='{target[1:]}'] a[href='#rule-tnf-blocker']").click()
    assert page.url.endswith("#rule-tnf-blocker")


def test_the_bar_of_the_sheet_changes_its_language_and_type(page: Any) -> None:
    send(page, "/handout/anakinra")
    page.get_by_label("Language").select_option("es")
    page.get_by_label("Large type").check()
    with page.expect_navigation():
        page.get_by_role("button", name="Change").click()
    assert page.locator("html").get_attribute("lang") == "es"
    assert page.locator("body.large").count() == 1
    assert page.locator("[name=record]").input_value() == EXAMPLE.replace("\r\n", "\n")


@pytest.mark.parametrize("size", ["A4", "Letter"])
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("personal", [False, True])
def test_the_sheet_is_one_leaf_of_paper(page: Any, language: str, personal: bool, size: str) -> None:
    if personal:
        send(page, "/handout/anakinra", lang=language)
    else:
        page.goto(f"{ADDRESS}/handout/anakinra?lang={language}")
    paper = page.pdf(format=size, prefer_css_page_size=False, margin=dict.fromkeys(("top", "bottom"), "10mm")
                     | dict.fromkeys(("left", "right"), "12mm"))  # fmt: skip
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) <= SIDES


def test_the_bar_is_not_printed(page: Any) -> None:
    page.goto(f"{ADDRESS}/handout/anakinra")
    page.emulate_media(media="print")
    assert not page.locator(".sheet-bar").is_visible()
    page.emulate_media(media="screen")
    assert page.locator(".sheet-bar").is_visible()
