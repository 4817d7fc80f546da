"""Every kind of page under axe-core: on a desk and on a phone, by day and by night."""

from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.running import ORGANISER, Demo
from tests.browser.tour import Tour

Visit = Callable[..., Page]
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 375, "height": 800}
# The whole rule book once by day and once by night; what a width or a theme can change, in all four.
CHANGING = {"runOnly": ["color-contrast", "target-size"]}
RUN = "options => axe.run(options).then(result => result.violations)"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def test_every_public_page_is_accessible(visitor: Visit, demo: Demo, furnished: Tour) -> None:
    page = visitor(viewport=WIDE)
    furnished.let_in(page.context, demo.url)
    assert look(page, furnished.public) == []


def test_every_page_of_the_desk_is_accessible(member: Visit, furnished: Tour) -> None:
    page = member(ORGANISER, viewport=WIDE)
    found = look(page, furnished.desk)
    page.goto("/desk/light-the-quay/batches/new/?status=listed")
    page.locator("form.batch").get_by_role("button", name="Preview").click()
    assert found + violations(page) == []


def look(page: Page, paths: dict[str, str]) -> list[str]:
    """Open each page once and return what axe finds wrong in it."""
    found = []
    for path in paths.values():
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        assert page.url.endswith(path), f"{path} leads to {page.url}"
        found += violations(page)
    return found


def violations(page: Page) -> list[str]:
    """Open every part of the page and return what axe finds wrong, each with where and the first element."""
    page.evaluate("document.querySelectorAll('details:not([name])').forEach(part => part.open = true)")
    page.evaluate(Axe().axe_script)
    found = []
    for size, theme, options in (
        (WIDE, "light", {"runOnly": TAGS}),
        (WIDE, "dark", CHANGING),
        (NARROW, "dark", {"runOnly": TAGS}),
        (NARROW, "light", CHANGING),
    ):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # no colour is on its way
        for one in page.evaluate(RUN, {"resultTypes": ["violations"], **options}):
            nodes = one["nodes"]
            where = f"{page.url} {size['width']} {theme}"
            found.append(f"{where}: {one['id']} × {len(nodes)}: {nodes[0]['html'][:150]} {nodes[0]['failureSummary']}")
    return found
