"""What a stranger can cause by typing an address: few mails, and an answer whose time tells nothing.

Whatever is known about an address, the same statements run in the same order and write about as much. A mail that may
not go out is written like one that may, and what is forbidden is a condition in a statement, not a statement less.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from structlog.contextvars import get_contextvars

from petition import patience, rows, statements
from petition.statements import Statement
from signatories.models import HELD, Knock, Mail, Signature
from signatories.outbox.owing import COOL_DOWN, Standing, look_up, may_write_to

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
# It counts where that mail goes out; one that may not go out leaves a row as well, which counts for nobody.
KNOCK = f"""INSERT INTO {Knock._meta.db_table} (address_hash, letter_id, mail_id, at)
SELECT %s, %s, CASE WHEN %s = 1 THEN id END, %s FROM {Mail._meta.db_table} WHERE letter_id = %s AND key = %s
    AND (%s = 0 OR (state NOT IN ('sent', 'failed', 'dropped') AND send_after = %s))"""
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
STORED = f"(%s = 1 OR EXISTS (SELECT 1 FROM {Mail._meta.db_table} WHERE letter_id = %s AND key = %s))"


def ask(
    kind: Mail.Kind,
    *,
    signature: Signature,
    standing: Standing | None = None,
    key: str = "",
    to: str = "",
    details: dict[str, Any] | None = None,
    beside: Sequence[Statement] = (),
) -> Mail:
    """Owe a mail because somebody typed an address; call it while the signature is locked.

    Args:
        kind: one of those in `ASKED_FOR`.
        signature: what it is about.
        standing: of its mailbox, which is locked; it is asked where it is not known yet.
        key: tells apart several mails of one kind about the same signature.
        to: the address, only where the signature does not know it.
        details: what the text needs beyond the signature.
        beside: what else is written, in the same message to the database.

    Returns:
        The row. The same mail asked for again is the same row, and is then sent again, unless that was less than a
        minute ago. Over the daily limits, or where no mail is wanted, the row keeps what was typed, and no mail goes
        out. Over the limit of wordings it is a mail that was never stored: what is made from its id looks like any
        other and opens nothing.
    """
    asked = Mail(kind=kind, key=f"{kind}:{signature.pk}:{key}", signature=signature, to=to, details=details or {})
    known = standing or look_up(signature.address_hash, letter_id=signature.letter_id)
    stored = known.may_write or known.kept < MOST_WORDINGS
    return _write(asked, signature, allowed=known.may_write, stored=stored, beside=beside)


def ask_again(mail: Mail, *, signature: Signature) -> None:
    """Owe a mail once more, with the same code in it, within the cool-down and the daily limits."""
    asked = Mail(kind=mail.kind, key=mail.key, signature=signature, to=mail.to, details=mail.details)
    reached = bool(mail.to or signature.address) and mail.kind in ASKED_FOR
    allowed = may_write_to(signature.address_hash, letter_id=signature.letter_id)
    _write(asked, signature, allowed=allowed and reached, stored=False)


def _write(asked: Mail, about: Signature, *, allowed: bool, stored: bool, beside: Sequence[Statement] = ()) -> Mail:
    """Write the mail that is asked for, or leave the one that is kept, and then the knock.

    Args:
        asked: owed from now on.
        about: the signature, locked.
        allowed: whether it may go out.
        stored: whether it is kept though there was none of its key.
        beside: what else is written.
    """
    asked.send_after = patience.now()
    asked.request_id = get_contextvars().get("request_id", "")
    if not allowed:
        asked.state, asked.to = Mail.State.DROPPED, ""
    due = rows.given(Mail, sent_at=patience.now() - COOL_DOWN, send_after=HELD)
    same = [about.letter_id, asked.key]
    given = [int(stored), *same, *due * len(RENEWED)]
    mail = rows.putting(asked, on=["letter_id", "key"], otherwise=AGAIN, where=STORED, given=given)
    at, send_after = rows.given(Mail, sent_at=timezone.now() if allowed else LONG_AGO, send_after=asked.send_after)
    counted = int(allowed)
    knock = KNOCK, [about.address_hash, about.letter_id, counted, at, *same, counted, send_after]
    *_, kept, _ = statements.run_all([*beside, mail, knock])
    return rows.one(Mail, kept) or asked
