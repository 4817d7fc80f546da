"""The whole way of a signature, as the people on it walk it; the signer's browser runs no script."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.pages import (
    checked_experts,
    fill,
    follow,
    form_to,
    list_by_a_public_page,
    on_the_list,
    open_mail,
    sign,
)
from tests.browser.running import LETTER, ORGANISER, VETTER, code_in, until

Visit = Callable[..., Page]
NAME, EMAIL = "Walda Bass-Example", "walda@walking-bass.example.org"
CONFIRMED = "Confirmed, not public yet"


def test_a_signature_from_the_letter_to_the_export_and_off_again(visitor: Visit, member: Visit) -> None:
    signer = visitor(java_script_enabled=False)
    _sign_and_confirm_in_the_same_tab(signer)
    before = checked_experts(signer)
    vetter = member(VETTER)
    list_by_a_public_page(vetter, NAME)
    expect(vetter).to_have_url(re.compile(f"/desk/{LETTER}/vetting/"))
    expect(vetter.get_by_role("heading", level=1)).not_to_have_text(NAME)
    assert on_the_list(signer, NAME)
    until(lambda: checked_experts(signer) == before + 1)
    public = _export_public_csv(member(ORGANISER))
    assert NAME in public
    assert "@" not in public
    _withdraw(signer)
    until(lambda: not on_the_list(signer, NAME), seconds=10)
    until(lambda: checked_experts(signer) == before)


def test_the_link_in_the_mail_works_on_a_phone(visitor: Visit) -> None:
    phone = visitor(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    sign(phone, name="Phoebe Phone-Example", email="phoebe@handset.example.org")
    code = code_in(open_mail(phone, "phoebe@handset.example.org", about="code"))
    follow(phone, "confirm")
    form = form_to(phone, "/confirm/")
    expect(form.locator("[name=agree]")).not_to_be_checked()
    form.locator("[name=code]").fill(code)
    form.get_by_role("button").tap()
    expect(phone.get_by_role("heading", name=CONFIRMED)).to_have_count(0)
    expect(form.locator("[name=code]")).to_have_value(code)
    form.locator("[name=agree]").check()
    form.get_by_role("button").tap()
    expect(phone.get_by_role("heading", name=CONFIRMED)).to_be_visible()


def _sign_and_confirm_in_the_same_tab(page: Page) -> None:
    sign(page, name=NAME, email=EMAIL)
    expect(page).to_have_url(re.compile(f"/letters/{LETTER}/sent/"))
    mailbox = page.context.new_page()
    code = code_in(open_mail(mailbox, EMAIL, about="code"))
    mailbox.close()
    typed, send = page.locator("[name=code]"), form_to(page, "/sent/?t=").get_by_role("button")
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    typed.fill(wrong)
    send.click()
    expect(page.get_by_text("did not match")).to_be_visible()
    expect(typed).to_have_value(wrong)
    typed.fill(code)
    send.click()
    expect(page.get_by_role("heading", name=CONFIRMED)).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(NAME)
    assert not on_the_list(page, NAME)


def _export_public_csv(page: Page) -> str:
    page.goto(f"/desk/{LETTER}/export/")
    form = page.get_by_role("main")
    fill(form, "audience", "public")
    fill(form, "format", "csv")
    with page.expect_download() as download:
        form.get_by_role("button").click()
    return Path(download.value.path()).read_text(encoding="utf-8")


def _withdraw(page: Page) -> None:
    open_mail(page, EMAIL, about="You have signed")
    follow(page, "mine")
    form = form_to(page, "/change/")
    form.get_by_label("Withdraw my signature").check()
    form.get_by_role("button").click()
    asked = page.url
    code = code_in(open_mail(page, EMAIL, about="A code for your own page"))
    page.goto(asked)
    form = form_to(page, "/withdraw/").first
    form.get_by_role("button").click()
    expect(page.get_by_role("heading", name="Withdrawn")).to_have_count(0)  # not without the tick
    form.get_by_role("checkbox").check()
    form.get_by_label("Code from the mail").fill(code)
    form.get_by_role("button").click()
    expect(page.get_by_role("heading", name="Withdrawn")).to_be_visible()
