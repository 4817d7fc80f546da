"""Ten thousand requests that no browser sends, byte by byte, to the web server of production: none makes it fail."""

import os
import random
import re
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings

from tests import world
from tests.postgres.processes import until, website
from tests.world import World

pytestmark = pytest.mark.services
REQUESTS, THREADS, SEED = 10_000, 8, 6
FIELDS = ("name", "email", "role", "organisation", "code", "body", "slug", "csrfmiddlewaretoken", "addressees", "t")

# Where something that is typed in an address is looked up in the database.
ASKING = (
    *(f"/letters/{{slug}}/signatories/?{name}=" for name in ("search", "discipline", "country", "after", "as_of")),
    *(
        f"/api/v1/letters/{{slug}}/signatories?{name}="
        for name in ("search", "discipline", "country", "after", "limit")
    ),
    *("/organisations/?q=", "/letters/{slug}/changes/?after=", "/oembed?url=", "/letters/{slug}/sent/?t="),
    *(f"/desk/{{slug}}/vetting/?{name}=" for name in ("name", "organisation", "host", "after")),
    *("/desk/{slug}/organisations/?q=", "/admin/petition/user/?q=", "/admin/petition/user/?email=", "/admin/?next="),
)


def junk(dice: random.Random, most: int = 60) -> bytes:
    """Bytes that mean something to some parser."""
    return dice.choice(
        [
            lambda: dice.randbytes(dice.randrange(most)),
            lambda: b"\0" * dice.randrange(1, 9),
            lambda: b"%00%ff%ed%a0%80%c0%80"[: dice.randrange(1, 22)],
            lambda: b"\xed\xa0\x80\xff\xfe",
            lambda: "\u202e\u200b\ufeff李".encode(dice.choice(["utf-8", "utf-16", "utf-32"])),
            lambda: b"A" * dice.choice([1, 255, 4097, 9000]),
            lambda: str(dice.choice([0, -1, 2**31, 2**63, 10**40])).encode(),
            lambda: b"../" * dice.randrange(1, 20) + b"etc/passwd",
            lambda: b"' OR 1=1 --",
            lambda: b"\r\n" + dice.randbytes(4),
            lambda: b'{"a":' * dice.choice([1, 50, 20_000]),
        ]
    )()


def written(dice: random.Random, raw: bytes) -> bytes:
    """Bytes as an address holds them; now and then as none may, which the server refuses before we see it."""
    return re.sub(rb"[\r\n ]", b"+", raw) if dice.random() < 0.1 else quote(raw).encode()[:3000]


def target(dice: random.Random, paths: list[str]) -> bytes:
    path = dice.choice(paths).encode()
    if path.endswith(b"="):
        return path + written(dice, junk(dice))
    if dice.random() < 0.4:
        pieces = path.split(b"/")
        pieces[dice.randrange(len(pieces))] = written(dice, junk(dice))
        path = b"/".join(pieces)
    if dice.random() < 0.4:
        path += b"?" + dice.choice(FIELDS).encode() + b"=" + written(dice, junk(dice))
    return dice.choice([path] * 9 + [b"http://evil.example" + path, b"//" + path, b"*", junk(dice)])


def body(dice: random.Random) -> tuple[bytes, bytes]:
    """A body, and the headers that tell of it, which may lie."""
    edge = b"----x"
    parts = b"".join(
        b"--" + edge + b'\r\nContent-Disposition: form-data; name="' + dice.choice(FIELDS).encode() + b'"'
        + dice.choice([b"", b'; filename="../x"', b"; filename*=utf-8''%ff%00", b"\r\nContent-Type: " + junk(dice)])
        + b"\r\n\r\n" + junk(dice) + b"\r\n"
        for _ in range(dice.randrange(5))
    )  # fmt: skip
    form = b"&".join(dice.choice(FIELDS).encode() + b"=" + junk(dice) for _ in range(dice.randrange(8)))
    kind, sent = dice.choice(
        [
            (b"application/x-www-form-urlencoded", form),
            (
                b"application/x-www-form-urlencoded; charset=" + dice.choice([b"utf-16", b"hex", b"\xff", b"utf-8"]),
                form,
            ),
            (b"multipart/form-data; boundary=" + edge, parts + b"--" + edge + b"--\r\n"),
            (b"multipart/form-data; boundary=" + junk(dice, 20), parts),
            (b"application/json", b'{"a":' * 5000 + b"1" + b"}" * 5000),
            (b"application/json", b'{"name": "\\ud800", "n": 1e9999}'),
            (junk(dice, 30), junk(dice)),
        ]
    )
    head = b"Content-Type: " + kind + b"\r\n"
    how = dice.random()
    if how < 0.6:
        return head + b"Content-Length: %d\r\n" % len(sent), sent
    if how < 0.8:
        size = dice.choice([b"%x" % len(sent), b"zz", b"-1", b"ffffffffff", b"5;x=y"])
        return head + b"Transfer-Encoding: chunked\r\n", size + b"\r\n" + sent + b"\r\n0\r\n\r\n"
    lie = dice.choice([b"0", b"-1", b"x", b"99999999999", b"7, 7", b"+5", b"1e3"])
    more = dice.choice(
        [b"", b"Content-Length: 3\r\n", b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip\r\n"]
    )
    return head + b"Content-Length: " + lie + b"\r\n" + more, sent


def request(dice: random.Random, paths: list[str], cookies: list[bytes]) -> bytes:
    """One request, well formed or not."""
    if dice.random() < 0.05:
        return junk(dice) + b"\r\n\r\n"
    methods = [b"GET", b"GET", b"POST", b"POST", b"HEAD", b"PUT", b"OPTIONS", b"BREW", b"get", b"G\0T", b"POST" * 40]
    method = dice.choice(methods)
    version = dice.choice([b"HTTP/1.1"] * 8 + [b"HTTP/1.0", b"HTTP/2.0", b"HTTP/9", b""])
    lines = [method + b" " + target(dice, paths) + b" " + version]
    lines.append(b"Host: " + dice.choice([b"127.0.0.1"] * 27 + [b"evil.example", b"[::1", junk(dice, 20)]))
    if dice.random() < 0.5:
        csrf = b"csrf=" + b"a" * 32
        lines += [b"Cookie: " + csrf + b"; " + dice.choice([*cookies * 4, junk(dice), b"a=b; " * 1500])]
        lines += [b"X-CSRFToken: " + b"a" * 32]
    for _ in range(dice.randrange(4) if dice.random() < 0.3 else 0):
        name = dice.choice([b"X-Forwarded-For", b"Accept-Language", b"If-Modified-Since", b"HX-Request", junk(dice, 9)])
        lines.append(name + b": " + junk(dice))
    head, sent = body(dice) if method not in {b"GET", b"HEAD"} or dice.random() < 0.1 else (b"", b"")
    return b"\r\n".join(lines) + b"\r\n" + head + b"Connection: close\r\n\r\n" + sent


def ask(port: int, sent: bytes) -> str:
    """Return the status that came back, or how the server hung up."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as link:
        try:
            link.sendall(sent)
            link.shutdown(socket.SHUT_WR)
            got = link.recv(64)
        except OSError:  # it has hung up already
            return "closed"
    status = re.match(rb"HTTP/1\.[01] (\d{3})", got)
    return status[1].decode() if status else "closed" if not got else "page"


def play(ports: Callable[[], int], paths: list[str], cookies: list[bytes]) -> Iterator[Counter[str]]:
    def some(number: int, said: Counter[str]) -> None:
        dice = random.Random(SEED + number)
        for _ in range(REQUESTS // THREADS):
            sent = request(dice, paths, cookies)
            status = ask(ports(), sent)
            said[status if status < "500" or status in {"closed", "page"} else f"{status} for {sent[:1200]!r}"] += 1

    counters: list[Counter[str]] = [Counter() for _ in range(THREADS)]
    threads = [threading.Thread(target=some, args=(number, said)) for number, said in enumerate(counters)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(240)
    yield from counters


def test_ten_thousand_requests_of_odd_bytes_make_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    # As in production: with DEBUG Django explains a missing slash by failing.
    for name, value in {"DEBUG": "0", "DEMO": "1", "SECRET_KEY": settings.SECRET_KEY}.items():
        monkeypatch.setenv(name, value)
    everybody = World()
    # A bundle that is not made yet is answered with 503 on purpose, and this delivery has none.
    left_out = re.compile(r"logout|received/.*/(pdf|bundle)/")
    paths = [everybody.path(route) for route in world.routes() if not left_out.search(route)]
    paths += [one.format(slug=everybody.mine.letter.slug) for one in ASKING] * 3
    sessions = [everybody.browser(name).cookies["session"].value for name in ("owner", "vetter", "super")]
    log = tmp_path / "log"
    with website(os.environ["REDIS_URL"], log=log) as site:
        said = sum(play(lambda: site.port, paths, [f"session={one}".encode() for one in sessions]), Counter())
        assert until(site.answers)
    print(said, *re.findall(r"Traceback.*?\n(?=\S*\d{4}-)", log.read_text(), re.DOTALL)[:5], sep="\n")
    assert said.total() == REQUESTS
    assert not {one: number for one, number in said.items() if one > "5" and one not in {"closed", "page"}}
    assert {"200", "303", "400", "404", "405", "422"} <= set(said), said
    assert said["400"] < 0.85 * REQUESTS, "too many are refused before a page sees them"
    assert "Traceback" not in log.read_text()
