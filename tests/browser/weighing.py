"""What a page makes a browser fetch, in bytes as a server would send them."""

import gzip
from dataclasses import dataclass, field

import brotli
from playwright.sync_api import Page, Response

SQUEEZED = ("text/", "application/javascript", "image/svg")  # what is sent compressed; fonts and PNG are already
GZIP = 6  # nginx and Caddy compress pages on the way at most as hard as this
BROTLI = 11  # whitenoise compresses the static files once, as hard as it can


@dataclass
class Weight:
    """Bytes by path, and what was asked from elsewhere."""

    sizes: dict[str, int] = field(default_factory=dict)
    elsewhere: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Bytes in all."""
        return sum(self.sizes.values())


def weigh(page: Page, path: str, *, home: str) -> Weight:
    """Open a page with an empty cache, go to its end, and return what that took.

    Args:
        page: of a browser that has been nowhere yet.
        path: on the site at `home`.
    """
    weight = Weight()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))  # playwright marks what it is given
    page.goto(path, wait_until="networkidle")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(300)
    for answer in answers:
        if not answer.url.startswith(home):
            weight.elsewhere.append(answer.url)
        else:
            weight.sizes[answer.url.removeprefix(home)] = _size(answer)
    return weight


def _size(answer: Response) -> int:
    body, kind = answer.body(), answer.headers.get("content-type", "")
    if not kind.startswith(SQUEEZED) and "javascript" not in kind:
        return len(body)
    if "/static/" in answer.url:
        return len(brotli.compress(body, quality=BROTLI))
    return len(gzip.compress(body, GZIP))


# A slow phone: what Lighthouse takes for slow 4G (1.6 Mbit/s down, 150 ms), and a processor four times slower.
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
SLOWER = 4
WATCH = """
window.seen = { lcp: 0, what: "", cls: 0 };
new PerformanceObserver(list => { for (const one of list.getEntries()) {
  window.seen.lcp = one.startTime; window.seen.what = one.element ? one.element.tagName : "";
} }).observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver(list => { for (const one of list.getEntries()) {
  if (!one.hadRecentInput) window.seen.cls += one.value;
} }).observe({ type: "layout-shift", buffered: true });
"""


BEFORE = {"document", "stylesheet", "font"}  # what a first look may wait for


@dataclass(frozen=True)
class Painted:
    """When the largest part of the page was there, in milliseconds, which element it was, and how much moved."""

    largest: float
    element: str
    moved: float


def paint(page: Page, path: str) -> Painted:
    """Open a page as a slow phone does, read it to its end, and return what its reader saw."""
    page.add_init_script(WATCH)
    browser = page.context.new_cdp_session(page)
    browser.send("Network.enable")
    browser.send("Network.setCacheDisabled", {"cacheDisabled": True})
    browser.send("Network.emulateNetworkConditions", SLOW)
    browser.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(path, wait_until="load")
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(1500)
    largest = page.evaluate("window.seen")  # the first scrolling ends the search for the largest
    for _ in range(4):
        page.mouse.wheel(0, 900)
        page.wait_for_timeout(250)
    return Painted(largest["lcp"], largest["what"], page.evaluate("window.seen.cls"))


def reckon(page: Page, path: str) -> float:
    """Return a reckoning, in milliseconds, of when the slow phone has painted a page; on a busy machine too.

    The clock would say how much else is done here. This counts what belongs to the page: two round trips, for the page
    and for its style sheets; the bytes of these and of its fonts; and the time of the processor, by the clock of the
    page's own thread, until everything is loaded and stands in its fonts. The first look waits for less than that. The
    time of the server and of the browser's other threads is not in it, so it is no largest paint that was seen.
    """
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(path, wait_until="load")
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(300)
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    bytes_before = sum(_size(answer) for answer in answers if answer.request.resource_type in BEFORE)
    line = 2 * SLOW["latency"] + 1000 * bytes_before / SLOW["downloadThroughput"]
    return line + SLOWER * 1000 * float(metrics["TaskDuration"])
