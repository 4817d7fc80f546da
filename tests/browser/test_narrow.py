"""A screen of 320 pixels, which is also a wide one at 400 per cent (WCAG 2.2, 1.4.10), and a page that is printed."""

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.pages import form_to
from tests.browser.running import LETTER, ORGANISER, Demo
from tests.browser.tour import Tour

Visit = Callable[..., Page]
NARROW = {"width": 320, "height": 640}
ZOOMED = {"viewport": {"width": 320, "height": 200}, "device_scale_factor": 4}  # 1280 by 800 at 400 per cent
# How wide the page is, and the first element that sticks out on its own.
WIDTH = """() => [document.documentElement.scrollWidth, [...document.querySelectorAll("main *")].filter(
    one => one.getBoundingClientRect().right > 321 && !one.closest(".hidden, .scroll, svg, thead")
).map(one => one.outerHTML.slice(0, 120))[0] || ""]"""


def test_no_public_page_scrolls_sideways(visitor: Visit, demo: Demo, furnished: Tour) -> None:
    """Errors in the console, violations of the content policy and other hosts are watched for in every test."""
    page = visitor(viewport=NARROW)
    furnished.let_in(page.context, demo.url)
    assert too_wide(page, furnished.public) == []


def test_no_page_of_the_desk_scrolls_sideways(member: Visit, furnished: Tour) -> None:
    assert too_wide(member(ORGANISER, viewport=NARROW), furnished.desk) == []


def test_nothing_is_lost_at_four_times_the_size(visitor: Visit, member: Visit, furnished: Tour) -> None:
    public = {name: furnished.public[name] for name in ("index", "letter", "sign", "coalition", "list", "press")}
    desk = {name: furnished.desk[name] for name in ("desk", "desk-queue", "desk-person", "desk-new")}
    assert too_wide(visitor(**ZOOMED), public) + too_wide(member(ORGANISER, **ZOOMED), desk) == []


def test_no_page_in_arabic_scrolls_sideways(visitor: Visit, furnished: Tour) -> None:
    names = (
        *("index", "letter", "letter-translated", "sign", "coalition", "list"),
        *("changes", "sent", "confirm", "delivered", "press"),
    )
    assert too_wide(visitor(viewport=NARROW), {name: f"/ar{furnished.public[name]}" for name in names}) == []


def test_a_printed_letter_has_its_words_and_names_and_no_form(visitor: Visit, furnished: Tour) -> None:
    page = visitor()
    page.goto(furnished.public["letter"])
    page.emulate_media(media="print")
    for seen in (".letterhead h1", ".prose", ".entries .name", ".facts .hash"):
        assert page.locator(seen).first.is_visible(), seen
    for unseen in ("#sign", ".masthead", ".to-sign", ".pass-on", ".tongues", ".report"):
        assert not page.locator(unseen).first.is_visible(), unseen


def too_wide(page: Page, paths: dict[str, str]) -> list[str]:
    """Return the pages that need sideways scrolling, each with what sticks out."""
    found = []
    for name, path in paths.items():
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        width, culprit = page.evaluate(WIDTH)
        if width > NARROW["width"] or culprit:
            found.append(f"{name}: {width} {culprit}")
    return found


def test_a_long_word_in_the_line_that_is_typed_breaks_no_phone(visitor: Visit) -> None:
    page = visitor(viewport={"width": 360, "height": 740})
    for where in (f"/letters/{LETTER}/", f"/letters/{LETTER}/sign/"):
        page.goto(where)
        for field in ("name", "role", "organisation"):
            form_to(page, "/sign/").locator(f"[name={field}]").fill("Rechtsschutzversicherungsgesellschaften" * 2)
        assert page.evaluate(WIDTH)[0] == 360
