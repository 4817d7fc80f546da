"""Every kind of page by name, for whoever looks at them all: axe, the screenshots, the widths."""

import json
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import BrowserContext

from tests.browser.running import LETTER, PASSWORD, Demo, link_in

PUBLIC = {
    "index": "/",
    "index-none-found": "/?q=nothing+of+that+kind",
    "letter": f"/letters/{LETTER}/",
    "sign": f"/letters/{LETTER}/sign/",
    "coalition": f"/letters/{LETTER}/coalition/",
    "list": f"/letters/{LETTER}/signatories/",
    "changes": f"/letters/{LETTER}/changes/",
    "press": f"/letters/{LETTER}/press/",
    "methods": f"/letters/{LETTER}/methods/",
    "log-in": "/accounts/login/",
    "log-in-code": "/accounts/login/code/",
    "mailbox": "/dev/mailbox/",
    "styleguide": "/styleguide/",
}
# The answers that are no page of their own, as the style guide shows them.
ANSWERS = {f"answer-{code}": f"/styleguide/{code}/" for code in (400, 403, 404, 405, 409, 413, 422, 429, 500, 503)}
DESK = {
    "desk": "/desk/",
    "desk-new": "/desk/new/",
    "desk-queue": f"/desk/{LETTER}/vetting/",
    "desk-throughput": f"/desk/{LETTER}/throughput/",
    "account": "/accounts/2fa/",
    "tokens": "/accounts/tokens/",
    "account-sessions": "/accounts/sessions/",
    "account-email": "/accounts/email/",
    "account-log-out": "/accounts/logout/",
}
FURNISH = "import json; from tests.browser.furnishing import furnish; print(json.dumps(furnish()))"


@dataclass(frozen=True)
class Tour:
    """The pages of one demo: path by name, and the session of a signer who has just logged in elsewhere."""

    public: dict[str, str]
    desk: dict[str, str]
    session: str

    def let_in(self, context: BrowserContext, url: str) -> None:
        """Give a reader's browser the session that the page for a linked account needs."""
        context.add_cookies([{"name": "session", "value": self.session, "url": url}])


def furnish(demo: Demo) -> Tour:
    """Make the letters that the pages need on a running demo, and return them all."""
    made: dict[str, Any] = json.loads(demo.manage("shell", "-v", "0", "-c", FURNISH).splitlines()[-1])
    question = link_in(demo.mail("", about="A question about your signature"), "mine").removeprefix(demo.url)
    public = {**PUBLIC, **ANSWERS, "mine-question": question, **made["public"]}
    return Tour(public, {**DESK, **made["desk"]}, made["session"])


def log_in(context: BrowserContext, email: str) -> None:
    """Log a member of the team in, as the demo's password allows."""
    page = context.new_page()
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url("**/desk/")
    page.close()
