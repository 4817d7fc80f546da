"""List what was decided while a letter did not publish, once it publishes again."""

import logging
import time
import uuid
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError, transaction

from petition.models import Letter
from petition.moves import NotAllowed, move
from signatories import evidence
from signatories.models import Decision, Signature, SignatureEvent
from signatories.vetting import rules
from signatories.vetting.deciding import put_on

log = logging.getLogger(__name__)
CHUNK = 100
TURN = 10.0  # seconds that a task works before the mail and the tally have their turn
PUBLISHED = "published"
AWAY = (OperationalError, InterfaceError)
Outcome, Status = Decision.Outcome, Signature.Status


@dataclass(frozen=True)
class Progress:
    """How far the listing is after names are published again."""

    ready: int
    done: int

    @property
    def total(self) -> int:
        """How many were ready when it began."""
        return self.ready + self.done


def progress(letter: Letter) -> Progress:
    """Return how many wait for publishing, and how many of them were listed since it was turned on again."""
    ready = letter.signatures.ready().count()
    begun = letter.events.filter(reason="publishing_again").last() if ready and letter.publishing else None
    if begun is None:
        return Progress(ready, 0)
    done = SignatureEvent.objects.filter(letter=letter, reason=PUBLISHED, at__gte=begun.at).count()
    return Progress(ready, done)


def go_on(*, seconds: float = TURN) -> int:
    """List names that are ready on letters that publish, for a while; return how many were worked on.

    Safe to run anywhere at any time, and to kill: each name is a transaction of its own, and the row says whether it
    is done.
    """
    until, worked = time.monotonic() + seconds, 0
    while chunk := _due():
        for pk in chunk:
            worked += _one(pk)
            if time.monotonic() > until:
                return worked
    return worked


def _due() -> list[uuid.UUID]:
    rows = Signature.objects.ready().filter(letter__publishing=True)
    return list(rows.order_by("ready_at", "pk").values_list("pk", flat=True)[:CHUNK])


def _one(pk: uuid.UUID) -> int:
    try:
        with transaction.atomic():
            rows = Signature.objects.ready().filter(pk=pk, letter__publishing=True).select_related("letter")
            signature = rows.select_for_update(of=("self",), skip_locked=True).first()
            if signature is None:
                return 0
            _list(signature)
    except AWAY:
        raise
    except Exception:  # one name that cannot be listed must not hold up the others: it waits for a vetter again
        log.exception("signature %s was ready and cannot be listed", pk)
        Signature.objects.filter(pk=pk).update(ready_at=None)
    return 1


def _list(signature: Signature) -> None:
    """List one name, if what was decided still holds; otherwise it is back in the queue."""
    decision = signature.decisions.last()
    try:
        if decision is not None and decision.outcome == Outcome.READY and not _is_void(signature, decision):
            _list_decided(signature, decision)
        else:
            _list_by_rule(signature)
    except NotAllowed as problem:
        log.info("signature %s is not ready any more: %s", signature.pk, problem)
        Signature.objects.filter(pk=signature.pk).update(ready_at=None)


def _is_void(signature: Signature, decision: Decision) -> bool:
    """Whether another line was typed since; by the letter's own rule it may be ready again all the same."""
    return signature.events.filter(at__gt=decision.at, reason__endswith="_line").exists()


def _list_decided(signature: Signature, decision: Decision) -> None:
    still_open = signature.flags.filter(released_at=None).count()
    signals = evidence.signals(signature)
    problem = rules.hindrance(signature) or rules.problem(
        signature, decision.level, signals=signals, open_flags=still_open
    )
    if problem:
        raise NotAllowed(problem)
    with transaction.atomic():  # one that may not be put on any more was never decided to be listed
        Decision.objects.filter(pk=decision.pk).update(outcome=Outcome.LIST)
        put_on(signature, decision, actor=None, reason=PUBLISHED)


def _list_by_rule(signature: Signature) -> None:
    if (
        rules.against_rule(signature)
        or signature.status != Status.CONFIRMED
        or not rules.lists_by_rule(signature.letter)
    ):
        raise NotAllowed("The rule does not list it any more.")
    move(signature, Status.LISTED, reason=PUBLISHED, checked_at=signature.ready_at)
