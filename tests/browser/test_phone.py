"""A signer on a phone, from a shared card to the receipt and on to the next reader, with scripts and without."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import LINE, confirm_in_the_same_tab, fill, follow, form_to, open_mail, sign
from tests.browser.running import LETTER, Demo, code_in, until

Visit = Callable[..., Page]
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
SMALL = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_signer_on_a_phone_goes_from_the_card_to_the_receipt(visitor: Visit, demo: Demo, scripts: bool) -> None:
    phone = visitor(**PHONE, java_script_enabled=scripts)
    email = f"fiona-{scripts}@handset.example.org".lower()
    phone.goto(_behind_the_card(phone).removeprefix(demo.url))
    phone.get_by_role("link", name="Sign this letter").tap()
    expect(phone.get_by_label("Your name")).to_be_in_viewport()
    form = form_to(phone, "/sign/")
    for field, value in {"name": "Fiona Phone-Example", "email": email, **LINE}.items():
        fill(form, field, value)
    form.get_by_label("Print my name").check()
    form.get_by_role("button", name="Sign").tap()
    code = code_in(open_mail(mailbox := phone.context.new_page(), email, about="code"))
    mailbox.close()
    phone.get_by_label("Code from the mail").fill(code)
    phone.get_by_role("button", name="Confirm").tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Confirmed, not public yet")
    _pass_it_on(phone, demo, scripts=scripts)
    open_mail(phone, email, about="You have signed")
    follow(phone, "mine")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Confirmed, not public yet")


def _behind_the_card(page: Page) -> str:
    """Where the picture of a shared link leads, as a messenger reads it; the picture itself is there."""
    page.goto(f"/letters/{LETTER}/")
    picture = page.locator("meta[property='og:image']").get_attribute("content") or ""
    path = re.sub(r"^https?://[^/]+", "", picture)
    until(lambda: page.request.get(path).headers["content-type"] == "image/png", seconds=90)  # drawn by the clock
    return page.locator("meta[property='og:url']").get_attribute("content") or ""


def _pass_it_on(page: Page, demo: Demo, *, scripts: bool) -> None:
    share = page.get_by_role("region", name="Now pass the letter on")
    address = f"{demo.url}/letters/{LETTER}/"
    expect(share.get_by_label("Address of the letter")).to_have_value(address)
    expect(share.get_by_role("link", name="Write a mail about it")).to_have_attribute("href", re.compile("^mailto:"))
    copy = share.get_by_role("button", name="Copy")
    if not scripts:
        expect(copy).to_be_hidden()
        return
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=demo.url)
    copy.tap()
    expect(share.get_by_role("status")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == address


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_form_that_was_refused_does_not_look_like_a_fresh_one(visitor: Visit, scripts: bool) -> None:
    phone = visitor(**SMALL, java_script_enabled=scripts)
    phone.goto(f"/letters/{LETTER}/sign/")
    form_to(phone, "/sign/").get_by_role("button").tap()
    expect(phone.get_by_role("alert")).to_be_in_viewport(ratio=1)
    expect(phone.locator("h1")).to_be_in_viewport()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_proof_that_was_refused_is_shown_where_it_was_typed(visitor: Visit, scripts: bool) -> None:
    phone = visitor(**SMALL, java_script_enabled=scripts)
    email = f"gina-{scripts}@handset.example.org".lower()
    sign(phone, name="Gina Phone-Example", email=email)
    confirm_in_the_same_tab(phone, email)
    for panel, name in {
        "A domain that is yours": "domain",
        "Your SSH key": "key",
        "A mailbox at work": "mailbox",
    }.items():
        phone.locator("summary").filter(has_text=panel).tap()
        form_to(phone, f"#prove-{name}").get_by_role("button").tap()
        expect(form_to(phone, f"#prove-{name}").locator(".error").first).to_be_in_viewport(ratio=1)


def test_the_preview_is_the_line_that_the_list_prints(visitor: Visit) -> None:
    phone = visitor(**SMALL)
    phone.goto(f"/letters/{LETTER}/sign/")
    form = form_to(phone, "/sign/")
    for field, value in {"name": "Hana Phone-Example", **LINE, "capacity": "behalf"}.items():
        fill(form, field, value)
    form.locator("[name=former]").check()
    printed = "Cryptographer, Walking Bass Works (former) on behalf of the organisation"
    expect(form.locator(".line-preview .line")).to_have_text(printed)
    fill(form, "capacity", "personal")
    expect(form.locator(".line-preview .line")).to_have_text("Cryptographer, Walking Bass Works (former)")
