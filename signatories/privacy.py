"""Leave a letter, disown a signature, and forget what need not be kept."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from petition.moves import NotAllowed, move
from signatories import cases, limits, outbox
from signatories.models import Alarm, Case, Draw, Mail, Origin, Signatory, Signature, VouchCode

Status = Signature.Status
UNCONFIRMED = timedelta(days=7)  # after this an unconfirmed signature is forgotten
NETWORK_DATA = timedelta(days=30)  # after this nobody knows any more from where a signature came


@transaction.atomic
def withdraw(signature: Signature) -> None:
    """Take a signature back for good: the name leaves the letter and the person's data leave the database.

    Raises:
        NotAllowed: it is withdrawn already, or was never confirmed in time.
    """
    signature = Signature.objects.select_for_update().get(pk=signature.pk)
    if not signature.may_be_withdrawn:
        raise NotAllowed("There is no signature to withdraw any more.")
    address = signature.address
    _forget(signature, Status.WITHDRAWN, reason="withdrew")
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
        signature.mails.filter(state=Mail.State.OWED).update(state=Mail.State.DROPPED, to="")
    if signature.status == Status.PENDING:
        _forget(signature, Status.EXPIRED, reason="not_me")
        return
    last = signature.events.last()
    if not signature.may_be_withdrawn or (last is not None and last.reason == "not_me"):
        return
    move(signature, Status.HIDDEN if signature.status == Status.LISTED else Status.HELD, reason="not_me")
    signature.draws.filter(answer="").update(answer=Draw.Answer.DENIED, answered_at=timezone.now())
    cases.open_(signature, kind=kind, text=text)


def forget_again(signature: Signature) -> int:
    """Forget somebody whom a restored backup has brought back; return 1, or 0 where there is nothing to forget."""
    pending = signature.status == Status.PENDING
    try:
        _forget(signature, Status.EXPIRED if pending else Status.WITHDRAWN, reason="withdrew")
    except NotAllowed:
        return 0
    return 1


def expire_unconfirmed() -> int:
    """Forget the signatures that nobody confirmed within seven days, and other names typed for a mailbox.

    Returns:
        How many signatures were forgotten.
    """
    said_otherwise = Q(kind=Mail.Kind.ALREADY) | Q(kind=Mail.Kind.CONFIRM, signature__status=Status.EXPIRED)
    old = Mail.objects.filter(said_otherwise, created_at__lt=timezone.now() - UNCONFIRMED)
    old.exclude(details={}).update(details={}, to="")
    overdue = Signature.objects.filter(status=Status.PENDING, created_at__lt=timezone.now() - UNCONFIRMED)
    return sum(_expire(signature) for signature in overdue.iterator())


def forget_networks() -> int:
    """Forget from where signatures came, and where many came at once, after 30 days; return how many rows went."""
    before = timezone.now() - NETWORK_DATA
    old = (*(Origin.objects.filter(at__lt=before), Alarm.objects.filter(until__lt=before)),)
    return limits.forget() + sum(rows.delete()[0] for rows in old)


def _expire(signature: Signature) -> int:
    try:
        _forget(signature, Status.EXPIRED, reason="unconfirmed")
    except NotAllowed:  # it was confirmed in this very moment
        return 0
    return 1


@transaction.atomic
def _forget(signature: Signature, to: Signature.Status, *, reason: str) -> None:
    """Move it and blank the person; the keyed hash stays, so that one mailbox stays one signature."""
    profile = signature.signatory
    blank: dict[str, Any] = dict.fromkeys(
        (
            "address",
            "name",
            "role",
            "organisation",
            "country",
            "discipline",
            "profile_url",
            "sort_key",
            "search",
            "host",
            "organisation_key",
        ),
        "",
    )
    move(
        signature,
        to,
        reason=reason,
        **blank,
        risk=0,
        publish=False,
        updates=False,
        former=False,
        signatory=None,
        collect_after=None,
        level=0,
    )
    signature.evidence.all().delete()
    signature.cases.update(text="", note="")
    signature.cases.filter(closed_at=None).update(closed_at=timezone.now(), outcome="left")
    signature.flags.all().delete()
    Origin.objects.filter(signature=signature).delete()
    signature.proofs.all().delete()
    signature.vouches.all().delete()
    VouchCode.objects.filter(signature=signature).delete()
    signature.decisions.update(note="", question="", answer="", answer_url="", signals=[])
    signature.mails.update(details={})
    signature.mails.filter(state=Mail.State.OWED).update(state=Mail.State.DROPPED, to="")
    invitation = getattr(signature, "invitation", None)
    if invitation is not None:
        type(invitation).objects.filter(pk=invitation.pk).update(
            address="", name="", role="", organisation="", country="", discipline=""
        )
    if profile is not None and not Signatory.objects.filter(pk=profile.pk, signatures__isnull=False).exists():
        profile.delete()
