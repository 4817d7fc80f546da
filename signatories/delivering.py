"""Who is on the letter at this moment, in the shape in which it is delivered and archived."""

from collections.abc import Iterator
from operator import attrgetter

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from petition import tally
from petition.delivery import freezing
from petition.models import Amendment, Delivery, Letter, User
from petition.moves import NotAllowed
from signatories import exporting, reasons
from signatories.models import Batch, Export, Signature, SignatureEvent

CHUNK = 2000


@transaction.atomic
def deliver(letter: Letter, *, actor: User | None = None) -> Delivery:
    """Freeze a closed letter with everyone who is listed, and move it to delivered.

    Args:
        letter: closed.
        actor: the member of the team who delivers.

    Raises:
        NotAllowed: it is not closed, was delivered already, or names that were decided on are still to be listed.
    """
    letter.refresh_from_db(from_queryset=Letter.objects.select_for_update())
    if ready := letter.signatures.ready().count():
        raise NotAllowed(
            ngettext(
                "%(number)s name is decided and still to be listed, while publishing is on. Deliver after that.",
                "%(number)s names are decided and still to be listed, while publishing is on. Deliver after that.",
                ready,
            )
            % {"number": ready}
        )
    if letter.batches.filter(state__in=Batch.WORKED_ON).exists():
        raise NotAllowed(_("A batch is still being done. Please deliver when it is over."))
    return freezing.deliver(letter, signatories=listed(letter), levels=reasons.in_english(reasons.LEVELS), actor=actor)


def listed(letter: Letter) -> Iterator[freezing.Frozen]:
    """Yield the public line of everyone who is listed, in printed order, from one SELECT and so from one moment."""
    newest = SignatureEvent.objects.filter(signature=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    rows = exporting.chosen(letter, Export.Audience.PUBLIC).annotate(newest_event=Subquery(newest))
    for position, signature in enumerate(rows.iterator(chunk_size=CHUNK), start=1):
        signature.letter = letter
        yield freezing.Frozen(
            row=_row(signature, position),
            signature=signature.pk,
            event=signature.newest_event or 0,
            dimensions={name: str(attrgetter(name.replace("__", "."))(signature)) for name in tally.DIMENSIONS},
        )


@translation.override("en")
def _row(signature: Signature, position: int) -> dict[str, object]:
    """What everybody may see of a signature, with its place among the groups and its printed line."""
    whole = exporting.row(signature, position)
    public = {name: whole[name] for name in exporting.PUBLIC}
    group = "founder" if signature.is_founder else "individual"
    return {**public, "group": group, "line": signature.line, "level_number": signature.level}


def amend_all() -> int:
    """Write an amendment notice for every delivered name that has left since, or came back; return how many."""
    return sum(amend(delivery) for delivery in Delivery.objects.all())


def amend(delivery: Delivery) -> int:
    """Write the notices that one delivery lacks. Safe to run at any time and twice: an event makes one notice.

    An event belongs to the time after the delivery when it is newer than the newest one that was frozen with its
    signature; its time would not do, because a move is stamped before it is committed.
    """
    left_or_back = SignatureEvent.objects.filter(Q(stood=True, stands=False) | Q(stood=False, stands=True))
    moved = left_or_back.filter(letter=delivery.letter_id, at__gte=delivery.as_of - tally.SETTLING).exclude(
        pk__in=delivery.amendments.values("event")
    )
    events = {(str(event.signature_id), event.pk): event for event in moved.order_by("pk")}
    if not events:
        return 0
    concerned = {signature for signature, _ in events}
    frozen = dict(_places(delivery, concerned))
    notices = [
        Amendment(delivery=delivery, event=pk, position=frozen[signature][0], kind=_kind(event), at=event.at)
        for (signature, pk), event in events.items()
        if signature in frozen and pk > frozen[signature][1]
    ]
    return len(Amendment.objects.bulk_create(notices, ignore_conflicts=True))


def _places(delivery: Delivery, wanted: set[str]) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield position and newest frozen event of some signatures."""
    for number, known in delivery.parts.values_list("number", "signatures").iterator():
        for offset, (signature, event) in enumerate(known, start=1):
            if signature in wanted:
                yield signature, ((number - 1) * freezing.PART + offset, event)


def _kind(event: SignatureEvent) -> Amendment.Kind:
    """Who stays listed and is not named any more has taken the name off as who withdraws."""
    if event.stands:
        return Amendment.Kind.RESTORED
    own = {Signature.Status.WITHDRAWN, Signature.Status.LISTED}
    return Amendment.Kind.WITHDRAWN if event.now in own else Amendment.Kind.REMOVED
