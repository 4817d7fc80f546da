"""Which mails are wanted: none that is not true any more, and none to somebody who forbade it."""

from typing import Any

from django.db.models import Exists

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

# What decides whether a mail is wanted, of the rows that it is about.
DECIDING = (
    "signature__status",
    "signature__updates",
    "signature__address",
    "invitation__address",
    "announcement__reply__hidden_at",
)


def is_wanted(mail: Mail) -> bool:
    """Whether a mail still says the truth to somebody who did not forbid it."""
    about = mail.signature or mail.invitation
    assert about is not None
    return _is_true(mail) and (mail.kind == Mail.Kind.WITHDRAWN or not is_unwanted(about.address_hash))


def _is_true(mail: Mail) -> bool:
    about = mail.signature or mail.invitation
    assert about is not None
    needed = ONLY_WHILE.get(Mail.Kind(mail.kind))
    if needed and mail.signature and mail.signature.status != needed:
        return False
    if not (mail.to or about.address):
        return False
    if mail.kind in NEWS and not (mail.signature and mail.signature.updates):
        return False
    return not (mail.announcement and mail.announcement.reply and mail.announcement.reply.hidden_at)


def is_as_read(mail: Mail) -> bool:
    """Whether a leased mail is still ours and wanted, and nothing that decides this has changed; one statement."""
    about = mail.signature or mail.invitation
    assert about is not None
    was = (mail.to, *_deciding(mail), False)
    unwanted = Exists(Suppression.objects.filter(address_hash=about.address_hash))
    ours = Mail.objects.filter(pk=mail.pk, state=Mail.State.OWED, send_after=mail.send_after)
    return [was] == list(ours.values_list("to", *DECIDING, unwanted)) and _is_true(mail)


def _deciding(mail: Mail) -> tuple[Any, ...]:
    signature, reply = mail.signature, mail.announcement.reply if mail.announcement else None
    known = (signature.status, signature.updates, signature.address) if signature else (None, None, None)
    return (*known, mail.invitation.address if mail.invitation else None, reply.hidden_at if reply else None)


def is_unwanted(address_hash: str) -> bool:
    return Suppression.objects.filter(address_hash=address_hash).exists()
