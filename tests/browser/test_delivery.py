"""A letter is closed, delivered, received, answered and archived, in the browser."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.pages import fill, form_to
from tests.browser.running import ORGANISER, Demo

Member = Callable[..., Page]
LETTER = {
    "title": "Keep the harbour lit",
    "addressees": "The Harbour Master; Port Authority; Springfield",
    "ask": "Please keep the harbour lit.",
    "body": "We ask for *light*.\n",
    "organiser": "Friends of Light",
    "contact": "light@example.org",
    "disclaimer": "Organisations are named for identification only.",
}
SLUG = "keep-the-harbour-lit"
DESK = f"/desk/{SLUG}/delivery/"


def test_a_letter_goes_from_its_close_to_the_reply_and_the_archive(
    member: Member, visitor: Callable[..., Page], demo: Demo, tmp_path: Path
) -> None:
    desk = member(ORGANISER)
    _publish_and_close(desk)
    _deliver(desk, tmp_path / "bundle.zip")
    addressee = visitor(viewport={"width": 375, "height": 800}, java_script_enabled=False)
    _receive_and_reply(addressee, _make_link(desk))
    addressee.goto(f"/letters/{SLUG}/")
    expect(addressee.get_by_text("The lamps stay on.")).to_be_visible()
    demo.manage("archive", SLUG, "--output", tmp_path / "archive")
    addressee.goto((tmp_path / "archive/index.html").as_uri())
    expect(addressee.get_by_role("heading", name="Keep the harbour lit")).to_be_visible()
    expect(addressee.get_by_text("The lamps stay on.")).to_be_visible()


def _publish_and_close(page: Page) -> None:
    page.goto("/desk/new/")
    for field, value in LETTER.items():
        fill(page.get_by_role("main"), field, value)
    page.locator("form", has=page.locator("[name=body]")).get_by_role("button").click()
    form_to(page, "/publish/").get_by_role("button").click()
    page.goto(DESK)
    form_to(page, "/close/").get_by_role("button").click()


def _deliver(page: Page, target: Path) -> None:
    page.goto(DESK)
    page.locator("[name=sure]").check()
    form_to(page, "/deliver/").get_by_role("button").click()
    with page.expect_download() as download:
        form_to(page, "/delivery/bundle/").get_by_role("button").click()
    download.value.save_as(target)
    assert "letter.pdf" in zipfile.ZipFile(target).namelist()


def _make_link(page: Page) -> str:
    form_to(page, "/links/").get_by_role("button").last.click()
    shown = page.locator("#links code").inner_text()
    return re.sub(r"^https?://[^/]+", "", shown)


def _receive_and_reply(page: Page, link: str) -> None:
    page.goto(link)
    fill(form_to(page, "/acknowledge/"), "name", "Jane Clerk")
    page.locator("#acknowledge_sure").check()
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("Acknowledged by Jane Clerk")).to_be_visible()
    fill(form_to(page, "/reply/"), "text", "The lamps stay on.")
    page.locator("#reply_sure").check()
    page.get_by_role("button", name="Publish the reply").click()
    expect(page.get_by_text("The lamps stay on.").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 375
