"""One decision about many signatures: begun by a person, done by a task a turn at a time, undone as a whole.

Each signature is a transaction of its own, and the rows say which are done: a task that is killed loses nothing, and
whoever takes the batch over goes on with the next row.
"""

import logging
import time
import uuid
from datetime import timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Sum
from django.utils import timezone

from petition.models import Letter, User
from petition.moves import LostRace, NotAllowed
from signatories.batches import choosing, rules
from signatories.models import Batch, BatchItem, Signature

log = logging.getLogger(__name__)

TURN = 10.0  # seconds that a task works on a batch before it lets the mail and the tally have their turn
LEASE = timedelta(minutes=1)  # after this another task takes over a batch whose task was killed
CHUNK = 100
# More names than this taken off in a day by one person's batches need a second person.
ALONE = 20
DAY = timedelta(days=1)
State, Verb, Item = Batch.State, Batch.Verb, BatchItem.State
AWAY = (OperationalError, InterfaceError)


def begin(
    letter: Letter,
    *,
    actor: User,
    verb: str,
    reason: str,
    choice: dict[str, Any],
    level: int = 0,
    note: str = "",
    key: uuid.UUID | None = None,
) -> Batch:
    """Begin a batch; a task freezes who is in it and does the rest.

    Args:
        letter: whose signatures.
        actor: the vetter who decides.
        verb: one of `Batch.Verb`.
        reason: a key of `rules.REASONS[verb]`.
        choice: what `choosing.chosen` takes.
        level: 2 or 3 for listing.
        note: for the team only.
        key: the identifier of the row, so that a form that is sent twice begins one batch.

    Raises:
        NotAllowed: a level or a reason that this verb does not have.
        IntegrityError: a batch of this key was begun already.
    """
    if reason not in rules.REASONS[verb]:
        raise NotAllowed("Please choose a reason.")
    if verb == Verb.LIST and level not in rules.LEVELS:
        raise NotAllowed("In a batch, names are listed at level 2 or 3.")
    kept = {"id": key} if key else {}
    level = level if verb == Verb.LIST else 0
    with transaction.atomic():
        return letter.batches.create(
            **kept, actor=actor, verb=verb, reason=reason, chosen=choice, level=level, note=note
        )


def confirm(batch: Batch, *, by: User) -> None:
    """Let a batch that waits for a second person be done.

    Raises:
        NotAllowed: the same person, or it does not wait any more.
    """
    if by.pk == batch.actor_id:
        raise NotAllowed("You began this batch. Somebody else has to confirm it.")
    _turn_into(batch, State.DOING, {State.WAITING}, second=by, second_at=timezone.now())


def cancel(batch: Batch, *, by: User) -> None:
    """Call off a batch that waits; nothing has been moved.

    Raises:
        NotAllowed: it does not wait any more.
    """
    _turn_into(batch, State.CANCELLED, {State.WAITING}, undone_by=by, undone_at=timezone.now())


def undo(batch: Batch, *, by: User) -> None:
    """Undo a batch as a whole, done or half done; a task puts back whatever nobody has moved since.

    Raises:
        NotAllowed: there is nothing to undo.
    """
    _turn_into(batch, State.UNDOING, {State.DOING, State.DONE}, undone_by=by)


def _turn_into(batch: Batch, state: Batch.State, since: set[Batch.State], **changes: Any) -> None:
    rows = Batch.objects.filter(pk=batch.pk, state__in=since)
    if not rows.update(state=state, go_on_after=timezone.now(), **changes):
        raise LostRace("This batch was changed by somebody else in the meantime.")
    batch.refresh_from_db()


def go_on(*, seconds: float = TURN) -> bool:
    """Take one batch that is due and work on it for a while; False when there is none.

    Safe to run anywhere at any time, and to kill: a batch is leased, and an item is claimed by its own row.
    """
    batch = _lease()
    if batch is None:
        return False
    step = {State.CHOOSING: _put_together, State.DOING: _do_some, State.UNDOING: _undo_some}[State(batch.state)]
    step(batch, time.monotonic() + seconds)
    # Given back only when nothing went wrong; otherwise the lease is the pause before the next try.
    Batch.objects.filter(pk=batch.pk, go_on_after=batch.go_on_after).update(go_on_after=timezone.now())
    return True


def _lease() -> Batch | None:
    with transaction.atomic():
        due = Batch.objects.filter(state__in=Batch.WORKED_ON, go_on_after__lte=timezone.now())
        batch = due.order_by("go_on_after").select_for_update(skip_locked=True).first()
        if batch is not None:
            batch.go_on_after = timezone.now() + LEASE
            batch.save(update_fields=["go_on_after"])
    return batch


@transaction.atomic
def _put_together(batch: Batch, until: float) -> None:
    # One after the other for each person, so that two batches at once cannot both be under the limit.
    User.objects.select_for_update(no_key=True).get(pk=batch.actor_id)
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
    if batch.state != State.CHOOSING:
        return
    batch.total = choosing.freeze(batch)
    if batch.verb == Verb.INVALIDATE:
        batch.listed = batch.items.filter(was=Signature.Status.LISTED).count()
    batch.state = State.WAITING if needs_second(batch, listed=batch.listed) else State.DOING
    batch.save(update_fields=["total", "listed", "state"])


def needs_second(batch: Batch, *, listed: int) -> bool:
    """Whether a batch that takes this many names off waits for a second person.

    What a person's batches took off in the last day with nobody else's agreement counts too.
    """
    if not listed:
        return False
    others = Batch.objects.filter(letter=batch.letter_id, actor=batch.actor_id, created_at__gt=timezone.now() - DAY)
    alone = others.filter(second=None, state__in=[State.DOING, State.DONE, State.UNDOING])
    return (alone.aggregate(n=Sum("listed"))["n"] or 0) + listed > ALONE


def _do_some(batch: Batch, until: float) -> None:
    if _each(batch, Item.WAITING, _do, until):
        Batch.objects.filter(pk=batch.pk, state=State.DOING).update(state=State.DONE, done_at=timezone.now())


def _undo_some(batch: Batch, until: float) -> None:
    if not _each(batch, Item.DONE, _undo, until):
        return
    batch.items.filter(state=Item.WAITING).update(state=Item.SKIPPED, problem="The batch was undone before its turn.")
    Batch.objects.filter(pk=batch.pk, state=State.UNDOING).update(state=State.UNDONE, undone_at=timezone.now())


def _each(batch: Batch, state: BatchItem.State, work: Any, until: float) -> bool:
    """Work on the items in one state until none is left (True), the time is over, or the batch is another's."""
    while True:
        chunk = list(batch.items.filter(state=state).order_by("pk").values_list("pk", flat=True)[:CHUNK])
        if not chunk:
            return True
        for pk in chunk:
            if not _one(batch, pk, state, work) or time.monotonic() > until:
                return False


def _one(batch: Batch, pk: int, state: BatchItem.State, work: Any) -> bool:
    try:
        with transaction.atomic():
            return _locked(batch, pk, state, work)
    except AWAY:
        raise
    except Exception:  # one row that cannot be moved must not hold up the others
        log.exception("item %s of batch %s cannot be moved", pk, batch.pk)
        left = Item.SKIPPED if state == Item.WAITING else Item.KEPT
        BatchItem.objects.filter(pk=pk, state=state).update(state=left, problem="It could not be moved.")
        return True


def _locked(batch: Batch, pk: int, state: BatchItem.State, work: Any) -> bool:
    """Hold the batch, the item and the signature, so that nothing of it changes while the item is worked on."""
    if not Batch.objects.select_for_update(no_key=True).filter(pk=batch.pk, state=batch.state):
        return False
    rows = BatchItem.objects.select_related("signature__letter").select_for_update(of=("self", "signature"))
    item = rows.get(pk=pk)
    if item.state == state:
        work(batch, item)
        item.save(update_fields=["state", "problem", "before", "event"])
    return True


def _do(batch: Batch, item: BatchItem) -> None:
    signature = item.signature
    item.problem = rules.problem(signature, verb=batch.verb, level=batch.level, actor=batch.actor)[:200]
    if signature.status != item.was:
        item.problem = rules.MOVED
    if item.problem:
        item.state = Item.SKIPPED
        return
    at = signature.checked_at
    item.before = {"status": signature.status, "level": signature.level, "checked": signature.checked}
    item.before["checked_at"] = at.isoformat() if at else None
    rules.take(signature, batch)
    item.state, item.event = Item.DONE, signature.events.order_by("-pk").first()


def _undo(batch: Batch, item: BatchItem) -> None:
    signature = item.signature
    last = signature.events.order_by("-pk").first()
    if last is None or last.pk != item.event_id:
        item.state = Item.KEPT
        item.problem = f"Moved since: {last.reason_label if last else ''}."[:200]
        return
    rules.take_back(signature, batch, item.before)
    item.state = Item.UNDONE
