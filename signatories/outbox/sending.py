"""Mail is sent in batches over one connection: leased, looked at once more, and marked as it is accepted."""

import smtplib
import time
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F

from petition import patience, rows, statements
from signatories import mail_server
from signatories.mail_server import line
from signatories.models import Mail, MailQuerySet
from signatories.outbox import anew, turns
from signatories.outbox.asking import ASKED_FOR
from signatories.outbox.wanted import begins_anew, wanted
from signatories.outbox.writing import compose

log = structlog.get_logger(__name__)

BATCH = 100
# For so long a batch is taken for what it was when it was read. A signer can leave while it is being sent; but a mail
# that is forbidden within this time could as well have been on its way. Looking takes a fifth of the time at most, or a
# busy machine would do nothing else.
LOOK = 0.25  # seconds
LOOKING = 4  # times what the last look took
# What a killed sender leaves is due again after this. It begins anew whenever the batch is read again, so it need only
# be longer than one mail takes with a slow server (EMAIL_TIMEOUT), and a crash repeats one mail at worst.
LEASE = timedelta(seconds=30)
TURN = 2.0  # seconds that a task begins another batch, so that a letter is published on time beside a mailing
LONGEST = 5.0  # seconds that a batch may take
MAX_ATTEMPTS = 12
ABOUT: list[str] = [
    *("signature__letter", "signature__version", "invitation__letter"),
    *("announcement__version", "announcement__update", "announcement__reply"),
]
SENT = """
    UPDATE signatories_mail
    SET state = 'sent', "to" = '', sent_at = %s, times_sent = times_sent + 1, attempts = 0, problem = '', returned = ''
    WHERE id = %s AND state NOT IN ('sent', 'failed', 'dropped')
"""
# Those that count against the day from the moment they were sent.
KNOCKED = "UPDATE signatories_knock SET at = %s WHERE id = (SELECT MAX(id) FROM signatories_knock WHERE mail_id = %s)"
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
    mail is left alone for a while. With a slow one a batch ends early: others wait for this worker.
    """
    sent, ends, look = 0, time.monotonic() + LONGEST, time.monotonic() + LOOK
    while mails:
        if time.monotonic() >= ends:
            _give_back(mails)
            break
        if not line.open():
            _give_back(mails)
            return sent, False
        if time.monotonic() >= look:
            began = time.monotonic()
            mails = _as_they_are(mails)
            look = time.monotonic() + max(LOOK, LOOKING * (time.monotonic() - began))
            if not mails:
                break
        mail, *mails = mails
        try:
            sent += _send_one(mail)
        except (OSError, smtplib.SMTPException) as problem:
            _postpone(mail, problem)
            if mail_server.answered(problem) or line.lost():
                continue
            _give_back(mails)
            return sent, False
    return sent, True


def _lease(limit: int) -> list[Mail]:
    until = patience.now() + LEASE
    with transaction.atomic():
        chosen = turns.take(limit)
        Mail.objects.filter(pk__in=chosen).still_owed().update(send_after=until, attempts=F("attempts") + 1)
    return _read(chosen, until)


def _read(due: dict[UUID, datetime], until: datetime) -> list[Mail]:
    """Read leased mails with the rows that they are about; what is not wanted any more is dropped.

    Args:
        due: when each was due before it was leased, in the order in which they are sent.
        until: the end of the lease, which tells the rows that are still ours.
    """
    found = _with_rows().still_owed().filter(send_after=until).in_bulk(due)
    mails = [found[pk] for pk in due if pk in found]
    kept = wanted(mails)
    pks = {mail.pk for mail in kept}  # rows compare slowly, and this is read four times a second
    for mail in mails:
        mail.was_due = due[mail.pk]
        if mail.pk not in pks:
            _mark(mail, Mail.State.DROPPED)
    return kept


def _with_rows() -> MailQuerySet:
    """Mails with what they are about: a letter and its news are read once, however many mails of a batch share them."""
    return Mail.objects.prefetch_related(*ABOUT)


def _as_they_are(mails: list[Mail]) -> list[Mail]:
    """Read again what is left of a batch, and begin its lease anew; return what is still ours and wanted."""
    now, until = patience.now(), mails[0].send_after
    due = {mail.pk: mail.was_due for mail in mails}
    Mail.objects.filter(pk__in=due, send_after=until).still_owed().update(send_after=now + LEASE)
    return _read(due, now + LEASE)


def _send_one(mail: Mail) -> int:
    if begins_anew(mail):
        anew.begin(mail)
    try:
        message = compose(mail)
    except Exception as problem:
        return _cannot(mail, problem)
    message.connection = line.connection
    try:
        message.send()
    except (OSError, smtplib.SMTPException):
        raise
    except Exception as problem:  # such as an address that no header can hold
        line.close()  # it may have begun to speak
        return _cannot(mail, problem)
    line.accepted += 1
    now = patience.now()
    _mark_sent(mail, now)
    log.info("mail sent", mail=str(mail.pk), kind=mail.kind, request_id=mail.request_id)
    return 1


def _cannot(mail: Mail, problem: Exception) -> int:
    """One mail that cannot be written must not hold up the others."""
    log.exception("mail %s cannot be written", mail.pk)
    _postpone(mail, problem)
    return 0


def _mark_sent(mail: Mail, now: datetime) -> None:
    """What is written for every mail, in one message and with one commit: to have it put together takes far longer."""
    at, pk = rows.given(Mail, sent_at=now, id=mail.pk)
    statements.run_all([(SENT, [at, pk]), *([(KNOCKED, [at, pk])] if mail.kind in COUNTED else [])])


def _mark(mail: Mail, state: Mail.State, **changes: Any) -> None:
    """End with a mail; an address that only this row still knew goes with it."""
    Mail.objects.filter(pk=mail.pk).still_owed().update(state=state, to="", **changes)


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
        ours = Mail.objects.filter(pk=mail.pk, send_after=mail.send_after)
        ours.still_owed().update(send_after=mail.was_due, attempts=F("attempts") - 1)
