"""Under pressure the browser works for a second, under the strict policy of the page; without scripts one waits."""

import sqlite3
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.running import LETTER, Demo

Visit = Callable[..., Page]


@pytest.fixture
def pressure(demo: Demo) -> Iterator[Callable[[], None]]:
    """From the next signature on this client has signed more often than one may; in the end it is forgotten again."""

    def change(statement: str) -> None:
        with sqlite3.connect(demo.folder / "undersigned.sqlite3", timeout=40) as database:
            database.execute(statement)

    yield lambda: change("UPDATE signatories_limit SET used = 1000 WHERE key LIKE 'sign:%'")
    change("DELETE FROM signatories_limit")


def sign(page: Page, email: str) -> None:
    page.goto(f"/letters/{LETTER}/sign/")
    page.locator("[name=name]").fill("Zoë Pressure")
    page.locator("[name=email]").fill(email)
    page.locator("[name=discipline]").select_option(index=1)
    page.get_by_role("button", name="Sign, and get the code by mail").click()


def test_a_browser_does_the_work_and_the_person_presses_once_more(visitor: Visit, pressure: Callable[[], None]) -> None:
    page = visitor(color_scheme="dark")
    sign(page, "before@example.com")
    expect(page.get_by_role("heading", name="Look at your mail")).to_be_visible()
    pressure()
    sign(page, "under.pressure@example.com")
    expect(page.get_by_role("alert")).to_contain_text("One more moment")
    expect(page.locator("[name=name]")).to_have_value("Zoë Pressure")
    expect(page.locator(".altcha")).to_have_attribute("data-state", "verified")
    page.get_by_role("button", name="Sign, and get the code by mail").click()
    expect(page.get_by_role("heading", name="Look at your mail")).to_be_visible()


def test_without_scripts_the_page_says_how_long_to_wait(visitor: Visit, pressure: Callable[[], None]) -> None:
    phone = visitor(java_script_enabled=False, viewport={"width": 320, "height": 640}, is_mobile=True)
    sign(phone, "plain@example.com")
    pressure()
    sign(phone, "plain.pressure@example.com")
    expect(phone.get_by_role("alert")).to_contain_text("One more moment")
    expect(phone.get_by_text("wait a minute")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 320
