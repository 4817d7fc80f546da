"""Sign, confirm, ask for the mail again."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from petition.models import Letter
from petition.moves import NotAllowed, move
from petition.text import fold, sha256
from signatories import addresses, outbox, tokens, vetting
from signatories.models import Mail, Signatory, Signature

# A mailbox gets at most three codes a day (outbox.DAILY), and each can be tried ten times: a stranger who types
# somebody's address guesses right with 3 in 100,000. Only the tab counts tries: whoever has the link has the mail.
MAX_TAB_TRIES = 10


class WrongCode(Exception):
    """The digits are not the code of that mail, or were tried too often in that tab."""


class Gone(Exception):
    """There is nothing to confirm any more: it expired, was withdrawn, or the letter was delivered."""


@transaction.atomic
def sign(letter: Letter, *, address: str, typed: dict[str, Any]) -> Mail:
    """Take a signature from the public form and owe the mail that asks to confirm it.

    Nothing here depends on what is known about the address but the kind of mail that goes to it: one that is
    new or unconfirmed gets the code, one that has signed is told so, one that withdrew is told so too.

    Args:
        letter: an open letter.
        address: canonical, as `addresses.canonical` returns it.
        typed: a value for each name in `LINE`.

    Returns:
        The mail that is owed; the tab in which the person signed asks for its code.

    Raises:
        NotAllowed: the letter takes no signatures now.
    """
    if not letter.takes_signatures or letter.version is None:
        raise NotAllowed("This letter takes no signatures at the moment.")
    signature = Signature(
        letter=letter, version=letter.version, address=address, address_hash=addresses.keyed_hash(address)
    )
    signature.write_line(typed)
    Signature.objects.bulk_create([signature], ignore_conflicts=True)
    kept = letter.signatures.select_for_update().get(address_hash=signature.address_hash)
    if kept.status == Signature.Status.EXPIRED:
        kept = sign_anew(kept, signature)
    if kept.status == Signature.Status.PENDING:
        # What was typed first stays until a code comes back; another wording travels with its own mail and code,
        # so that whoever owns the mailbox confirms exactly the line that stood in the mail.
        details = {} if kept.typed == typed else {"typed": typed}
        key = sha256(repr(sorted(typed.items())))[:32] if details else ""
        return outbox.owe(Mail.Kind.CONFIRM, signature=kept, key=key, details=details)
    withdrawn = kept.status == Signature.Status.WITHDRAWN
    kind = Mail.Kind.GONE if withdrawn else Mail.Kind.ALREADY
    return outbox.owe(kind, signature=kept, to=address if withdrawn else "")


def sign_anew(kept: Signature, fresh: Signature) -> Signature:
    """Start a forgotten signature again with what was typed now; codes of older mails are void."""
    kept.mails.all().delete()
    changes = {"address": fresh.address, "version": fresh.version, "created_at": fresh.created_at}
    changes["host"] = fresh.host
    move(kept, Signature.Status.PENDING, reason="signed_again", **changes, **fresh.written)
    return kept


@dataclass(frozen=True)
class Confirmed:
    """What came of a right code: the signature, and whether this was the moment it was confirmed."""

    signature: Signature
    just_now: bool


def confirm(mail_id: uuid.UUID, code: str, *, in_tab: bool) -> Confirmed:
    """Confirm a signature with the code that one mail carried.

    Args:
        mail_id: the mail that the tab or the link stands for.
        code: as typed.
        in_tab: whether it was typed in the tab of signing, where tries are limited.

    Raises:
        WrongCode: wrong digits, too many tries, or a mail that carries no code.
        Gone: right, but there is nothing to confirm any more.
    """
    mail = Mail.objects.select_related("signature__letter").filter(pk=mail_id, signature__isnull=False).first()
    if mail is None or not _count_try(mail, code, in_tab=in_tab):
        raise WrongCode
    signature = mail.signature
    assert signature is not None
    if signature.status in {Signature.Status.WITHDRAWN, Signature.Status.EXPIRED}:
        raise Gone
    if signature.status != Signature.Status.PENDING:
        return Confirmed(signature, just_now=False)
    if signature.letter.status == Letter.Status.DELIVERED:
        raise Gone
    signature = outbox.proposed(mail)
    try:
        accept(signature, reason="confirmed")
    except NotAllowed:  # the same code, sent twice at once: the other request has confirmed it
        return Confirmed(Signature.objects.get(pk=signature.pk), just_now=False)
    return Confirmed(signature, just_now=True)


def _count_try(mail: Mail, code: str, *, in_tab: bool) -> bool:
    right = mail.kind == Mail.Kind.CONFIRM and mail.times_sent > 0 and tokens.is_code(mail.pk, code)
    if not in_tab:
        return right
    if not right:
        Mail.objects.filter(pk=mail.pk).update(wrong_codes=F("wrong_codes") + 1)
    return right and mail.wrong_codes < MAX_TAB_TRIES


@transaction.atomic
def accept(signature: Signature, *, reason: str) -> None:
    """Make a pending signature a confirmed one: the mailbox is proven, so the profile may be written.

    Args:
        signature: pending, with the line that was confirmed.
        reason: `confirmed` for the public form, `invited` for an invitation.

    Raises:
        NotAllowed: it is not pending any more.
    """
    line = signature.written
    profile, _ = Signatory.objects.update_or_create(
        address_hash=signature.address_hash,
        defaults={
            "address": signature.address,
            "seen_at": timezone.now(),
            **{field: line[field] for field in ("name", "role", "organisation", "country")},
        },
    )
    move(
        signature,
        Signature.Status.CONFIRMED,
        reason=reason,
        confirmed_at=timezone.now(),
        collect_after=timezone.now(),
        level=1,
        signatory=profile,
        rank=signature.rank,
        **line,
    )
    if signature.letter.hold_new:
        move(signature, Signature.Status.HELD, reason="hold_all")
    elif vetting.lists_by_rule(signature.letter):
        vetting.list_by_rule(signature)
    outbox.owe(Mail.Kind.RECEIPT, signature=signature)


def send_again(mail_id: uuid.UUID) -> None:
    """Send the mail of a tab again, if the cool-down and the daily limit allow it; tell nobody whether."""
    mail = Mail.objects.select_related("signature").filter(pk=mail_id, signature__isnull=False).first()
    if mail is not None:
        with transaction.atomic():
            outbox.send_again(mail)


def set_sort_key(signature: Signature, key: str) -> None:
    """Sort a name under what its owner wants, such as the family name first."""
    signature.sort_key = fold(key)[:160]
    signature.save(update_fields=["sort_key"])
