"""The site behind nginx with the configuration that is shipped: who asks, which page comes back, and for how long."""

import gzip
import http.client
import os
import re
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import brotli
import pytest

from petition.models import Letter
from signatories import vetting
from signatories.models import Origin
from tests import fronting, servers
from tests.conftest import LINE
from tests.postgres.processes import WEB, running, until

HOST = "letters.example.org"
DECODED: dict[str, Callable[[bytes], bytes]] = {"": bytes, "gzip": gzip.decompress, "br": brotli.decompress}
pytestmark = pytest.mark.skipif(bool(missing := servers.missing(["nginx"])), reason=missing)


@dataclass(frozen=True)
class Answer:
    """What came back; a header that is not there is None."""

    status: int
    headers: Message
    body: bytes

    def __getitem__(self, name: str) -> str | None:
        return self.headers[name]


class Visitor:
    """Somebody who asks nginx by TLS, without cookies."""

    def __init__(self, front: fronting.Front) -> None:
        self.front, self.trusting = front, ssl._create_unverified_context()

    def ask(self, path: str, *, form: dict[str, Any] | None = None, **headers: str) -> Answer:
        link = http.client.HTTPSConnection("127.0.0.1", self.front.port, context=self.trusting, timeout=20)
        said = {"Host": HOST, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if form:
            said["Content-Type"] = "application/x-www-form-urlencoded"
        link.request("POST" if form else "GET", path, urlencode(form) if form else None, said)
        response = link.getresponse()
        answer = Answer(response.status, response.headers, response.read())
        link.close()
        return answer


@pytest.fixture
def visitor(letter: Letter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visitor]:
    """nginx before the web server of production, with files that need not be collected."""
    settings = {"DEBUG": "0", "DEMO": "1", "SECRET_KEY": "only-for-tests-" * 4, "LOG_LEVEL": "ERROR"}
    settings |= {"SITE_URL": f"https://{HOST}", "ALLOWED_HOSTS": HOST, "TRUSTED_PROXIES": "1"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    static = Path(__file__).resolve().parents[2] / "static"
    with fronting.nginx(tmp_path / "nginx", site=servers.free_port(), static=static, host=HOST) as front:
        at = re.findall(r"server 127.0.0.1:(\d+);", (front.folder / "site.conf").read_text())[0]
        with running(*WEB, f"127.0.0.1:{at}", redis_url=os.environ["REDIS_URL"], log=tmp_path / "web.log"):
            someone = Visitor(front)
            until(lambda: someone.ask("/healthz").status == 200)
            yield someone


def variants(visitor: Visitor, path: str) -> None:
    """Each language and each encoding of a page comes to whoever asks for it, also from memory."""
    languages = {"de-CH, en;q=0.5": "de", "FR": "fr", "it, es;q=0.8, en;q=0.5": "es", "": "en", "xx": "en"}
    for _ in range(2):
        for accepted, language in languages.items():
            for encoding in ("", "gzip", "br"):
                answer = visitor.ask(path, Accept_Language=accepted, Accept_Encoding=encoding)
                assert (answer.status, answer["Content-Language"]) == (200, language)
                assert (answer["Content-Encoding"] or "") == encoding
                assert f'lang="{language}"'.encode() in DECODED[encoding](answer.body)


def test_a_page_comes_in_the_variant_that_was_asked_for(visitor, letter):
    path = f"/letters/{letter.slug}/"
    variants(visitor, path)
    page = visitor.ask(path)
    unchanged = visitor.ask(path, If_None_Match=page["ETag"])
    assert (unchanged.status, unchanged.body, unchanged["ETag"]) == (304, b"", page["ETag"])
    assert visitor.ask(path, If_None_Match='"another"').body == page.body
    api = f"/api/v1/letters/{letter.slug}"
    assert visitor.ask(api)["Access-Control-Allow-Origin"] is None
    assert visitor.ask(api, Origin="https://elsewhere.example")["Access-Control-Allow-Origin"] == "*"
    assert visitor.ask("/static/css/tokens.css")["Cache-Control"] == "public, max-age=31536000, immutable"


def test_the_site_is_told_who_asks_and_how(visitor, letter):
    """A client that claims to be another, or to have come by http, is not believed."""
    plain = http.client.HTTPConnection("127.0.0.1", visitor.front.plain)
    plain.request("GET", "/?q=a", headers={"Host": HOST})
    answer = plain.getresponse()
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/?q=a")
    plain.close()
    assert visitor.ask("/", Host="elsewhere.example").status == 400
    line = {**{name: value for name, value in LINE.items() if value}, "publish": "on", "email": "ada@example.com"}
    claims = {"X_Forwarded_For": "192.0.2.7", "X_Forwarded_Proto": "http"}
    assert visitor.ask(f"/letters/{letter.slug}/sign/", form=line, **claims).status == 303
    assert Origin.objects.get().network == "127.0.0.0/24"


def test_what_is_for_one_person_is_kept_for_nobody(visitor, letter):
    for path in ("/accounts/login/", "/desk/", f"/letters/{letter.slug}/sent/", "/readyz", "/mine/nothing/"):
        first, second = (visitor.ask(path) for _ in range(2))
        assert first["X-Request-ID"] != second["X-Request-ID"], path
        assert "public" not in first["Cache-Control"]
    first, second = (visitor.ask(f"/letters/{letter.slug}/versions/1/") for _ in range(2))
    assert first["X-Request-ID"] == second["X-Request-ID"], "nothing was kept at all"


def test_a_hidden_name_is_gone_within_two_seconds(visitor, letter, confirmed, listed, vetter):
    ada = listed(confirmed(name="Ada Example"))
    path, began, longest = f"/letters/{letter.slug}/", time.monotonic(), 0.0
    until(lambda: b"Ada Example" in visitor.ask(path).body)
    vetting.hide(ada, vetter=vetter, reason="listed_by_mistake")
    hidden = time.monotonic()
    while (now := time.monotonic() - hidden) < 3.5:
        if b"Ada Example" in visitor.ask(path).body:
            longest = now
        time.sleep(0.02)
    assert longest < 2, f"shown for {longest:.2f} s more, {hidden - began:.2f} s after the first page"
