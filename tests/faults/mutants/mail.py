"""Mistakes on the way of a mail."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from celery import shared_task
from django.db import connections, transaction
from django.utils import timezone

from signatories import outbox
from signatories.models import Mail, Signature
from signatories.outbox import sending

PLANTS: dict[str, Callable[[], None]] = {}
owe, send_all, mark = outbox.owe, sending._send_all, sending._mark


def plant(function: Callable[[], None]) -> Callable[[], None]:
    """List a mistake by its name."""
    PLANTS[function.__name__] = function
    return function


def nobody_sweeps() -> None:
    """Leave what is owed to whoever was told of it when it was owed."""
    outbox.send = lambda *_, **__: 0


def owe_and(tell: Callable[[Mail], None]) -> None:
    """Have somebody told of each mail after the commit, and only then."""

    def owe_and_tell(*args: Any, **more: Any) -> Mail:
        mail = owe(*args, **more)
        transaction.on_commit(lambda: tell(mail), robust=True)
        return mail

    outbox.owe = owe_and_tell
    nobody_sweeps()


def send_this(pk: str) -> None:
    """Send one mail, whoever else may have it."""
    time.sleep(0.03)
    mails = Mail.objects.filter(pk=pk, state=Mail.State.OWED)
    mails.update(send_after=timezone.now() + timedelta(minutes=5))
    try:
        send_all(list(mails))
    finally:
        sending.line.close()


@shared_task(name="planted.late", acks_late=True)
def send_late(pk: str) -> None:
    send_this(pk)


@shared_task(name="planted.early", acks_late=False)
def send_early(pk: str) -> None:
    send_this(pk)


@plant
def on_commit_only() -> None:
    """A task for each mail, handed to the broker after the commit; no sweep."""
    owe_and(lambda mail: send_late.delay(str(mail.pk)))


@plant
def early_acknowledgement() -> None:
    """The same, and the worker takes a task off the queue before it does it."""
    owe_and(lambda mail: send_early.delay(str(mail.pk)))


@plant
def sweep_off() -> None:
    """A thread of the web server sends each mail after the commit; no sweep."""

    def in_thread(pk: str) -> None:
        try:
            send_this(pk)
        finally:
            connections.close_all()

    owe_and(lambda mail: threading.Thread(target=in_thread, args=(str(mail.pk),), daemon=True).start())


@plant
def mark_before_send() -> None:
    """Each mail is marked as sent, and then sent."""

    def compose_marked(mail: Mail) -> Any:
        message = compose(mail)
        mark(mail, Mail.State.SENT, sent_at=timezone.now(), times_sent=mail.times_sent + 1)
        return message

    compose = sending.compose
    sending.compose = compose_marked


@plant
def mark_after_the_batch() -> None:
    """A batch is marked when all of it was sent."""
    waiting: list[tuple[Mail, datetime]] = []

    def send_then_mark(mails: list[Mail]) -> tuple[int, bool]:
        waiting.clear()
        done = send_all(mails)
        for mail, at in waiting:
            mark_sent(mail, at)
        return done

    mark_sent, sending._mark_sent = sending._mark_sent, lambda mail, at: waiting.append((mail, at))
    sending._send_all = send_then_mark


@plant
def row_lock_over_smtp() -> None:
    """The rows of mails and signatures stay locked while the mail server is spoken to."""

    def send_locked(mails: list[Mail]) -> tuple[int, bool]:
        with transaction.atomic():
            signatures = {mail.signature_id for mail in mails if mail.signature_id}
            list(Signature.objects.select_for_update().filter(pk__in=signatures).order_by("pk"))
            return send_all(mails)

    sending._send_all = send_locked


@plant
def two_senders_take_the_same() -> None:
    """Senders look what is due and send it; nobody leases anything, so a second one does the same."""

    def take(limit: int) -> list[Mail]:
        mails = list(sending._with_rows().due()[:limit])
        for mail in mails:
            mail.was_due = mail.send_after
        return mails

    sending._lease = take
    sending._as_they_are = lambda mails: mails


@plant
def refusals_are_tried_again() -> None:
    """A refusal for good is taken for a passing one."""

    def try_again(mail: Mail, _problem: Exception) -> None:
        Mail.objects.filter(pk=mail.pk).update(send_after=timezone.now() + timedelta(seconds=2))

    sending._postpone = try_again
