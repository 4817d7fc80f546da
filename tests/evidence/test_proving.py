"""What is offered as proof is a queue of rows: checked once, tried again, given up in the end."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from signatories import privacy, proving, vetting
from signatories.evidence.web import receipt_url
from signatories.models import Limit, Proof, Signature
from tests.network import answer
from tests.test_leaving import mine


@pytest.fixture
def signature(confirmed) -> Signature:
    return confirmed()


def offer(signature: Signature, url: str) -> Proof:
    return proving.offer(signature, kind=Proof.Kind.PAGE, value=url)


def again() -> int:
    """Check once more as if enough time had passed for each host."""
    Limit.objects.all().delete()
    Proof.objects.update(check_after=timezone.now())
    return proving.check_due()


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("page", "ftp://example.org/x", "start with https://"),
        ("page", "http://localhost/", "not a full host name"),
        ("page", "http://0x7f.1/", "written as a number"),
        ("page", "https://ada:word@example.org/", "password"),
        ("page", "https://example.org:22/", "usual ports"),
        ("page", "https://example.org/" + "ü" * 200, "longer than 300"),
        ("page", "a\0b", "invisible character U+0000"),
        ("page", "", "required"),
        ("file", "https://", "not a full host name"),
        ("page", "http://127.0.0.1/", "not on the public internet"),
        ("domain", "192.0.2.1", "not on the public internet"),
        ("domain", "[::1]", "not on the public internet"),
        ("domain", "9.9.9.9", "not a number"),
        ("domain", "[2620:fe::fe]", "not a number"),
        ("domain", "a..example.org", "not a full host name"),
    ],
)
def test_what_cannot_be_checked_is_said_beside_its_field_and_kept(signature, client, kind, value, said):
    answered = client.post(f"{mine(signature)}proofs/{kind}/", {"value": value})
    page = answered.content.decode()
    assert answered.status_code == 422
    assert said in page
    assert not Proof.objects.exists()


@pytest.mark.parametrize("typed", ["example.org/me", " https://EXAMPLE.org:443/me#top "])
def test_a_page_has_one_spelling_and_is_checked_once(signature, client, typed):
    for value in (typed, "https://example.org/me"):
        client.post(f"{mine(signature)}proofs/page/", {"value": value})
    assert signature.proofs.get().value == "https://example.org/me"


def test_a_server_that_is_away_is_asked_six_times_with_growing_pauses(signature, site, client):
    site.pages["/"] = answer(status="503 Busy")
    proof = offer(signature, site.url())
    pauses = []
    for _ in range(6):
        again()
        proof.refresh_from_db()
        pauses.append(proof.check_after - timezone.now())
    assert pauses[:5] == sorted(pauses[:5])
    assert (proof.state, len(site.asked)) == ("refused", 6)
    assert "We tried 6 times" in client.get(mine(signature)).content.decode()
    assert again() == 0


def test_nobody_is_asked_for_a_name_that_was_declined_until_it_is_back(signature, site, vetter):
    site.pages["/"] = answer(f'<a rel="me" href="{receipt_url(signature)}">I signed</a>')
    proof = offer(signature, site.url())
    vetting.decline(signature, vetter=vetter, reason="not_eligible")
    assert (again(), again(), len(site.asked)) == (0, 0, 0)
    vetting.back(signature, vetter=vetter, reason="decided_by_mistake")
    assert (again(), again()) == (1, 0)
    proof.refresh_from_db()
    assert (proof.state, len(site.asked)) == ("found", 1)


def test_what_was_refused_can_be_offered_again(signature, site):
    proof = offer(signature, site.url())
    again()
    proof.refresh_from_db()
    assert (proof.state, "404" in proof.message) == ("refused", True)
    offer(signature, site.url())
    assert again() == 1


def test_one_server_is_asked_by_one_proof_at_a_time(signature, confirmed, site):
    other = confirmed("bob@example.com", name="Bob")
    offer(signature, site.url("/a"))
    offer(other, site.url("/b"))
    proving.check_due()
    assert site.paths == ["/a"]
    assert other.proofs.get().attempts == 0
    again()
    assert site.paths == ["/a", "/b"]


def test_twenty_offers_a_day_are_enough(signature, client, time_machine):
    time_machine.move_to(datetime(2026, 11, 24, 12, tzinfo=UTC), tick=True)
    for number in range(proving.DAILY + 1):
        answered = client.post(f"{mine(signature)}proofs/page/", {"value": f"https://example.org/{number}"})
    assert answered.status_code == 422
    assert "more than 20 in a day" in answered.content.decode()
    time_machine.shift(timedelta(days=1))
    assert client.post(f"{mine(signature)}proofs/page/", {"value": "https://example.org/x"}).status_code == 303


def test_nothing_is_proven_for_an_unconfirmed_or_withdrawn_signature(signature, client):
    privacy.withdraw(signature)
    assert "Strengthen" not in client.get(mine(signature)).content.decode()
    assert client.post(f"{mine(signature)}proofs/page/", {"value": "https://example.org/"}).status_code == 409
    assert client.get(f"{mine(signature)}statement/").status_code == 404


def test_a_scanner_that_presses_every_button_causes_nothing(signature, client: Client, listed, deliver):
    listed(signature, 3)
    deliver().clear()
    for path in ("page", "file", "domain", "key", "mailbox", "code", "vouch-code"):
        assert client.post(f"{mine(signature)}proofs/{path}/").status_code == 422
    assert client.post(f"{mine(signature)}vouch/").status_code == 422
    client.get(f"{mine(signature)}statement/")
    assert not Proof.objects.exists()
    assert not hasattr(Signature.objects.get(), "vouch_code")
    assert deliver() == []
