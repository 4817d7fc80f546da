"""The story of one letter from its draft to the reply, by everybody who takes part, through the pages only."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.pages import (
    confirm_in_the_same_tab,
    deliver,
    do_for_sure,
    fill,
    follow,
    form_to,
    list_by_a_public_page,
    make_addressee_link,
    on_the_list,
    open_mail,
    path_of,
    receive_and_reply,
    sign,
)
from tests.browser.running import ORGANISER, VETTER, code_in

Visit = Callable[..., Page]
SLUG = "keep-the-ferry-running"
DESK, PUBLIC = f"/desk/{SLUG}/", f"/letters/{SLUG}/"
WRITTEN = {
    "title": "Keep the ferry running",
    "addressees": "The Harbour Master; Port Authority; Springfield",
    "ask": "Please keep the winter ferry.",
    "body": "We ask for *one* ferry a day.\n",
    "organiser": "Friends of the Ferry",
    "contact": "ferry@example.org",
    "disclaimer": "Organisations are named for identification only.",
    "disciplines": "cryptography: Cryptography\nnavigation: Navigation",
}
FOUNDER, FOUNDED_FROM = "Fiona Founder-Example", "fiona@jetty.example.org"
READER, READ_FROM = "Rita Reader-Example", "rita@walking-bass.example.org"
ANSWER = "The winter ferry sails."


def test_the_story_of_a_letter_from_its_draft_to_the_reply(member: Visit, visitor: Visit) -> None:
    organiser, vetter, founder, press, reader = member(ORGANISER), member(VETTER), *(visitor() for _ in range(3))
    _write_a_draft(organiser)
    _bring_in_the_vetter(organiser)
    _freeze_it_and_invite(organiser)
    for_the_press = _make_a_press_link(organiser)
    _sign_as_a_founder(founder)
    list_by_a_public_page(vetter, FOUNDER, letter=SLUG, found="https://jetty.example.org/pilots")
    _read_under_embargo(press, for_the_press)

    do_for_sure(_at(organiser, DESK), f"{DESK}publish/")
    sign(reader, name=READER, email=READ_FROM, letter=SLUG, news=True)
    confirm_in_the_same_tab(reader, READ_FROM)
    list_by_a_public_page(vetter, READER, letter=SLUG)
    assert on_the_list(press, READER, letter=SLUG)

    _change_its_meaning(organiser)
    _keep_ones_name(reader)
    _publish_news(organiser)
    assert "see us" in open_mail(reader, READ_FROM, about="The harbour master will see us")

    do_for_sure(_at(organiser, DESK), f"{DESK}close/")
    deliver(organiser, SLUG)
    receive_and_reply(visitor(), make_addressee_link(organiser), reply=ANSWER)
    expect(_at(reader, PUBLIC).get_by_text(ANSWER)).to_be_visible()
    _read_the_record(reader)


def _at(page: Page, address: str) -> Page:
    page.goto(address)
    return page


def _write_a_draft(page: Page) -> None:
    page.goto("/desk/new/")
    for field, value in WRITTEN.items():
        fill(page.get_by_role("main"), field, value)
    expect(page.locator("#preview").get_by_text("one", exact=True)).to_be_visible()
    page.get_by_role("button", name="Save the draft").click()
    page.get_by_role("link", name="Edit the text").click()
    page.locator("[name=body]").press("Control+End")
    page.locator("[name=body]").press_sequentially("\nAnd for **bicycles** on it.")
    expect(page.locator("#preview").get_by_text("bicycles")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("Saved at")
    page.get_by_role("link", name="Back without saving").click()
    expect(page.get_by_role("main")).to_contain_text("bicycles on it")


def _bring_in_the_vetter(page: Page) -> None:
    page.get_by_role("navigation", name="This letter").get_by_role("link", name="Team").click()
    form = page.locator("form.inline")
    fill(form, "email", VETTER)
    fill(form, "role", "vetter")
    form.get_by_role("button", name="Add to the team").click()
    expect(page.get_by_role("row").filter(has_text=VETTER)).to_contain_text("Vetter")


def _freeze_it_and_invite(page: Page) -> None:
    do_for_sure(_at(page, DESK), "/found/")
    page.get_by_role("link", name="See who has signed").click()
    form = form_to(page, "/founders/invite/")
    who = {"email": FOUNDED_FROM, "name": FOUNDER, "role": "Pilot", "organisation": "The Jetty", "country": "NO"}
    for field, value in who.items():
        fill(form, field, value)
    form.get_by_role("button").click()
    expect(page.get_by_role("row").filter(has_text=FOUNDER)).to_contain_text("Pilot, The Jetty")


def _make_a_press_link(page: Page) -> str:
    form = form_to(page, "/founders/press/")
    fill(form, "reader", "The Springfield Courier")
    form.get_by_role("button").click()
    return path_of(page.get_by_role("row").filter(has_text="The Springfield Courier").locator("code").inner_text())


def _sign_as_a_founder(page: Page) -> None:
    code = code_in(open_mail(page, FOUNDED_FROM, about="An invitation to sign"))
    follow(page, "invitation")
    expect(page.get_by_role("article")).to_contain_text("And for bicycles on it.")
    form = form_to(page, "/invitation/")
    form.locator("[name=publish]").check()
    fill(form, "role", "First pilot")
    fill(form, "discipline", "navigation")
    expect(page.locator(".public-line")).to_contain_text("First pilot, The Jetty")
    fill(form, "code", code)
    form.locator("[name=agree]").check()
    form.get_by_role("button", name="Sign as a founder").click()
    expect(page.get_by_role("heading", name="Confirmed, not public yet")).to_be_visible()


def _read_under_embargo(page: Page, link: str) -> None:
    assert page.request.get(PUBLIC).status == 404
    page.goto(link)
    expect(page.get_by_role("note")).to_contain_text("This page is for The Springfield Courier")
    expect(page.get_by_role("listitem").filter(has_text=FOUNDER)).to_contain_text("First pilot, The Jetty")


def _change_its_meaning(page: Page) -> None:
    page.goto(f"{DESK}versions/")
    page.locator("summary").filter(has_text="Write a next version").click()
    form = form_to(page, "/versions/begin/")
    fill(form, "reason", "meaning")
    fill(form, "note", "Two ferries instead of one.")
    form.get_by_role("button").click()
    page.locator("[name=body]").fill("We ask for *two* ferries a day.\n\nAnd for **bicycles** on them.\n")
    page.get_by_role("button", name="Save", exact=True).click()
    do_for_sure(page, "/versions/publish/")
    expect(page.get_by_role("link", name="Version 2")).to_be_visible()


def _keep_ones_name(page: Page) -> None:
    open_mail(page, READ_FROM, about="Do you still sign?")
    follow(page, "mine")
    expect(page.get_by_role("main")).to_contain_text("Two ferries instead of one.")
    form = form_to(page, "/keep/")
    fill(form, "answer", "keep")
    form.get_by_role("button").click()
    expect(form).to_have_count(0)
    expect(page.locator(".restated")).to_contain_text("version 2")


def _publish_news(page: Page) -> None:
    page.goto(f"{DESK}updates/")
    fill(page.get_by_role("main"), "title", "The harbour master will see us")
    fill(page.get_by_role("main"), "body", "She will **see us** on Tuesday.")
    page.get_by_role("button", name="Save, and look at it").click()
    do_for_sure(page, "/publish/")
    expect(page.get_by_role("row").filter(has_text="will see us").first).not_to_contain_text("not yet")


def _read_the_record(page: Page) -> None:
    page.goto(f"{PUBLIC}changes/")
    kinds = page.locator(".changelog .kind").all_inner_texts()
    # The founder was listed before publication: the line that says “Published” counts them.
    assert kinds == ["Reply", "Delivered", "Closed", "News", "Corrected", "Text", "Listed", "Published"]
    record = page.get_by_role("main")
    for words in (READER, re.compile("version 2", re.IGNORECASE)):
        expect(record).to_contain_text(words)
