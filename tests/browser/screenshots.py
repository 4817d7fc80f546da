"""Pictures of every kind of page: `python -m tests.browser.screenshots`, or `make screenshots`.

A demo of its own is started in a temporary folder, furnished, and looked at on a phone and on a desk, by day and by
night, in each language that the site knows. What is written is a PNG a page and `index.html`, which shows them side by
side.
"""

import argparse
import html
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.browser import tour
from tests.browser.conftest import QUIET
from tests.browser.running import LETTER, ORGANISER, ROOT, Demo
from tests.browser.tour import Tour

SIZES: dict[str, ViewportSize] = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1280, "height": 900}}
Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
# What the documents show: the first screen of a page, its size and its theme.
DOCUMENTED: dict[str, tuple[str, str, Theme]] = {
    "letter": ("letter", "desk", "light"),
    "phone": ("letter", "phone", "dark"),
    "confirmed": ("mine-new", "phone", "light"),
    "list": ("list", "desk", "dark"),
    "coalition": ("coalition", "desk", "light"),
    "queue": ("desk-queue", "desk", "light"),
}
WAIT = 60_000  # milliseconds; the machine may be busy
# A picture of a whole page does not bring its reader near the names.
LAID_OUT = "document.querySelectorAll('.under').forEach(part => part.style.contentVisibility = 'visible')"
TALLEST = 6000  # pixels; what comes below is more of the same


def main() -> None:
    asked = _arguments().parse_args()
    with tempfile.TemporaryDirectory() as folder, Demo(Path(folder)).running() as demo, sync_playwright() as playwright:
        pages = tour.furnish(demo)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        if asked.documents:
            _document(browser, demo, pages, ROOT / "docs/screens")
            return
        taken: list[Path] = []
        for language in asked.languages.split(","):
            if not _knows(browser, demo, language):
                print(f"The site does not know {language}; it is left out.")
                continue
            taken += _take(browser, demo, pages, language, asked.to, re.compile(asked.only))
        browser.close()
    _bind(asked.to, taken)
    print(f"{len(taken)} pictures: {asked.to / 'index.html'}")


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make screenshots", description=__doc__)
    parser.add_argument("--to", type=Path, default=ROOT / "var/screenshots", help="the folder to write to")
    parser.add_argument("--languages", default="en,ar", help="such as en,de; English stands without a prefix")
    parser.add_argument("--documents", action="store_true", help="renew docs/screens instead")
    parser.add_argument("--only", default="", help="a regular expression for names, such as ^desk")
    return parser


def _knows(browser: Browser, demo: Demo, language: str) -> bool:
    if language == "en":
        return True
    page = browser.new_page(base_url=demo.url)
    answer = page.goto(f"/{language}/")
    spoken = page.locator("html").get_attribute("lang")
    page.close()
    return answer is not None and answer.ok and spoken == language


def _take(browser: Browser, demo: Demo, pages: Tour, language: str, to: Path, only: re.Pattern[str]) -> Iterator[Path]:
    prefix = "" if language == "en" else f"/{language}"
    for size in SIZES:
        for theme in THEMES:
            for team in (False, True):
                with _looking(browser, demo, pages, size, theme, team=team) as page:
                    for name, show in _shown(pages, prefix, team=team).items():
                        if only.search(name):
                            show(page)
                            yield _shoot(page, to / language / size / theme / f"{name}.png")


def _document(browser: Browser, demo: Demo, pages: Tour, to: Path) -> None:
    """Take the pictures of the documents: as much of a page as a reader sees at first."""
    to.mkdir(parents=True, exist_ok=True)
    for name, (page_name, size, theme) in DOCUMENTED.items():
        team = page_name in pages.desk
        with _looking(browser, demo, pages, size, theme, team=team) as page:
            page.goto((pages.desk if team else pages.public)[page_name])
            page.evaluate("document.fonts.ready")
            page.screenshot(path=to / f"{name}.png")


@contextmanager
def _looking(browser: Browser, demo: Demo, pages: Tour, size: str, theme: Theme, *, team: bool) -> Iterator[Page]:
    """A page of a reader, or of the organiser, at a size and in a theme."""
    context = browser.new_context(
        base_url=demo.url,
        viewport=SIZES[size],
        color_scheme=theme,
        is_mobile=size == "phone",
        reduced_motion="reduce",
    )
    context.set_default_timeout(WAIT)
    if team:
        tour.log_in(context, ORGANISER)
    else:
        pages.let_in(context, demo.url)
    yield context.new_page()
    context.close()


def _shown(pages: Tour, prefix: str, *, team: bool) -> dict[str, Callable[[Page], object]]:
    """How to come to see each page, by its name."""
    paths = pages.desk if team else pages.public
    ways: dict[str, Callable[[Page], object]] = {
        name: (lambda page, path=path: page.goto(prefix + path)) for name, path in paths.items()
    }
    if not team:
        ways["sign-refused"] = lambda page: _send_empty(page, f"{prefix}/letters/{LETTER}/sign/", "/sign/")
        ways["confirm-refused"] = lambda page: _send_empty(page, prefix + pages.public["confirm"], "/confirm/")
    return ways


def _send_empty(page: Page, path: str, action: str) -> None:
    page.goto(path)
    with page.expect_navigation():
        page.locator(f"form[action*='{action}'] button").first.click()


def _shoot(page: Page, file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    page.evaluate(LAID_OUT)
    page.evaluate("document.fonts.ready")
    whole = page.evaluate("document.documentElement.scrollHeight")
    size = page.viewport_size
    assert size is not None
    page.screenshot(path=file, full_page=whole <= TALLEST)
    if whole > TALLEST:
        page.screenshot(path=file, full_page=True, clip={"x": 0, "y": 0, "width": size["width"], "height": TALLEST})
    return file


def _bind(folder: Path, taken: list[Path]) -> None:
    """Write a page on which the pictures stand side by side."""
    names = list(dict.fromkeys(file.stem for file in taken))
    rows = []
    for name in names:
        shots = [file.relative_to(folder) for file in taken if file.stem == name]
        images = "".join(f'<a href="{one}"><img src="{one}" alt="{one}" loading="lazy"></a>' for one in shots)
        rows.append(f"<h2>{html.escape(name)}</h2><div>{images}</div>")
    style = (
        "body{font:16px sans-serif;background:#888}div{display:flex;gap:1rem;align-items:start}img{max-height:70rem}"
    )
    page = f"<!doctype html><html lang=en><meta charset=utf-8><title>Pages</title><style>{style}</style>{''.join(rows)}"
    (folder / "index.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
