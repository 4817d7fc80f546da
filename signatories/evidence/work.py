"""A second mailbox, at work: proven by a code, and matched with the organisation that is printed."""

from django.db import transaction
from django.utils import timezone

from signatories.evidence import mailbox
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
    said = "belongs to your organisation" if staff else "is not known here yet; the team looks at it"
    proof, _ = Proof.objects.update_or_create(
        signature=signature,
        kind=Proof.Kind.MAILBOX,
        value=host,
        defaults={
            "state": Proof.State.FOUND,
            "message": f"The mailbox is yours. Its host {said}.",
            "data": "",
            "checked_at": timezone.now(),
        },
    )
    return proof
