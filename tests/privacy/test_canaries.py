"""Twenty canaries of people who are not public: none of them in anything that is."""

import io
import logging
import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client
from django.urls import get_resolver

from config.logs import clean
from petition import lifecycle, tally
from petition.delivery import bundling
from petition.models import Letter
from petition.sharing import cards
from signatories import cases, delivering, exporting, outbox, privacy, tokens, vetting, webhooks
from signatories.models import Case, Signature, Webhook
from tests import planting
from tests.conftest import code_in
from tests.everywhere.test_access import routes
from tests.network import answer

FATES = ("unconfirmed", "declined", "hidden", "withdrawn")
TEAM = ("desk/", "admin/", "accounts/", "dev/")
# Public routes that answer something else than 200 to a plain GET, and what.
OTHERWISE = {
    "letters/<slug:slug>/sent/": 404,  # without the tab's token
    "letters/<slug:slug>/sent/again/": 405,
    "letters/<slug:slug>/in/<slug:language>/": 404,  # no translation
    "oembed": 404,  # without the address of a letter
    "metrics": 404,  # without its token
    "api/v1/": 404,
}


def canaries(fate: str) -> dict[str, str]:
    """An address, a text like a phone number, two tokens, and a name that is in no other text."""
    number = FATES.index(fate)
    return {
        "email": f"canary{number}@{fate}.canary.example.org",
        "name": f"Canary{number} Yellowfeather",
        "role": f"Phone +44 20 7946 0{number}73",
        "profile_url": f"https://canary.example.org/tok_{number}f8e1d7c6b5a4",
        "organisation": f"key-{number}b1946ac92492d234",
    }


SEEN = [re.compile(re.escape(value), re.IGNORECASE) for fate in FATES for value in canaries(fate).values()]


def singing(text: str) -> list[str]:
    """Return the canaries in a text."""
    return [song.pattern for song in SEEN if song.search(text)]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the handlers of the settings write, from the most talkative level on."""
    root = logging.getLogger()
    (console,) = [h for h in root.handlers if isinstance(h.formatter, logging.Formatter) and h.name == "console"]
    written, level = io.StringIO(), root.level
    before = console.setStream(written)
    root.setLevel(logging.DEBUG)
    yield written
    root.setLevel(level)
    console.setStream(before)


@pytest.fixture
def planted(log, letter, post_sign, client: Client, deliver, listed, vetter, confirmed) -> dict[str, Signature]:
    """One of each fate, through the real pages; one listed person, so that the pages have something to show."""
    for fate in FATES:
        fields = canaries(fate)
        tab = post_sign(fields.pop("email"), **fields, contact=True, updates=True)["Location"]
        if fate != "unconfirmed":
            client.post(tab, {"code": code_in(deliver()[-1])})
    people = {fate: Signature.objects.get(address=canaries(fate)["email"]) for fate in FATES}
    vetting.decline(people["declined"], vetter=vetter, reason="not_eligible", note="Phone +44 20 7946 0173")
    for fate in ("hidden", "withdrawn"):
        listed(people[fate])
    tally.take(letter)
    case = cases.open_(people["hidden"], kind=Case.Kind.REPORT, text=f"call {canaries('hidden')['role']}")
    cases.close(case, by=vetter, outcome="hidden", reason="duplicate_person")
    privacy.withdraw(people["withdrawn"])
    listed(confirmed("seen@example.com", name="Seen Public"))
    tally.take(letter)
    assert cards.make_due()
    deliver()
    return people


def public() -> list[str]:
    """Return the routes that anybody may open; a new one is crawled without being named here."""
    found = [route for route in routes(get_resolver().url_patterns) if not route.startswith(TEAM)]
    return [route for route in found if "<str:token>" not in route]


def _of_team(route: str) -> int:
    """What the team's part of the API answers to whoever has no token."""
    if not route.startswith("api/v1/team/"):
        return 0
    return 405 if route.endswith(("/decisions", "/exports")) else 401


def addresses(route: str, letter: Letter, shown: Signature) -> list[str]:
    values = {
        "slug": letter.slug,
        "pk": str(shown.pk),
        "id": str(shown.pk),
        "number": "1",
        "language": "de",
        "code": "404",
    }
    path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values[found[1]], route)
    queries = [
        "?search=canary",
        "?search=yellowfeather",
        "?q=key-",
        f"?as_of={letter.opened_at:%Y-%m-%dT%H:%MZ}",
    ]
    return [path, *(path + query for query in queries)]


@pytest.mark.parametrize("is_delivered", [False, True])
def test_no_page_feed_or_file_that_anybody_may_open_holds_a_canary(planted, letter, client, organiser, is_delivered):
    if is_delivered:
        lifecycle.close(letter, actor=organiser)
        delivering.deliver(letter, actor=organiser)
        assert bundling.make_next()
    shown = letter.signatures.listed().get()
    heard = {}
    for route in public():
        expected = _of_team(route) or OTHERWISE.get(
            route, 404 if route.endswith("/delivery/") and not is_delivered else 200
        )
        for address in addresses(route, letter, shown):
            answer = client.get(address)
            assert answer.status_code == expected or "?" in address, address
            body = b"".join(answer) if answer.streaming else answer.content
            heard[address] = singing(body.decode(errors="replace") + str(answer.headers))
    assert not {address: songs for address, songs in heard.items() if songs}
    assert "Seen Public" in client.get(f"/letters/{letter.slug}/signatories/").content.decode()


def test_no_webhook_is_told_a_canary(planted, letter, organiser, site):
    site.pages["/hook"] = answer("ok")
    webhooks.make(letter, url=site.url("/hook"), events=[*Webhook.Event], by=organiser)
    Webhook.objects.update(begins_at=letter.opened_at)
    assert webhooks.owe() == webhooks.send() >= 7
    assert "Seen Public" in b"".join(site.bodies).decode()
    assert not singing(b"".join(site.bodies).decode())


@pytest.mark.parametrize("fate", FATES)
def test_the_page_to_which_a_signers_own_site_links_tells_nothing_of_who_is_not_public(planted, client, fate):
    answer = client.get(f"/signed/{tokens.steady('signed', planted[fate].pk)}/")
    assert not singing(answer.content.decode())


def test_nobody_elses_own_page_holds_a_canary(planted, client):
    seen = Signature.objects.get(name="Seen Public")
    for route in routes(get_resolver().url_patterns):
        if route.startswith("mine/<str:token>/") and "provider" not in route:
            path = "/" + route.replace("<str:token>", tokens.make("mine", seen.pk))
            assert not singing(client.get(path).content.decode()), route


@pytest.mark.parametrize("format", ["csv", "json", "ndjson", "xlsx"])
def test_no_public_export_holds_a_canary(planted, letter, tmp_path, format):
    path = tmp_path / f"list.{format}"
    with path.open("wb") as file:
        exporting.write_bytes(letter, format=format, audience="public", bom=False, file=file)
    heard = {name: singing(text) for name, text in planting.files(tmp_path)}
    assert not any(heard.values()), heard
    assert any("Seen Public" in text for _, text in planting.files(tmp_path))


def test_no_archive_and_no_bundle_holds_a_canary(planted, letter, organiser, tmp_path):
    lifecycle.close(letter, actor=organiser)
    delivering.deliver(letter, actor=organiser)
    assert bundling.make_next()
    call_command("archive", letter.slug, output=str(tmp_path / "copy"), verbosity=0)
    found = [*planting.files(tmp_path / "copy", settings.DELIVERY_DIR)]
    assert len(found) > 10
    assert not {name: singing(text) for name, text in found if singing(text)}


def test_no_canary_and_no_secret_of_a_link_is_in_the_log(planted, log, client, caplog):
    hidden, secrets = planted["hidden"], [tokens.make("mine", planted["hidden"].pk) for _ in range(2)]
    client.get(f"/mine/{secrets[0]}/no-such-page/")
    client.post(f"/confirm/{secrets[1]}/")
    logging.getLogger("some.library").warning("mail to %s failed", hidden.address)
    try:
        raise ValueError(f"no such mailbox: {hidden.address}")
    except ValueError:
        logging.getLogger("some.library").exception("it failed")
    text = log.getvalue()
    assert "[hidden]" in text
    assert not singing(text)
    assert not [secret for secret in secrets if secret in text]


def test_what_is_masked_in_a_log_and_what_is_not():
    secret = "x" * 59
    assert clean(f"GET /mine/{secret}/ by a@b.example.org") == "GET /mine/[hidden]/ by [hidden]"
    sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    assert clean(f"Not Found: /letters/keep/ 200 {sha256[:12]}") == f"Not Found: /letters/keep/ 200 {sha256[:12]}"


def test_nothing_is_kept_in_a_media_folder_and_no_other_file_holds_a_canary(planted):
    assert type(default_storage._wrapped if hasattr(default_storage, "_wrapped") else default_storage).__name__ == (
        "InMemoryStorage"
    )
    assert default_storage.listdir("") == ([], [])
    assert settings.MEDIA_ROOT == ""
    assert not {name: singing(text) for name, text in planting.files(settings.DELIVERY_DIR) if singing(text)}


def test_there_are_twenty_canaries_and_each_can_be_heard(planted):
    """Were they not stored, their silence would prove nothing; only the withdrawn ones are gone."""
    assert len(SEEN) == 20
    heard = set(singing("\n".join(text for _, text in planting.database())))
    gone = {re.escape(value) for value in canaries("withdrawn").values()}
    assert heard == {song.pattern for song in SEEN} - gone
    assert outbox.send() == 0
