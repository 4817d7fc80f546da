"""Somebody who has signed in public is invited as a founder, and signs again with a code from the same mailbox."""

import pytest
from django.test import Client

from petition import versions
from petition.models import Letter
from signatories import addresses, collecting, invitations, privacy, signing, vetting
from signatories.models import Evidence, Signatory, Signature
from tests.conftest import LINE, code_in, link_in, owed_kinds

ONE = dict.fromkeys(invitations.COLUMNS, "") | {"email": "one@example.com", "name": "Ona One"}


@pytest.fixture
def sign_as_founder(client: Client, letter: Letter, deliver):
    """Invite, and send the founder's form; returns the page on which the founder lands."""

    def sign(**fields: object):
        invitations.invite(letter, rows=[ONE])
        message = next(one for one in deliver() if "invitation" in one.body)
        sent = {name: value for name, value in {**LINE, **fields}.items() if value not in (True, False)}
        sent |= {"publish": "on", "agree": "on", "code": code_in(message)}
        return client.post(link_in(message, "invitation"), sent, follow=True)

    return sign


def test_what_a_founder_types_replaces_the_public_line_and_the_page_says_so(sign_as_founder, confirmed, letter):
    confirmed("one@example.com", name="Ona In Public")
    page = sign_as_founder(name="Dr Ona One").content.decode()
    assert "replaces the one from the public form" in page
    assert "Dr Ona One" in page
    signature = letter.signatures.get()
    assert (signature.name, signature.rank, signature.source) == ("Dr Ona One", 1, "invitation")
    assert [event.reason for event in signature.events.all()] == ["confirmed", "founder_line"]
    assert Signatory.objects.get().name == "Dr Ona One"


def test_a_listed_name_with_another_claim_leaves_the_list_and_is_checked_again(
    sign_as_founder, confirmed, listed, letter
):
    listed(confirmed("one@example.com"))
    page = sign_as_founder(organisation="Another House").content.decode()
    assert "Confirmed, not public yet" in page
    assert "Taken off the list until the new line is checked" in page
    assert not letter.signatures.listed().exists()
    signature = letter.signatures.get()
    assert (signature.status, signature.level, signature.checked) == ("confirmed", 1, "")
    assert not Evidence.objects.filter(claim="affiliation", result=True).exists()


def test_a_listed_name_with_the_same_claims_stays_listed_among_the_founders(sign_as_founder, confirmed, listed, letter):
    listed(signature := confirmed("one@example.com"))
    signing.set_sort_key(signature, "Example Ada")
    page = sign_as_founder(profile_url="https://ada.example.org/").content.decode()
    assert "Your line is the one you had before" in page
    signature = letter.signatures.listed().get()
    kept = (signature.profile_url, signature.rank, signature.level, signature.sort_key)
    assert kept == ("https://ada.example.org/", 1, 2, "example ada")
    assert signature.events.last().reason == "founder"


@pytest.mark.parametrize(
    ("before", "after"),
    [("hold", "held"), ("decline", "confirmed"), ("ask", "asked")],
)
def test_a_hold_and_a_question_stay_and_a_declined_founder_is_decided_anew(
    sign_as_founder, confirmed, vetter, letter, before, after
):
    grounds = {"questions": ["need_details"]} if before == "ask" else {"reason": "unclear_affiliation"}
    getattr(vetting, before)(confirmed("one@example.com"), vetter=vetter, **grounds)
    sign_as_founder(name="Dr Ona One")
    signature = letter.signatures.get()
    assert (signature.status, signature.name) == (after, "Dr Ona One")
    assert signature.events.last().reason == "founder_line"


def test_where_everyone_who_confirms_is_listed_the_new_line_is_listed_at_level_1(sign_as_founder, confirmed, letter):
    Letter.objects.update(listing="confirmed")
    letter.refresh_from_db()
    confirmed("one@example.com")
    collecting.run()
    sign_as_founder(name="Dr Ona One")
    collecting.run()
    assert [(one.name, one.level) for one in letter.signatures.listed()] == [("Dr Ona One", 1)]


def test_a_founder_gets_a_receipt_for_the_line_signed_now(sign_as_founder, confirmed, deliver):
    signature = confirmed("one@example.com", name="Ona In Public")
    sign_as_founder(name="Dr Ona One")
    assert owed_kinds(signature).count("receipt") == 2
    assert "Dr Ona One" in deliver()[-1].body


def test_an_unconfirmed_signature_becomes_the_founders_own(sign_as_founder, letter):
    signing.sign(letter, address=addresses.canonical("one@example.com"), typed={**LINE, "name": "By Mallory"})
    sign_as_founder(name="Dr Ona One")
    signature = Signature.objects.get()
    assert (signature.name, signature.status, signature.source) == ("Dr Ona One", "confirmed", "invitation")


def test_a_founder_who_withdrew_before_stays_withdrawn(sign_as_founder, confirmed, letter):
    privacy.withdraw(confirmed("one@example.com"))
    assert sign_as_founder().status_code == 409
    assert letter.signatures.get().status == "withdrawn"


def test_a_founder_does_not_sign_words_that_came_after_the_page_was_opened(sign_as_founder, letter, organiser):
    versions.begin(letter, reason="meaning", note="Darkness.", by=organiser)
    versions.save(letter, body="We ask for darkness.", seen=0, by=organiser)
    versions.publish(letter, actor=organiser)
    answer = sign_as_founder(version="1")
    assert answer.status_code == 422
    assert "has changed since you opened" in answer.content.decode()
    assert 'name="version" value="2"' in answer.content.decode()
    assert not letter.signatures.exists()


def test_a_founder_does_not_sign_words_that_came_while_the_form_was_read(
    letter, organiser, monkeypatch, sign_as_founder
):
    """The version is published between the look at the form and the signature."""
    accept = invitations.accept

    def publish_and_accept(*args: object, **said: object) -> Signature:
        versions.begin(letter, reason="meaning", note="Darkness.", by=organiser)
        versions.save(letter, body="We ask for darkness.", seen=0, by=organiser)
        versions.publish(letter, actor=organiser)
        return accept(*args, **said)

    monkeypatch.setattr(invitations, "accept", publish_and_accept)
    assert sign_as_founder(version="1").status_code == 409
    assert not Signature.objects.exists()
