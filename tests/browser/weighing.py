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
