"""Count the coalition. A task counts and stores; pages only read the row."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, F, QuerySet, Value
from django.utils import timezone

from petition import patience, replica, text
from petition.lines import names_nobody
from petition.models import Letter, Tally

DIMENSIONS = ("level", "discipline", "country", "organisation", "version__number")
# Counted together, because they have few values between them; organisations have many, and are counted by themselves.
FEW = ("level", "discipline", "country", "version_id")
EMPTY: dict[str, Any] = {"level": 0, "discipline": "", "country": "", "version_id": 0, "organisation": ""}
# A move is stamped before it is committed. Counting again for a minute after the last one means that a count which
# started in between, and could not see it, is never the final word.
SETTLING = timedelta(minutes=1)
RECOUNT = timedelta(hours=1)
# People who are not named are counted in a cell of at least this many, so that no cell stands for one of them: the
# threshold rule of statistical disclosure control.
SMALLEST_CELL = 5


def count(letter: Letter) -> dict[str, Any]:
    """Return the figures of a letter, all from one statement and so from one moment.

    Returns:
        `listed`: named and public; `experts`: of these, level 2 and up; `unnamed`: listed, but not named by their
        own choice; `confirmed`: confirmed by email and not decided on; `review`: under review, in none of these;
        `listed_review`: under review and listed already, by the letter's rule; and the listed ones by each dimension.
    """
    named = letter.signatures.listed()
    parts = [
        _grouped(named, "listed", *FEW),
        _grouped(named, "organisation", "organisation"),
        _grouped(letter.signatures.unnamed(), "unnamed"),
        _grouped(letter.signatures.further(), "confirmed"),
        _grouped(letter.signatures.under_review(), "review"),
        _grouped(letter.signatures.listed_in_burst(), "listed_review"),
    ]
    keys = {"listed": FEW, "organisation": ("organisation",)}
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    for what, n, *found in parts[0].union(*parts[1:], all=True):
        row = dict(zip(EMPTY, found, strict=True))
        for key in keys.get(what, ()):
            groups[key][str(row[key])] += n
        if what not in keys and n:
            groups[what][what] = n
    numbers = dict(letter.versions.values_list("pk", "number"))
    by_version = groups.pop("version_id", Counter())
    groups["version__number"] = Counter({str(numbers[int(key)]): n for key, n in by_version.items()})
    return figures(groups)


def figures(groups: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    """Return the figures that follow from counts by dimension, for each key as the database has it."""
    levels = groups.get("level", {})
    return {
        "listed": sum(levels.values()),
        "experts": sum(n for level, n in levels.items() if int(level) >= 2),
        "unnamed": sum(groups.get("unnamed", {}).values()),
        "confirmed": sum(groups.get("confirmed", {}).values()),
        "review": sum(groups.get("review", {}).values()),
        "listed_review": sum(groups.get("listed_review", {}).values()),
        "levels": dict(sorted(levels.items())),
        "disciplines": _ranked(groups.get("discipline", {})),
        "countries": _ranked(groups.get("country", {})),
        "organisations": _ranked(_merge(groups.get("organisation", {}))),
        "versions": dict(groups.get("version__number", {})),
    }


def earlier(figures: Mapping[str, Any], version: int) -> list[tuple[int, int]]:
    """Return which other wordings than this version listed people have signed, and how many; the newest first."""
    counted = ((int(number), n) for number, n in figures.get("versions", {}).items())
    return sorted(((number, n) for number, n in counted if n and number != version), reverse=True)


# For the clock, which counts once more what a standby does not show yet.
_count_anywhere = replica.public(count, wait=1.0)


def take(letter: Letter, *, anywhere: bool = False) -> Tally:
    """Count a letter, store the figures with their as-of time, and record the milestones they reach.

    Two counts at once cannot put an older one in place of a newer one, and a milestone is compared after the
    commit of whatever crossed it, so that two crossings at the same time cannot both be missed.

    Args:
        letter: any.
        anywhere: at a standby, if there is one that is close behind; what it lacks is missing until the next count.
    """
    as_of = patience.now()  # a count by a clock that is ahead would keep newer ones out
    counted = (_count_anywhere if anywhere else count)(letter)
    hour = as_of.replace(minute=0, second=0, microsecond=0)
    with transaction.atomic():
        tally, created = Tally.objects.get_or_create(
            letter=letter, hour=hour, defaults={"as_of": as_of, "figures": counted}
        )
        if not created:
            newer = Tally.objects.filter(pk=tally.pk, as_of__lt=as_of)
            newer.update(as_of=as_of, figures=counted)
            tally.refresh_from_db()
        else:
            _thin(tally)
        if letter.is_public:  # founders may step back until publication, and no number may tell of it
            sure = counted["listed"] - counted["listed_review"]
            reached = letter.milestones.filter(reached_at__isnull=True, number__lte=sure)
            reached.update(reached_at=as_of)
    return tally


def _thin(newest: Tally) -> None:
    """Keep of earlier hours no organisation's name: it may be one person's own, who has left since."""
    earlier = Tally.objects.filter(letter=newest.letter_id, hour__lt=newest.hour, figures__has_key="organisations")
    for tally in earlier:
        figures = {name: value for name, value in tally.figures.items() if name != "organisations"}
        Tally.objects.filter(pk=tally.pk).update(figures=figures)


def take_moved(*, now: datetime | None = None) -> int:
    """Count every letter that moved lately or was not counted for an hour; return how many."""
    now = now or timezone.now()
    fresh = Tally.objects.filter(as_of__gt=now - RECOUNT).values("letter")
    stale = Letter.objects.frozen().exclude(pk__in=fresh)
    letters = list(Letter.objects.moved_since(now - SETTLING).order_by()) + list(stale.order_by())
    letters += list(Letter.objects.reviewed_since(now - SETTLING).order_by())
    letters += list(Letter.objects.filter(opened_at__range=(now - SETTLING, now)).order_by())
    chosen = {letter.pk: letter for letter in letters}
    for letter in chosen.values():
        take(letter, anywhere=True)
    return len(chosen)


def _grouped(signatures: QuerySet[Any], what: str, *keys: str) -> QuerySet[Any, tuple[Any, ...]]:
    """Count by keys, in rows of one shape; nothing but the keys is asked for, so that an index alone can answer."""
    shape = {f"by_{key}": F(key) if key in keys else Value(none) for key, none in EMPTY.items()}
    said = signatures.order_by().annotate(what=Value(what), **shape).values("what", *shape)
    counted: QuerySet[Any, tuple[Any, ...]] = said.annotate(n=Count("*")).values_list("what", "n", *shape)
    return counted


def _ranked(groups: Mapping[str, int]) -> list[list[Any]]:
    """Largest first, then by name; nothing typed is no group."""
    return sorted(([key, n] for key, n in groups.items() if key), key=lambda pair: (-pair[1], pair[0]))


def _merge(groups: Mapping[str, int]) -> dict[str, int]:
    """Count spellings that differ only in case, accents or spaces as one, under the commonest; "none" is not one."""
    spelling: dict[str, str] = {}
    merged: dict[str, int] = {}
    for key, n in sorted(groups.items(), key=lambda item: (-item[1], item[0])):
        if names_nobody(key):
            continue
        name = spelling.setdefault(text.fold(key), key)
        merged[name] = merged.get(name, 0) + n
    return merged
