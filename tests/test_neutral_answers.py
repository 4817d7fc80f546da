"""Whatever is known about an address, the answer is the same: its bytes, its headers, its work."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from signatories import privacy, retention, signing
from signatories.models import Mail, Signature
from tests import timing

TOKEN = re.compile(rb"[\w-]{59}")


@pytest.fixture
def addresses_of(letter):
    return {state: timing.prepare(letter, state, 1) for state in timing.STATES}


def work(captured) -> list[str]:
    """The statements without the values in them."""
    return [re.sub(r"'[^']*'(?:::\w+)?|\b\d[\w.-]*|\"s\d+_x\d+\"", "?", one["sql"]) for one in captured]


def test_every_address_gets_the_same_status_headers_and_bytes(post_sign, addresses_of, client):
    shown = set()
    for address in addresses_of.values():
        answer = post_sign(address)
        page = client.get(answer["Location"])
        for one in (answer, page):
            assert len(one["X-Request-ID"]) == 36  # random, and as long for everybody
            del one["X-Request-ID"]
        parts = [answer.status_code, sorted(answer.headers.items()), answer.content, dict(answer.cookies)]
        parts += [page.status_code, sorted(page.headers.items()), page.content]
        shown.add(TOKEN.sub(b"token", repr(parts).encode()))
    assert len(shown) == 1


def test_every_address_causes_the_same_statements(post_sign, addresses_of):
    done = {}
    for state, address in addresses_of.items():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            post_sign(address)
        done[state] = work(captured)
    for state, statements in done.items():
        assert statements == done["new"], state


def test_asking_again_does_the_same_for_every_address(post_sign, addresses_of, client):
    done = {}
    for state, address in addresses_of.items():
        tab = post_sign(address)["Location"]
        with CaptureQueriesContext(connection) as captured:
            client.post(tab.replace("/sent/?", "/sent/again/?"))
        done[state] = work(captured)
    for state, statements in done.items():
        assert statements == done["new"], state


def test_a_name_of_another_length_or_script_changes_nothing(post_sign, addresses_of):
    done = []
    for address in addresses_of.values():
        with CaptureQueriesContext(connection) as captured:
            post_sign(address, name="李雷 (Li Lei)", role="")
        done.append(len(captured))
    assert len(set(done)) == 1


def test_the_area_under_the_curve_is_what_it_says():
    assert timing.told_apart([1, 2, 3], [4, 5, 6]) == 1
    assert timing.told_apart([4, 5, 6], [1, 2, 3]) == 1
    assert timing.told_apart([1, 4], [2, 3]) == 0.5


def test_a_statement_less_would_be_seen(post_sign, addresses_of, monkeypatch):
    """A way out for one kind of address is a way in for whoever counts."""
    real = signing.outbox.ask

    def short_cut(kind, **kwargs):
        return real(kind, **kwargs) if kind == Mail.Kind.CONFIRM else Mail(kind=kind)

    monkeypatch.setattr(signing, "outbox", SimpleNamespace(**{**vars(signing.outbox), "ask": short_cut}))
    counts = {}
    for one in ("new", "confirmed"):
        with CaptureQueriesContext(connection) as captured:
            post_sign(addresses_of[one])
        counts[one] = len(captured)
    assert counts["new"] > counts["confirmed"]


def test_a_forgotten_mailbox_that_wants_no_mail_stays_forgotten(post_sign, deliver, letter):
    post_sign()
    deliver().clear()
    privacy.disown(Signature.objects.get(), no_more_mail=True)
    post_sign(name="Mallory", role="Anything")
    assert deliver() == []
    signature = Signature.objects.get()
    assert (signature.status, signature.name, signature.address) == ("expired", "", "")


def test_a_signature_that_begins_again_knows_where_it_was_typed(post_sign, deliver, time_machine, letter):
    post_sign()
    deliver()
    retention.run(now=timezone.now() + timedelta(days=8))
    post_sign(name="Ada Again")
    post_sign(name="Ada Other")
    deliver()
    signature = Signature.objects.get()
    assert (signature.status, signature.name, signature.origin.network) == ("pending", "Ada Again", "127.0.0.0/24")
    assert signature.address == "ada@example.com"
    post_sign(name="Ada Again")
    assert signature.mails.count() == 2


def test_other_names_typed_for_a_mailbox_are_forgotten_after_seven_days(post_sign, confirmed):
    confirmed()
    post_sign(name="Berta Example")
    mail = Mail.objects.get(kind="already")
    assert mail.details == {"name": "Berta Example"}
    retention.run(now=timezone.now() + timedelta(days=8))
    mail.refresh_from_db()
    assert mail.details == {}
