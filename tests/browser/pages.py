"""What a person does on a page, by the names of its fields and the addresses of its forms."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.running import LETTER, code_in, until

LINE = {
    "role": "Cryptographer",
    "organisation": "Walking Bass Works",
    "country": "NO",
    "discipline": "cryptography",
    "capacity": "personal",
    "profile_url": "https://walking-bass.example.org/people",
}


def form_to(page: Page, where: str) -> Locator:
    """The form that is sent to an address with this ending."""
    return page.locator(f"form[action*='{where}']")


def sign(page: Page, *, name: str, email: str, letter: str = LETTER, news: bool = False, **fields: Any) -> None:
    """Fill the form on the letter and send it."""
    page.goto(f"/letters/{letter}/")
    form = form_to(page, "/sign/")
    for field, value in {"name": name, "email": email, **LINE, **fields}.items():
        fill(form, field, value)
    form.locator("[name=publish]").check()
    form.locator("[name=updates]").set_checked(news)
    form.get_by_role("button").click()


def do_for_sure(page: Page, where: str) -> None:
    """Tick that one is sure, and send the form."""
    form = form_to(page, where)
    form.locator("[name=sure]").check()
    form.get_by_role("button").click()


def fill(form: Locator, field: str, value: str) -> None:
    """Type into a field, or choose."""
    control = form.locator(f"[name={field}]")
    if control.first.get_attribute("type") == "radio":
        form.locator(f"[name={field}][value={value}]").check()
    elif control.locator("option").count():
        control.select_option(value)
    else:
        control.fill(value)


def open_mail(page: Page, to: str, *, about: str) -> str:
    """Wait for a mail on the demo's mailbox page, open it and return what it says."""
    link = page.get_by_role("link", name=about)

    def arrived() -> bool:
        page.goto(f"/dev/mailbox/?to={to}")
        return bool(link.count())

    until(arrived)
    link.first.click()
    return page.get_by_role("main").inner_text()


def follow(page: Page, kind: str) -> None:
    """Follow the link of one kind in the mail that is open."""
    page.locator(f"a[href*='/{kind}/']").click()


def confirm_in_the_same_tab(page: Page, email: str) -> None:
    """Type the code from the mail on the page that the form led to."""
    mailbox = page.context.new_page()
    code = code_in(open_mail(mailbox, email, about="code"))
    mailbox.close()
    page.locator("[name=code]").fill(code)
    form_to(page, "/sent/?t=").get_by_role("button").click()


def list_by_a_public_page(page: Page, name: str, *, letter: str = LETTER, found: str = "") -> None:
    """Vet as a person does: open the name, add the public page that was found, and list at the level it carries.

    Without `found` it is the page that the signer named, which stands in the form already.
    """
    page.goto(f"/desk/{letter}/vetting/")
    page.get_by_role("link", name=name).click()
    page.locator("summary").filter(has_text="Add what you found").click()
    record = form_to(page, "/record/")
    if found:
        fill(record, "url", found)
    else:
        expect(record.locator("[name=url]")).to_have_value(LINE["profile_url"])
    record.get_by_role("button").click()
    form = form_to(page, "/list/")
    expect(form.get_by_role("radio", name=re.compile("^2"))).to_be_checked()
    expect(form.locator("[name=reason]")).to_have_value("staff_page")
    _look_and_send(page, form)
    if page.get_by_role("alert").count():  # a flag was raised while the page was open
        _look_and_send(page, form)
    expect(page.get_by_role("status")).to_contain_text(name)


def _look_and_send(page: Page, form: Locator) -> None:
    for flag in form.locator("[name=looked]").all():
        flag.check()
    with page.expect_navigation():
        form.get_by_role("button").click()


def deliver(page: Page, letter: str) -> None:
    """Freeze what is handed over, and wait until the files are made."""
    page.goto(f"/desk/{letter}/delivery/")
    page.locator("[name=sure]").check()
    form_to(page, "/deliver/").get_by_role("button").click()
    expect(form_to(page, "/delivery/bundle/")).to_be_visible()


def make_addressee_link(page: Page) -> str:
    """Make a link for the first addressee on the delivery page, and return its path."""
    form_to(page, "/links/").get_by_role("button").last.click()
    return path_of(page.locator("#links code").inner_text())


def receive_and_reply(page: Page, link: str, *, reply: str) -> None:
    """Open the addressee's link, acknowledge the letter and answer it."""
    page.goto(link)
    fill(form_to(page, "/acknowledge/"), "name", "Jane Clerk")
    page.locator("#acknowledge_sure").check()
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("Acknowledged by Jane Clerk")).to_be_visible()
    fill(form_to(page, "/reply/"), "text", reply)
    page.locator("#reply_sure").check()
    page.get_by_role("button", name="Publish the reply").click()
    expect(page.get_by_text(reply).first).to_be_visible()


def path_of(address: str) -> str:
    """An address without its host, which is not the demo's own where a setting names another."""
    return re.sub(r"^https?://[^/]+", "", address.strip())


def checked_experts(page: Page) -> int:
    """The headline number on the letter."""
    page.goto(f"/letters/{LETTER}/")
    shown = page.get_by_label("Numbers").inner_text()
    found = re.search(r"\d[\d,]*", shown)
    assert found, shown
    return int(found[0].replace(",", ""))


def on_the_list(page: Page, name: str, *, letter: str = LETTER) -> bool:
    """Whether the public list shows a name."""
    page.goto(f"/letters/{letter}/signatories/?search={name}")
    return bool(page.get_by_role("listitem").filter(has_text=name).count())
