"""Look at signatures after they were confirmed: collect evidence, raise flags, and list by the letter's own rule."""

import contextlib
import logging
import time
import traceback
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.db.models import F

from petition import patience, rows, statements
from petition.models import Letter
from petition.moves import NotAllowed
from signatories import flags, vetting
from signatories.evidence import mailbox
from signatories.flags import bursts
from signatories.models import KNOWN, Setback, Signature
from signatories.reasons import FlagKind

log = logging.getLogger(__name__)

# What else looks for evidence in our own tables, one call a signature.
COLLECTORS: list[Callable[[Signature], object]] = []

BATCH = 100
LEASE = timedelta(minutes=2)  # a batch takes a second; a killed worker's is taken up after this
# One run of the task ends after this, so that a letter that is looked at anew does not keep a worker from the mail.
LONGEST = 5.0
# After a setback: 30 seconds, doubled each time, at most six hours.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=6)
_DONE = "UPDATE signatories_signature SET collect_after = NULL WHERE id = %s AND collect_after = %s RETURNING status"


def run() -> int:
    """Look at what is due for some seconds; return how many."""
    end, done = time.monotonic() + LONGEST, 0
    while looked := sweep():
        done += looked
        if time.monotonic() > end:
            break
    return done


def sweep(limit: int = BATCH) -> int:
    """Look at up to `limit` signatures that are due, each in a transaction of its own; return how many were taken.

    Safe to run anywhere at any time: a signature is leased by moving `collect_after` ahead, and it is done when that
    was not changed meanwhile. What a killed worker leaves is due again when the lease is over.
    """
    leased = _lease(limit)
    around = flags.Around(leased)
    bursts.renew(around)  # first: who belongs to one is not listed by rule uncounted
    for signature in leased:
        try:
            _look_at(signature, around)
        except Exception as problem:  # one signature that cannot be looked at must not hold up the others
            # Neither the words of the problem nor a whole traceback: they may quote what somebody typed.
            last = traceback.extract_tb(problem.__traceback__)[-1]
            log.error(
                "signature %s cannot be looked at: %s in %s, line %s",
                *(signature.pk, type(problem).__name__, last.name, last.lineno),
            )
            _postpone(signature, problem)
    return len(leased)


def _lease(limit: int) -> list[Signature]:
    """Take half from either end of the line: who confirms now does not wait behind a whole letter, nor it for ever."""
    now = patience.now()
    with transaction.atomic():
        due = Signature.objects.filter(collect_after__lte=now).select_for_update(skip_locked=True)
        newest = list(due.order_by("-collect_after").values_list("pk", flat=True)[: (limit + 1) // 2])
        others = due.exclude(pk__in=newest).order_by("collect_after").values_list("pk", flat=True)
        chosen = [*newest, *others[: limit // 2]]
        Signature.objects.filter(pk__in=chosen).update(collect_after=now + LEASE)
    leased = Signature.objects.filter(pk__in=chosen, collect_after=now + LEASE)
    return list(leased.select_related("letter", "setback").order_by("pk"))


@transaction.atomic
def _look_at(signature: Signature, around: flags.Around) -> None:
    # Done, unless what comes now fails. The row is locked from here on: whoever wants it looked at again comes after.
    lease = rows.given(Signature, id=signature.pk, collect_after=signature.collect_after)
    taken = statements.run(_DONE, lease)
    if not taken or taken[0][0] not in KNOWN:  # in other hands, or withdrawn or forgotten meanwhile
        return
    if signature.pk in around.mailboxes:
        mailbox.collect(signature)
    for collect in COLLECTORS:
        collect(signature)
    found = flags.look(signature, around)
    raised = flags.raise_(signature, found, whole=signature.pk in around.passing)
    if FlagKind.DEVICE in raised:  # the first two names from a device were nothing to look at before the third came
        others = Signature.objects.filter(pk__in=found[FlagKind.DEVICE]["others"]).known()
        others.update(collect_after=patience.now())
    as_leased = taken[0][0] == signature.status  # nobody has held it since, nor decided otherwise
    if as_leased and _may_be_listed(signature) and _may_be_listed(_under_its_switches(signature)):
        with contextlib.suppress(NotAllowed):  # somebody decided about it, or the letter was delivered, in this moment
            vetting.list_by_rule(signature)
    if getattr(signature, "setback", None):
        Setback.objects.filter(pk=signature.pk).delete()


def _may_be_listed(signature: Signature) -> bool:
    """Whether the letter lists everyone who confirmed; a flag may still keep this one off."""
    letter = signature.letter
    by_rule = letter.listing == Letter.Listing.CONFIRMED and not letter.hold_new
    by_rule = by_rule and letter.status != Letter.Status.DELIVERED
    return by_rule and signature.status == Signature.Status.CONFIRMED


def _under_its_switches(signature: Signature) -> Signature:
    """Read how its letter stands: what was leased with a whole batch may be as old as the lease."""
    signature.letter.refresh_from_db(fields=["listing", "publishing", "hold_new", "status"])
    return signature


def _postpone(signature: Signature, problem: Exception) -> None:
    kind = type(problem).__name__
    with transaction.atomic():
        setback, created = Setback.objects.get_or_create(signature=signature, defaults={"problem": kind})
        if not created:
            changes = {"attempts": F("attempts") + 1, "problem": kind, "at": patience.now()}
            Setback.objects.filter(pk=setback.pk, attempts__lt=1000).update(**changes)
        pause = min(FIRST_PAUSE * 2 ** min(setback.attempts - (1 if created else 0), 12), LONGEST_PAUSE)
        mine = Signature.objects.filter(pk=signature.pk, collect_after=signature.collect_after)
        mine.update(collect_after=patience.now() + pause)
