"""The letter's watchlist: names that impostors use, and former impostors. A match holds, and rejects nobody."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from petition.models import Letter, User
from signatories import flags, names
from signatories.flags import named
from signatories.models import Flag, Signature, WatchName
from signatories.reasons import BY_TWO

MOST = 500  # names on one letter's list
AT_ONCE = 1_000  # signatures that are compared before the page comes back; the clock compares the others
MOST_SHOWN = 200  # matches on the page


@dataclass(frozen=True)
class Added:
    """What came of adding names: the rows that are new, and who was found among those that were compared at once."""

    names: list[WatchName]
    found: list[Signature]


def is_comparable(name: str) -> bool:
    """Whether anything is left of a name when it is compared."""
    return bool(names.watch_keys(name))


@transaction.atomic
def add(letter: Letter, *, watched: Sequence[str], by: User) -> Added:
    """Put names on the watchlist, and look at everybody who has signed.

    The newest signatures are compared before this returns, all others by the clock.

    Args:
        letter: whose list.
        watched: names as they are written; one that is on the list already is left alone.
        by: who enters them.
    """
    rows = [_put(letter, name=name, source=WatchName.Source.TEAM, by=by) for name in dict.fromkeys(watched)]
    new = [row for row, created in rows if created]
    found = _compare_newest(letter, new) if new else []
    if new:
        flags.look_again(letter)
    return Added(new, found)


@transaction.atomic
def remember(signature: Signature, *, by: User | None) -> None:
    """Keep the mailbox of somebody who signed in another one's name, and look at everybody again.

    The name that stands there is kept with it, and any that was reported before the line was corrected.
    """
    reported = signature.cases.exclude(name="").values_list("name", flat=True)
    created = [
        _put(signature.letter, name=name, mailbox=signature.address_hash, source=WatchName.Source.IMPOSTOR, by=by)[1]
        for name in sorted({signature.name, *reported})
    ]
    if any(created):
        flags.look_again(signature.letter)


def remove(watch: WatchName, *, why: str, by: User) -> None:
    """Take a name off the watchlist; who is held by it stays held until two people have looked.

    Args:
        watch: on the list; one that somebody else has just removed is left alone.
        why: one of `WatchName.Why`.
        by: who removes it.
    """
    WatchName.objects.in_force().filter(pk=watch.pk).update(removed_at=timezone.now(), removed_by=by, why=why)


def matches(letter: Letter) -> dict[int, list[Flag]]:
    """Return whom each watched name has found, the newest first; at most 200."""
    rows = Flag.objects.filter(letter=letter, kind__in=sorted(BY_TWO)).select_related("signature")
    found: dict[int, list[Flag]] = defaultdict(list)
    for flag in rows.order_by("-raised_at")[:MOST_SHOWN]:
        for watch in flag.details.get("watch", []):
            if all(flag.signature_id != other.signature_id for other in found[watch]):
                found[watch].append(flag)
    return found


def still_to_compare(letter: Letter) -> int:
    """How many signatures of a letter stand in the line to be looked at."""
    return letter.signatures.known().filter(collect_after__isnull=False).count()


def _put(
    letter: Letter, *, name: str, source: WatchName.Source, by: User | None, mailbox: str = ""
) -> tuple[WatchName, bool]:
    return WatchName.objects.in_force().get_or_create(
        letter=letter,
        name=name,
        address_hash=mailbox,
        defaults={"keys": sorted(names.watch_keys(name)), "source": source, "added_by": by},
    )


def _compare_newest(letter: Letter, new: list[WatchName]) -> list[Signature]:
    keys = {row.pk: row.keys for row in new}
    newest = letter.signatures.known().order_by("-pk")[:AT_ONCE]
    found = [one for one in newest if names.match(one.name, keys)]
    around = flags.Around(found)
    for signature in found:
        flags.raise_(signature, named.look(signature, around))
    return found
