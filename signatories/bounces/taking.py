"""What a message that came back changes: the mail it is bound to by its address, and what is owed to that mailbox."""

import enum
from email.parser import BytesHeaderParser

from django.db import transaction
from django.utils import timezone

from signatories.bounces import reports
from signatories.models import Mail
from signatories.outbox import NEWS, returning

MOST = 256 * 1024  # bytes of a message that are looked at; reports come first, and a copy of our mail after them
MOST_HEADERS = 32 * 1024
# Where mail servers write to whom a message came; the token in it is what counts, whoever wrote it.
ADDRESSED = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To", "Apparently-To")


class Outcome(enum.StrEnum):
    """What was done with a message."""

    FAILED = "The mail is marked as not delivered."
    DELAYED = "The delay is noted."
    KNOWN = "Nothing to do: that was known, or the mail was sent again since."
    NO_REPORT = "Ignored: it is no report about a mail that could not be delivered."
    NO_TOKEN = "Ignored: it came to no address that was made here."
    TOO_LATE = "Ignored: the mail was sent too long ago."
    LATER = "Not yet: the mail is still being sent."


def take(raw: bytes, *, recipient: str = "") -> Outcome:
    """Take in one message that came to an envelope sender of ours; the same message twice does nothing more.

    Which mail it is about says the address it came to, and nothing in the message. A mail that failed for good is
    marked, with the status code alone, and no more news goes to its mailbox until that is proven anew. No name leaves
    a letter by it.

    Args:
        raw: the message as it came, or its first `MOST` bytes; anything at all.
        recipient: to whom it came, if the mail server says so apart from the message.

    Raises:
        OperationalError, InterfaceError: the database is away, and nothing was done.
    """
    raw = raw[:MOST]
    sending = _sending(raw, recipient)
    if sending is None:
        return Outcome.NO_TOKEN
    if sending.is_over:
        return Outcome.TOO_LATE
    report = reports.read(raw)
    if report is None:
        return Outcome.NO_REPORT
    return _note(sending, report)


def _sending(raw: bytes, recipient: str) -> returning.Sending | None:
    try:
        headers = BytesHeaderParser().parsebytes(raw[:MOST_HEADERS])
        names = [str(value) for name in ADDRESSED for value in headers.get_all(name, [])]
    except Exception:  # whatever the standard library cannot read is no report of a mail server
        names = []
    return next((found for text in (recipient, *names) for found in returning.find(text)), None)


@transaction.atomic
def _note(sending: returning.Sending, report: reports.Report) -> Outcome:
    """Mark the mail, if it is still the sending that came back."""
    mail = Mail.objects.select_for_update().filter(pk=sending.mail).first()
    if mail is None:
        return Outcome.KNOWN
    if mail.state == Mail.State.OWED and mail.times_sent == sending.times_sent:
        return Outcome.LATER  # the server was quicker than our note that it took the mail
    if mail.state != Mail.State.SENT or mail.times_sent != sending.times_sent + 1:
        return Outcome.KNOWN
    rows = Mail.objects.filter(pk=mail.pk)
    if report.became == "delayed":
        return Outcome.DELAYED if rows.exclude(returned=report.status).update(returned=report.status) else Outcome.KNOWN
    rows.update(state=Mail.State.FAILED, returned=report.status, failed_at=timezone.now())
    if mail.signature_id and mail.kind != Mail.Kind.MAILBOX and report.status.startswith("5"):
        _stop_news(mail)
    return Outcome.FAILED


def _stop_news(mail: Mail) -> None:
    """Drop the news that is owed to a mailbox that does not take our mail, about whatever letter."""
    assert mail.signature is not None
    same = {"signature__address_hash": mail.signature.address_hash}
    Mail.objects.filter(kind__in=NEWS, **same).still_owed().update(state=Mail.State.DROPPED)
