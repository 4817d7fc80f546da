"""What a stranger can cause by typing an address: few mails, and an answer whose time tells nothing.

Whatever is known about an address, the same statements run in the same order and write about as much. A mail that may
not go out is written like one that may, and what is forbidden is a condition in a statement, not a statement less.
"""

from typing import Any

from structlog.contextvars import get_contextvars

from petition import patience, rows
from signatories.models import HELD, Knock, Mail, Signature
from signatories.outbox.owing import COOL_DOWN, may_write

MOST_WORDINGS = 20  # kept for one signature, sent or not
# What is limited, and stops for good when the owner of the mailbox says so.
ASKED_FOR = {Mail.Kind.CONFIRM, Mail.Kind.ALREADY, Mail.Kind.GONE, Mail.Kind.REACH}
RENEWED = ("state", "send_after", "attempts", '"to"', "details", "request_id")
# One that may go out goes again where it was not sent a moment ago, failed or was dropped: a full mailbox may have room
# again. One that is owed already does so only where it is held since a restore; whoever asks gets it.
GOES = """excluded.state = 'owed' AND (kept.state IN ('dropped', 'failed')
    OR (kept.state = 'sent' AND kept.sent_at < %s) OR (kept.state = 'owed' AND kept.send_after = %s))""".replace(
    "kept", Mail._meta.db_table
)
AGAIN = ", ".join(
    f"{name} = CASE WHEN {GOES} THEN excluded.{name} ELSE {Mail._meta.db_table}.{name} END" for name in RENEWED
)
STORED = f"(%s = 1 OR EXISTS (SELECT 1 FROM {Mail._meta.db_table} WHERE key = %s))"


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
    allowed, wordings = may_write(signature.address_hash, letter_id=signature.letter_id, signature=signature)
    return _write(asked, signature, allowed=allowed, stored=allowed or wordings < MOST_WORDINGS)


def ask_again(mail: Mail, *, signature: Signature) -> None:
    """Owe a mail once more, with the same code in it, within the cool-down and the daily limits."""
    asked = Mail(kind=mail.kind, key=mail.key, signature=signature, to=mail.to, details=mail.details)
    asked.letter_id, asked.send_after = signature.letter_id, patience.now()
    reached = bool(mail.to or signature.address) and mail.kind in ASKED_FOR
    allowed, _ = may_write(signature.address_hash, letter_id=signature.letter_id, signature=signature)
    _write(asked, signature, allowed=allowed and reached, stored=False)


def _write(asked: Mail, about: Signature, *, allowed: bool, stored: bool) -> Mail:
    """Write the mail that is asked for, or leave the one that is kept, in one statement; and the knock in another.

    Args:
        asked: owed from now on.
        about: the signature, locked.
        allowed: whether it may go out.
        stored: whether it is kept though there was none of its key.
    """
    if not allowed:
        asked.state, asked.to = Mail.State.DROPPED, ""
    due = rows.given(Mail, sent_at=patience.now() - COOL_DOWN, send_after=HELD)
    kept = rows.put(
        asked, on=["key"], otherwise=AGAIN, where=STORED, given=[int(stored), asked.key, *due * len(RENEWED)]
    )
    mail = kept or asked
    goes_out = allowed and mail.state == Mail.State.OWED and mail.send_after == asked.send_after
    rows.insert_if(goes_out, Knock(address_hash=about.address_hash, letter_id=about.letter_id, mail=mail))
    return mail
