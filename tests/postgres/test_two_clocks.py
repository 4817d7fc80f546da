"""Two schedulers and two senders whose clocks are ten minutes apart do nothing twice."""

import datetime as dt

from django.core import mail
from django.db import connection
from django.utils import timezone

from config.celery import app
from config.schedule import SCHEDULE
from petition import lifecycle
from petition.models import Letter
from signatories import outbox, signing
from signatories.models import Mail, SignatureEvent
from signatories.outbox import sending
from tests import naming
from tests.conftest import LINE, known_organisation

AHEAD = dt.timedelta(minutes=10)


def test_a_sender_whose_clock_is_ahead_leaves_alone_what_another_is_sending(letter: Letter, time_machine):
    signing.sign(letter, address="ada@example.com", typed=LINE)
    (leased,) = sending._lease(10)
    time_machine.move_to(timezone.now() + AHEAD)
    connection.close()  # the other machine makes its own
    assert outbox.send() == 0
    assert sending._as_they_are([leased])
    assert mail.outbox == []
    connection.close()


def test_what_a_web_server_with_a_fast_clock_owes_is_sent_at_once(letter: Letter, time_machine):
    time_machine.move_to(timezone.now() + AHEAD)
    connection.close()
    signing.sign(letter, address="ada@example.com", typed=LINE)
    # A clock of tests may stand still, and those that agree to a second count as one.
    time_machine.move_to(timezone.now() - AHEAD + dt.timedelta(seconds=0.5))
    connection.close()
    assert outbox.send() == 1


def test_a_fast_clock_publishes_nothing_early(draft: Letter, organiser, time_machine):
    lifecycle.schedule(draft, at=timezone.now() + AHEAD / 2, least_founders=0, actor=organiser)
    time_machine.move_to(timezone.now() + AHEAD)
    connection.close()
    assert lifecycle.publish_due() == 0
    connection.close()


def test_everything_the_clock_does_done_by_two_at_once_is_done_once(letter: Letter, confirmed, vetter, at_once):
    known_organisation("Lantern Works", "example.com")
    for number, name in enumerate(naming.combined("twice", 10)):
        confirmed(f"signer{number}@example.com", name=name)
    Letter.objects.filter(pk=letter.pk).update(listing="confirmed")
    app.loader.import_default_modules()
    for _ in range(3):
        twice = [app.tasks[entry["task"]] for entry in SCHEDULE.values() for _ in (1, 2)]
        problems = [done for done in at_once(twice) if done is not None]
        assert problems == []
    assert letter.signatures.listed().count() == 10
    assert SignatureEvent.objects.filter(now="listed").count() == 10
    assert len(mail.outbox) == len({(one.to[0], one.subject) for one in mail.outbox})
    assert not Mail.objects.filter(state="sent", times_sent__gt=1).exists()
    assert letter.tallies.count() == 1
