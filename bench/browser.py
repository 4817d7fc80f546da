"""What a slow phone sees of a letter with a thousand names: bytes, largest paint, what moves.

`make bench` runs this in Chromium with the demo on the same machine, so the times are those of a throttled network
and processor and of a server that is near; bytes and movement belong to the pages alone.
"""

import json
import shutil
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser import tour, weighing
from tests.browser.conftest import QUIET
from tests.browser.running import Demo
from tests.browser.test_weight import PHONE

PAGES = ("letter-thousand", "letter", "index", "list-thousand", "coalition", "sign")
TIMES = 5


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, Demo(Path(folder)).running() as demo, sync_playwright() as playwright:
        pages = tour.furnish(demo)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        for name in PAGES:
            seen, moved, largest = [], 0.0, ""
            for _ in range(TIMES):
                context = browser.new_context(base_url=demo.url, **PHONE)
                painted = weighing.paint(context.new_page(), pages.public[name])
                seen.append(painted.largest)
                moved, largest = max(moved, painted.moved), painted.element
                context.close()
            context = browser.new_context(base_url=demo.url, **PHONE)
            weight = weighing.weigh(context.new_page(), pages.public[name], home=demo.url)
            context.close()
            result = {"page": name, "bytes": weight.total, "requests": len(weight.sizes), "moved": moved}
            times = {"largest_ms": round(statistics.median(seen)), "worst_ms": round(max(seen)), "largest": largest}
            print(json.dumps({**result, **times}))
        browser.close()


if __name__ == "__main__":
    main()
