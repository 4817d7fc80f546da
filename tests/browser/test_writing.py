"""A team writes a letter in the browser and publishes it."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.pages import do_for_sure, fill, form_to
from tests.browser.running import ORGANISER

Member = Callable[..., Page]
TEXT = "## Lamps for every stair\n\nWe ask for *light*.\n"
LETTER = {
    "addressees": "The Minister; Ministry of Examples; Springfield",
    "ask": "Please keep the lights on.",
    "body": TEXT,
    "organiser": "Friends of Light",
    "contact": "light@example.org",
    "disclaimer": "Organisations are named for identification only.",
}


def test_a_letter_is_written_with_a_live_preview_and_published(member: Member) -> None:
    page = member(ORGANISER)
    _write(page, "Keep the stairs lit")
    preview = page.locator("#preview")
    expect(preview.get_by_role("heading", name="Lamps for every stair")).to_be_visible()
    page.locator("[name=body]").press_sequentially("\n\nAnd for **ramps**.")
    expect(preview.get_by_text("ramps", exact=True)).to_be_visible()
    _save(page)
    _publish_and_read(page, "Keep the stairs lit", "And for ramps.")


def test_a_letter_is_written_without_any_script(member: Member) -> None:
    page = member(ORGANISER, java_script_enabled=False)
    _write(page, "Keep the cellar lit")
    expect(page.locator("#preview")).to_be_empty()
    _save(page)
    expect(page.get_by_role("heading", name="Lamps for every stair")).to_be_visible()
    _publish_and_read(page, "Keep the cellar lit", "We ask for light.")


def test_an_unfinished_letter_keeps_what_was_typed(member: Member) -> None:
    page = member(ORGANISER, java_script_enabled=False)
    _write(page, "Keep the attic lit", contact="nobody")
    page.locator("form", has=page.locator("[name=body]")).get_by_role("button").click()
    expect(page.get_by_role("alert")).to_contain_text("Contact")
    for field, value in {**LETTER, "title": "Keep the attic lit", "contact": "nobody"}.items():
        expect(page.locator(f"[name={field}]")).to_have_value(re.compile(re.escape(value.rstrip())))


def _write(page: Page, title: str, **changed: str) -> None:
    page.goto("/desk/new/")
    for field, value in {"title": title, **LETTER, **changed}.items():
        fill(page.get_by_role("main"), field, value)


def _save(page: Page) -> None:
    page.locator("form", has=page.locator("[name=body]")).get_by_role("button").click()
    expect(form_to(page, "/publish/")).to_be_visible()


def _publish_and_read(page: Page, title: str, words: str) -> None:
    do_for_sure(page, "/publish/")
    expect(form_to(page, "/pause/")).to_be_visible()
    page.goto("/")
    page.get_by_role("link", name=title).click()
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
    expect(page.get_by_role("article")).to_contain_text(words)
