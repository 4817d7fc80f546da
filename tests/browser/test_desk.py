"""A vetter clears the queue: by keyboard alone, and with a mouse and no script."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DEADLINE, watch
from tests.browser.pages import form_to
from tests.browser.running import LETTER, PASSWORD, Demo

SECOND = "second@example.org"
QUEUE = f"/desk/{LETTER}/vetting/"
MORE = """
from signatories import evidence, signing, tokens
from petition.models import Letter, User
from signatories.organisations import teaching
vera = User.objects.get(email="vetter@example.org")
teaching.add_host(teaching.add("Dozen Works", by=vera), host="dozen.example.org", kind="staff", by=vera)
for n, name in enumerate(["Ada Moss-Example", "Kofi Lindqvist", "Ines Arroyo", "Tomasz Birkenfeld"]):
    line = dict(name=name, role="Analyst", organisation="Dozen Works", former=False, country="",
        discipline="policy", capacity="personal", profile_url="", publish=True, updates=False)
    mail = signing.sign(Letter.objects.get(), address=f"twenty{n}@dozen.example.org", typed=line)
    type(mail).objects.filter(pk=mail.pk).update(state="sent", times_sent=1)
    signature = signing.confirm(mail.pk, tokens.code(mail.pk), in_tab=True).signature
    evidence.record(signature, family="M", claim="affiliation", account="host:dozen.example.org")
"""


@pytest.fixture
def desk(chromium: Browser, complaints: list[str], own_demo: Demo) -> Callable[..., Page]:
    """The desk of a demo of its own, with twenty who wait, as its second vetter sees it."""
    own_demo.manage("shell", "-c", MORE)

    def open_desk(**options: Any) -> Page:
        context = chromium.new_context(base_url=own_demo.url, **options)
        context.set_default_timeout(DEADLINE)
        watch(context, complaints)
        page = context.new_page()
        page.goto("/accounts/login/")
        page.locator("[name=login]").fill(SECOND)
        page.locator("[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Log in", exact=True).click()
        page.goto(QUEUE)
        return page

    return open_desk


class Keys:
    """A keyboard that counts."""

    def __init__(self, page: Page) -> None:
        self.page, self.pressed = page, 0

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def decide(self, *keys: str) -> None:
        """Press keys that lead on to the next name."""
        before = self.page.url
        self.press(*keys)
        self.page.wait_for_url(lambda url: url != before)


def test_a_vetter_clears_twenty_mixed_signatures_by_keyboard(desk: Callable[..., Page]) -> None:
    page = desk()
    expect(page.get_by_text("20 wait")).to_be_visible()
    page.get_by_role("button", name="Work through the queue").focus()
    keys = Keys(page)
    keys.decide("Enter")
    outcomes, ways = [], ["listed with a page", "left", "asked", "held", "declined"]
    while page.url.rstrip("/").count("/") > 5:
        expect(page.locator("#who")).to_be_focused()
        outcomes.append(_decide_one(page, keys, ways))
    assert len(outcomes) == 20
    assert set(outcomes) == {"listed", "listed after a look", "listed with a page", "asked", "held", "declined", "left"}
    expect(page.get_by_text("Nothing else waits for you here.")).to_be_visible()


def _decide_one(page: Page, keys: Keys, ways: list[str]) -> str:
    """Decide as the screen suggests; where nothing supports a name, in one of the other ways, each once."""
    carries = page.locator(".carries").inner_text()
    flags = page.locator("[name=looked]").count()
    if "carries level 1" not in carries:
        before = keys.pressed
        for _ in range(flags):
            keys.press("l", "Space")
        keys.decide("l", "Enter")
        assert keys.pressed - before == 2 + 2 * flags
        return "listed after a look" if flags else "listed"
    way = ways.pop()
    if way == "declined":
        keys.decide("d", "Space", "Enter")
    elif way == "held":
        keys.decide("h", "Space", "Enter")
    elif way == "asked":
        keys.decide("a", "Space", "Enter")
    elif way == "left":
        keys.decide("r", "Space", "Enter")
    else:
        keys.press("e", "Control+a")
        page.keyboard.type("https://staff.example.org/lnahdre")  # the letters are keys elsewhere, and text here
        with page.expect_navigation():
            keys.press("Enter")
        expect(page.locator(".carries")).to_contain_text("carries level")
        for _ in range(flags):
            keys.press("l", "Space")
        keys.decide("l", "Enter")
    return way


def test_keys_can_be_switched_off_and_the_list_of_keys_is_shown(desk: Callable[..., Page]) -> None:
    page = desk()
    page.get_by_role("button", name="Work through the queue").click()
    keys = page.get_by_role("complementary", name="Keys")
    expect(keys).to_contain_text("list, then Enter")
    first = page.url
    page.keyboard.press("?")
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.wait_for_timeout(300)
    assert page.url == first
    page.keyboard.press("?")
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.wait_for_url(lambda url: url != first)


def test_without_script_everything_is_a_button(desk: Callable[..., Page]) -> None:
    page = desk(java_script_enabled=False)
    page.get_by_role("link", name="By mail host").click()
    page.get_by_role("link", name="dozen.example.org").click()
    page.get_by_role("button", name="Work through these").click()
    for _ in range(2):
        form_to(page, "/list/").get_by_role("button").click()
        expect(page.get_by_role("status")).to_contain_text("is listed.")
    page.locator("summary").filter(has_text="Decline").click()
    form = form_to(page, "/decline/")
    form.get_by_role("radio", name=re.compile("own rule")).check()
    form.get_by_role("button").click()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("Nothing else waits for you here.")).to_be_visible()


def test_what_a_decision_lacks_is_said_at_the_top_and_its_field_is_in_sight(desk: Callable[..., Page]) -> None:
    page = desk(viewport={"width": 1280, "height": 900})
    page.get_by_role("button", name="Work through the queue").click()
    for key, field in (("a", "questions"), ("h", "reason"), ("d", "reason")):
        expect(page.locator("#keys")).to_be_visible()
        page.keyboard.press("Escape")
        page.keyboard.press(key)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("Please look at this again.")
        wrong = page.locator(f"[name={field}][aria-invalid=true]").first
        expect(wrong).to_be_focused()
        expect(wrong).to_be_in_viewport()


def test_a_vetter_begins_and_undoes_by_a_key(desk: Callable[..., Page]) -> None:
    page = desk()
    expect(page.get_by_role("complementary", name="Keys")).to_contain_text("work through the queue")
    keys = Keys(page)
    keys.decide("w")
    expect(page.locator("#keys")).to_be_visible()
    name = page.locator("#who").inner_text()
    keys.decide("d", "Space", "Enter")
    expect(page.locator("#keys")).to_contain_text("undo")
    keys.decide("u")
    expect(page.get_by_role("radio", name="Decided by mistake")).to_be_focused()
    keys.decide("Enter")
    expect(page.locator("#who")).to_have_text(name)
    expect(page.get_by_role("status")).to_contain_text("Reason: Decided by mistake")
