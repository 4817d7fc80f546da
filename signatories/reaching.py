"""Mailboxes that mail does not reach: no news goes there until their owner shows that it arrives again."""

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from petition.moves import NotAllowed
from signatories import outbox
from signatories.models import Mail, Signatory, Signature, SignatureQuerySet


def reachable(signatures: SignatureQuerySet) -> SignatureQuerySet:
    """Leave out whose mailbox has refused or returned a mail for good since it was proven, about whatever letter.

    Whoever writes on to dead mailboxes is taken for a sender of spam.
    """
    undelivered = (
        Mail.objects.filter(signature__address_hash=OuterRef("address_hash"), state=Mail.State.FAILED)
        .exclude(kind=Mail.Kind.MAILBOX)  # that one went to another mailbox
        .exclude(returned__startswith="4.")  # given up on a server that was away for days
        .annotate(at=Coalesce("failed_at", "created_at"))
        .filter(at__gt=OuterRef("signatory__seen_at"))
    )
    return signatures.exclude(Exists(undelivered))


def lost(signature: Signature) -> bool:
    """Whether somebody who asked for news gets none, because mail does not reach them."""
    return signature.updates and not reachable(Signature.objects.filter(pk=signature.pk)).exists()


def asked(signature: Signature) -> bool:
    """Whether the mail that shows that mail arrives again is on its way."""
    return signature.mails.filter(kind=Mail.Kind.REACH, state__in=[Mail.State.OWED, Mail.State.SENT]).exists()


def ask(signature: Signature) -> None:
    """Owe a mail whose link shows that mail arrives again, within what one mailbox may be sent in a day.

    Raises:
        NotAllowed: news reaches them, as far as we know.
    """
    if not lost(signature):
        raise NotAllowed(_("Nothing came back from this mailbox."))
    with transaction.atomic():
        locked = Signature.objects.select_for_update().get(pk=signature.pk)
        outbox.ask(Mail.Kind.REACH, signature=locked)


def show(mail: Mail) -> None:
    """Note that mail arrives again: the link of this one was opened, and its page says so."""
    assert mail.signature is not None
    Signatory.objects.filter(signatures=mail.signature_id).update(seen_at=timezone.now())
