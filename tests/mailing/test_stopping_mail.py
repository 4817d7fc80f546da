"""Who reads a mailbox that somebody else typed stops all mail to it, whatever becomes of the signature."""

from datetime import timedelta

import pytest
from django.utils import timezone

from signatories import addresses, erasing, privacy, retention, signing, tokens, vetting, workmail
from signatories.models import Mail, Signature, Suppression
from tests.conftest import LINE, link_in

VICTIM = "victim@bigcorp.example.org"


@pytest.fixture
def typed(confirmed, deliver):
    """Somebody has typed the victim's address as theirs at work; the signature and the victim's link."""
    signature = confirmed()
    workmail.ask(signature, address=VICTIM)
    (message,) = [one for one in deliver() if one.to == [VICTIM]]
    return signature, link_in(message, "mailbox")


def stop(client, link: str):
    return client.post(link, {"sure": "on"})


def is_stopped() -> bool:
    return Suppression.objects.filter(address_hash=addresses.keyed_hash(VICTIM)).exists()


@pytest.mark.parametrize("leave", [privacy.withdraw, privacy.erase, privacy.disown])
def test_after_the_signature_is_gone_it_is_stopped_as_the_page_says(typed, client, leave):
    signature, link = typed
    leave(signature)
    assert "We write to this address no more" in stop(client, link).content.decode()
    assert is_stopped()


def test_after_three_months_it_is_stopped_too(typed, client):
    later = timezone.now() + timedelta(days=92)
    retention.run(now=later)
    assert stop(client, typed[1]).status_code == 200
    assert is_stopped()
    assert retention.run(only={"mails"}, even_if_done=True, now=later) == {}  # and is not due every day from then on


def test_after_the_signature_was_forgotten_and_began_again_it_is_stopped_too(typed, letter, client, vetter, deliver):
    signature, link = typed
    vetting.decline(Signature.objects.get(pk=signature.pk), vetter=vetter, reason="not_eligible")
    retention.run(only={"rejected"}, now=timezone.now() + timedelta(days=31))
    owed = signing.sign(letter, address="ada@example.com", typed=LINE)
    deliver()
    assert signing.confirm(owed.pk, tokens.code(owed.pk), in_tab=True).just_now
    assert stop(client, link).status_code == 200
    assert is_stopped()


def test_nothing_of_the_victim_but_the_keyed_hash_is_kept(typed):
    privacy.withdraw(typed[0])
    mail = Mail.objects.get(kind="mailbox")
    assert (mail.to, mail.details) == ("", {"address_hash": addresses.keyed_hash(VICTIM)})


def test_nothing_is_promised_where_the_mailbox_is_not_known_any_more(typed, client, letter):
    Mail.objects.filter(kind="mailbox").update(details={})  # as an earlier release left it
    answer = stop(client, typed[1])
    assert answer.status_code == 410
    assert "nothing was stopped" in answer.content.decode()
    assert letter.contact in answer.content.decode()
    assert not Suppression.objects.exists()


def test_what_a_mail_says_about_its_owner_is_forgotten_as_before(typed):
    signature, _link = typed
    signature.mails.filter(kind="confirm").update(details={"typed": {"name": "Another Ada"}})
    erasing.forget_mails(signature)
    assert not signature.mails.exclude(kind="mailbox").exclude(details={}).exists()
