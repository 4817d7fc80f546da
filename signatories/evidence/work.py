"""A second mailbox, at work: proven by a code, and matched with the organisation that is printed."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from signatories import addresses
from signatories.evidence import mailbox, outcome
from signatories.evidence.outcome import Words
from signatories.models import Proof, Signature


@transaction.atomic
def work_mailbox(signature: Signature, address: str) -> Proof:
    """Write down that a mailbox was proven, by its host and hash alone, and match it; call it after the code came back.

    Args:
        signature: whose.
        address: canonical; it is not kept.
    """
    host, address_hash = address.rpartition("@")[2], addresses.keyed_hash(address)
    signature.proofs.filter(kind=Proof.Kind.MAILBOX, value=address).delete()
    proof, _made = Proof.objects.update_or_create(
        signature=signature,
        kind=Proof.Kind.MAILBOX,
        value=host,
        defaults={
            "state": Proof.State.FOUND,
            **outcome.kept(_match(signature, host)),
            "data": address_hash,
            "checked_at": timezone.now(),
        },
    )
    return proof


def match_again(signature: Signature) -> None:
    """Match the mailboxes that were proven with the organisation that is printed by now."""
    for proof in signature.proofs.filter(kind=Proof.Kind.MAILBOX, state=Proof.State.FOUND):
        Proof.objects.filter(pk=proof.pk).update(**outcome.kept(_match(signature, proof.value)))


def stands_behind_another(signature: Signature, address_hash: str) -> bool:
    """Whether another signature on the letter was signed from this mailbox, or has proven it."""
    others = Signature.objects.known().filter(letter=signature.letter_id).exclude(pk=signature.pk)
    found = Proof.objects.filter(kind=Proof.Kind.MAILBOX, state=Proof.State.FOUND)
    proven = found.filter(letter=signature.letter_id, data=address_hash)
    # One after the other, each by its own index: with an OR between them every signature of the letter would be read.
    return others.filter(address_hash=address_hash).exists() or others.filter(proofs__in=proven).exists()


def _match(signature: Signature, host: str) -> Words:
    known = _("The mailbox is yours. Its host belongs to your organisation.")
    unknown = _("The mailbox is yours. Its host is not known here yet; the team looks at it.")
    return Words(known if mailbox.match(signature, host) else unknown)
