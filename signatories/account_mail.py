"""Mail about accounts, such as log-in codes: owed in the request, sent by a task within seconds.

It has a queue of its own, so that ten thousand mails to signers never stand before the code that somebody waits for.
"""

import contextlib
import logging
import smtplib
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F

from petition import patience
from signatories import tokens
from signatories.models import AccountMail

log = logging.getLogger(__name__)

BATCH = 20
LEASE = timedelta(minutes=2)
PAUSE = timedelta(seconds=10)  # before the next try; a mail that lapses is not tried any more
CODE_LAPSES, LAPSES = timedelta(minutes=15), timedelta(days=1)


def owe(*, to: str, subject: str, body: str, code: bool) -> None:
    """Owe one mail to somebody with an account.

    Args:
        to, subject, body: of the mail; the body is stored encrypted, and no longer than until it is sent.
        code: whether it holds a code, which is of no use after a few minutes.
    """
    now = patience.now()
    lapses_at = now + (CODE_LAPSES if code else LAPSES)
    AccountMail.objects.create(
        to=to, subject=subject[:200], sealed=tokens.seal(body), send_after=now, lapses_at=lapses_at
    )


def send() -> int:
    """Send what is due over one connection; return how many mails were accepted. Safe to run anywhere and twice."""
    AccountMail.objects.filter(lapses_at__lt=patience.now()).delete()
    leased = _lease()
    if not leased:
        return 0
    connection = get_connection()
    try:
        connection.open()
        return sum(_send_one(mail, connection) for mail in leased)
    except (OSError, smtplib.SMTPException) as problem:
        log.warning("account mail has to wait: %s", type(problem).__name__)
        AccountMail.objects.filter(pk__in=[mail.pk for mail in leased]).update(send_after=patience.now() + PAUSE)
        return 0
    finally:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            connection.close()


def _lease() -> list[AccountMail]:
    with transaction.atomic():
        due = AccountMail.objects.filter(send_after__lte=patience.now()).order_by("send_after")
        chosen = list(due.select_for_update(skip_locked=True)[:BATCH])
        AccountMail.objects.filter(pk__in=[mail.pk for mail in chosen]).update(
            send_after=patience.now() + LEASE, attempts=F("attempts") + 1
        )
    return chosen


def _send_one(mail: AccountMail, connection: Any) -> int:
    try:
        body = tokens.unseal(mail.sealed)
    except tokens.Invalid:  # the key it was sealed with is gone, and so is what its code was for
        AccountMail.objects.filter(pk=mail.pk).delete()
        return 0
    host = urlsplit(settings.SITE_URL).hostname
    headers = {"Message-ID": f"<{mail.pk}@{host}>", "Auto-Submitted": "auto-generated"}
    try:
        EmailMessage(mail.subject, body, to=[mail.to], headers=headers, connection=connection).send()
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException, ValueError) as problem:
        # A ValueError (UnicodeError is one) comes of an address that no header can hold, before anything is sent.
        log.warning("account mail %s was refused: %s", mail.pk, type(problem).__name__)
        AccountMail.objects.filter(pk=mail.pk).update(send_after=patience.now() + PAUSE * 2**mail.attempts)
        return 0
    AccountMail.objects.filter(pk=mail.pk).delete()
    return 1
