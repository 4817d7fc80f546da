"""Bodies, headers and addresses that no browser sends: the answer is a page that refuses, never a failure."""

from io import BytesIO
from typing import Any
from urllib.parse import quote, unquote_to_bytes

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from django.test import Client
from django.urls import get_resolver
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.wsgi import application
from signatories import tokens
from tests.conftest import LETTER, LINE
from tests.everywhere.test_access import filled, routes

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"
FIELDS = (
    *("name", "email", "discipline", "code", "profile_url", "version", "answer", "title", "slug", "addressees", "ask"),
    *("body", "disciplines", "contact", "milestones", "closes_at", "reason", "level", "signals", "url", "role"),
    *("audience", "format", "login", "password", "next", "action", "sure", "agree", "note", "listing", "language"),
)
VALUES = ["\0", "9" * 5000, "-1", "http://[::1", "([\u202e²" * 300]
TIMES = ["0001-01-01T00:00", "0001-01-01T00:00+23:59", "9999-12-31T23:59-23:59", "1999-12-31", "2026-01-01T00:00+99:99"]


def part(name: str, value: bytes = b"x", more: str = "") -> bytes:
    return f'--x\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + value + b"\r\n"


def encoded(fields: dict[str, str]) -> bytes:
    return "&".join(f"{name}={quote(value)}" for name, value in fields.items()).encode()


BODIES: list[tuple[str, bytes]] = [
    *((FORM, encoded(dict.fromkeys(FIELDS, value))) for value in VALUES),
    (FORM, "&".join(f"{name}=%ed%a0%80%ff" for name in FIELDS).encode()),
    (FORM, "name=Ada".encode("utf-16")),
    (FORM, b"a=b&" * 1500),
    (MULTIPART, b"".join(part(name, b"\xff\xed\xa0\x80\0") for name in FIELDS) + b"--x--"),
    (MULTIPART, b"".join(part(f"f{number}", more='; filename="f"') for number in range(150)) + b"--x--"),
    (MULTIPART, b"--x\r\n" * 2000),
    (MULTIPART, part("name")[:40]),
    (MULTIPART, b"--x\r\nContent-Disposition: form-data; name*=hex''zz\r\n\r\nx\r\n--x--"),
    ("multipart/form-data", b""),
    ("multipart/form-data; boundary=" + "x" * 200, b"--"),
    ("application/json", b'{"name": "\\ud800"}'),
    ("", b"name=Ada"),
]
CHARSETS = ("utf-16", "utf-7", "hex", "rot13", "idna", "undefined", "unicode_escape", "latin-1", "cp037", "x" * 400)
TYPES = [
    *(f"{kind}; charset={charset}" for kind in (FORM, MULTIPART, "text/plain") for charset in CHARSETS),
    *("\0", "a", "a/b; =", f'{FORM}; charset="utf-16"', f"{FORM}; charset*=utf-8''%00", f"{FORM}; CHARSET=hex"),
    *(f"{FORM}; charset=utf-8; charset=hex", f"{FORM}; x=é", 'multipart/form-data; boundary="x', f"{FORM}; charset=\0"),
]


def send(client: Client, method: str, path: str, body: bytes = b"", content_type: str = FORM, **environ: str) -> int:
    """Hand a request to the application as a web server would, with the CSRF token of a browser."""
    client.cookies["csrf"] = "a" * 32
    place, _, query = path.partition("?")
    given = {"REQUEST_METHOD": method, "PATH_INFO": unquote_to_bytes(place).decode("latin-1"), "QUERY_STRING": query}
    given |= {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(body)), "HTTP_X_CSRFTOKEN": "a" * 32, **environ}
    answers: list[str] = []

    def start(status: str, headers: list[tuple[str, str]], problem: Any = None) -> None:
        answers.append(status)

    for signal in (request_started, request_finished):  # the tests' one connection stays open
        signal.disconnect(close_old_connections)
    try:
        response = application({**client._base_environ(), **given, "wsgi.input": BytesIO(body)}, start)
        b"".join(response)
        getattr(response, "close", lambda: None)()
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
    return int(answers[0][:3])


ROUTES = [
    route
    for route in routes(get_resolver().url_patterns)
    if not route.startswith(("dev/", "admin/")) and "^" not in route and "logout" not in route
]


@pytest.fixture
def place(confirmed, letter):
    """The address of a route, with tokens that open something."""

    def find(route: str) -> str:
        signature = confirmed()
        mail = signature.mails.get(kind="confirm")
        opened = {"confirm": mail.pk, "invitation": mail.pk, "mine": signature.pk}
        kind = route.partition("/")[0]
        path = filled(route, signature)
        if kind in opened:
            path = path.replace("x" * 59, tokens.make(kind, opened[kind]))  # type: ignore[arg-type]
        return path + (f"?t={tokens.make('tab', mail.pk, at=letter.slug)}" if "/sent/" in path else "")

    return find


@pytest.mark.parametrize("route", ROUTES)
def test_no_body_makes_a_page_fail(place, organiser, at_desk, route: str):
    path = place(route)
    client = at_desk(organiser) if route.startswith(("desk/", "accounts/")) else Client()
    # Every body at every page where that is quick enough to wait for; else a few, other ones at the next page.
    some = BODIES if connection.vendor == "postgresql" else BODIES[ROUTES.index(route) % 9 :: 9]
    answers = {send(client, "POST", path, body, kind) for kind, body in some}
    assert max(answers) < 500
    assert answers - {405} or answers == {405}


@pytest.mark.parametrize("moment", TIMES)
def test_a_closing_time_at_the_edge_of_the_calendar_is_refused_beside_its_field(organiser, at_desk, moment: str):
    form = {name: value if isinstance(value, str) else "Light" for name, value in LETTER.items()}
    form |= {"milestones": "5", "listing": "vetted"}
    assert send(at_desk(organiser), "POST", "/desk/new/", encoded({**form, "closes_at": moment})) == 422
    assert send(at_desk(organiser), "POST", "/desk/new/", encoded({**form, "closes_at": "2099-12-31T23:59"})) == 303


def test_a_content_type_that_django_would_fail_on_is_a_400(letter):
    for kind in TYPES:
        for path in ("/", f"/letters/{letter.slug}/sign/?a=b", "/desk/", "/nowhere/"):
            assert send(Client(), "POST", path, b"name=\\ud800", kind) == 400, kind
            assert send(Client(), "GET", path, b"", kind) == 400, kind


@pytest.mark.parametrize("kind", ["", FORM, f"{FORM}; charset=UTF-8", f'{FORM};charset="utf-8"', f"{FORM}; version=1"])
def test_what_browsers_send_is_read(letter, kind: str):
    body = encoded(
        {**{name: value for name, value in LINE.items() if isinstance(value, str)}, "email": "é@example.org"}
    )
    assert send(Client(), "POST", f"/letters/{letter.slug}/sign/", body, kind) == 422


@pytest.mark.parametrize("length", ["-1", "²", "x", "1e3", "99999999999999999999"])
def test_a_length_that_is_no_number_is_refused(letter, length: str):
    assert send(Client(), "POST", "/", b"", CONTENT_LENGTH=length) == 413


@pytest.mark.parametrize("query", ["%00=1", "a%00b=1", "q=%00", "reason=a%00b", "a=1&" * 1001])
@pytest.mark.parametrize("path", ["/", "/admin/petition/version/", "/accounts/login/", "/desk/", "/nowhere/"])
def test_a_zero_byte_in_a_query_and_a_query_without_end_are_a_400(organiser, at_desk, path: str, query: str):
    organiser.is_staff = organiser.is_superuser = True
    organiser.save()
    assert send(at_desk(organiser), "GET", f"{path}?{query}") == 400


@pytest.mark.parametrize("number", ["0", "9" * 19, "9" * 25, "9" * 5000])
def test_numbers_without_end_in_an_address_are_not_found(letter, organiser, at_desk, number: str):
    assert send(Client(), "GET", f"/letters/{letter.slug}/versions/{number}/") == 404
    assert send(at_desk(organiser), "POST", f"/desk/{letter.slug}/team/{number}/remove/") in {303, 404}


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=200), kind=st.sampled_from([FORM, MULTIPART, "text/plain", "application/json"]))
def test_no_bytes_at_all_make_the_form_fail(letter, body: bytes, kind: str):
    assert send(Client(), "POST", f"/letters/{letter.slug}/sign/", body, kind) in {400, 422}


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(max_size=150), organisation=st.text(max_size=200), email=st.text(max_size=80))
def test_no_text_at_all_makes_the_form_fail(letter, name: str, organisation: str, email: str):
    typed = {**LINE, "name": name, "organisation": organisation, "email": f"{email}@example.org", "former": ""}
    body = encoded({key: value if isinstance(value, str) else "on" for key, value in typed.items()})
    assert send(Client(), "POST", f"/letters/{letter.slug}/sign/", body) in {303, 422}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "X" * 50])
def test_other_methods_are_405(place, method: str):
    for path in ("/letters/keep-the-lights-on/sign/", "/letters/keep-the-lights-on/", place("mine/<str:token>/")):
        assert send(Client(), method, path) == 405
