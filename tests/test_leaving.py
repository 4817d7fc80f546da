"""A signer leaves the letter."""

import pytest
from django.test import Client

from petition import lifecycle
from signatories import outbox, signing, tokens, vetting
from signatories.models import Evidence, Signatory, Signature
from tests.conftest import LINE, code_in


def mine(signature: Signature) -> str:
    return f"/mine/{tokens.make('mine', signature.pk)}/"


def test_withdrawing_takes_the_name_off_and_erases_the_person(confirmed, listed, client: Client, letter, own):
    signature = listed(confirmed())
    assert "Ada Example" in client.get(f"/letters/{letter.slug}/signatories/").content.decode()
    own(signature, "withdraw", sure="on")
    assert "Withdrawn" in client.get(mine(signature)).content.decode()
    assert "Ada Example" not in client.get(f"/letters/{letter.slug}/signatories/").content.decode()
    signature.refresh_from_db()
    blanked = (signature.address, signature.name, signature.role, signature.organisation, signature.search)
    assert blanked == ("",) * 5
    assert not Signatory.objects.exists()
    assert not Evidence.objects.exists()


def test_the_last_mail_goes_to_the_address_that_is_forgotten_afterwards(confirmed, own, deliver):
    signature = confirmed()
    own(signature, "withdraw", sure="on")
    assert deliver()[-1].to == ["ada@example.com"]
    assert signature.mails.get(kind="withdrawn").to == ""


def test_without_the_tick_nothing_is_withdrawn_and_the_page_says_why(confirmed, own):
    answer = own(confirmed(), "withdraw")
    assert answer.status_code == 422
    assert "Please tick the box" in answer.content.decode()
    assert Signature.objects.get().status == "confirmed"


def test_withdrawing_twice_is_harmless(confirmed, client: Client, own, deliver):
    signature = confirmed()
    assert own(signature, "withdraw", sure="on").status_code == 303
    again = {"sure": "on", "code": code_in(deliver()[-2])}
    assert client.post(mine(signature) + "withdraw/", again).status_code == 303
    assert signature.events.filter(now="withdrawn").count() == 1


def test_leaving_stays_possible_when_the_letter_is_closed(confirmed, own, letter):
    signature = confirmed()
    lifecycle.close(letter)
    own(signature, "withdraw", sure="on")
    assert Signature.objects.get().status == "withdrawn"


def test_a_code_that_comes_back_after_withdrawing_confirms_nothing(letter, client: Client):
    owed = signing.sign(letter, address="ada@example.com", typed=LINE)
    outbox.send()
    code = {"code": tokens.code(owed.pk)}  # the one to confirm with proves the mailbox as well
    client.post(mine(letter.signatures.get()) + "withdraw/", {"sure": "on", **code})
    tab = f"/letters/{letter.slug}/sent/?t={tokens.make('tab', owed.pk, at=letter.slug)}"
    assert client.post(tab, {"code": tokens.code(owed.pk)}).status_code == 410
    assert letter.signatures.get().status == "withdrawn"


def test_a_question_is_answered_on_the_status_page(confirmed, vetter, client: Client):
    signature = confirmed()
    vetting.ask(signature, vetter=vetter, questions=["need_staff_page"])
    assert "Please send a page" in client.get(mine(signature)).content.decode()
    client.post(mine(signature) + "answer/", {"answer": "https://lantern.example.org/people"})
    signature.refresh_from_db()
    assert signature.status == "confirmed"
    assert signature.decisions.get().answer == "https://lantern.example.org/people"


def test_answering_what_nobody_asked_is_a_409_page(confirmed, client: Client):
    assert client.post(mine(confirmed()) + "answer/", {"answer": "Here I am"}).status_code == 409


@pytest.mark.parametrize("what", ["withdraw", "erase"])
def test_the_first_mail_offers_nobody_who_withdrew_to_sign_again(confirmed, client: Client, letter, own, what):
    signature = confirmed()
    link = f"/confirm/{tokens.make('confirm', signature.mails.get(kind='confirm').pk)}/"
    own(signature, what, sure="on")
    answer = client.get(link)
    assert answer.status_code == 410
    assert "Your signature is off the letter" in answer.content.decode()
    assert f"/letters/{letter.slug}/sign/" not in answer.content.decode()


def test_who_never_confirmed_in_time_may_sign_again(letter, client: Client):
    owed = signing.sign(letter, address="ada@example.com", typed=LINE)
    Signature.objects.update(status="expired")
    page = client.get(f"/confirm/{tokens.make('confirm', owed.pk)}/").content.decode()
    assert f"/letters/{letter.slug}/sign/" in page


def test_whoever_types_the_address_of_somebody_who_withdrew_learns_nothing(confirmed, client: Client, own, post_sign):
    own(confirmed(), "withdraw", sure="on")
    tab = post_sign()["Location"]
    fresh = post_sign("new@example.com")["Location"]
    seen = [client.post(where, {"code": "000000"}) for where in (tab, fresh)]
    assert [one.status_code for one in seen] == [422, 422]
    assert "off the letter" not in seen[0].content.decode()
