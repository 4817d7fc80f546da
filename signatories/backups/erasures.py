"""Who left and what was taken back lately, as a list to keep beside the backups: a restore must not undo that."""

import json
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q

from petition.delivery import received
from petition.models import AddresseeLink
from petition.moves import NotAllowed, move
from signatories import embargo, erasing, invitations, privacy, wordings
from signatories.models import KNOWN, Consent, EmbargoLink, Invitation, Signature, SignatureEvent, Suppression
from signatories.retention import acts
from signatories.retention.due import INVITED

Status = Signature.Status
FORGOTTEN = (Status.WITHDRAWN, Status.EXPIRED)
# What was rejected after the backup was made, and then forgotten, takes the same way again.
REJECTED = {
    **dict.fromkeys((Status.CONFIRMED, Status.HELD, Status.ASKED), Status.DECLINED),
    Status.LISTED: Status.HIDDEN,
}
# Links that the team takes back, and how.
REVOCABLE: dict[str, tuple[Any, Callable[[Any], None]]] = {
    "press": (EmbargoLink, embargo.revoke),
    "addressee": (AddresseeLink, received.revoke),
    "invitation": (Invitation, invitations.revoke),
}


def forgotten(since: datetime) -> Iterator[str]:
    """Yield a line of JSON for everything that a restore must not bring back, since a moment.

    That is who withdrew or was forgotten, who forbade mail, who said “not me”, consents that were taken back, such as
    to be named, invitations that were declined, and links that the team took back. It holds random identifiers, keyed
    hashes and codes of ours only, and nothing about a person. What an earlier release does not know stands last: it
    does all before that.
    """
    kinds = (_gone, _forbidden, _not_me, _taken_back, _declined, _revoked)
    for entry in chain.from_iterable(kind(since) for kind in kinds):
        yield json.dumps(entry) + "\n"


def _gone(since: datetime) -> Iterator[dict[str, Any]]:
    gone = Signature.objects.filter(status__in=FORGOTTEN).annotate(at=Max("events__at")).filter(at__gte=since)
    for pk, status in gone.order_by("at").values_list("pk", "status").iterator():
        yield {"signature": str(pk), "status": status}


def _forbidden(since: datetime) -> Iterator[dict[str, Any]]:
    for hash_ in Suppression.objects.filter(at__gte=since).values_list("address_hash", flat=True).iterator():
        yield {"no_more_mail": hash_}


def _not_me(since: datetime) -> Iterator[dict[str, Any]]:
    """Whoever said so, unless the team has put the name back into its queue since."""
    said = SignatureEvent.objects.filter(reason="not_me", at__gte=since, signature__status__in=KNOWN)
    later = SignatureEvent.objects.filter(signature=OuterRef("signature"), pk__gt=OuterRef("pk"), now=Status.CONFIRMED)
    for pk in said.filter(~Exists(later)).order_by("pk").values_list("signature", flat=True).iterator():
        yield {"not_me": str(pk)}


def _taken_back(since: datetime) -> Iterator[dict[str, Any]]:
    """Each with where that was said, unless the consent was given again or the person has left since."""
    still = Q()
    for purpose in wordings.PURPOSES:
        still |= Q(purpose=purpose, **{f"signature__{purpose}": False})
    rows = Consent.objects.filter(still, given=False, at__gte=since, signature__status__in=KNOWN)
    rows = rows.exclude(door=Consent.Door.FORGOTTEN)
    for pk, purpose, door in rows.values_list("signature", "purpose", "door").iterator():
        yield {"taken_back": str(pk), "purpose": purpose, "door": door}


def _declined(since: datetime) -> Iterator[dict[str, Any]]:
    """One whose mailbox was erased has lost its name too, also where it had been declined before."""
    erased = Q(name="", declined_at__gte=since - INVITED)  # after that the clock blanks it in any case
    rows = Invitation.objects.filter(erased | Q(declined_at__gte=since))
    for pk, name in rows.values_list("pk", "name").iterator():
        yield {"declined": str(pk), "erased": not name}


def _revoked(since: datetime) -> Iterator[dict[str, Any]]:
    for link, (model, _revoke) in REVOCABLE.items():
        for pk in model.objects.filter(revoked_at__gte=since).values_list("pk", flat=True).iterator():
            yield {"revoked": str(pk), "link": link}


def forget_again(lines: Iterable[str]) -> int:
    """Do again what stands on a list, where a restore has undone it; return how often there was something to do.

    Nobody is mailed about it: they were told when they left.

    Raises:
        ValueError: a line is not of such a list; those before it are done, and doing them again changes nothing.
    """
    again = 0
    for line in filter(str.strip, lines):
        entry: Any = json.loads(line)
        if not isinstance(entry, dict):
            raise ValueError("not an object")
        kinds = [kind for kind in AGAIN if kind in entry]
        if not kinds:
            raise ValueError("nothing that is known here")
        with transaction.atomic():
            again += AGAIN[kinds[0]](entry)
    return again


def _forbid(entry: dict[str, Any]) -> int:
    hash_ = str(entry["no_more_mail"])[:64]
    Suppression.objects.bulk_create([Suppression(address_hash=hash_)], ignore_conflicts=True)
    return 0


def _forget(entry: dict[str, Any]) -> int:
    """End a signature as it had ended: who withdrew has left for good, who was forgotten may sign again."""
    to = Status(str(entry.get("status")))
    if to not in FORGOTTEN:
        raise ValueError("no end of a signature")
    signature = _signature(entry["signature"])
    if signature is None or signature.status in {to, Status.WITHDRAWN}:
        return 0
    if to == Status.EXPIRED:
        return _expire(signature)
    if signature.status == Status.EXPIRED:  # who had been forgotten signed again, and then withdrew
        move(signature, Status.PENDING, reason="signed_again")
    erasing.forget(signature, to, reason="withdrew")
    return 1


def _expire(signature: Signature) -> int:
    if signature.status in REJECTED:
        move(signature, REJECTED[Status(signature.status)], reason="forgotten")
    reason = "unconfirmed" if signature.status == Status.PENDING else "forgotten"
    return acts.end(signature, reason)


def _disown(entry: dict[str, Any]) -> int:
    signature = _signature(entry["not_me"])
    if signature is None or not signature.may_be_withdrawn:
        return 0
    said = signature.events.filter(Q(reason="not_me") | Q(now=Status.CONFIRMED)).last()
    if said is not None and said.reason == "not_me":  # the backup knows, and what the team decided then stands in it
        return 0
    privacy.disown(signature)
    return 1


def _take_back(entry: dict[str, Any]) -> int:
    purpose, door = str(entry.get("purpose")), Consent.Door(str(entry.get("door")))
    if purpose not in wordings.PURPOSES:
        raise ValueError("no purpose of a consent")
    signature = _signature(entry["taken_back"])
    if signature is None or signature.status not in KNOWN or not getattr(signature, purpose):
        return 0
    privacy.agree(signature, purpose=purpose, given=False, door=door)
    return 1


def _decline(entry: dict[str, Any]) -> int:
    """Also one that the backup knows as declined may have been erased since."""
    found = Invitation.objects.filter(pk=uuid.UUID(str(entry["declined"])), signature=None)
    invitation = found.first()
    if invitation is None or not (invitation.declined_at is None or (entry.get("erased") and invitation.name)):
        return 0
    invitations.decline(invitation)
    if entry.get("erased"):
        erasing.forget_invitations(found)
    return 1


def _revoke(entry: dict[str, Any]) -> int:
    """One that the backup does not know is no link at all there."""
    if entry.get("link") not in REVOCABLE:
        raise ValueError("no link that is taken back")
    model, revoke = REVOCABLE[str(entry["link"])]
    link = model.objects.filter(pk=uuid.UUID(str(entry["revoked"])), revoked_at=None).first()
    if link is None:
        return 0
    try:
        revoke(link)
    except NotAllowed:  # the backup knows it as used
        return 0
    return 1


def _signature(pk: object) -> Signature | None:
    return Signature.objects.select_related("letter").filter(pk=uuid.UUID(str(pk))).first()


AGAIN: dict[str, Callable[[dict[str, Any]], int]] = {
    "signature": _forget,
    "no_more_mail": _forbid,
    "not_me": _disown,
    "taken_back": _take_back,
    "declined": _decline,
    "revoked": _revoke,
}
