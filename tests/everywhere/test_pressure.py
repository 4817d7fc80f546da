"""Who may sign how often: a campus notices nothing, a flood has to work, and nothing typed is lost."""

import base64
import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape

import altcha
import pytest
import redis
from django.test import Client

from config import limiting
from signatories.limits import challenges, signing
from signatories.models import Limit, Signature
from tests.conftest import LINE

OFTEN = 3


@pytest.fixture(autouse=True)
def _noon(time_machine, monkeypatch):
    """Within one window, with little work in it."""
    time_machine.move_to(datetime(2026, 11, 24, 12, 1, tzinfo=UTC), tick=False)
    monkeypatch.setattr(challenges, "COST", 50)


@pytest.fixture
def tight(monkeypatch):
    """Limits that a test reaches."""
    monkeypatch.setattr(signing, "OF_CLIENT", OFTEN)


@pytest.fixture
def sign(client: Client, letter, settings):
    """Sign from an address of one's choice, behind one trusted proxy."""
    settings.TRUSTED_PROXIES = 1

    def post(number: int, client_address: str = "198.51.100.7", **fields):
        data = {**LINE, "email": f"p{number}@example.com", "former": "", "updates": "", "publish": "on", **fields}
        forwarded = f"203.0.113.{number % 250}, {client_address}"  # the first one is what the client claims
        return client.post(f"/letters/{letter.slug}/sign/", data, headers={"X-Forwarded-For": forwarded})

    return post


def field(page, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.content.decode())
    assert found, name
    return unescape(found[1])


def work(page) -> str:
    """What a browser sends after it did the work on the page."""
    found = re.search(r'data-challenge="([^"]*)"', page.content.decode())
    assert found
    challenge = altcha.Challenge.from_dict(json.loads(unescape(found[1])))
    solution = altcha.solve_challenge(challenge)
    assert solution
    return altcha.Payload(challenge, solution).to_base64()


def test_a_campus_of_two_hundred_behind_one_address_notices_nothing(sign):
    assert {sign(number).status_code for number in range(200)} == {303}


def test_a_client_that_goes_on_is_asked_for_patience_and_nothing_typed_is_lost(sign, tight):
    assert {sign(number).status_code for number in range(OFTEN)} == {303}
    page = sign(99, name="Zoë <b>Example</b>", role="Reader")
    assert (page.status_code, page["Retry-After"]) == (429, "60")
    assert "Zoë &lt;b&gt;Example&lt;/b&gt;" in page.content.decode()
    assert 'value="Reader"' in page.content.decode()
    assert 'value="p99@example.com"' in page.content.decode()
    assert Signature.objects.count() == OFTEN
    assert not page.cookies
    assert sign(100, "198.51.100.8").status_code == 303


def test_what_a_client_claims_in_its_header_does_not_help(sign, tight):
    assert [sign(number).status_code for number in range(OFTEN + 1)][-1] == 429


def test_an_ipv6_client_is_its_64_and_its_neighbours_share_a_looser_limit(sign, tight):
    assert {sign(n, f"2001:db8:1:2::{n}").status_code for n in range(OFTEN)} == {303}
    assert sign(50, "2001:db8:1:2:ffff::1").status_code == 429
    assert {sign(60 + n, f"2001:db8:1:{n + 3}::1").status_code for n in range(2)} == {303}
    assert sign(70, "2001:db8:1:99::1").status_code == 429
    assert sign(71, "2001:db8:2:99::1").status_code == 303


def test_looking_is_never_counted(client, letter, tight):
    for _ in range(OFTEN * 3):
        assert client.get(f"/letters/{letter.slug}/sign/").status_code == 200
        assert client.head(f"/letters/{letter.slug}/sign/").status_code == 200
    assert not Limit.objects.exists()


def test_a_browser_that_did_the_work_signs_once_with_it(sign, tight):
    for number in range(OFTEN):
        sign(number)
    solution = work(sign(50))
    assert sign(50, altcha=solution).status_code == 303
    assert sign(51, altcha=solution).status_code == 429


@pytest.mark.parametrize(
    "change",
    [
        lambda found: found["solution"].update(counter=found["solution"]["counter"] + 1),
        lambda found: found["challenge"]["parameters"].update(cost=1),
        lambda found: found["challenge"]["parameters"].update(expiresAt=9_999_999_999),
        lambda found: found["challenge"].update(signature="00" * 32),
        lambda found: found["challenge"]["parameters"].update(data={"letter": "other"}),
        lambda found: found.update(solution=None),
        lambda found: found.update(challenge=[]),
    ],
)
def test_work_that_was_changed_opens_nothing(sign, tight, change):
    for number in range(OFTEN):
        sign(number)
    found = json.loads(base64.b64decode(work(sign(50))))
    change(found)
    assert sign(50, altcha=base64.b64encode(json.dumps(found).encode()).decode()).status_code == 429


@pytest.mark.parametrize("nonsense", ["", "x", "e30=", "\0", "é", "W" * 100_000, base64.b64encode(b"[" * 900).decode()])
def test_nonsense_for_work_or_a_ticket_is_just_refused(sign, tight, nonsense: str):
    for number in range(OFTEN):
        sign(number)
    assert sign(50, altcha=nonsense, ticket=nonsense).status_code == 429


def test_work_of_another_letter_or_of_long_ago_opens_nothing(letter, db, time_machine):
    solution = altcha.solve_challenge(made := altcha.Challenge.from_dict(json.loads(challenges.challenge("other"))))
    assert solution
    payload = altcha.Payload(made, solution).to_base64()
    assert not challenges.is_done(payload, letter.slug)
    time_machine.shift(timedelta(seconds=challenges.LASTS + 1))
    assert not challenges.is_done(payload, "other")
    time_machine.shift(-timedelta(minutes=5))
    assert challenges.is_done(payload, "other")


def test_without_javascript_a_minute_of_patience_opens_the_form_once(sign, tight, time_machine):
    for number in range(OFTEN):
        sign(number)
    ticket = field(sign(50), "ticket")
    assert sign(50, ticket=ticket).status_code == 429
    time_machine.shift(timedelta(seconds=61))
    assert sign(50, ticket=ticket).status_code == 303
    assert sign(51, ticket=ticket).status_code == 429


def test_patience_is_worth_nothing_to_a_flood(sign, tight, time_machine):
    tickets = [field(page, "ticket") for page in (sign(number) for number in range(40)) if page.status_code == 429]
    time_machine.shift(timedelta(seconds=61))
    answers = [sign(100 + number, ticket=ticket).status_code for number, ticket in enumerate(tickets)]
    assert answers.count(303) <= challenges.OF_CLIENT + OFTEN


def test_over_the_last_limit_only_time_helps(sign, tight, monkeypatch):
    monkeypatch.setattr(signing, "OF_CLIENT_AT_MOST", OFTEN + 1)
    pages = [sign(number) for number in range(OFTEN + 2)]
    page = pages[-1]
    assert (page.status_code, "data-challenge" in page.content.decode()) == (429, False)
    assert 60 < int(page["Retry-After"]) <= 3600
    assert sign(50, altcha=work(pages[-2])).status_code == 429
    assert 'value="p50@example.com"' in sign(50).content.decode()


@pytest.mark.parametrize("limit", ["OF_LETTER", "TO_MAIL_HOST", "OF_SITE"])
def test_a_flood_from_everywhere_has_to_work(sign, monkeypatch, limit: str):
    monkeypatch.setattr(signing, "SHARDS", 4)
    monkeypatch.setattr(signing, limit, 4 * 2)
    refused = [page for n in range(32) if (page := sign(n, f"10.0.{n}.1")).status_code == 429]
    assert 24 <= len(refused) <= 29
    assert sign(999, "10.9.9.9", altcha=work(refused[-1])).status_code == 303


def test_a_limit_is_one_statement_for_all_it_counts_and_no_row_is_everybodys(sign, django_assert_num_queries, letter):
    origin = signing.origins.From("198.51.100.7", "198.51.100.0/24", "x")
    with django_assert_num_queries(2):
        signing.refuse(letter.slug, host="example.com", origin=origin)
    for _ in range(200):
        signing.refuse(letter.slug, host="example.com", origin=origin)
    of_letter = Limit.objects.filter(key__startswith="sign letter:")
    assert of_letter.count() > signing.SHARDS // 2
    assert max(of_letter.values_list("used", flat=True)) < 30


def test_limits_hold_while_redis_is_away(sign, tight, settings):
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    }
    assert [sign(number).status_code for number in range(OFTEN + 1)] == [303] * OFTEN + [429]
    with pytest.raises(redis.ConnectionError):
        redis.Redis.from_url("redis://127.0.0.1:1/0").ping()


def test_who_runs_the_site_may_raise_the_limits_or_switch_them_off(sign, tight, settings):
    settings.LIMIT_FACTOR = 2
    assert [sign(number).status_code for number in range(2 * OFTEN + 1)] == [303] * 2 * OFTEN + [429]
    settings.LIMIT_FACTOR = 0
    assert sign(90).status_code == 303


def test_limited_and_other_addresses_see_the_same(sign, tight):
    """Who is limited is the client; what is known about an address changes nothing."""
    for number in range(OFTEN):
        sign(number)
    pages = {number: sign(number) for number in (0, 70)}
    shown = {
        re.sub(r'(data-challenge|value)="[^"]*"', "", page.content.decode()).replace(f"p{number}@", "@")
        for number, page in pages.items()
    }
    assert len(shown) == 1


@pytest.mark.parametrize("place", ["sent/", "sent/again/"])
def test_other_doors_answer_429_with_what_was_typed(sign, letter, client, monkeypatch, place: str):
    tab = sign(1)["Location"].partition("?")[2]
    path = f"/letters/{letter.slug}/{place}?{tab}"
    client.post(path, {"code": "12<3"})
    Limit.objects.update(used=2_000_000)
    page = client.post(path, {"code": "12<3"})
    assert page.status_code == 429
    assert 0 < int(page["Retry-After"]) <= 600
    assert 'name="code" value="12&lt;3"' in page.content.decode()


def test_the_doors_of_accounts_are_limited_without_the_cache_and_no_password_is_on_the_page(client, db, monkeypatch):
    monkeypatch.setattr(limiting, "MOST", 2)
    pages = [client.post("/accounts/login/", {"login": "a@example.org", "password": "s3cret-word"}) for _ in range(3)]
    assert pages[-1].status_code == 429
    assert 0 < int(pages[-1]["Retry-After"]) <= 600
    assert "s3cret-word" not in pages[-1].content.decode()
    assert client.get("/accounts/login/").status_code == 200
