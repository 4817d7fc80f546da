"""Leave a letter, disown a signature, and forget what need not be kept."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from petition.moves import NotAllowed, move
from signatories import outbox
from signatories.models import Mail, Signatory, Signature, Suppression

Status = Signature.Status
UNCONFIRMED = timedelta(days=7)  # after this an unconfirmed signature is forgotten


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
def disown(signature: Signature, *, no_more_mail: bool = False) -> None:
    """The owner of the mailbox says: I did not sign this.

    An unconfirmed signature is forgotten. A confirmed one leaves the letter at once and waits for the team, which
    has to find out how the code came back.

    Args:
        signature: in any status.
        no_more_mail: whether this address wants no mail from here ever again.
    """
    signature = Signature.objects.select_for_update().get(pk=signature.pk)
    if no_more_mail:
        Suppression.objects.bulk_create([Suppression(address_hash=signature.address_hash)], ignore_conflicts=True)
        signature.mails.filter(state=Mail.State.OWED).update(state=Mail.State.DROPPED, to="")
    if signature.status == Status.PENDING:
        _forget(signature, Status.EXPIRED, reason="not_me")
    elif signature.status == Status.LISTED:
        move(signature, Status.HIDDEN, reason="not_me")
    elif signature.may_be_withdrawn:
        move(signature, Status.HELD, reason="not_me")


def expire_unconfirmed() -> int:
    """Forget the signatures that nobody confirmed within seven days; return how many."""
    overdue = Signature.objects.filter(status=Status.PENDING, created_at__lt=timezone.now() - UNCONFIRMED)
    return sum(_expire(signature) for signature in overdue.iterator())


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
        publish=False,
        updates=False,
        former=False,
        signatory=None,
        collect_after=None,
        level=0,
    )
    signature.evidence.all().delete()
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
