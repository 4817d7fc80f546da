"""Which mails are wanted: none that is not true any more, and none to somebody who forbade it."""

import hashlib

from signatories.models import Mail, Signature, Suppression

# Only for those who asked for news, each with a way to end it.
NEWS = (Mail.Kind.UPDATE, Mail.Kind.REPLY)
# What an owner who wants no more mail has just asked for on the own page, and its end.
EVEN_UNWANTED = {Mail.Kind.WITHDRAWN, Mail.Kind.CHANGE}
# A mail says nothing that is not true any more: it is dropped when the signature has left this status.
ONLY_WHILE = {
    Mail.Kind.CONFIRM: Signature.Status.PENDING,
    Mail.Kind.LISTED: Signature.Status.LISTED,
    Mail.Kind.HELD: Signature.Status.HELD,
    Mail.Kind.ASKED: Signature.Status.ASKED,
    Mail.Kind.REMINDED: Signature.Status.ASKED,
    Mail.Kind.LAPSED: Signature.Status.DECLINED,
    Mail.Kind.DECLINED: Signature.Status.DECLINED,
    Mail.Kind.HIDDEN: Signature.Status.HIDDEN,
    Mail.Kind.AUDIT: Signature.Status.LISTED,
}
# What somebody who said "not me" about a letter gets no more about it. What the team decides is told all the same.
ENDED_BY_NOT_ME = {
    *(Mail.Kind.CONFIRM, Mail.Kind.ALREADY, Mail.Kind.GONE, Mail.Kind.MAILBOX),
    *(Mail.Kind.UPDATE, Mail.Kind.REPLY, Mail.Kind.VERSION, Mail.Kind.AUDIT),
}


def wanted(mails: list[Mail]) -> list[Mail]:
    """Return those mails that still say the truth to somebody who did not forbid them; one statement."""
    forbidding = {mail.pk: _forbidding(mail) for mail in mails if mail.kind not in EVEN_UNWANTED}
    hashes = Suppression.objects.filter(address_hash__in={one for each in forbidding.values() for one in each})
    forbidden = set(hashes.values_list("address_hash", flat=True))
    return [mail for mail in mails if _is_true(mail) and forbidden.isdisjoint(forbidding.get(mail.pk, ()))]


def _is_true(mail: Mail) -> bool:
    about = mail.signature or mail.invitation
    assert about is not None
    needed = ONLY_WHILE.get(Mail.Kind(mail.kind))
    if needed and mail.signature and mail.signature.status != needed and not begins_anew(mail):
        return False
    if mail.invitation and mail.invitation.problem:
        return False
    if not (mail.to or about.address):
        return False
    if mail.kind in NEWS and not (mail.signature and mail.signature.updates):
        return False
    version = mail.announcement.version if mail.announcement else None
    if version and mail.signature and mail.signature.version.number >= version.number:
        return False  # answered by another way since it was owed
    return not (mail.announcement and mail.announcement.reply and mail.announcement.reply.hidden_at)


def _forbidding(mail: Mail) -> list[str]:
    """What stands in the way of a mail: that its reader wants none at all, or none about this letter."""
    about = mail.signature or mail.invitation
    assert about is not None
    # The code for a mailbox at work goes to another mailbox than the one that signed.
    reader = mail.details.get("address_hash") or about.address_hash
    return hashes(reader, about.letter_id if mail.kind in ENDED_BY_NOT_ME else None)


def begins_anew(mail: Mail) -> bool:
    """Whether the signature was forgotten, and begins again when this mail goes out."""
    forgotten = mail.signature is not None and mail.signature.status == Signature.Status.EXPIRED
    return forgotten and mail.kind == Mail.Kind.CONFIRM and "anew" in mail.details


def forbid(address_hash: str, *, letter_id: int | None = None) -> None:
    """Write to a mailbox no more: about this letter, or at all."""
    what = _about(address_hash, letter_id) if letter_id else address_hash
    Suppression.objects.bulk_create([Suppression(address_hash=what)], ignore_conflicts=True)


def allow(address_hash: str, *, letter_id: int) -> None:
    """Write to a mailbox about this letter again: its owner has signed it."""
    Suppression.objects.filter(address_hash=_about(address_hash, letter_id)).delete()


def hashes(address_hash: str, letter_id: int | None) -> list[str]:
    """What is suppressed where a mailbox wants no mail at all, or none about this letter."""
    return [address_hash, *([_about(address_hash, letter_id)] if letter_id else [])]


def _about(address_hash: str, letter_id: int) -> str:
    """What stands for a mailbox and a letter; the first hash is keyed, so this one tells nothing either."""
    return hashlib.sha256(f"{address_hash}:{letter_id}".encode()).hexdigest()
