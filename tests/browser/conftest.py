"""Chromium, the demo, and visitors who report every error and every request that leaves the house."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from tests import migrated
from tests.browser import tour
from tests.browser.running import DATABASE, PASSWORD, Demo
from tests.browser.tour import Tour

QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run"),
]
DEADLINE = 40_000  # milliseconds; the machine may be busy


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is marked, whoever adds a file."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def demo(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config, django_db_blocker: Any
) -> Iterator[Demo]:
    """The demo that all tests of a process share: each signs from addresses of its own.

    Its database is migrated already; `test_the_demo_goes_on_where_it_was` begins with an empty folder.
    """
    folder = tmp_path_factory.mktemp("demo")
    with django_db_blocker.unblock():
        shutil.copy(migrated.made_file(pytestconfig.cache.mkdir("migrated")), folder / DATABASE)
    with Demo(folder).running() as demo:
        demo.copy(demo.folder / "as-it-began")
        yield demo


@pytest.fixture(scope="session")
def furnished(demo: Demo) -> Tour:
    """The pages that need a state, in letters of their own on the demo that all tests share."""
    return tour.furnish(demo)


@pytest.fixture
def own_demo(demo: Demo, tmp_path: Path) -> Iterator[Demo]:
    """A demo for one test alone: the shared one as it began."""
    shutil.copytree(demo.folder / "as-it-began", tmp_path, dirs_exist_ok=True)
    with Demo(tmp_path).running() as own:
        yield own


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What went wrong in any visitor's browser; a test that leaves something here fails."""
    noted: list[str] = []
    yield noted
    assert noted == []


@pytest.fixture
def visitor(demo: Demo, chromium: Browser, complaints: list[str]) -> Iterator[Callable[..., Page]]:
    """Somebody with a browser of their own, with the context's options such as `java_script_enabled`.

    The demo comes first: its database cannot be migrated in a thread in which playwright runs.
    """
    contexts: list[BrowserContext] = []

    def arrive(**options: Any) -> Page:
        context = chromium.new_context(base_url=demo.url, **options)
        context.set_default_timeout(DEADLINE)
        contexts.append(context)
        watch(context, complaints)
        return context.new_page()

    yield arrive
    for context in contexts:
        context.close()


@pytest.fixture
def member(visitor: Callable[..., Page]) -> Callable[..., Page]:
    """A member of the team who has logged in."""

    def log_in(email: str, **options: Any) -> Page:
        page = visitor(**options)
        page.goto("/accounts/login/")
        page.locator("[name=login]").fill(email)
        page.locator("[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Log in", exact=True).click()
        page.wait_for_url("**/desk/")
        return page

    return log_in


def watch(context: BrowserContext, complaints: list[str]) -> None:
    """Note every error in the console, every violation of the content security policy, every other host."""

    def said(message: ConsoleMessage) -> None:
        # Chromium notes every 4xx; ours answer a typing error, and whoever comes too often.
        refused_form = any(f"status of {code}" in message.text for code in (422, 429))
        if message.type in {"error", "warning"} and not refused_form:
            complaints.append(f"{message.page and message.page.url}: {message.text}")

    def requested(request: Request) -> None:
        if urlsplit(request.url).hostname not in {"127.0.0.1", None}:  # data: has none
            complaints.append(f"{request.frame.url} asks {request.url}")

    context.on("console", said)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on("request", requested)
