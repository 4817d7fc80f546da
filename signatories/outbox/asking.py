"""What a stranger can cause by typing an address: few mails, and an answer whose time tells nothing.

Whatever is known about an address, the same statements run in the same order and write about as much. A mail that may
not go out is written like one that may, and what is forbidden is a condition in a statement, not a statement less.
"""

from typing import Any

from django.db import connection, models
from structlog.contextvars import get_contextvars

from petition import patience
from signatories.models import HELD, Knock, Mail, Signature
from signatories.outbox.owing import COOL_DOWN, may_write_to

MOST_WORDINGS = 20  # kept for one signature, sent or not
# What is limited, and stops for good when the owner of the mailbox says so.
ASKED_FOR = {Mail.Kind.CONFIRM, Mail.Kind.ALREADY, Mail.Kind.GONE, Mail.Kind.REACH}
RENEWED = ["state", "send_after", "attempts", "to", "details", "request_id"]


def ask(
    kind: Mail.Kind, *, signature: Signature, key: str = "", to: str = "", details: dict[str, Any] | None = None
) -> Mail:
    """Owe a mail because somebody typed an address; call it while the signature is locked.

    Args:
        kind: one of those in `ASKED_FOR`.
        signature: what it is about.
        key: tells apart several mails of one kind about the same signature.
        to: the address, only where the signature does not know it.
        details: what the text needs beyond the signature.

    Returns:
        The row. The same mail asked for again is the same row, and is then sent again, unless that was less than a
        minute ago. Over the daily limits, or where no mail is wanted, the row keeps what was typed, and no mail goes
        out. Over the limit of wordings it is a mail that was never stored: what is made from its id looks like any
        other and opens nothing.
    """
    asked = Mail(kind=kind, key=f"{kind}:{signature.pk}:{key}", signature=signature, to=to, details=details or {})
    asked.letter_id, asked.send_after = signature.letter_id, patience.now()
    asked.request_id = get_contextvars().get("request_id", "")
    allowed = may_write_to(signature.address_hash, letter_id=signature.letter_id)
    kept = Mail.objects.select_for_update().filter(key=asked.key).first()
    has_room = Mail.objects.filter(signature=signature.pk).count() < MOST_WORDINGS
    return _write(asked, kept, allowed=allowed, stored=allowed or has_room or kept is not None)


def ask_again(mail: Mail, *, signature: Signature) -> None:
    """Owe a mail once more, with the same code in it, within the cool-down and the daily limits."""
    asked = Mail(kind=mail.kind, key=mail.key, signature=signature, to=mail.to, send_after=patience.now())
    asked.letter_id = signature.letter_id
    reached = bool(mail.to or signature.address) and mail.kind in ASKED_FOR
    allowed = may_write_to(signature.address_hash, letter_id=signature.letter_id) and reached
    kept = Mail.objects.select_for_update().filter(key=mail.key).first()
    asked.details = kept.details if kept else {}
    _write(asked, kept, allowed=allowed, stored=kept is not None)


def _write(asked: Mail, kept: Mail | None, *, allowed: bool, stored: bool) -> Mail:
    """Write the mail that is asked for, or the one that is kept, as it stands afterwards."""
    goes_out = allowed and (kept is None or _is_due(kept))
    if kept is not None and not goes_out:
        for name in RENEWED:
            setattr(asked, name, getattr(kept, name))
    elif not goes_out:
        asked.state, asked.to = Mail.State.DROPPED, ""
    if stored:
        Mail.objects.bulk_create([asked], update_conflicts=True, unique_fields=["key"], update_fields=RENEWED)
    else:
        Mail.objects.filter(key=asked.key).update(state=asked.state, to="")
    mail, about = kept or asked, asked.signature
    assert about is not None
    knock = Knock(address_hash=about.address_hash, letter_id=about.letter_id, mail=mail)
    insert_if(goes_out, knock)
    return mail


def _is_due(kept: Mail) -> bool:
    if kept.state == Mail.State.SENT:
        return kept.sent_at is not None and kept.sent_at < patience.now() - COOL_DOWN
    if kept.state == Mail.State.OWED:
        return kept.send_after == HELD  # since a restore; whoever asks gets it
    return kept.state in {Mail.State.DROPPED, Mail.State.FAILED}  # a full mailbox may have room again


def insert_if(condition: bool, row: models.Model) -> None:
    """Insert a row where a condition holds and the row is not there yet; it is one statement either way."""
    fields = [field for field in row._meta.concrete_fields if not isinstance(field, models.AutoField)]
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    table = quote(row._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {places} WHERE %s = 1 ON CONFLICT DO NOTHING",
            [*values, int(condition)],
        )
