"""Mail is owed in the transaction that causes it, within what one mailbox may be sent."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection as database
from django.db.models import Count, Q
from django.utils import timezone
from structlog.contextvars import get_contextvars

from petition import patience
from signatories.models import Invitation, Knock, Mail, Signature
from signatories.outbox.wanted import is_unwanted

COOL_DOWN = timedelta(minutes=1)
DAILY = 3  # mails to one address about one letter in a day, whoever asks for them
DAILY_OVER_THE_SITE = 6
DAY = timedelta(days=1)
MOST_WORDINGS = 20  # kept for one unconfirmed signature, sent or not
# What a stranger can cause by typing an address; these are limited, and stop for good when the owner says so.
ASKED_FOR = {Mail.Kind.CONFIRM, Mail.Kind.ALREADY, Mail.Kind.GONE, Mail.Kind.REACH}


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
        The row. The same mail owed again is the same row; one that a person may ask for is then sent again,
        unless that was less than a minute ago. Over the daily limits, or where no mail is wanted, the row keeps what
        was typed, and no mail goes out. Over the limit of wordings it is a mail that was never stored: what is made
        from its id looks like any other and opens nothing.
    """
    about = signature or invitation
    assert about is not None
    mail = Mail(kind=kind, key=f"{kind}:{about.pk}:{key}", signature=signature, invitation=invitation, to=to)
    mail.details = details or {}
    mail.request_id = get_contextvars().get("request_id", "")
    mail.send_after = send_after or patience.now()
    if kind not in ASKED_FOR:
        Mail.objects.bulk_create([mail], ignore_conflicts=True)
        return Mail.objects.get(key=mail.key)
    kept = Mail.objects.filter(key=mail.key).first()
    if kept is not None:
        send_again(kept, to=to)
        return kept
    allowed = _may_mail(about)
    if not allowed:
        mail.state, mail.to = Mail.State.DROPPED, ""
    if allowed or about.mails.count() < MOST_WORDINGS:
        mail.save(force_insert=True)
    if allowed:
        Knock.objects.create(address_hash=about.address_hash, letter_id=about.letter_id, mail=mail)
    return mail


def send_again(mail: Mail, *, to: str = "") -> None:
    """Owe a mail once more, with the same code in it, within the cool-down and the daily limit."""
    assert mail.signature is not None
    again = Mail.objects.filter(
        Q(state=Mail.State.SENT, sent_at__lt=patience.now() - COOL_DOWN)
        | Q(state__in=[Mail.State.DROPPED, Mail.State.FAILED]),  # a full mailbox may have room again
        pk=mail.pk,
    )
    signature = mail.signature
    if mail.kind not in ASKED_FOR or not (to or signature.address) or not _may_mail(signature):
        return
    if again.update(state=Mail.State.OWED, send_after=patience.now(), attempts=0, to=to):
        Knock.objects.create(address_hash=signature.address_hash, letter_id=signature.letter_id, mail=mail)


def _may_mail(about: Signature | Invitation) -> bool:
    return may_write_to(about.address_hash, letter_id=about.letter_id)


def may_write_to(address_hash: str, *, letter_id: int) -> bool:
    """Whether one more mail may go to a mailbox that somebody typed; until the transaction ends nobody else is told.

    Counted is what is owed and what was sent within a day, over the whole site and about this letter.
    """
    if database.vendor == "postgresql":  # SQLite has one writer at a time in any case
        with database.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(address_hash[:15], 16)])
    counted = Q(at__gt=timezone.now() - DAY) | Q(mail__state=Mail.State.OWED)
    sums = Knock.objects.filter(counted, address_hash=address_hash).aggregate(
        site=Count("pk"), letter=Count("pk", filter=Q(letter_id=letter_id))
    )
    return sums["site"] < DAILY_OVER_THE_SITE and sums["letter"] < DAILY and not is_unwanted(address_hash)


def forget_knocks() -> int:
    """Forget whose mailbox was written to more than a day ago; return how many mails that were."""
    return Knock.objects.filter(at__lt=timezone.now() - DAY).exclude(mail__state=Mail.State.OWED).delete()[0]
