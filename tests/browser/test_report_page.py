"""The HTML report in Chromium, opened as a file, as its reader opens it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from readiness.report import read_result
from tests.report.sample import sample

pytestmark = pytest.mark.browser

WIDTHS = (360, 1280)
THEMES = ("light", "dark")


@contextmanager
def opened(browser: Browser, path: Path, *, width: int = 1280, **options: Any) -> Iterator[Page]:
    """The page, in a browser without network; what it asks for and complains of must be nothing."""
    context = browser.new_context(viewport={"width": width, "height": 800}, offline=True, **options)
    requests: list[str] = []
    complaints: list[str] = []

    def asked(request: Request) -> None:
        requests.append(request.url)

    def said(message: ConsoleMessage) -> None:
        complaints.append(message.text)

    page = context.new_page()
    page.on("request", asked)
    page.on("console", said)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path.as_uri())
    yield page
    assert requests == [path.as_uri()]
    assert complaints == []
    context.close()


def violations(page: Page, axe: str) -> list[str]:
    """What axe finds against WCAG 2.2 A and AA and its best practices; folds are open, so that all is looked at."""
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    page.evaluate(axe)
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate("tags => axe.run(document, {runOnly: tags})", tags)
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found["violations"] for node in rule["nodes"]]


def test_opens_without_request_error_or_policy_violation(browser: Browser, report: Path) -> None:
    with opened(browser, report) as page:
        assert page.title() == "NOT READY: Acme Checkout, production-readiness review"
        assert page.locator("h1").inner_text().split() == ["Acme", "Checkout", "NOT", "READY"]


def test_hostile_texts_run_nothing(browser: Browser, report: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog opened: {dialog.message}"))
    page.goto(report.as_uri())

    assert page.locator("img, iframe, object, embed, form, base").count() == 0
    assert page.locator("script").count() == 2
    context.close()


def test_is_complete_without_script(browser: Browser, report: Path) -> None:
    with opened(browser, report, java_script_enabled=False) as page:
        for item in sample().results:
            assert page.get_by_role("heading", name=item.title, include_hidden=True).count() >= 1
        assert page.get_by_role("button").count() == 0
        group = page.locator("#group-passed")
        assert not group.locator(".item").first.is_visible()
        group.locator("summary").first.click()
        assert group.locator(".item").first.is_visible()


def test_the_embedded_result_is_the_result(browser: Browser, report: Path) -> None:
    with opened(browser, report) as page:
        assert read_result(page.locator("#result").text_content() or "") == sample()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_is_accessible(browser: Browser, report: Path, axe: str, width: int, theme: Any) -> None:
    with opened(browser, report, width=width, color_scheme=theme) as page:
        assert violations(page, axe) == []


@pytest.mark.parametrize("width", [320, *WIDTHS])
def test_nothing_overflows_sideways(browser: Browser, report: Path, width: int) -> None:
    with opened(browser, report, width=width) as page:
        page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_every_link_leads_to_a_place_in_the_page(browser: Browser, report: Path) -> None:
    with opened(browser, report) as page:
        dead = page.evaluate(
            "[...document.querySelectorAll('a[href]')].map(link => link.getAttribute('href'))"
            ".filter(target => !target.startsWith('#') || !document.getElementById(target.slice(1)))"
        )
        assert dead == []


def test_a_link_into_a_fold_opens_it(browser: Browser, report: Path) -> None:
    with opened(browser, report) as page:
        link = page.locator("a[href='#group-passed']")
        link.click()
        assert page.locator("#group-passed").evaluate("fold => fold.open")


def test_the_theme_switch_changes_colours_and_says_so(browser: Browser, report: Path) -> None:
    with opened(browser, report, color_scheme="light") as page:
        colour = "getComputedStyle(document.body).backgroundColor"
        light, switch = page.evaluate(colour), page.get_by_role("button", name="Dark theme")
        switch.click()
        assert page.evaluate(colour) != light
        assert page.get_by_role("button", name="Light theme").is_visible()


def test_print_is_light_and_unfolded(browser: Browser, report: Path) -> None:
    with opened(browser, report, color_scheme="dark") as page:
        page.emulate_media(media="print")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(26, 28, 32)"
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.locator("details:not([open])").count() == 0
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.locator("details:not([open])").count() > 0
        assert page.locator(".signature").is_visible()


@pytest.mark.parametrize("theme", THEMES)
def test_keyboard_reaches_everything_and_focus_shows(browser: Browser, report: Path, theme: Any) -> None:
    with opened(browser, report, color_scheme=theme) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the verdict"
        focusable = page.evaluate(
            "[...document.querySelectorAll('a[href], button, summary, [tabindex=\"0\"]')]"
            ".filter(element => element.checkVisibility()).length"
        )
        reached = set()
        for _ in range(focusable):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline == "solid", page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
            reached.add(page.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))
            page.keyboard.press("Tab")
        assert len(reached) == focusable


def test_reduced_motion_and_forced_colours_are_respected(browser: Browser, report: Path) -> None:
    with opened(browser, report, reduced_motion="reduce", forced_colors="active") as page:
        assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
        assert page.locator(".chip").first.evaluate("chip => getComputedStyle(chip).borderStyle") == "solid"


def test_it_survives_the_policy_of_an_artefact_viewer(browser: Browser, report: Path) -> None:
    """Jenkins serves artefacts under a policy that allows no script and no inline style."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    policy = "sandbox; default-src 'none'; img-src 'self'; style-src 'self';"
    page.route(
        "http://artefacts.test/report.html",
        lambda route: route.fulfill(
            body=report.read_bytes(), headers={"content-type": "text/html", "content-security-policy": policy}
        ),
    )
    page.goto("http://artefacts.test/report.html")

    assert page.get_by_role("heading", level=1).is_visible()
    assert page.get_by_role("heading", name="A secret stands in the source tree").is_visible()
    context.close()
