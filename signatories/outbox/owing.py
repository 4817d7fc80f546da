"""Mail is owed in the transaction that causes it, within what one mailbox may be sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection as database
from structlog.contextvars import get_contextvars

from petition import patience, rows, statements
from petition.statements import Rows, Statement
from signatories.models import Invitation, Knock, Mail, Signature
from signatories.outbox.wanted import hashes

COOL_DOWN = timedelta(minutes=1)
DAILY = 3  # mails to one address about one letter in a day, whoever asks for them
DAILY_OVER_THE_SITE = 6
DAY = timedelta(days=1)
LOCK = "SELECT pg_advisory_xact_lock(%s)"
# How often a mailbox was written to, whether its owner forbade it, and how many mails are kept about a signature.
STANDING = """
SELECT COUNT(knock.id), COUNT(knock.id) FILTER (WHERE knock.letter_id = %s),
    EXISTS (SELECT 1 FROM signatories_suppression WHERE address_hash IN (%s, %s)),
    (SELECT COUNT(*) FROM signatories_mail WHERE signature_id =
        (SELECT id FROM signatories_signature WHERE letter_id = %s AND address_hash = %s))
FROM signatories_knock knock LEFT JOIN signatories_mail mail ON mail.id = knock.mail_id
WHERE knock.address_hash = %s AND (knock.at > %s OR mail.state = 'owed')
"""
# What a team can cause; over the limits it waits for a day.
INVITING = {Mail.Kind.INVITATION, Mail.Kind.NUDGE}


def owe(
    kind: Mail.Kind,
    *,
    signature: Signature | None = None,
    invitation: Invitation | None = None,
    key: str = "",
    to: str = "",
    details: dict[str, Any] | None = None,
    send_after: datetime | None = None,
) -> Mail:
    """Owe one mail about a signature or an invitation; call it inside the transaction that owes it.

    Args:
        kind: which mail.
        signature, invitation: what it is about; exactly one.
        key: tells apart several mails of one kind about the same thing.
        to: the address, only where the signature is about to forget it.
        details: what the text needs beyond the row it is about.
        send_after: not before this moment; default: now.

    Returns:
        The row. The same mail owed again is the same row.
    """
    about = signature or invitation
    assert about is not None
    mail = Mail(kind=kind, key=f"{kind}:{about.pk}:{key}", signature=signature, invitation=invitation, to=to)
    mail.details = details or {}
    mail.request_id = get_contextvars().get("request_id", "")
    mail.send_after = send_after or patience.now()
    if kind in INVITING and not knock(about):
        mail.send_after += DAY
    return rows.put(mail, on=["letter_id", "key"], otherwise="key = excluded.key") or mail


def knock(about: Signature | Invitation) -> bool:
    """Count a mail to a mailbox that somebody else typed; say whether it may still go out today."""
    allowed = may_write_to(about.address_hash, letter_id=about.letter_id)
    if allowed:
        Knock.objects.create(address_hash=about.address_hash, letter_id=about.letter_id)
    return allowed


@dataclass(frozen=True)
class Standing:
    """Whether one more mail may go to a mailbox, and how many mails are kept about its signature of a letter."""

    may_write: bool
    kept: int


def may_write_to(address_hash: str, *, letter_id: int) -> bool:
    """Whether one more mail may go to a mailbox that somebody typed; until the transaction ends nobody else is told.

    Counted is what is owed and what was sent within a day, over the whole site and about this letter.
    """
    return look_up(address_hash, letter_id=letter_id).may_write


def look_up(address_hash: str, *, letter_id: int) -> Standing:
    """Lock a mailbox, and return its standing."""
    return standing(statements.run_all(asking(address_hash, letter_id=letter_id)))


def asking(address_hash: str, *, letter_id: int) -> list[Statement]:
    """Return the statements that lock a mailbox and ask for its standing; the same for each, so time tells nothing."""
    (since,) = rows.given(Mail, sent_at=patience.now() - DAY)
    asked = [letter_id, *hashes(address_hash, letter_id), letter_id, address_hash, address_hash, since]
    # What is counted is what the others have committed before the lock was given.
    return [*_locking(address_hash), (STANDING, asked)]


def lock(digest: str) -> None:
    """Hold something, known by its hash in hexadecimal digits, until the transaction ends."""
    statements.run_all(_locking(digest))


def _locking(digest: str) -> list[Statement]:
    """SQLite has one writer at a time."""
    return [(LOCK, [int(digest[:15], 16)])] if database.vendor == "postgresql" else []


def standing(found: Sequence[Rows]) -> Standing:
    """Return what those statements have found."""
    ((over_the_site, of_letter, unwanted, kept),) = found[-1]
    return Standing(over_the_site < DAILY_OVER_THE_SITE and of_letter < DAILY and not unwanted, kept)


def forget_knocks() -> int:
    """Forget whose mailbox was written to more than a day ago, or could not be; return how many rows that were."""
    return Knock.objects.filter(at__lt=patience.now() - DAY).exclude(mail__state=Mail.State.OWED).delete()[0]
