"""What signers decide about their own data: be named or not, correct, take a consent back, leave, be erased."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from petition.moves import NotAllowed, move, note
from signatories import announce, cases, consents, erasing, limits, outbox, signing, wordings
from signatories.models import KNOWN, LINE, Case, Consent, Draw, Mail, Signature

Status = Signature.Status
CORRECTIONS_A_DAY = 5
# Whoever was declined or taken off writes to the team; a correction would put the name back into its queue.
MAY_CORRECT = (Status.CONFIRMED, Status.HELD, Status.ASKED, Status.LISTED)
# What a correction is about; consents are given and taken back one by one.
LINE_ONLY = tuple(name for name in LINE if name not in {"publish", "updates", "contact", "wording"})


@transaction.atomic
def withdraw(signature: Signature) -> None:
    """Take a signature back for good: the name leaves the letter and the person's data leave the database.

    Raises:
        NotAllowed: it is withdrawn already, or was never confirmed in time.
    """
    signature = Signature.objects.select_for_update().get(pk=signature.pk)
    if not signature.may_be_withdrawn:
        raise NotAllowed(_("There is no signature to withdraw any more."))
    address = signature.address
    erasing.forget(signature, Status.WITHDRAWN, reason="withdrew")
    outbox.owe(Mail.Kind.WITHDRAWN, signature=signature, to=address)


@transaction.atomic
def disown(
    signature: Signature, *, no_more_mail: bool = False, kind: Case.Kind = Case.Kind.NOT_ME, text: str = ""
) -> None:
    """The owner of the mailbox says: I did not sign this.

    No mail that somebody causes by typing the address goes there any more: not about this letter, or about none, and
    not one that is on its way to the mail server already. An unconfirmed signature is forgotten. A confirmed one leaves
    the letter at once and waits for the team, which has to find out how the code came back: a case is opened.

    Args:
        signature: in any status.
        no_more_mail: whether this address wants no mail from here ever again.
        kind: `not_me`, or `audit` where it is the answer to the weekly question.
        text: what they added.
    """
    signature = Signature.objects.select_for_update().get(pk=signature.pk)
    outbox.forbid(signature.address_hash, letter_id=None if no_more_mail else signature.letter_id)
    if no_more_mail:
        signature.mails.still_owed().update(state=Mail.State.DROPPED, to="")
    if signature.status == Status.PENDING:
        erasing.forget(signature, Status.EXPIRED, reason="not_me")
        return
    last = signature.events.last()
    if not signature.may_be_withdrawn or (last is not None and last.reason == "not_me"):
        return
    move(signature, Status.HIDDEN if signature.status == Status.LISTED else Status.HELD, reason="not_me")
    signature.draws.filter(answer="").update(answer=Draw.Answer.DENIED, answered_at=timezone.now())
    cases.open_(signature, kind=kind, text=text)


@transaction.atomic
def erase(signature: Signature, *, no_more_mail: bool = False) -> int:
    """Erase everything that is kept of a mailbox, on all letters; return how many signatures that were.

    Nothing is mailed afterwards: no address is left to write to. What stays is the keyed hash.

    Args:
        signature: one of the mailbox, whose owner has just proven it.
        no_more_mail: whether the hash is also kept to write to this mailbox never again.
    """
    if no_more_mail:
        outbox.forbid(signature.address_hash)
    leaving = [one for one in erasing.of_mailbox(signature.address_hash) if one.may_be_withdrawn]
    for one in leaving:
        erasing.forget(one, Status.WITHDRAWN, reason="withdrew")
    erasing.forget_mailbox(signature.address_hash)
    return len(leaving)


@transaction.atomic
def be_named(
    signature: Signature,
    *,
    publish: bool,
    wording: str = wordings.CURRENT,
    door: Consent.Door = Consent.Door.OWN_PAGE,
) -> None:
    """Have the name on the letter or not; without it the signature is counted and not named. Twice is once.

    Args:
        signature: confirmed once.
        publish: whether the name is to be there.
        wording: the version of the words that stood beside the box.
        door: where its owner said so.

    Raises:
        NotAllowed: nobody signed, or the name cannot be shown now: names are not published, or the letter was
            delivered without it.
    """
    signature = Signature.objects.select_for_update(of=("self",)).select_related("letter").get(pk=signature.pk)
    if signature.status not in KNOWN:
        raise NotAllowed(_("There is no signature whose name could be shown or not."))
    if signature.publish == publish:
        return
    if publish and signature.status == Status.LISTED:
        signing.refuse_to_name(signature)
    said = {"publish": publish, "wording": wording if publish else signature.wording}
    note(signature, reason="named" if publish else "unnamed", **said)
    consents.follow(signature, door=door)


@transaction.atomic
def agree(
    signature: Signature,
    *,
    purpose: str,
    given: bool,
    wording: str = wordings.CURRENT,
    door: Consent.Door = Consent.Door.OWN_PAGE,
) -> None:
    """Give one consent, or take it back.

    Args:
        signature: confirmed once.
        purpose: one of `wordings.PURPOSES`.
        given: whether it is given or taken back.
        wording: the version of the words that stood beside the box, where it is given.
        door: where its owner said so.

    Raises:
        NotAllowed: nobody signed, or as `be_named`.
    """
    if purpose == "publish":
        be_named(signature, publish=given, wording=wording, door=door)
        return
    if purpose == "updates" and not given:
        announce.unsubscribe(signature, door=door)
        return
    signature = Signature.objects.select_for_update(of=("self",)).get(pk=signature.pk)
    if signature.status not in KNOWN:
        raise NotAllowed(_("There is no signature to which this could belong."))
    setattr(signature, purpose, given)
    signature.wording = wording if given else signature.wording
    signature.save(update_fields=[purpose, "wording"])
    consents.follow(signature, door=door)


@transaction.atomic
def correct(signature: Signature, *, typed: dict[str, Any]) -> None:
    """Correct the line. With another claim in it a listed name leaves the list, and is checked again.

    Args:
        signature: confirmed, held, asked or listed.
        typed: a value for each name in `LINE_ONLY`.

    Raises:
        NotAllowed: in no state to be corrected, or over the limit of a day.
    """
    signature = Signature.objects.select_for_update(of=("self",)).select_related("letter").get(pk=signature.pk)
    if signature.status not in MAY_CORRECT:
        raise NotAllowed(_("This line cannot be corrected here. Please write to the organiser."))
    if not limits.take("correct", str(signature.pk), most=CORRECTIONS_A_DAY, window=timedelta(days=1)).allowed:
        said = _("A line can be corrected %(number)s times a day. Please go on tomorrow.")
        raise NotAllowed(said % {"number": CORRECTIONS_A_DAY})
    whole = {**signature.typed, **{name: typed[name] for name in LINE_ONLY}}
    moment = timezone.now().isoformat()
    signing.restate(signature, typed=whole, reason="corrected", key=moment, door=Consent.Door.OWN_PAGE)
