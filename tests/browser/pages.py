"""What a person does on a page, by the names of its fields and the addresses of its forms."""

import re
from typing import Any

from playwright.sync_api import Locator, Page

from tests.browser.running import LETTER, until

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


def sign(page: Page, *, name: str, email: str, **fields: Any) -> None:
    """Fill the form on the letter and send it."""
    page.goto(f"/letters/{LETTER}/")
    form = form_to(page, "/sign/")
    for field, value in {"name": name, "email": email, **LINE, **fields}.items():
        fill(form, field, value)
    form.locator("[name=publish]").check()
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


def checked_experts(page: Page) -> int:
    """The headline number on the letter."""
    page.goto(f"/letters/{LETTER}/")
    shown = page.get_by_label("Numbers").inner_text()
    found = re.search(r"\d[\d,]*", shown)
    assert found, shown
    return int(found[0].replace(",", ""))


def on_the_list(page: Page, name: str) -> bool:
    """Whether the public list shows a name."""
    page.goto(f"/letters/{LETTER}/signatories/?search={name}")
    return bool(page.get_by_role("listitem").filter(has_text=name).count())
