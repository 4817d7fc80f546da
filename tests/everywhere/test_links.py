"""No header of a request changes a link, and no form leads to another site."""

import re

import pytest
from django.core import mail
from django.test import Client

from signatories import account_mail, outbox
from signatories.models import Mail
from tests.conftest import LINE, logged_in

EVIL = "evil.example.net"
# Hosts that get past ALLOWED_HOSTS in the tests are those of the test client; these headers must not matter.
FORWARDED = {
    "x-forwarded-host": EVIL,
    "x-forwarded-server": EVIL,
    "x-original-host": EVIL,
    "x-host": EVIL,
    "forwarded": f"host={EVIL};proto=gopher",
    "x-forwarded-proto": "gopher",
    "x-forwarded-port": "666",
    "x-forwarded-prefix": f"//{EVIL}",
    "x-original-url": f"//{EVIL}/",
    "x-rewrite-url": f"//{EVIL}/",
    "origin": f"https://{EVIL}",
    "referer": f"https://{EVIL}/",
}


def everything_mailed() -> list[str]:
    while outbox.send():
        pass
    while account_mail.send():
        pass
    return [f"{one.subject}\n{one.body}\n{one.extra_headers}" for one in mail.outbox]


def foreign(text: str, site: str) -> list[str]:
    return [link for link in re.findall(r"https?://[^\s>\"]+", text) if not link.startswith(site)]


@pytest.mark.parametrize("host", [EVIL, "letters.example.org:8443", "testserver"])
def test_mail_holds_links_to_the_site_of_the_settings_only(settings, letter, organiser, host: str):
    settings.SITE_URL, settings.ALLOWED_HOSTS = "https://letters.example.org", ["*"]
    client = Client(headers={"host": host, **FORWARDED})
    line = {name: "on" if value is True else value for name, value in LINE.items() if value is not False}
    client.post(f"/letters/{letter.slug}/sign/", {**line, "email": "ada@example.com"})
    client.post("/accounts/login/code/", {"email": organiser.email})
    client.post("/accounts/password/reset/", {"email": organiser.email})
    inside = logged_in(organiser, headers={"host": host, **FORWARDED})
    inside.post(f"/desk/{letter.slug}/team/", {"email": "new@example.org", "name": "New", "role": "vetter"})
    inside.post("/accounts/password/set/", {"password1": "long-enough-words", "password2": "long-enough-words"})
    sent = everything_mailed()
    assert len(sent) >= 6
    for text in sent:
        assert not foreign(text, "https://letters.example.org"), text
        assert EVIL not in text


def test_every_kind_of_mail_is_built_from_the_settings(settings, letter, confirmed, organiser):
    settings.SITE_URL = "https://letters.example.org"
    signature = confirmed()
    Mail.objects.all().delete()
    invitation = letter.invitations.create(
        address="i@example.com", address_hash="x", position=1, expires_at="2099-01-01T00:00Z"
    )
    rendered = 0
    for kind in Mail.Kind:
        about = {"invitation": invitation} if kind in {"invitation", "nudge"} else {"signature": signature}
        owed = Mail(kind=kind, key=f"test-{kind}", to="ada@example.com", **about)
        owed.save()
    for text in everything_mailed():
        rendered += 1
        assert not [one for one in foreign(text, "https://letters.example.org") if "example.org" not in one], text
    assert rendered >= 8


PLACES = [
    *(f"//{EVIL}", f"///{EVIL}", f"////{EVIL}", f"\\\\{EVIL}", f"/\\{EVIL}", f"\\/{EVIL}", f"https:{EVIL}"),
    *(f"https://{EVIL}", f"http:///{EVIL}", f"https:///{EVIL}", f"HTTPS://{EVIL}", f"//{EVIL}/desk/", f"/\t/{EVIL}"),
    *(f"\t//{EVIL}", f" //{EVIL}", f"/\n/{EVIL}", f"\x00//{EVIL}", f"\x0b//{EVIL}", f"javascript:alert({EVIL!r})"),
    *(
        f"data:text/html,{EVIL}",
        f"//testserver@{EVIL}",
        f"//{EVIL}\\@testserver",
        f"http://[::1]@{EVIL}",
        f"//{EVIL}%2f",
    ),
    *(f"/%09/{EVIL}", f"/%5c{EVIL}", f"ftp://{EVIL}", f"//{EVIL}#/desk/", f"http://testserver.{EVIL}/", "http://[::1"),
]


def leads_out(location: str) -> bool:
    """Whether a browser that is told this address leaves the site (WHATWG URL: tabs and newlines go, \\ is /)."""
    plain = re.sub(r"[\t\n\r]", "", location).strip("".join(map(chr, range(33)))).replace("\\", "/")
    return bool(re.match(r"//|[a-z][a-z0-9+.-]*:", plain, re.IGNORECASE)) and not plain.startswith("http://testserver/")


@pytest.mark.parametrize("place", PLACES)
def test_a_log_in_leads_to_pages_of_this_site_only(organiser, place: str):
    organiser.set_password("read-before-you-sign")
    organiser.save()
    password = {"login": organiser.email, "password": "read-before-you-sign"}
    for path, client, data in (
        ("/accounts/login/", Client(), password),
        ("/accounts/logout/", logged_in(organiser), {}),
        ("/accounts/reauthenticate/", logged_in(organiser), {"password": "read-before-you-sign"}),
        ("/admin/login/", Client(), {}),
    ):
        for answer in (client.get(path, {"next": place}), client.post(path, {**data, "next": place})):
            assert not leads_out(answer.headers.get("Location", "/")), (path, answer["Location"])
            assert answer.status_code < 500


def test_where_a_form_of_the_desk_came_from_is_not_where_it_leads(letter, organiser, confirmed):
    client = logged_in(organiser, headers={"referer": f"https://{EVIL}/", "hx-current-url": f"https://{EVIL}/"})
    path = f"/desk/{letter.slug}/vetting/{confirmed().pk}"
    for place in PLACES:
        data = {"reason": "unclear_affiliation", "next": place, "back": place, "then": place, "queue": place}
        for verb in ("claim", "hold", "back"):
            answer = client.post(f"{path}/{verb}/?next={EVIL}", data)
            assert not leads_out(answer.headers.get("Location", "/"))


def test_a_host_that_is_not_ours_is_refused(settings, letter):
    settings.ALLOWED_HOSTS = ["letters.example.org"]
    for host in (
        EVIL,
        f"letters.example.org@{EVIL}",
        f"letters.example.org.{EVIL}",
        f"{EVIL}:80",
        "letters.example.org, x",
    ):
        assert Client(headers={"host": host}).get("/").status_code == 400
    assert Client(headers={"host": "letters.example.org", **FORWARDED}).get("/").status_code == 200
