"""A mail scanner that opens every link and sends every form as it stands changes nothing."""

import re
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from tests.browser.pages import LINE
from tests.browser.running import LETTER, Demo, links_in, text_of, until

OURS = ("/confirm/", "/mine/", "/invitation/", "/mailbox/")
TOKEN = re.compile(r"[\w-]{59}")  # every link has another, also to the same page
WATCHED = {
    "signatures": "SELECT id, status, name, address, level FROM signatories_signature ORDER BY id",
    "history": "SELECT count(*) FROM signatories_signatureevent",
    "invitations": "SELECT id, signature_id, declined_at, address FROM signatories_invitation ORDER BY id",
    "decisions": "SELECT id, outcome, answered_at FROM signatories_decision ORDER BY id",
    "proofs": "SELECT id, kind, value FROM signatories_proof ORDER BY id",
    "vouch codes": "SELECT code FROM signatories_vouchcode",
    "boxes": "SELECT id, publish, updates, contact FROM signatories_signature ORDER BY id",
    "codes": "SELECT count(*) FROM signatories_mail WHERE kind = 'change'",
    "no more mail": "SELECT address_hash FROM signatories_suppression",
}


def test_a_scanner_that_opens_every_link_and_sends_every_form_changes_nothing(demo: Demo, tmp_path: Path) -> None:
    for number in range(5):
        _post_sign(demo, f"Sue Scanned-Example {number}", f"scanned{number}@gateway.example.org")
    _invite(demo, "Gus Guest-Example", "guest@gateway.example.org", tmp_path)
    until(lambda: len(demo.mails("@gateway.example.org")) >= 6)
    before = {what: demo.rows(query) for what, query in WATCHED.items()}
    scanner = Scanner()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(scanner.scan, [link for mail in demo.mails() for link in links_in(text_of(mail))]))
    assert {what: demo.rows(query) for what, query in WATCHED.items()} == before
    _looked_at_everything(scanner)


def _looked_at_everything(scanner: "Scanner") -> None:
    """Had it found nothing to send, it would have proved nothing."""
    sent = Counter(map(_kind, scanner.sent))
    assert sent["/confirm/"] >= 5
    assert sent["/mine/…/change/"] >= 50
    assert sent["/mine/…/consents/updates/"] >= 1
    assert sent["/mine/…/not-me/"] >= 50
    assert sent["/mine/…/answer/"] >= 1
    assert sent["/mine/…/proofs/page/"] >= 50
    assert sent["/mine/…/proofs/key/"] >= 50
    assert sent["/invitation/"] >= 1
    assert sent["/invitation/…/decline/"] >= 1


def _post_sign(demo: Demo, name: str, email: str) -> None:
    fields = {"name": name, "email": email, **LINE, "publish": "on"}
    status, _ = _ask("POST", f"{demo.url}/letters/{LETTER}/sign/", fields)
    assert status == 200  # the code page, after the redirect


def _invite(demo: Demo, name: str, email: str, folder: Path) -> None:
    """The sample's founders have all signed; this one has not answered yet."""
    file = folder / "founders.csv"
    file.write_text(f"email,name,role,organisation,country,discipline\n{email},{name},,,NO,cryptography\n")
    demo.manage("invite", LETTER, file)


def _ask(method: str, url: str, fields: dict[str, str] | None = None) -> tuple[int, str]:
    data = None if fields is None else urlencode(fields).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, method=method), timeout=30) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


@dataclass
class Form:
    """A form as it stands: where it goes, what it would send, and its buttons."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[dict[str, str]] = field(default_factory=list)


class Forms(HTMLParser):
    """The forms and links of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._select = self._textarea = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").upper()))
        elif not self.forms:
            return
        elif tag == "button" or (tag == "input" and given.get("type") in {"submit", "image"}):
            self.forms[-1].buttons.append({name: value} if name else {})
        elif tag == "input" and name:
            if given.get("type") not in {"checkbox", "radio"} or "checked" in given:
                self.forms[-1].fields[name] = value or ("on" if given.get("type") == "checkbox" else "")
        elif tag in {"select", "textarea"} and name:
            self._select = self._textarea = ""
            setattr(self, f"_{tag}", name)
            if tag == "textarea":
                self.forms[-1].fields[name] = ""
        elif tag == "option" and self._select and ("selected" in given or self._select not in self.forms[-1].fields):
            self.forms[-1].fields[self._select] = value

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.forms[-1].fields[self._textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._textarea = ""


class Scanner:
    """Opens every link twice, with HEAD and GET, follows what leads on, and presses every button of every page once."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.sent: list[str] = []

    def scan(self, url: str) -> None:
        """Open one address and everything personal it leads to."""
        if self._knows(url):
            return
        _ask("HEAD", url)
        status, page = _ask("GET", url)
        assert status < 500, url
        found = Forms(page)
        if not self._knows(TOKEN.sub("", page)):  # most readers have several mails with a link to the same page
            for form in found.forms:
                self._send(form, url)
        for link in found.links:
            there = urljoin(url, link)
            if urlsplit(there).netloc == urlsplit(url).netloc and urlsplit(there).path.startswith(OURS):
                self.scan(there)

    def _knows(self, what: str) -> bool:
        known = what in self.seen
        self.seen.add(what)
        return known

    def _send(self, form: Form, page: str) -> None:
        there = urljoin(page, form.action)
        for button in form.buttons or [{}]:
            fields: dict[str, Any] = {**form.fields, **button}
            if form.method == "POST":
                status, _ = _ask("POST", there, fields)
            else:
                status, _ = _ask("GET", f"{there}?{urlencode(fields)}")
            assert status < 500, there
            self.sent.append(there)


def _kind(url: str) -> str:
    """The address without its token: /mine/…/withdraw/."""
    parts = urlsplit(url).path.strip("/").split("/")
    return f"/{parts[0]}/" if len(parts) < 3 else f"/{parts[0]}/…/{'/'.join(parts[2:])}/"
