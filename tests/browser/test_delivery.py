"""A letter is closed, delivered, received, answered and archived, in the browser."""

import zipfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.pages import deliver, do_for_sure, fill, form_to, make_addressee_link, receive_and_reply
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


def test_a_letter_goes_from_its_close_to_the_reply_and_the_archive(
    member: Member, visitor: Callable[..., Page], demo: Demo, tmp_path: Path
) -> None:
    desk = member(ORGANISER)
    _publish_and_close(desk)
    deliver(desk, SLUG)
    _download(desk, tmp_path / "bundle.zip")
    addressee = visitor(viewport={"width": 375, "height": 800}, java_script_enabled=False)
    receive_and_reply(addressee, make_addressee_link(desk), reply="The lamps stay on.")
    assert addressee.evaluate("document.documentElement.scrollWidth") == 375
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
    do_for_sure(page, "/publish/")
    page.goto(f"/desk/{SLUG}/")
    do_for_sure(page, "/close/")


def _download(page: Page, target: Path) -> None:
    with page.expect_download() as download:
        form_to(page, "/delivery/bundle/").get_by_role("button").click()
    download.value.save_as(target)
    assert "letter.pdf" in zipfile.ZipFile(target).namelist()
