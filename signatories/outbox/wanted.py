"""Which mails are wanted: none that is not true any more, and none to somebody who forbade it."""

from collections.abc import Iterable

from signatories.models import Mail, Signature, Suppression

# Only for those who asked for news, each with a way to end it.
NEWS = (Mail.Kind.UPDATE, Mail.Kind.REPLY)
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


def is_wanted(mail: Mail, *, forbidden: set[str]) -> bool:
    """Whether a mail still says the truth to somebody who did not forbid it.

    Args:
        mail: with the rows that it is about.
        forbidden: what `forbidden` returned for it, or for a batch that it is in.
    """
    about = mail.signature or mail.invitation
    assert about is not None
    needed = ONLY_WHILE.get(Mail.Kind(mail.kind))
    if needed and mail.signature and mail.signature.status != needed:
        return False
    if not (mail.to or about.address):
        return False
    if mail.kind in NEWS and not (mail.signature and mail.signature.updates):
        return False
    if mail.announcement and mail.announcement.reply and mail.announcement.reply.hidden_at:
        return False
    return mail.kind == Mail.Kind.WITHDRAWN or about.address_hash not in forbidden


def forbidden(mails: Iterable[Mail]) -> set[str]:
    """Return whose mailboxes, of those that these mails are about, want none from here."""
    about = {row.address_hash for mail in mails if (row := mail.signature or mail.invitation)}
    return set(Suppression.objects.filter(address_hash__in=about).values_list("address_hash", flat=True))


def is_unwanted(address_hash: str) -> bool:
    return Suppression.objects.filter(address_hash=address_hash).exists()
