"""What a slow phone sees of a letter with a thousand names: bytes, largest paint, what moves.

`make bench` runs this in Chromium with the server that is shipped, on the same machine and on a copy of the demo's
database: a throttled network and processor, and a server that is near. Times by the clock are as good as the machine
is quiet, so each round also opens a page of a few words, which takes at best a round trip and a paint. What hardly
depends on that is `reckoned_ms`, which `tests.browser.weighing` explains; bytes and movement belong to the pages.
"""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench.serving import ROOT, environ, gunicorn
from tests.browser import tour, weighing
from tests.browser.conftest import QUIET
from tests.browser.running import DATABASE, Demo
from tests.browser.test_weight import PHONE

PAGES = ("letter-thousand", "letter", "index", "list-thousand", "coalition", "sign")
TIMES = 5
FEW_WORDS = "/healthz"


@contextmanager
def shipped(folder: Path) -> Iterator[str]:
    """Run what a server runs, with compressed static files, on the database in a folder; yield its address."""
    env = {**environ(f"sqlite:///{folder / DATABASE}", folder), "SITE_URL": "http://127.0.0.1", "TRUSTED_PROXIES": "0"}
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=env, check=True)
    with gunicorn("config.wsgi", env, folder / "log") as web:
        yield f"http://127.0.0.1:{web.port}"


@contextmanager
def phone(browser: Browser, home: str) -> Iterator[Page]:
    """A page of a phone that has been nowhere yet."""
    context: BrowserContext = browser.new_context(base_url=home, **PHONE)
    yield context.new_page()
    context.close()


def measure(browser: Browser, home: str, path: str) -> dict[str, object]:
    """Open a page as a phone does, several times, each beside the page of a few words."""
    seen, beside, reckoned = [], [], []
    for _ in range(TIMES):
        with phone(browser, home) as page:
            beside.append(weighing.paint(page, FEW_WORDS).largest)
        with phone(browser, home) as page:
            seen.append(weighing.paint(page, path))
        with phone(browser, home) as page:
            reckoned.append(weighing.reckon(page, path))
    with phone(browser, home) as page:
        weight = weighing.weigh(page, path, home=home)
    return {
        "bytes": weight.total,
        "requests": len(weight.sizes),
        "moved": max(one.moved for one in seen),
        "largest": seen[-1].element,
        "largest_ms": round(statistics.median(one.largest for one in seen)),
        "best_ms": round(min(one.largest for one in seen)),
        "worst_ms": round(max(one.largest for one in seen)),
        "few_words_ms": round(statistics.median(beside)),
        "reckoned_ms": round(statistics.median(reckoned)),
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Demo(folder).running() as demo:
            pages = tour.furnish(demo)
            demo.copy(folder / "shipped")
        with shipped(folder / "shipped") as home, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
            for page in PAGES:
                print(json.dumps({"page": page, **measure(browser, home, pages.public[page])}), flush=True)
            browser.close()


if __name__ == "__main__":
    main()
