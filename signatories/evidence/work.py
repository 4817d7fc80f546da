"""A second mailbox, at work: proven by a code, and matched with the organisation that is printed."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from signatories.evidence import mailbox, outcome
from signatories.evidence.outcome import Words
from signatories.models import Proof, Signature


@transaction.atomic
def work_mailbox(signature: Signature, address: str) -> Proof:
    """Write down that a mailbox was proven, by its host alone, and match it; call it after the code came back.

    Args:
        signature: whose.
        address: canonical; it is not kept.
    """
    host = address.rpartition("@")[2]
    signature.proofs.filter(kind=Proof.Kind.MAILBOX, value=address).delete()
    staff = mailbox.match(signature, host)
    known = _("The mailbox is yours. Its host belongs to your organisation.")
    unknown = _("The mailbox is yours. Its host is not known here yet; the team looks at it.")
    proof, _made = Proof.objects.update_or_create(
        signature=signature,
        kind=Proof.Kind.MAILBOX,
        value=host,
        defaults={
            "state": Proof.State.FOUND,
            **outcome.kept(Words(known if staff else unknown)),
            "data": "",
            "checked_at": timezone.now(),
        },
    )
    return proof
