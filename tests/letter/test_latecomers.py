"""Who signed one wording and confirms after others are published is asked what everybody else was asked."""

from datetime import timedelta

import pytest
from django.utils import timezone

from petition import versions
from petition.models import Letter
from signatories import announce, signing, tokens
from signatories.models import Mail, Signature
from tests.conftest import LETTER, LINE, code_in, link_in

NOTES = {"meaning": "Darkness instead of light.", "typo": "A comma was missing."}


@pytest.fixture
def change(letter: Letter, organiser):
    """Publish next versions, one for each reason, and let the clock tell everybody."""

    def publish(*reasons: str) -> None:
        for number, reason in enumerate(reasons):
            versions.begin(letter, reason=reason, note=NOTES[reason], by=organiser)
            versions.save(letter, body=f"{LETTER['body']}\n{'And so on. ' * (number + 1)}", seen=0, by=organiser)
            versions.publish(letter, actor=organiser)
            announce.make()

    return publish


@pytest.fixture
def late(letter: Letter, change, deliver):
    """Sign the first wording, confirm after those changes; returns the mails that come then."""

    def confirm(*reasons: str):
        owed = signing.sign(letter, address="late@example.com", typed=LINE)
        deliver()
        change(*reasons)
        deliver().clear()
        signing.confirm(owed.pk, tokens.code(owed.pk), in_tab=True)
        announce.make()
        return [mail for mail in deliver() if "/versions/" in mail.body]

    return confirm


def test_a_latecomer_is_asked_about_a_change_of_meaning_that_a_correction_followed(late, client):
    (mail,) = late("meaning", "typo")
    assert mail.subject.startswith("Do you still sign?")
    assert NOTES["meaning"] in mail.body
    assert "/versions/2/" in mail.body
    page = client.get(link_in(mail, "mine")).content.decode()
    assert "changed its meaning" in page
    assert NOTES["meaning"] in page
    assert "There is a newer one" in page


def test_what_is_kept_then_is_the_newest_wording(late, client):
    (mail,) = late("meaning", "typo")
    client.post(f"{link_in(mail, 'mine')}keep/", {"answer": "keep"})
    assert Signature.objects.get().version.number == 3


def test_of_two_changes_of_meaning_the_newer_one_is_asked_about(late):
    (mail,) = late("meaning", "meaning", "typo")
    assert "/versions/3/" in mail.body


def test_a_latecomer_hears_nothing_of_a_correction(late):
    assert late("typo") == []


def test_a_latecomer_is_asked_once_however_often_the_clock_looks(late):
    late("meaning", "typo")
    assert announce.make() == 0
    assert Mail.objects.filter(kind="version").count() == 1


@pytest.mark.parametrize("name", ["Ada Example", "Ada M. Example"])
def test_who_types_it_again_under_new_words_has_signed_those(change, deliver, post_sign, client, time_machine, name):
    post_sign(version="1")
    deliver()
    change("meaning")
    time_machine.move_to(timezone.now() + timedelta(hours=1))
    tab = post_sign(name=name, version="2")["Location"]
    client.post(tab, {"code": code_in(deliver()[-1])})
    announce.make()
    signature = Signature.objects.select_related("version").get()
    assert (signature.status, signature.name, signature.version.number) == ("confirmed", name, 2)
    assert not [mail for mail in deliver() if "Do you still sign?" in mail.subject]


def test_the_code_of_the_mail_about_the_old_words_signs_the_old_ones(change, deliver, post_sign, time_machine):
    post_sign(version="1")
    deliver()
    old = Mail.objects.get()
    change("meaning")
    time_machine.move_to(timezone.now() + timedelta(hours=1))
    post_sign(version="2")
    deliver()
    assert signing.confirm(old.pk, tokens.code(old.pk), in_tab=False).signature.version.number == 1


def test_who_has_answered_on_the_own_page_is_not_asked_by_a_mail_that_was_owed(confirmed, listed, change, deliver):
    ada = listed(confirmed())
    deliver().clear()
    change("meaning")  # the mail waits behind many others
    announce.keep(Signature.objects.select_related("letter", "version").get(pk=ada.pk))
    assert not [mail for mail in deliver() if "Do you still sign?" in mail.subject]
