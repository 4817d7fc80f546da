"""The form offers organisations while one types, and stays plain text for whoever wants it so."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.running import LETTER

Visit = Callable[..., Page]
OFFER = "Meridian Example University"


def arrive(page: Page) -> Locator:
    page.goto(f"/letters/{LETTER}/")
    return page.locator("#sign [name=organisation]")


def test_a_signer_chooses_an_organisation_by_keyboard(visitor: Visit) -> None:
    page = visitor()
    field = arrive(page)
    field.press_sequentially("the merid")
    expect(field).to_have_attribute("aria-expanded", "true")
    field.press("ArrowDown")
    chosen = page.get_by_role("option", name=OFFER)
    expect(chosen).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "")
    field.press("Enter")
    expect(field).to_have_value(OFFER)
    expect(chosen).to_be_hidden()
    assert page.url.endswith(f"/letters/{LETTER}/")


def test_a_signer_on_a_phone_taps_what_an_acronym_stands_for(visitor: Visit) -> None:
    phone = visitor(viewport={"width": 320, "height": 640}, is_mobile=True, has_touch=True)
    field = arrive(phone)
    field.press_sequentially("meu")
    offered = phone.get_by_role("option", name=OFFER)
    expect(offered).to_contain_text("MEU · United States")
    box = offered.bounding_box()
    assert box
    assert box["height"] >= 44
    assert box["x"] + box["width"] <= 320
    offered.tap()
    expect(field).to_have_value(OFFER)
    expect(field).to_be_focused()


def test_what_was_typed_stays_after_escape_and_when_one_goes_on(visitor: Visit) -> None:
    page = visitor()
    field = arrive(page)
    field.press_sequentially("meridian")
    expect(page.get_by_role("listbox")).to_be_visible()
    field.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    field.press_sequentially(" ")
    field.press_sequentially("e")
    expect(page.get_by_role("listbox")).to_be_visible()
    field.press("Tab")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(field).to_have_value("meridian e")


def test_without_script_the_field_is_plain_text(visitor: Visit) -> None:
    field = arrive(visitor(java_script_enabled=False))
    field.fill("Meridian")
    expect(field).to_have_value("Meridian")
    expect(field).not_to_have_attribute("role", "combobox")
