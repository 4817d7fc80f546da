"""Flags hold a name until a person looks; they reject nobody."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from petition import patience, rows, statements
from petition.models import Letter, User
from petition.moves import move
from signatories.flags import affiliation, bursts, company, named
from signatories.flags.around import PASSING, Around, Found
from signatories.models import Flag, Signature
from signatories.reasons import HOLDING, RISK, FlagKind

__all__ = ["Around", "Found", "at_once", "close", "look", "look_again", "raise_", "release"]

_SOME = UUID(int=0)
_LOCKED = rows.Question(lambda pk: Signature.objects.select_for_update().filter(pk=pk), pk=_SOME)
_FLAGS = rows.Question(lambda pk: Flag.objects.filter(signature=pk), pk=_SOME)
_RISK = "UPDATE signatories_signature SET risk = %s WHERE id = %s"


def look(signature: Signature, around: Around | None = None) -> Found:
    """Gather everything that makes a second look at a signature necessary.

    Args:
        signature: confirmed once.
        around: what it has in common with others that are looked at together.

    Returns:
        Each kind of flag with what the vetter should see.
    """
    around = around or Around([signature])
    found: Found = {}
    for one in (named.look, bursts.look, company.look):
        found |= one(signature, around)
    return found | affiliation.look(signature, around.affiliations)


def at_once(signature: Signature) -> None:
    """Hold a signature in the very transaction that confirms it, if its name or mailbox is watched.

    A watched name is public on no letter for a moment, whatever the letter's listing rule is.
    """
    raise_(signature, named.look(signature, Around([signature])))


def raise_(signature: Signature, found: Found, *, whole: bool = False) -> set[FlagKind]:
    """Write down what a look found; call it as often as you like.

    A flag that a vetter released stays released, unless the look sees something in it that was not there then. New
    flags of the kinds in `HOLDING` move a confirmed signature to held; its signer gets no mail that says why.

    Args:
        signature: its status and risk are renewed.
        found: what `look` returned.
        whole: whether everything was looked at, so that passing kinds which were not found are over.

    Returns:
        The kinds that were raised or opened again just now.
    """
    if found or (whole and signature.flags.filter(kind__in=PASSING, released_at=None).exists()):
        return _raise(signature, found, whole=whole)
    return set()


@transaction.atomic(savepoint=False)
def _raise(signature: Signature, found: Found, *, whole: bool) -> set[FlagKind]:
    (locked,), flags = rows.ask_all([_LOCKED, _FLAGS], pk=signature.pk)
    signature.status, signature.risk = locked.status, locked.risk
    kept = {FlagKind(flag.kind): flag for flag in flags}
    fresh = {kind: details for kind, details in found.items() if kind not in kept}
    rows.insert([Flag(signature=signature, kind=kind, details=fresh[kind]) for kind in sorted(fresh)])
    raised = {*fresh, *(kind for kind in kept if kind in found and _renew(kept[kind], found[kind]))}
    still_open = {*fresh, *(kind for kind, flag in kept.items() if flag.released_at is None)}
    if whole and (over := still_open & PASSING - set(found)):
        signature.flags.filter(kind__in=over, released_at=None).delete()
        still_open -= over
    if raised & HOLDING and signature.status == Signature.Status.CONFIRMED:
        move(signature, Signature.Status.HELD, reason="flagged")
    _set_risk(signature, still_open)
    return raised


def close(signature: Signature, kinds: Collection[str], *, by: User) -> None:
    """Note who looked at the open flags of these kinds; its status stays.

    Args:
        signature: locked; its risk is renewed.
        kinds: of the flags that are closed; others stay open.
        by: the vetter, the second one where two were needed.
    """
    signature.flags.filter(kind__in=kinds, released_at=None).update(released_at=timezone.now(), released_by=by)
    _renew_risk(signature)


@transaction.atomic
def release(signature: Signature, kinds: Collection[str], *, by: User) -> None:
    """Note that a vetter has looked at flags of these kinds and lets the name go on.

    What only flags were holding waits for its decision again. Whether one person may do this is the caller's to
    decide: kinds in `BY_TWO` need two.

    Args:
        signature: its status and risk are renewed.
        kinds: of the flags that are released; others stay open.
        by: the vetter, the second one where two were needed.
    """
    locked = Signature.objects.select_for_update(of=("self",)).select_related("letter").get(pk=signature.pk)
    close(locked, kinds, by=by)
    still_holding = locked.flags.filter(kind__in=HOLDING, released_at=None).exists()
    last = locked.events.last()
    if locked.status == Signature.Status.HELD and last and last.reason == "flagged" and not still_holding:
        move(locked, Signature.Status.CONFIRMED, actor=by, reason="released")
    if locked.letter.listing == Letter.Listing.CONFIRMED:  # its rule decides now
        Signature.objects.filter(pk=locked.pk).update(collect_after=patience.now())
    signature.refresh_from_db(fields=["status", "risk", "collect_after"])


def look_again(letter: Letter) -> int:
    """Have everybody whose mailbox is proven looked at anew, in one statement; return how many.

    Who stands in the line already stays where they are; one that is being looked at in this moment comes again.
    """
    now = timezone.now()
    not_in_line = letter.signatures.known().filter(Q(collect_after=None) | Q(collect_after__gt=now))
    return not_in_line.update(collect_after=now)


def _renew(flag: Flag, details: dict[str, Any]) -> bool:
    """Renew what one flag shows; say whether it is open again because of this."""
    again = flag.released_at is not None and _sees_more(flag.details, details)
    if again:
        flag.released_at = flag.released_by = None
        flag.raised_at = timezone.now()
    if again or (flag.released_at is None and flag.details != details):
        flag.details = details
        flag.save()
    return again


def _sees_more(before: dict[str, Any], now: dict[str, Any]) -> bool:
    """Whether there is something that the vetter did not see when the flag was released."""
    for name, value in now.items():
        old = before.get(name)
        if isinstance(value, list) and isinstance(old, list):
            if set(value) - set(old):
                return True
        elif value != old:
            return True
    return False


def _renew_risk(signature: Signature) -> None:
    _set_risk(signature, signature.flags.filter(released_at=None).values_list("kind", flat=True))


def _set_risk(signature: Signature, open_kinds: Iterable[str]) -> None:
    risk = sum(RISK[FlagKind(kind)] for kind in open_kinds)
    if risk != signature.risk:
        statements.run(_RISK, [risk, *rows.given(Signature, id=signature.pk)])
        signature.risk = risk
