"""Sign, confirm, ask for the mail again."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from petition import patience, rows, statements
from petition.models import Letter
from petition.moves import NotAllowed, move, note
from petition.text import fold, sha256
from signatories import addresses, announce, consents, flags, origins, outbox, tokens
from signatories.evidence import changing
from signatories.models import Consent, Mail, Origin, Signatory, Signature, SignatureEvent

# Wrong codes that a tab takes; tabs for which no mail went out share as many. Any code of the newest three mails
# (outbox.DAILY, and no more in a day) proves the mailbox, so a stranger who types somebody's address has three tabs and
# the shared tries, five each, against three codes: 6 in 100,000 a day. Whoever has the link has the mail, and may try
# freely.
MAX_TAB_TRIES = 5
_RENEWED = ", ".join(
    f"{name} = excluded.{name}" for name in ("address", "seen_at", "name", "role", "organisation", "country")
)
_SOME = uuid.UUID(int=1)


def _whose(pk: uuid.UUID) -> Any:
    return Mail.objects.filter(pk=pk).order_by().values("signature")


# What a code is about: asked together, and one after the other, so that the last two see what the lock waited for.
_MAIL = rows.Question(lambda pk: Mail.objects.filter(pk=pk, signature__isnull=False), pk=_SOME)
_LOCKED = rows.Question(lambda pk: Signature.objects.select_for_update().filter(pk__in=_whose(pk)), pk=_SOME)
_ASKING = rows.Question(
    lambda pk: Mail.objects.filter(signature__in=_whose(pk), kind=Mail.Kind.CONFIRM).order_by("-sent_at"), pk=_SOME
)
_LETTER = rows.Question(
    lambda pk: Letter.objects.filter(
        pk__in=Signature.objects.filter(pk__in=_whose(pk)).order_by().values("letter")
    ).order_by(),
    pk=_SOME,
)


class WrongCode(Exception):
    """The digits are not the code of that mail, or were tried too often in that tab."""


class Gone(Exception):
    """There is nothing to confirm any more: it expired, was withdrawn, or the letter was delivered."""


def sign(
    letter: Letter,
    *,
    address: str,
    typed: dict[str, Any],
    language: str = "",
    locale: str = "",
    origin: origins.From | None = None,
) -> Mail:
    """Take a signature from the public form and owe the mail that asks to confirm it.

    Nothing here depends on what is known about the address but the kind of mail that goes to it: one that is new or
    unconfirmed gets the code, one that has signed is told so, one that withdrew is told so too. The same statements run
    for all of them.

    Args:
        letter: an open letter.
        address: canonical, as `addresses.canonical` returns it.
        typed: a value for each name in `LINE`.
        language: in which language the text was read; what is signed is the authoritative one.
        locale: in which language its owner reads pages and mails; like the line, the first one stays. Empty: unknown.
        origin: where it was typed; like the line, the first one stays.

    Returns:
        The mail that is owed; the tab in which the person signed asks for its code.

    Raises:
        NotAllowed: the letter takes no signatures now.
    """
    if not letter.takes_signatures or letter.version is None:
        raise NotAllowed(_("This letter takes no signatures at the moment."))
    signature = Signature(
        letter=letter,
        version=letter.version,
        language=language or letter.language,
        locale=locale,
        address=address,
        address_hash=addresses.keyed_hash(address),
    )
    signature.write_line(typed)
    with transaction.atomic(savepoint=False):
        return _ask(signature, to=address, origin=origin)


def _ask(signature: Signature, *, to: str, origin: origins.From | None) -> Mail:
    """Keep a signature, unless there is one of that mailbox already, and owe the mail about the one that is kept."""
    same = "address_hash = excluded.address_hash"  # nothing is changed; it is locked
    put = rows.putting(signature, on=["letter_id", "address_hash"], otherwise=same)
    mailbox = outbox.asking(signature.address_hash, letter_id=signature.letter_id)
    found, *standing = statements.run_all([put, *mailbox])
    kept = rows.one(Signature, found)
    assert kept is not None
    typed, beside = signature.typed, []
    if origin:
        where = Origin(signature=kept, network=origin.network, device=origin.device)
        beside = [rows.inserting_if(kept.status == Signature.Status.PENDING, where)]
    kind, details = _about(kept, signature, typed, origin)
    wording = sha256(f"{kept.created_at} {signature.version_id} {sorted(typed.items())}")[:32] if details else ""
    to = "" if kept.address else to
    known = outbox.standing(standing)
    return outbox.ask(kind, signature=kept, standing=known, key=wording, to=to, details=details, beside=beside)


def _about(
    kept: Signature, signature: Signature, typed: dict[str, Any], origin: origins.From | None
) -> tuple[Mail.Kind, dict[str, Any]]:
    """Return which mail goes to a mailbox for which a signature is typed, and what it has to know.

    What was typed first stays until a code comes back. Another line, or the same one under another version of the text,
    travels with its own mail and code, so that whoever owns the mailbox confirms exactly what stood in the mail; and
    where that mailbox has signed, its owner is told the other name.
    """
    if kept.status == Signature.Status.EXPIRED:
        return Mail.Kind.CONFIRM, outbox.anew.details(signature, typed, origin)
    if kept.status == Signature.Status.PENDING:
        same = kept.typed == typed and kept.version_id == signature.version_id
        other = {"typed": typed, "version": signature.version_id, "language": signature.language}
        return Mail.Kind.CONFIRM, {} if same else other
    if kept.status == Signature.Status.WITHDRAWN:
        return Mail.Kind.GONE, {}
    same = fold(kept.name) == fold(typed["name"])
    return Mail.Kind.ALREADY, {} if same else {"name": typed["name"]}


@dataclass(frozen=True)
class Confirmed:
    """What came of a right code: the signature, and whether this was the moment it was confirmed."""

    signature: Signature
    just_now: bool


def confirm(mail_id: uuid.UUID, code: str, *, in_tab: bool, corrected: dict[str, Any] | None = None) -> Confirmed:
    """Confirm a signature with a code that went to its mailbox.

    The code proves the mailbox; the page on which it is typed says which line is signed. So a stranger who has used
    up the mailbox's mails of the day with lines of their own cannot keep its owner from signing: the owner's tab takes
    the codes that came with the stranger's mails, and the page behind each of their links lets the owner correct the
    line.

    Args:
        mail_id: the mail that the tab or the link stands for, whether or not it was sent.
        code: as typed.
        in_tab: whether it was typed in the tab of signing, where tries are limited.
        corrected: what the owner typed instead of the line of that mail, a value for each name in `LINE`.

    Raises:
        WrongCode: wrong digits, too many tries, or a mail that carries no code.
        Gone: right, but there is nothing to confirm any more.
    """
    try:
        with transaction.atomic():
            mails, signatures, asking, letters = rows.ask_all([_MAIL, _LOCKED, _ASKING, _LETTER], pk=mail_id)
            if mails and _is_right(mails[0], asking, code, in_tab=in_tab):
                (mail,), (mail.signature,), (mail.signature.letter,) = mails, signatures, letters
                return _confirm(mail, corrected)
    except NotAllowed:  # somebody else moved it in this moment
        return Confirmed(Signature.objects.get(mails=mail_id), just_now=False)
    raise WrongCode  # when the try is counted, and committed


def _confirm(mail: Mail, corrected: dict[str, Any] | None) -> Confirmed:
    """Confirm the signature of a mail whose code is right, and which is locked."""
    signature = mail.signature
    assert signature is not None
    if signature.status in {Signature.Status.WITHDRAWN, Signature.Status.EXPIRED}:
        raise Gone
    if signature.status != Signature.Status.PENDING:
        return Confirmed(signature, just_now=False)
    if signature.letter.status == Letter.Status.DELIVERED:
        raise Gone
    signature = outbox.proposed(mail)
    if corrected is not None:
        signature.write_line(corrected)
    accept(signature, reason="confirmed")
    return Confirmed(signature, just_now=True)


def _is_right(mail: Mail, asking: list[Mail], code: str, *, in_tab: bool) -> bool:
    """Whether a code went to the mailbox and may still be tried; tries at the same moment are counted one by one.

    Args:
        mail: the one that the tab or the link stands for; its signature is locked.
        asking: all that ask to confirm that signature, the newest first.
        code: as typed.
        in_tab: whether it was typed in the tab of signing.
    """
    mails = [(one.pk, one.times_sent, one.wrong_codes) for one in asking]
    ours = [row for row in mails if row[0] == mail.pk]
    own = [row for row in ours if row[1]]  # it went out, so its code is right whatever came after
    newest = [row for row in mails if row[1]][: outbox.DAILY]
    right = bool(ours) and any(tokens.is_code(row[0], code) for row in {*newest, *own})
    if not in_tab:
        return right
    counted = own or [row for row in mails if not row[1]]
    if sum(row[2] for row in counted) >= MAX_TAB_TRIES:
        return False
    if not right:
        Mail.objects.filter(pk=mail.pk, kind=Mail.Kind.CONFIRM).update(wrong_codes=F("wrong_codes") + 1)
    return right


@transaction.atomic(savepoint=False)
def accept(signature: Signature, *, reason: str) -> None:
    """Make a pending signature a confirmed one: the mailbox is proven, so the profile may be written.

    A watched name is held at once. Where the letter's rule lists everyone who confirmed, `collecting` lists the
    others as soon as they were looked at.

    Args:
        signature: pending, with the line that was confirmed.
        reason: `confirmed` for the public form, `invited` for an invitation.

    Raises:
        NotAllowed: it is not pending any more.
    """
    confirmed = {"confirmed_at": timezone.now(), "level": 1, **_proven(signature)}
    move(signature, Signature.Status.CONFIRMED, reason=reason, **confirmed)
    if reason == "invited":
        outbox.allow(signature.address_hash, letter_id=signature.letter_id)
    consents.follow(signature, door=Consent.Door.FORM)
    if signature.letter.hold_new:
        move(signature, Signature.Status.HELD, reason="hold_all")
    flags.at_once(signature)
    outbox.owe(Mail.Kind.RECEIPT, signature=signature)
    announce.tell_latecomer(signature)


@transaction.atomic
def restate(
    signature: Signature,
    *,
    typed: dict[str, Any],
    reason: str,
    key: str,
    door: Consent.Door = Consent.Door.FORM,
) -> None:
    """Replace the line of a confirmed signature by what its owner typed and proved just now.

    A line with another claim in it was checked by nobody: a listed name leaves the list and waits for a decision
    again, at level 1, without the evidence for what it said before. A name that was declined or hidden waits for a
    decision again too, because its team invited the person anew; one that is held or asked stays so.

    Args:
        signature: locked, confirmed once, with its new `rank`, `version` and `source` set but not saved.
        typed: a value for each name in `LINE`.
        reason: what the history says; `_line` is added where a claim has changed.
        key: tells this receipt from an earlier one.
        door: where the boxes were ticked.

    Raises:
        NotAllowed: somebody else moved it in this moment, the name cannot be shown now, or another one would stand on
            a letter that was delivered.
    """
    changed = [name for name in changing.CLAIMED if getattr(signature, name) != typed[name]]
    was, sort_key = signature.status, signature.sort_key
    delivered = signature.letter.status == Letter.Status.DELIVERED
    if "name" in changed and delivered and signature.events.filter(stands=True).exists():
        raise NotAllowed(_("The letter has been delivered under this name. It can be taken back, but not changed."))
    if was == Signature.Status.LISTED and typed["publish"] and not (signature.publish or changed):
        refuse_to_name(signature)
    signature.write_line(typed)
    if "name" not in changed:
        signature.sort_key = sort_key
    changes = _proven(signature)
    if changed:
        reason += "_line"
        changes |= {"level": 1, "checked": "", "checked_at": None, "ready_at": None}
    if was == Signature.Status.LISTED and changed:
        move(signature, Signature.Status.HIDDEN, reason="line_changed")
    if signature.status in {Signature.Status.HIDDEN, Signature.Status.DECLINED}:
        move(signature, Signature.Status.CONFIRMED, reason=reason, **changes)
    else:
        note(signature, reason=reason, **changes)
    consents.follow(signature, door=door)
    if changed:
        changing.void(signature, changed)
        flags.at_once(signature)
    outbox.owe(Mail.Kind.RECEIPT, signature=signature, key=key)


def refuse_to_name(signature: Signature) -> None:
    """Refuse to name somebody who is listed and was counted only.

    Raises:
        NotAllowed: names are not published now, or the letter was delivered without this one.
    """
    if not signature.letter.publishing:
        raise NotAllowed(_("The team publishes no names at the moment. Please come back later."))
    delivered = signature.letter.status == Letter.Status.DELIVERED
    then = SignatureEvent.when_delivered(signature) if delivered else None
    if delivered and not (then and then.stands):
        raise NotAllowed(_("The letter has been delivered. No name is added to it any more."))


def _proven(signature: Signature) -> dict[str, Any]:
    """Write the profile of a mailbox that was proven just now, and return what its signature takes over."""
    line = signature.written
    said = {field: line[field] for field in ("name", "role", "organisation", "country")}
    profile = Signatory(address_hash=signature.address_hash, address=signature.address, seen_at=timezone.now(), **said)
    kept = rows.put(profile, on=["address_hash"], otherwise=_RENEWED)
    names = ("rank", "source", "version_id", "language")
    own = {name: getattr(signature, name) for name in names}  # an invitation, or what was read, may have changed them
    return {"signatory": kept, "collect_after": patience.now(), **own, **line}


def send_again(mail_id: uuid.UUID) -> None:
    """Send the mail of a tab again, if the cool-down and the daily limit allow it; tell nobody whether."""
    mail = Mail.objects.select_related("signature").filter(pk=mail_id, signature__isnull=False).first()
    if mail is not None and mail.signature is not None:
        with transaction.atomic():
            outbox.ask_again(mail, signature=mail.signature)


def set_sort_key(signature: Signature, key: str) -> None:
    """Sort a name under what its owner wants, such as the family name first."""
    signature.sort_key = fold(key)[:160]
    signature.save(update_fields=["sort_key"])
