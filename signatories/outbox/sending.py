"""Mail is sent in batches over one connection: leased, looked at once more, and marked as it is accepted."""

import smtplib
import time
from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F

from petition import patience
from signatories import mail_server
from signatories.mail_server import line
from signatories.models import Knock, Mail, MailQuerySet
from signatories.outbox import anew
from signatories.outbox.asking import ASKED_FOR
from signatories.outbox.wanted import begins_anew, is_as_read, is_wanted
from signatories.outbox.writing import compose

log = structlog.get_logger(__name__)

BATCH = 50
FRESH = timedelta(seconds=5)  # for so long what was read of a batch is not read again, but for what could forbid it
# What a killed sender leaves is due again after this. It begins anew for each mail that was not read just now, so
# it need only be longer than one mail takes with a slow server (EMAIL_TIMEOUT), and a crash repeats one mail at worst.
LEASE = timedelta(seconds=30)
TURN = 2.0  # seconds that a task begins another batch, so that a letter is published on time beside a mailing
MAX_ATTEMPTS = 12
# Those that count against the day from the moment they were sent.
COUNTED = {*ASKED_FOR, Mail.Kind.MAILBOX}


def send(limit: int = BATCH, *, seconds: float = 0.0) -> int:
    """Send mails that are due over one connection; return how many were accepted.

    Safe to run anywhere at any time: a row is leased before it is sent and marked right after the server accepted
    it, so two senders never hold the same mail, and a killed one repeats at most the mail it was sending.

    Args:
        limit: how many are leased at once; in between, what one person waits for overtakes what goes to many.
        seconds: for how long another batch is begun. Where more is due then, the connection is left open for the
            next turn of this thread; once nothing is due it is closed.
    """
    until, sent, more = time.monotonic() + seconds, 0, True
    try:
        while leased := _lease(limit):
            accepted, answers = _send_all(leased)
            sent += accepted
            if not answers or time.monotonic() >= until:
                more = answers and seconds > 0
                break
        else:
            more = False
    except BaseException:
        more = False
        raise
    finally:
        if not more:
            line.close()
    return sent


def _send_all(mails: list[Mail]) -> tuple[int, bool]:
    """Send a batch; return how many were accepted, and whether the server still answers.

    Servers hang up after so many mails; then the next ones go over another connection. One that hangs up at the first
    mail is left alone for a while.
    """
    sent = 0
    for position, mail in enumerate(mails):
        if not line.open():
            _give_back(mails[position:])
            return sent, False
        try:
            sent += _send_one(mail)
        except (OSError, smtplib.SMTPException) as problem:
            _postpone(mail, problem)
            if mail_server.answered(problem) or line.lost():
                continue
            _give_back(mails[position + 1 :])
            return sent, False
    return sent, True


def _lease(limit: int) -> list[Mail]:
    with transaction.atomic():
        due = Mail.objects.due().select_for_update(skip_locked=True).values_list("pk", "send_after")
        chosen = dict(due[:limit])
        Mail.objects.filter(pk__in=chosen, state=Mail.State.OWED).update(
            send_after=patience.now() + LEASE, attempts=F("attempts") + 1
        )
    rows = _with_rows().in_bulk(chosen)
    for pk, mail in rows.items():
        mail.was_due = chosen[pk]
    return [rows[pk] for pk in chosen if pk in rows]


def _with_rows() -> MailQuerySet:
    about = ("signature__letter", "signature__version", "invitation__letter")
    return Mail.objects.select_related(*about, "announcement__version", "announcement__update", "announcement__reply")


def _send_one(mail: Mail) -> int:
    fresh = _renew(mail)
    if fresh is None:
        return 0
    mail = fresh
    if begins_anew(mail):
        anew.begin(mail)
    try:
        message = compose(mail)
    except Exception as problem:  # one mail that cannot be rendered must not hold up the others
        log.exception("mail %s cannot be rendered", mail.pk)
        _postpone(mail, problem)
        return 0
    message.connection = line.connection
    message.send()
    line.accepted += 1
    now = patience.now()
    _mark(mail, Mail.State.SENT, sent_at=now, times_sent=F("times_sent") + 1, attempts=0, problem="", returned="")
    log.info("mail sent", mail=str(mail.pk), kind=mail.kind, request_id=mail.request_id)
    if mail.kind in COUNTED:
        Knock.objects.filter(pk__in=mail.knocks.order_by("-pk").values("pk")[:1]).update(at=now)
    return 1


def _renew(mail: Mail) -> Mail | None:
    """Look at a mail again just before it is sent; None if it is not ours or not wanted any more.

    A signer can leave while the batch is being sent, and a slow server can outlast its lease: what was read more than
    some seconds ago is read again whole, with a lease that begins now.
    """
    now = patience.now()
    if now - (mail.send_after - LEASE) < FRESH and is_as_read(mail):
        return mail
    ours = Mail.objects.filter(pk=mail.pk, state=Mail.State.OWED, send_after=mail.send_after)
    if not ours.update(send_after=now + LEASE):
        return None
    fresh = _with_rows().get(pk=mail.pk)
    if is_wanted(fresh):
        return fresh
    _mark(fresh, Mail.State.DROPPED)
    return None


def _mark(mail: Mail, state: Mail.State, **changes: Any) -> None:
    """End with a mail; an address that only this row still knew goes with it."""
    Mail.objects.filter(pk=mail.pk, state=Mail.State.OWED).update(state=state, to="", **changes)


def _postpone(mail: Mail, problem: Exception) -> None:
    """Try again later, with growing pauses of up to an hour; give up on a refusal for good or after 12 tries."""
    words = f"{type(problem).__name__}: {mail_server.code(problem) or ''}".strip(": ")
    if 500 <= mail_server.code(problem) < 600 or mail.attempts >= MAX_ATTEMPTS:
        log.warning("mail refused", mail=str(mail.pk), kind=mail.kind, request_id=mail.request_id, problem=words)
        _mark(mail, Mail.State.FAILED, problem=words, failed_at=patience.now())
        return
    pause = min(timedelta(seconds=10) * 2**mail.attempts, timedelta(hours=1))
    Mail.objects.filter(pk=mail.pk).update(send_after=patience.now() + pause, problem=words)


def _give_back(mails: list[Mail]) -> None:
    """Put mails that were not tried back in their place, without counting a try: the server was away, not the reader.

    The next turn begins with the same ones, so that those who have waited longest are the first when it is back.
    """
    for mail in mails:
        ours = Mail.objects.filter(pk=mail.pk, state=Mail.State.OWED, send_after=mail.send_after)
        ours.update(send_after=mail.was_due, attempts=F("attempts") - 1)
