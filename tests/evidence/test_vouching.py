"""A listed signer vouches for a colleague."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from petition import lifecycle
from petition.models import Letter
from signatories import addresses, evidence, privacy, signing, tokens, vetting, vouching
from signatories.models import Evidence, Mail, Signature, Vouch
from tests.conftest import LETTER, LINE, support
from tests.test_leaving import mine


@pytest.fixture
def ada(confirmed) -> Signature:
    """Who asks somebody to vouch."""
    return confirmed()


@pytest.fixture
def bob(confirmed, listed) -> Signature:
    """Who may vouch."""
    return listed(confirmed("bob@example.com", name="Bob Example"), 3)


@pytest.fixture
def code(ada, client: Client) -> str:
    """Ada's code, as her page shows it."""
    client.post(f"{mine(ada)}proofs/vouch-code/", {"want": "on"})
    shown = str(ada.vouch_code)
    assert shown in client.get(mine(ada)).content.decode()
    return shown


def vouch(voucher: Signature, code: str, **ticks: str):
    """Type a code; who says that they know this person has seen the line before."""
    path, typed = f"{mine(voucher)}vouch/", {"vouch_code": code}
    if "know" in ticks:
        shown = re.search(r'name="line" value="(\w*)"', Client().post(path, typed).content.decode())
        typed["line"] = shown[1] if shown else ""
    return Client().post(path, {**typed, **ticks})


KNOWS = {"again": "yes", "know": "on"}


def test_who_vouches_sees_the_line_first_and_then_ticks(ada, bob, code, client):
    page = vouch(bob, code)
    assert page.status_code == 200
    assert "Lamplighter, Lantern Works" in page.content.decode()
    assert vouch(bob, code, again="yes").status_code == 422
    assert not Vouch.objects.exists()
    assert vouch(bob, code, **KNOWS).status_code == 303
    row = ada.evidence.get()
    assert (row.family, row.claim, row.account) == ("V", "identity", f"signature:{bob.pk}")
    assert "Bob Example" in client.get(mine(ada)).content.decode()
    assert "Ada Example" in client.get(mine(bob)).content.decode()


@pytest.mark.parametrize("changed", ["name", "organisation"])
def test_nobody_vouches_for_a_line_that_they_have_not_seen(ada, bob, code, changed):
    path = f"{mine(bob)}vouch/"
    line = re.search(r'name="line" value="(\w+)"', vouch(bob, code).content.decode())[1]
    privacy.correct(ada, typed={**LINE, changed: "Somebody Famous"})
    refused = Client().post(path, {"vouch_code": code, "line": line, **KNOWS})
    assert refused.status_code == 409
    assert "has changed since you read it" in refused.content.decode()
    assert not Vouch.objects.exists()
    assert vouch(bob, code, **KNOWS).status_code == 303


@pytest.mark.parametrize(
    "spell", [str.lower, lambda code: code.replace("-", " "), lambda code: f" {code.replace('-', '')} "]
)
def test_a_code_is_read_however_it_is_written(ada, bob, code, spell):
    vouch(bob, spell(code), **KNOWS)
    assert ada.vouches.count() == 1


def test_letters_that_look_like_digits_are_read_as_digits(ada, bob, code):
    ada.vouch_code.code = "01234ABC"
    ada.vouch_code.save()
    vouch(bob, "oI234-abc", **KNOWS)
    assert ada.vouches.count() == 1


def test_vouching_twice_counts_once_and_two_people_are_two_rows_of_one_family(ada, bob, code, confirmed, listed):
    cy = listed(confirmed("cy@example.com", name="Cy"), 3)
    for voucher in (bob, bob, cy):
        vouch(voucher, code, **KNOWS)
    assert Evidence.objects.filter(signature=ada).count() == 2
    assert evidence.signals(ada)[0].family == evidence.signals(ada)[1].family == "V"


def test_nobody_vouches_for_themselves(bob, client):
    own = vouching.code_for(bob)
    assert "No colleague" in vouch(bob, str(own), **KNOWS).content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        Vouch.objects.create(voucher=bob, signature=bob)


@pytest.mark.parametrize("level", [2, None])
def test_only_who_is_listed_at_level_3_or_4_vouches(ada, code, confirmed, listed, client, level):
    cy = confirmed("cy@example.com", name="Cy")
    if level:
        listed(cy, level)
    assert "Vouch for a colleague" not in client.get(mine(cy)).content.decode()
    assert vouch(cy, code, **KNOWS).status_code == 409
    assert not Vouch.objects.exists()


def test_a_signer_of_another_letter_vouches_for_nobody_here(ada, code, organiser, vetter):
    other = lifecycle.begin(owner=organiser, **{**LETTER, "slug": "other"})
    lifecycle.publish(other, actor=organiser)
    other = Letter.objects.get(slug="other")
    owed = signing.sign(other, address=addresses.canonical("cy@example.com"), typed=LINE)
    Mail.objects.filter(pk=owed.pk).update(state="sent", times_sent=1)
    cy = signing.confirm(owed.pk, tokens.code(owed.pk), in_tab=True).signature
    support(cy, "MP", by=vetter)
    vetting.list_(cy, vetter=vetter, level=3, reason="two_signals")
    assert vouch(cy, code, **KNOWS).status_code == 422
    assert not Vouch.objects.exists()


def test_codes_cannot_be_guessed(bob, code, time_machine):
    time_machine.move_to(datetime(2026, 11, 24, 12, tzinfo=UTC), tick=True)
    for number in range(vouching.TRIES):
        assert vouch(bob, f"{number:08d}").status_code == 422
    assert "tried too often" in vouch(bob, code, **KNOWS).content.decode()
    time_machine.shift(timedelta(days=1))
    assert vouch(bob, code).status_code == 200


@pytest.mark.parametrize("typed", ["", "x", "\0", "é" * 20, "A" * 21, "<b>"])
def test_what_is_no_code_is_said_beside_its_field(bob, typed):
    assert vouch(bob, typed).status_code == 422


def test_a_vouch_counts_only_while_its_voucher_is_on_the_letter(ada, bob, code, vetter, listed_again):
    vouch(bob, code, **KNOWS)
    vetting.hide(bob, vetter=vetter, reason="listed_by_mistake")
    assert vouching.renew() == 1
    assert evidence.signals(ada) == []
    listed_again(bob)
    assert vouching.renew() == 0
    Signature.objects.filter(pk=bob.pk).update(level=3)
    assert (vouching.renew(), vouching.renew()) == (1, 0)
    assert len(evidence.signals(ada)) == 1


def test_a_voucher_who_leaves_takes_the_vouch_along(ada, bob, code):
    vouch(bob, code, **KNOWS)
    privacy.withdraw(bob)
    assert vouching.renew() == 1
    assert not Vouch.objects.exists()
    assert not ada.evidence.exists()
    ada.refresh_from_db()
    assert ada.collect_after is not None


def test_who_was_vouched_for_and_leaves_is_forgotten(ada, bob, code):
    vouch(bob, code, **KNOWS)
    privacy.withdraw(ada)
    assert vouching.renew() == 0
    assert not Vouch.objects.exists()
    assert not Evidence.objects.filter(signature=ada).exists()
    assert vouch(bob, code).status_code == 422


def test_a_vouch_for_an_earlier_name_does_not_come_back(ada, bob, code, monkeypatch):
    vouching.vouch(bob, code=code, line=vouching.seen(ada))
    Vouch.objects.update(counts=False)  # as while its voucher is off the letter
    weigh = vouching._weigh

    def weigh_after_a_correction(given: Vouch, *, counts: bool) -> None:
        privacy.correct(ada, typed={**ada.typed, "name": "Somebody Else"})
        weigh(given, counts=counts)

    monkeypatch.setattr(vouching, "_weigh", weigh_after_a_correction)
    vouching.renew()
    assert not ada.evidence.filter(family="V", result=True).exists()
