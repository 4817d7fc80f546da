"""What every answer carries, whoever gives it: our pages, the libraries', files, and refusals."""

import re
from typing import Any

import pytest
from django.test import Client, override_settings

from config import devices, middleware
from tests import observatory, world
from tests.conftest import logged_in
from tests.world import World

LEAST = 120
PUBLIC = {"max-age", "public"}
# Nothing there is about whoever looks, so a shared cache may keep it.
MAY_BE_KEPT = re.compile(r"^/(letters/|organisations/|signed/|static/|api/|oembed|robots\.txt|healthz|$)")
SECURE = {
    "SECURE": True,
    "SECURE_HSTS_SECONDS": 31_536_000,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    "SECURE_HSTS_PRELOAD": True,
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "SESSION_COOKIE_NAME": "__Host-session",
    "CSRF_COOKIE_NAME": "__Host-csrf",
}


@pytest.fixture
def over_https(monkeypatch: pytest.MonkeyPatch) -> Any:
    hsts = "max-age=31536000; includeSubDomains; preload"
    monkeypatch.setitem(middleware.ALWAYS, "Strict-Transport-Security", hsts)
    monkeypatch.setattr(devices, "COOKIE", "__Host-device")
    with override_settings(**SECURE):
        yield


def points(response: Any) -> int:
    page = response.headers.get("Content-Type", "").startswith("text/html") and not response.streaming
    return observatory.score(
        response.headers,
        cookies=[one.OutputString() for one in response.cookies.values()],
        html=response.content.decode() if page else "",
    )


def look(response: Any, path: str) -> None:
    policy = observatory.directives(response.headers["Content-Security-Policy"])
    assert policy["default-src"] == policy["base-uri"] == {"'none'"}, path
    if path.endswith("/embed/"):  # made to be framed, and nothing but text and a link
        assert policy["frame-ancestors"] == {"*"}
    else:
        assert policy["frame-ancestors"] == {"'none'"}, path
        assert points(response) >= LEAST, (path, points(response), dict(response.headers))
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin", path
    assert "camera=()" in response.headers["Permissions-Policy"], path
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload", path
    assert response.headers["X-Content-Type-Options"] == "nosniff", path
    assert response.headers["Referrer-Policy"] == "same-origin", path
    kept = response.headers["Cache-Control"]
    assert "no-store" in kept or ("public" in kept and MAY_BE_KEPT.match(path)), (path, kept)
    if "public" in kept:
        assert not response.cookies, path
        assert "Cookie" not in response.headers.get("Vary", ""), path
    for cookie in response.cookies.values():
        assert cookie.key.startswith("__Host-"), path
        assert {cookie["httponly"], cookie["secure"]} == {True}, path
        assert (cookie["path"], cookie["domain"]) == ("/", ""), path


def test_every_address_answers_with_headers_worth_120_points(db: None, over_https: None):
    everybody = World()
    browsers = {"desk": logged_in(everybody.get("owner")), "admin": logged_in(everybody.get("super"))}
    browsers["accounts"] = browsers["desk"]
    for route in world.routes():
        browser, path = browsers.get(route.partition("/")[0], Client()), everybody.path(route)
        if "object_id" not in route:  # one row of the admin looks like the next
            look(browser.get(path, secure=True), path)


@pytest.mark.parametrize("cookie", ["csrf=x", "session=over", "messages=x", "device=x", "csrf=x; session=over; a=b"])
def test_whatever_cookies_somebody_brings_a_page_for_everybody_sets_none(db: None, cookie: str):
    """A shared cache keeps the answer to one of them for all."""
    everybody, kept = World(), 0
    for route in world.routes():
        path = everybody.path(route)
        if MAY_BE_KEPT.match(path):
            answer = Client(headers={"cookie": cookie}).get(path)
            if "public" in answer.headers["Cache-Control"]:
                kept += 1
                assert not answer.cookies, path
                assert "Cookie" not in answer.headers.get("Vary", ""), path
    assert kept > 20


def test_refusals_and_files_carry_them_too(client: Client, over_https: None, letter, settings):
    settings.WHITENOISE_USE_FINDERS = True
    client = Client(enforce_csrf_checks=True)
    given: list[tuple[str, str, dict[str, Any]]] = [
        ("get", "/nowhere/", {}),
        ("post", "/", {}),
        ("post", "/accounts/login/", {}),
        ("get", "/?q=%00", {}),
        ("get", "/", {"headers": {"host": "evil.example.com"}}),
        ("get", "/", {"headers": {"host": "evil.example.com\t/"}}),
        ("post", "/", {"CONTENT_LENGTH": "99999999"}),
        ("get", "/static/css/tokens.css", {}),
    ]
    for method, path, more in given:
        look(getattr(client, method)(path, secure=True, **more), path)
    look(client.generic("POST", "/", b"x", "text/plain; charset=hex", secure=True), "/")


def test_nothing_written_into_a_page_runs_and_no_page_has_anything_written_into_it(db: None):
    everybody = World()
    browser = logged_in(everybody.get("super"))
    for path in ("/", "/accounts/login/", "/accounts/2fa/", "/admin/", "/admin/petition/user/", "/nowhere/"):
        response = browser.get(path, follow=True)
        assert "unsafe" not in response.headers["Content-Security-Policy"]
        page = response.content.decode()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|<script(?![^>]*(src=|application/json))", page), path


def test_http_is_led_to_https_on_the_same_host(db: None):
    with override_settings(SECURE_SSL_REDIRECT=True, ALLOWED_HOSTS=["letters.example.org"]):
        answer = Client(headers={"host": "letters.example.org"}).get("/letters/")
    assert (answer.status_code, answer["Location"]) == (301, "https://letters.example.org/letters/")


@pytest.mark.parametrize(
    ("worse", "at_most"),
    [
        ({"Content-Security-Policy": "default-src *"}, 100),
        ({"Content-Security-Policy": "default-src 'none'; script-src 'self' 'unsafe-inline'"}, 100),
        ({"Strict-Transport-Security": "max-age=60", "X-Content-Type-Options": ""}, 115),
        ({"Cross-Origin-Resource-Policy": "anything", "Referrer-Policy": "unsafe-url"}, 110),
        ({"X-Content-Type-Options": "", "Cross-Origin-Resource-Policy": "cross-origin", "Referrer-Policy": ""}, 110),
    ],
)
def test_the_scale_sees_what_is_worse(client: Client, db: None, over_https: None, worse, at_most):
    response = client.get("/", secure=True)
    assert points(response) >= LEAST
    for name, value in worse.items():
        response.headers[name] = value
    assert points(response) <= at_most
