"""A second mailbox, at work: a mail with a code goes there, and the code comes back on the signer's own page."""

import uuid

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from petition.moves import NotAllowed
from signatories import addresses, evidence, limits, outbox, proving, tokens
from signatories.evidence import work
from signatories.models import Knock, Mail, Proof, Signature

DAILY = outbox.DAILY  # mails that one signature may cause in a day, to whatever addresses
MAX_TRIES = 10  # of each mail's code: a stranger to the mailbox guesses right with 3 in 100,000 a day


class WrongCode(Exception):
    """The digits are not the code of the newest mail, or were tried too often."""


@transaction.atomic
def ask(signature: Signature, *, address: str) -> Proof:
    """Send a code to a mailbox that a signer says is theirs.

    What is answered does not depend on whether a mail goes out: not over the limits, not to who forbade it.

    Args:
        signature: confirmed, held, asked or listed.
        address: canonical, as `addresses.canonical` returns it.

    Raises:
        NotAllowed: the signature is in no state to be strengthened, or the mailbox is the one that signed.
    """
    if evidence.lock(signature) not in proving.MAY_PROVE:
        raise NotAllowed(_("Nothing can be proven for this signature at the moment."))
    if address == signature.address:
        raise NotAllowed(_("This mailbox is proven already."))
    # One at a time: the code that is typed belongs to the newest mail.
    signature.proofs.filter(kind=Proof.Kind.MAILBOX, state=Proof.State.WAITING).exclude(value=address).delete()
    proof, _made = Proof.objects.get_or_create(signature=signature, kind=Proof.Kind.MAILBOX, value=address)
    address_hash = addresses.keyed_hash(address)
    if _may_mail(signature, address_hash):
        details = {"address_hash": address_hash}
        mail = outbox.owe(Mail.Kind.MAILBOX, signature=signature, key=uuid.uuid4().hex, to=address, details=details)
        Knock.objects.create(address_hash=address_hash, letter_id=signature.letter_id, mail=mail)
        Proof.objects.filter(pk=proof.pk).update(data=str(mail.pk))
    return proof


def _may_mail(signature: Signature, address_hash: str) -> bool:
    """Whether the owner of the mailbox is spared: the limits of every mail that strangers cause, and two more."""
    return (
        outbox.may_write_to(address_hash, letter_id=signature.letter_id)
        and limits.take("work mail", address_hash, most=1, window=outbox.COOL_DOWN).allowed
        and limits.take("work mail of", str(signature.pk), most=DAILY, window=outbox.DAY).allowed
    )


def waiting(signature: Signature) -> Proof | None:
    """Return the mailbox whose code is being waited for, if there is one."""
    return signature.proofs.filter(kind=Proof.Kind.MAILBOX, state=Proof.State.WAITING).last()


def confirm(signature: Signature, *, code: str) -> Proof:
    """Prove the mailbox with the code that the newest mail to it carried.

    Raises:
        WrongCode: wrong digits, too many tries, or nothing is waited for.
        NotAllowed: somebody else's signature on this letter rests on the same mailbox.
    """
    proof = waiting(signature)
    if proof is None or not proof.data or signature.status not in proving.MAY_PROVE:
        raise WrongCode
    mail_id = uuid.UUID(proof.data)
    # Every try is counted, and committed, before it is looked at: two at once are two.
    sent = Mail.objects.filter(pk=mail_id, signature=signature, times_sent__gt=0, wrong_codes__lt=MAX_TRIES)
    if not sent.update(wrong_codes=F("wrong_codes") + 1) or not tokens.is_code(mail_id, code):
        raise WrongCode
    address_hash = addresses.keyed_hash(proof.value)
    with transaction.atomic():
        if evidence.lock(signature) not in proving.MAY_PROVE:
            raise WrongCode
        outbox.look_up(address_hash, letter_id=signature.letter_id)  # two who prove it at once come one after the other
        if work.stands_behind_another(signature, address_hash):
            raise NotAllowed(_("This mailbox stands behind another signature on this letter already."))
        proving.owe_collection(signature)
        signature.refresh_from_db()  # locked: the line may have been corrected since it was read
        return work.work_mailbox(signature, proof.value)


def stop(mail: Mail) -> bool:
    """Never write to the mailbox of this mail again: whoever reads it says so.

    Its keyed hash stays with the mail whatever becomes of the signature, so that nobody can take this way out from its
    reader by withdrawing. Of a mail that an earlier release has emptied it is not known; returns whether it was.
    """
    address_hash = mail.details.get("address_hash", "")
    if address_hash:
        outbox.forbid(address_hash)
    return bool(address_hash)
