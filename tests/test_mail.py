"""Mail is owed in the signer's transaction, and sent later."""

import smtplib
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.utils import timezone

from petition import lifecycle, news
from petition.models import Letter
from signatories import announce, outbox, privacy, signing, vetting
from signatories.models import Mail, Signature
from tests.conftest import LETTER, LINE


class Server(EmailBackend):
    """A mail server of our own that says no as real ones do."""

    answers: dict[str, Exception] = {}  # noqa: RUF012 (set by each test)
    opened = 0

    def open(self) -> bool:
        type(self).opened += 1
        if "open" in self.answers:
            raise self.answers["open"]
        return True

    def send_messages(self, messages) -> int:
        for message in messages:
            if message.to[0] in self.answers:
                raise self.answers[message.to[0]]
        return super().send_messages(messages)


@pytest.fixture
def server(settings):
    settings.EMAIL_BACKEND = "tests.test_mail.Server"
    Server.answers, Server.opened = {}, 0
    return Server


def test_nothing_is_owed_when_the_signature_is_not_committed(post_sign, letter: Letter):
    with transaction.atomic():
        post_sign()
        transaction.set_rollback(True)
    assert not Signature.objects.exists()
    assert not Mail.objects.exists()


def test_one_connection_carries_a_whole_batch(post_sign, server):
    for number in range(5):
        post_sign(f"signer{number}@example.com")
    assert outbox.send() == 5
    assert server.opened == 1


def test_a_mail_is_sent_once_and_its_address_stays_with_the_signature(post_sign, deliver):
    post_sign()
    assert len(deliver()) == 1
    assert outbox.send() == 0
    owed = Mail.objects.get()
    assert (owed.state, owed.times_sent, owed.to) == ("sent", 1, "")


def test_a_lease_keeps_a_second_sender_away_and_lapses(post_sign):
    post_sign()
    Mail.objects.update(send_after=timezone.now() + outbox.LEASE)
    assert outbox.send() == 0
    Mail.objects.update(send_after=timezone.now() - timedelta(seconds=1))
    assert outbox.send() == 1


def test_a_refusal_for_good_is_recorded_once_and_holds_up_nobody(post_sign, server):
    post_sign("nobody@example.com")
    post_sign("ada@example.com")
    server.answers = {"nobody@example.com": smtplib.SMTPRecipientsRefused({"nobody@example.com": (550, b"unknown")})}
    assert outbox.send() == 1
    refused = Mail.objects.get(state="failed")
    assert refused.problem == "SMTPRecipientsRefused: 550"
    assert outbox.send() == 0


def test_a_passing_refusal_is_tried_again_later_and_at_most_twelve_times(post_sign, server):
    post_sign()
    server.answers = {"ada@example.com": smtplib.SMTPDataError(451, b"busy")}
    for _ in range(outbox.MAX_ATTEMPTS):
        assert Mail.objects.get().state == "owed"
        outbox.send()
        Mail.objects.update(send_after=timezone.now())
    assert Mail.objects.get().state == "failed"


def test_a_server_that_is_away_costs_no_mail_a_try(post_sign, server):
    for number in range(3):
        post_sign(f"signer{number}@example.com")
    server.answers = {"open": ConnectionRefusedError()}
    for _ in range(20):
        outbox.send()
        Mail.objects.update(send_after=timezone.now())
    server.answers = {}
    assert outbox.send() == 3


def test_who_has_waited_longest_is_the_first_when_the_server_is_back(post_sign, server):
    for number in range(3):
        post_sign(f"signer{number}@example.com")
    server.answers = {"open": ConnectionRefusedError()}
    outbox.send(limit=2)
    server.answers = {}
    outbox.send(limit=1)
    assert Mail.objects.get(state="sent").signature.address == "signer0@example.com"


def test_a_connection_that_breaks_gives_the_rest_of_the_batch_back(post_sign, server):
    post_sign("first@example.com")
    post_sign("second@example.com")
    server.answers = {"first@example.com": smtplib.SMTPServerDisconnected("gone")}
    outbox.send()
    attempts = dict(Mail.objects.values_list("signature__address", "attempts"))
    assert attempts == {"first@example.com": 1, "second@example.com": 0}


def test_a_mail_that_is_not_true_any_more_is_not_sent(confirmed, vetter, deliver):
    signature = confirmed()
    deliver().clear()
    vetting.hold(signature, vetter=vetter, reason="needs_second_look")
    vetting.decline(signature, vetter=vetter, reason="not_eligible")
    assert [message.subject for message in deliver()] == ["Your name is not printed on Keep the lights on"]


def test_every_mail_lets_its_reader_say_that_it_was_somebody_else(confirmed, vetter, listed, deliver):
    listed(confirmed("one@example.com"))
    vetting.ask(confirmed("two@example.com"), vetter=vetter, questions=["need_details"])
    vetting.hold(confirmed("three@example.com"), vetter=vetter, reason="needs_second_look")
    vetting.decline(confirmed("four@example.com"), vetter=vetter, reason="not_eligible")
    for message in deliver():
        assert "/mine/" in message.body, message.subject
        assert "did not sign" in " ".join(message.body.split()), message.subject


def test_no_header_can_be_smuggled_in_and_links_come_from_the_site_only(post_sign, deliver, settings):
    settings.SITE_URL = "https://letters.example.org"
    post_sign(name="Ada Bcc: all, Example")
    (message,) = deliver()
    assert message.recipients() == ["ada@example.com"]
    assert message.reply_to == ["light@example.org"]
    assert "https://letters.example.org/confirm/" in message.body
    assert message.message()["Message-ID"].endswith("@letters.example.org>")


def test_a_mail_that_cannot_be_rendered_holds_up_nobody(post_sign, letter: Letter, deliver):
    post_sign("broken@example.com")
    post_sign("ada@example.com")
    Mail.objects.filter(signature__address="broken@example.com").update(details={"typed": {"name": "half"}})
    assert [message.to for message in deliver()] == [["ada@example.com"]]
    assert Mail.objects.get(signature__address="broken@example.com").problem == "KeyError"


def test_an_address_that_no_header_can_hold_holds_up_nobody_and_is_given_up(post_sign, letter: Letter, deliver):
    healthy = lifecycle.begin(owner=letter.members.get().user, **{**LETTER, "slug": "healthy"})
    lifecycle.publish(healthy, actor=letter.members.get().user)
    Letter.objects.filter(pk=letter.pk).update(contact="light@example.org\u202c")
    post_sign("broken@example.com")
    signing.sign(healthy, address="ada@example.com", typed=LINE)
    assert [message.to for message in deliver()] == [["ada@example.com"]]
    broken = Mail.objects.get(signature__address="broken@example.com")
    assert broken.problem == "UnicodeError"
    for _ in range(outbox.MAX_ATTEMPTS):
        Mail.objects.filter(state="owed").update(send_after=timezone.now())
        outbox.send()
    broken.refresh_from_db()
    assert (broken.state, broken.attempts) == ("failed", outbox.MAX_ATTEMPTS)


def test_a_withdrawn_signature_still_gets_its_last_mail_after_a_crash(confirmed):
    privacy.withdraw(confirmed())
    Mail.objects.filter(kind="withdrawn").update(send_after=timezone.now() + outbox.LEASE)
    outbox.send()
    Mail.objects.filter(kind="withdrawn").update(send_after=timezone.now())
    assert outbox.send() == 1
    assert mail.outbox[-1].to == ["ada@example.com"]


def test_a_long_subject_in_any_script_arrives_as_it_was_written(letter: Letter, confirmed, organiser, deliver):
    title = "Ein Brief, dessen Überschrift länger ist als eine Zeile einer Nachricht, und auch 李雷 steht darin: ja"
    confirmed("ada@example.com", updates=True)
    confirmed("eve@example.com", updates=True)
    news.publish(news.write(letter, title=title, body="So far.", by=organiser))
    announce.make()
    sent = [message for message in deliver() if title in message.subject]
    assert len(sent) == 2
    for message in sent:
        raw = message.message().as_bytes()
        assert message_from_bytes(raw, policy=default)["Subject"].strip() == message.subject
