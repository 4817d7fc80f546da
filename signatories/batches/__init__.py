"""One decision about many signatures: begun by a person, done by a task a turn at a time, undone as a whole.

Some signatures at a time are moved in one transaction, and the rows say which are done: a task that is killed loses
nothing and repeats nothing, and whoever takes the batch over goes on with the next row.
"""

import logging
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Max, Sum, prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from petition import patience, stored
from petition.models import Letter, User
from petition.moves import LostRace, NotAllowed
from signatories.batches import choosing, rules
from signatories.models import Batch, BatchItem, Signature, SignatureEvent

log = logging.getLogger(__name__)

TURN = 10.0  # seconds that a task works on a batch before it lets the mail and the tally have their turn
LEASE = timedelta(minutes=1)  # after this another task takes over a batch whose task was killed
CHUNK = 50  # signatures in one transaction; a vetter who decides on one of them meanwhile waits for a moment
# More names than this taken off in a day by one person's batches need a second person.
ALONE = 20
DAY = timedelta(days=1)
State, Verb, Item = Batch.State, Batch.Verb, BatchItem.State
Work = Callable[[Batch, BatchItem], None]
AWAY = (OperationalError, InterfaceError)
# Translators: why is what happened to a signature, such as “listed by a vetter”
MOVED_SINCE = gettext_noop("Moved since: %(why)s.")


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
        raise NotAllowed(_("Please choose a reason."))
    if verb == Verb.LIST and level not in rules.LEVELS:
        raise NotAllowed(_("In a batch, names are listed at level 2 or 3."))
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
        raise NotAllowed(_("You began this batch. Somebody else has to confirm it."))
    _turn_into(batch, State.DOING, {State.WAITING}, second=by, second_at=patience.now())


def cancel(batch: Batch, *, by: User) -> None:
    """Call off a batch that waits; nothing has been moved.

    Raises:
        NotAllowed: it does not wait any more.
    """
    _turn_into(batch, State.CANCELLED, {State.WAITING}, undone_by=by, undone_at=patience.now())


def undo(batch: Batch, *, by: User) -> None:
    """Undo a batch as a whole, done or half done; a task puts back whatever nobody has moved since.

    What it would put back onto the letter waits while names are not published.

    Raises:
        NotAllowed: there is nothing to undo.
    """
    _turn_into(batch, State.UNDOING, {State.DOING, State.DONE}, undone_by=by)


def _turn_into(batch: Batch, state: Batch.State, since: set[Batch.State], **changes: Any) -> None:
    rows = Batch.objects.filter(pk=batch.pk, state__in=since)
    if not rows.update(state=state, go_on_after=patience.now(), **changes):
        raise LostRace(_("This batch was changed by somebody else in the meantime."))
    batch.refresh_from_db()


def said(problem: str) -> str:
    """Return why an item was left, as it is stored, in the language that is spoken; an empty string stays one."""
    return stored.said(problem, [MOVED_SINCE], words=["why"])


def go_on(*, seconds: float = TURN, chunk: int = CHUNK) -> bool:
    """Take one batch that is due and work on it for a while; False when there is none.

    Safe to run anywhere at any time, and to kill: a batch is leased, and its own row is locked for each chunk.
    """
    batch = _lease()
    if batch is None:
        return False
    step = {State.CHOOSING: _put_together, State.DOING: _do_some, State.UNDOING: _undo_some}[State(batch.state)]
    with override("en"):  # why an item was left is stored in English, whoever's request the work is done in
        step(batch, time.monotonic() + seconds, chunk)
    # Given back only when nothing went wrong; otherwise the lease is the pause before the next try.
    Batch.objects.filter(pk=batch.pk, go_on_after=batch.go_on_after).update(go_on_after=patience.now())
    return True


def _lease() -> Batch | None:
    with transaction.atomic():
        due = Batch.objects.filter(state__in=Batch.WORKED_ON, go_on_after__lte=patience.now())
        batch = due.order_by("go_on_after").select_for_update(skip_locked=True).first()
        if batch is not None:
            batch.go_on_after = patience.now() + LEASE
            batch.save(update_fields=["go_on_after"])
    return batch


@transaction.atomic
def _put_together(batch: Batch, until: float, size: int) -> None:
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
    others = Batch.objects.filter(letter=batch.letter_id, actor=batch.actor_id, created_at__gt=patience.now() - DAY)
    alone = others.filter(second=None, state__in=[State.DOING, State.DONE, State.UNDOING])
    return (alone.aggregate(n=Sum("listed"))["n"] or 0) + listed > ALONE


def _do_some(batch: Batch, until: float, size: int) -> None:
    if _each(batch, Item.WAITING, _do, until, size):
        Batch.objects.filter(pk=batch.pk, state=State.DOING).update(state=State.DONE, done_at=patience.now())


def _undo_some(batch: Batch, until: float, size: int) -> None:
    if not _each(batch, Item.DONE, _undo, until, size):
        return
    batch.items.filter(state=Item.WAITING).update(
        state=Item.SKIPPED, problem=_("The batch was undone before its turn.")
    )
    Batch.objects.filter(pk=batch.pk, state=State.UNDOING).update(state=State.UNDONE, undone_at=patience.now())


def _each(batch: Batch, state: BatchItem.State, work: Work, until: float, size: int) -> bool:
    """Work on the items in one state until none is left (True), the time is over, or the batch is another's."""
    careful = 0
    while True:
        try:
            number = _chunk(batch, state, work, 1 if careful else size)
        except AWAY:
            raise
        except Exception:  # one row that cannot be moved must not hold up the others
            if careful:
                _give_up(batch, state)
            careful = careful or size
            continue
        if not number:
            return number == 0
        careful = max(0, careful - 1)
        if time.monotonic() > until:
            return False


@transaction.atomic
def _chunk(batch: Batch, state: BatchItem.State, work: Work, size: int) -> int | None:
    """Move some, holding the batch, the items and the signatures; return how many, or None if it is not its turn."""
    if not Batch.objects.select_for_update(no_key=True).filter(pk=batch.pk, state=batch.state):
        return None
    batch.letter.refresh_from_db(fields=["publishing"])
    if state == Item.DONE and batch.listed and not batch.letter.publishing:
        return None  # it goes on when names are published again
    rows = batch.items.filter(state=state).select_related("signature").order_by("pk")
    items = list(rows.select_for_update(of=("self", "signature"))[:size])
    # The order of the rows is the order of the signatures, so that two batches never wait for each other in a ring.
    prefetch_related_objects([item.signature for item in items], *rules.reads(batch))
    for item in items:
        item.signature.letter = batch.letter
        work(batch, item)
    _note_events([item for item in items if item.state == Item.DONE])
    BatchItem.objects.bulk_update(items, ["state", "problem", "before", "event"])
    return len(items)


def _note_events(moved: list[BatchItem]) -> None:
    """Remember which event of the history each move was, so that an undo knows whether it is still the last."""
    events = SignatureEvent.objects.filter(signature__in=[item.signature_id for item in moved])
    newest = dict(events.order_by().values_list("signature").annotate(newest=Max("pk")))
    for item in moved:
        item.event_id = newest[item.signature_id]


def _give_up(batch: Batch, state: BatchItem.State) -> None:
    first = batch.items.filter(state=state).order_by("pk").values_list("pk", flat=True)[:1].get()
    log.exception("item %s of batch %s cannot be moved", first, batch.pk)
    left = Item.SKIPPED if state == Item.WAITING else Item.KEPT
    batch.items.filter(pk=first, state=state).update(state=left, problem=_("It could not be moved."))


def _do(batch: Batch, item: BatchItem) -> None:
    signature = item.signature
    item.problem = rules.problem(signature, verb=batch.verb, level=batch.level, actor=batch.actor)[:200]
    if signature.status != item.was or rules.changed_since(signature, batch):
        item.problem = rules.MOVED
    if item.problem:
        item.state = Item.SKIPPED
        return
    at = signature.checked_at
    item.before = {"status": signature.status, "level": signature.level, "checked": signature.checked}
    item.before["checked_at"] = at.isoformat() if at else None
    rules.take(signature, batch)
    item.state = Item.DONE


def _undo(batch: Batch, item: BatchItem) -> None:
    signature = item.signature
    last = max(signature.events.all(), key=lambda event: event.pk)
    if last.pk != item.event_id:
        item.state, item.problem = Item.KEPT, (MOVED_SINCE % {"why": last.reason_label})[:200]
        return
    if problem := rules.undo_problem(signature, batch, item.before):
        item.state, item.problem = Item.KEPT, problem[:200]
        return
    rules.take_back(signature, batch, item.before)
    item.state = Item.UNDONE
