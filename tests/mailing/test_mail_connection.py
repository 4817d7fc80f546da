"""Many mails go over one connection, and one that waits for a code still goes first."""

from datetime import timedelta

import pytest
from django.utils import timezone

from petition import news
from signatories import announce, mail_server, outbox, signing
from signatories.models import Mail
from signatories.outbox import sending
from tests import servers
from tests.conftest import LINE


@pytest.fixture
def sink(settings):
    """A real mail server on this machine."""
    with servers.smtp_sink() as sink:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(sink.url.rpartition(":")[2])
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield sink
        mail_server.line.close()


@pytest.fixture
def many(letter, monkeypatch):
    """Mails for three batches, none of which ends early because this machine is busy."""
    monkeypatch.setattr(sending, "LONGEST", 600)
    for number in range(120):
        signing.sign(letter, address=f"signer{number}@example.com", typed=LINE)


def test_all_batches_of_a_turn_go_over_one_connection(many, sink):
    assert outbox.send(seconds=60) == 120
    assert list(sink.connections.values()) == [120]
    assert mail_server.line.connection is None


def test_the_next_turn_goes_on_over_the_same_connection(many, sink):
    assert outbox.send(50, seconds=1e-6) == 50
    assert outbox.send(50, seconds=1e-6) == 50
    assert outbox.send(50, seconds=1e-6) == 20
    assert list(sink.connections.values()) == [120]
    assert outbox.send(50, seconds=1e-6) == 0
    assert mail_server.line.connection is None


def test_a_server_that_hangs_up_after_so_many_mails_is_called_again(many, sink):
    sink.patience = 30
    outbox.send(seconds=60)
    put_off = Mail.objects.filter(state="owed")
    assert put_off.count() <= 4
    put_off.update(send_after=timezone.now())
    outbox.send(seconds=60)
    assert sorted({str(message["To"]) for message in sink.messages}) == sorted(
        f"signer{number}@example.com" for number in range(120)
    )
    assert len(sink.messages) == 120


def test_a_server_that_hangs_up_at_once_is_left_alone_and_the_mails_count_no_try(many, sink):
    sink.patience = -1  # nobody is patient with a sender on its list
    sink.connections.clear()
    assert outbox.send(seconds=60) == 0
    assert len(sink.connections) == 1
    assert Mail.objects.filter(state="owed", attempts=0).count() == 119


def test_a_code_that_somebody_waits_for_overtakes_a_mailing_between_two_batches(letter, confirmed, organiser, sink):
    for number in range(5):
        confirmed(f"reader{number}@example.com", updates=True)
    Mail.objects.update(state="dropped")
    news.publish(news.write(letter, title="News", body="So far.", by=organiser))
    announce.make()
    Mail.objects.filter(bulk=True).update(send_after=timezone.now() - timedelta(hours=1))
    outbox.send(limit=2, seconds=1e-6)
    signing.sign(letter, address="now@example.com", typed=LINE)
    outbox.send(limit=2, seconds=60)
    assert [str(message["To"]) for message in sink.messages][2] == "now@example.com"
    assert len(sink.messages) == 6
    assert len(sink.connections) == 1


def test_a_connection_that_was_not_used_for_long_is_not_trusted(many, sink, monkeypatch):
    outbox.send(seconds=1e-6)
    monkeypatch.setattr(mail_server, "IDLE", -1.0)
    assert outbox.send(limit=1) == 1
    assert len(sink.connections) == 2


def test_two_mails_about_one_signature_each_say_their_own_name(letter, deliver, monkeypatch):
    monkeypatch.setattr(sending, "LOOK", 60)  # both are of what was read once, however slow the machine is
    first = signing.sign(letter, address="ada@example.com", typed=LINE)
    other = signing.sign(letter, address="ada@example.com", typed={**LINE, "name": "Somebody Else"})
    # The first one goes out after the other, as after it was refused for a while.
    for mail, ago in ((first, 1), (other, 2)):
        Mail.objects.filter(pk=mail.pk).update(send_after=timezone.now() - timedelta(seconds=ago))
    sent = deliver()
    names = {mail.pk: name for mail, name in ((first, "Ada Example"), (other, "Somebody Else"))}
    assert [names[pk] in message.body for pk, message in zip((other.pk, first.pk), sent, strict=True)] == [True, True]
