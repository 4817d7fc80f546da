"""Fill a letter with invented people, for trying out and for measuring."""

import secrets
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from petition import letterfile, lifecycle, tally
from petition.models import Letter, Membership, Role, Tally, User
from petition.moves import NotAllowed
from signatories.models import SignatureEvent
from signatories.seeding import writing
from signatories.seeding.rows import COLUMNS, HOUR, MIX, Story

FILE = Path(settings.BASE_DIR) / "demo" / "letter.md"
OWNER = "owner@example.org"
AT_ONCE = 5_000  # people whose rows are in memory
OPEN_FOR = timedelta(days=89)  # so that nothing is old enough to be forgotten
REST = timedelta(seconds=90)  # the newest moves are older than the count that follows
TABLES = {name: f"signatories_{name}" for name in COLUMNS}


@dataclass(frozen=True)
class Seeded:
    """How many rows were written, over all tables, and how long that took with their indexes."""

    rows: Counter[str]
    seconds: float


def letter(slug: str, **fields: Any) -> Letter:
    """Return an open letter: the one of that name, or the sample text under it.

    Args:
        slug: of the letter.
        fields: what it has of its own if it is made, such as `listing`.
    """
    found = Letter.objects.filter(slug=slug).first()
    if found is None:
        owner = User.objects.filter(email=OWNER).first() or User.objects.create_user(OWNER, name="Olive Organiser")
        found = lifecycle.begin(owner=owner, **{**letterfile.read(FILE), "slug": slug, **fields})
        lifecycle.publish(found, actor=owner)
    return found


def seed(letter: Letter, *, number: int, mix: dict[str, float] | None = None) -> Seeded:
    """Write so many signatures with everything that belongs to them, as if they had come over three months.

    The letter counts as open since then. Where it had no signatures, its counts of the hours are written too.

    Args:
        letter: open.
        number: how many sign.
        mix: weights of what becomes of them, as in `rows.MIX`.

    Raises:
        NotAllowed: the letter takes no signatures.
    """
    if not letter.takes_signatures or letter.version is None:
        raise NotAllowed("This letter takes no signatures at the moment.")
    began, until = time.perf_counter(), timezone.now() - REST
    since = min(letter.opened_at or until, until - OPEN_FOR)
    is_first = not SignatureEvent.objects.filter(letter=letter).exists()
    story = Story(
        letter=letter,
        tag=secrets.token_hex(3),
        since=since.timestamp() + 1,
        until=until.timestamp(),
        number=number,
        profile=writing.reserve(TABLES["signatory"], number),
        vetter=_decides(letter),
        key=settings.ADDRESS_KEY.encode(),
        mix=mix or MIX,
    )
    written: Counter[str] = Counter()
    with writing.in_bulk([*TABLES.values()], number=number):
        Letter.objects.filter(pk=letter.pk).update(opened_at=since)
        for told in _ahead(story):
            for name, rows in told.items():
                writing.write(TABLES[name], COLUMNS[name].split(), rows)
                written[name] += len(rows)
        if is_first:
            Tally.objects.filter(letter=letter).delete()
            Tally.objects.bulk_create(_tallies(story), batch_size=500)
    writing.settle([*TABLES.values()])
    letter.refresh_from_db()
    tally.take(letter)
    return Seeded(written, time.perf_counter() - began)


def _ahead(story: Story) -> Iterator[dict[str, list[tuple[Any, ...]]]]:
    """Tell a story in parts; the next one is made while the database takes the one before."""
    with ThreadPoolExecutor(1) as thread:
        parts = [(first, min(AT_ONCE, story.number - first)) for first in range(0, story.number, AT_ONCE)]
        coming = thread.submit(story.tell, *parts[0])
        for part in [*parts[1:], None]:
            told = coming.result()
            if part:
                coming = thread.submit(story.tell, *part)
            yield told


def _decides(letter: Letter) -> int:
    """Return the key of a member of the team who may decide."""
    members = Membership.objects.filter(letter=letter).order_by("pk")
    one = members.filter(role=Role.VETTER).first() or members.first()
    if one is None:
        raise NotAllowed("This letter has no team.")
    return int(one.user_id)


def _tallies(story: Story) -> Iterator[Tally]:
    """The counts of the hours that are over, as they would have been taken at the end of each."""
    sums: Counter[tuple[str, str]] = Counter()
    changes: dict[int, list[tuple[tuple[str, str], int]]] = {}
    for (hour, figure, key), change in story.by_hour.items():
        changes.setdefault(hour, []).append(((figure, key), change))
    for hour in range(int(story.since // HOUR), int(story.until // HOUR)):
        for what, change in changes.get(hour, []):
            sums[what] += change
        groups: dict[str, dict[str, int]] = {}
        for (figure, key), n in sums.items():
            if n:
                groups.setdefault(figure, {})[key] = n
        figures = tally.figures(groups)
        del figures["organisations"]  # as `tally` keeps earlier hours
        start = datetime.fromtimestamp(hour * HOUR, UTC)
        as_of = start + timedelta(seconds=HOUR, microseconds=-1)
        yield Tally(letter=story.letter, hour=start, as_of=as_of, figures=figures)
