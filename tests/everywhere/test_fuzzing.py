"""Whatever is put into an address, a query, a header or a form: a page comes back, and never a failure."""

import re
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import world
from tests.conftest import logged_in
from tests.everywhere.test_odd_requests import BODIES, FIELDS, FORM, send
from tests.world import World

EXAMPLES = 400 if connection.vendor == "postgresql" else 40
# A bundle that is not made yet is answered with 503 on purpose, and the delivery of this world has none.
LEFT_OUT = re.compile(r"logout|received/.*/(pdf|bundle)/")
ROUTES = [route for route in world.routes() if not LEFT_OUT.search(route)]
NAMES = sorted(
    {
        *FIELDS,
        *(
            "q",
            "page",
            "after",
            "show",
            "status",
            "t",
            "n",
            "at",
            "since",
            "until",
            "level",
            "o",
            "p",
            "_popup",
            "seen",
        ),
        *("verb", "key", "pk", "only", "edits", "kind", "value", "address", "vouch_code", "publish", "updates", "file"),
        *("reader", "days", "author", "text", "received_on", "up_to", "then", "why", "names", "host", "organisation"),
    }
)
ODD = [
    *("\0", "\ud800", "9" * 400, "-1", "1e999", "NaN", "²", "../../etc/passwd", "%00", "' OR 1=1 --", "{{7*7}}"),
    *("\r\nSet-Cookie: a=b", "http://[::1", "//evil.example", "٣", "0x10", "2026-13-99", "true", "[]", '{"a":' * 50),
]
# A lone surrogate cannot be sent as UTF-8; what stands for one in bytes can.
texts = st.one_of(st.sampled_from(ODD), st.text(max_size=60), st.integers().map(str))
pairs = st.lists(st.tuples(st.sampled_from(NAMES), texts), max_size=12)
QUICK = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


def encode(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def form(fields: list[tuple[str, str]]) -> bytes:
    return "&".join(f"{encode(name)}={encode(value)}" for name, value in fields).encode()


def answer(client: Client, method: str, path: str, body: bytes = b"", kind: str = FORM, **environ: str) -> int:
    """Ask, and leave everything as it was."""
    cookies = SimpleCookie(client.cookies)
    cache.clear()
    with transaction.atomic():
        found = send(client, method, path, body, kind, **environ)
        transaction.set_rollback(True)
    client.cookies = cookies
    return found


@pytest.fixture
def everybody(db: None) -> World:
    return World()


def browsers(everybody: World) -> dict[str, Client]:
    return {"desk": logged_in(everybody.get("owner")), "admin": logged_in(everybody.get("super"))}


def test_no_query_and_no_form_makes_any_page_fail(everybody: World):
    inside = browsers(everybody)

    @QUICK
    @given(route=st.sampled_from(ROUTES), query=pairs, fields=pairs, method=st.sampled_from(["GET", "POST", "HEAD"]))
    def fuzz(route: str, query: list[tuple[str, str]], fields: list[tuple[str, str]], method: str) -> None:
        client = inside.get(route.partition("/")[0], Client())
        path = everybody.path(route)
        path += ("&" if "?" in path else "?") + form(query).decode()
        assert answer(client, method, path, form(fields) if method == "POST" else b"") < 500

    fuzz()


def test_nothing_in_the_place_of_an_identifier_makes_any_page_fail(everybody: World):
    inside = browsers(everybody)

    @QUICK
    @given(
        route=st.sampled_from([one for one in ROUTES if "<" in one]), pieces=st.lists(texts, min_size=3), data=st.data()
    )
    def fuzz(route: str, pieces: list[str], data: Any) -> None:
        client = inside.get(route.partition("/")[0], Client())
        segments = everybody.path(route).partition("?")[0].strip("/").split("/")
        at = data.draw(st.integers(0, len(segments) - 1))
        segments[at] = encode(pieces[0])
        path = "/" + "/".join(segments) + data.draw(st.sampled_from(["/", "", "//", "/?%00", "/%ff"]))
        for method in ("GET", "POST"):
            assert answer(client, method, path) < 500

    fuzz()


HEADERS = ("HTTP_HOST", "HTTP_COOKIE", "HTTP_ACCEPT_LANGUAGE", "HTTP_USER_AGENT", "HTTP_REFERER", "HTTP_ORIGIN")
HEADERS += ("HTTP_IF_MODIFIED_SINCE", "HTTP_IF_NONE_MATCH", "HTTP_RANGE", "HTTP_HX_REQUEST", "HTTP_HX_CURRENT_URL")
HEADERS += ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_ACCEPT", "HTTP_EXPECT")


def test_no_header_makes_any_page_fail(everybody: World):
    inside = browsers(everybody)

    @QUICK
    @given(
        route=st.sampled_from(ROUTES),
        headers=st.dictionaries(st.sampled_from(HEADERS), texts, max_size=4),
        method=st.sampled_from(["GET", "POST"]),
        body=st.sampled_from(BODIES),
    )
    def fuzz(route: str, headers: dict[str, str], method: str, body: tuple[str, bytes]) -> None:
        client = inside.get(route.partition("/")[0], Client())
        given = {name: value.encode("utf-8", "surrogatepass").decode("latin-1") for name, value in headers.items()}
        kind, sent = body if method == "POST" else (FORM, b"")
        assert answer(client, method, everybody.path(route), sent, kind, **given) < 500

    fuzz()


METHODS = ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "BREW"]


def test_other_methods_are_refused_everywhere(everybody: World):
    inside = browsers(everybody)
    everywhere = connection.vendor == "postgresql"
    for number, route in enumerate(one for one in ROUTES if "object_id" not in one):
        client = inside.get(route.partition("/")[0], Client())
        for method in METHODS if everywhere else [METHODS[number % len(METHODS)]]:
            found = answer(client, method, everybody.path(route))
            assert found in {302, 303, 403, 404, 405} or route.startswith(("admin/", "accounts/")), (route, found)
            assert found < 500
