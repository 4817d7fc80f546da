"""A second mailbox, at work: proven by a code, and matched with the organisation that is printed."""

from django.db import transaction
from django.utils import timezone

from signatories import evidence
from signatories.evidence import hosts
from signatories.models import Evidence, Proof, Signature
from signatories.reasons import Family


@transaction.atomic
def work_mailbox(signature: Signature, address: str) -> Proof:
    """Write down that a mailbox was proven, by its host alone, and match it; call it after the code came back.

    Args:
        signature: whose.
        address: canonical; it is not kept.
    """
    host = address.rpartition("@")[2]
    signature.proofs.filter(kind=Proof.Kind.MAILBOX, value=address).delete()
    staff = match(signature, host)
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


def match(signature: Signature, host: str) -> bool:
    """Record the mailbox as evidence where the host is known as the staff's of the organisation that was typed."""
    staff = hosts.staff_domain(signature, host)
    if staff is not None:
        evidence.record(
            signature,
            family=Family.MAILBOX,
            claim=Evidence.Claim.AFFILIATION,
            account=f"host:{host}",
            details={"host": host, "organisation": staff.organisation.name},
        )
    return staff is not None
