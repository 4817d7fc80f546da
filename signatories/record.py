"""The public record of a letter: every change readers may know of, and who was on the list at any moment."""

import base64
import binascii
import json
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import date_format

from petition.models import Letter, LetterEvent, Reply, Update, Version
from petition.text import stamp
from signatories import addresses, reasons
from signatories.models import Reaffirmation, Signature, SignatureEvent, SignatureQuerySet

PAGE = 50
FEW = 200  # below one in this many of the list, reading the history is cheaper than walking the list
LISTED = Signature.Status.LISTED
# What readers saw. People who are not named are in none of these rows; both conditions are those of an index.
PUBLIC = Q(stood=True) | Q(stands=True)
AWAY = Q(stood=True, stands=False)
# A note of the team on a listed name is its own business, unless its reason is one that readers see.
SHOWN = ~Q(stood=F("stands")) | Q(reason__in=reasons.CORRECTIONS)
NET = Count("pk", filter=Q(stands=True)) - Count("pk", filter=Q(stood=True))
KINDS = {
    "published": "Published",
    "listed": "Listed",
    "corrected": "Corrected",
    "withdrawn": "Withdrawn",
    "removed": "Removed",
    "version": "Text",
    "news": "News",
    "paused": "Paused",
    "reopened": "Reopened",
    "closed": "Closed",
    "delivered": "Delivered",
    "reply": "Reply",
}
BEFORE_PUBLICATION = (Letter.Status.DRAFT, Letter.Status.FOUNDING)
SOMEBODY = "A signatory"
TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)(Z|[+ -]\d\d:?\d\d)?", re.ASCII | re.IGNORECASE
)


class BadCursor(ValueError):
    """The place to go on from was changed or cut off."""


class BadMoment(ValueError):
    """Not a time at which there was a public list; says in words why."""


@dataclass(frozen=True)
class Change:
    """One line of the record. What is not a field here is not public."""

    id: uuid.UUID
    at: datetime
    kind: str
    who: str
    did: str
    is_name: bool = False
    line: str = ""
    reason: str = ""
    version: int | None = None

    @property
    def text(self) -> str:
        """The whole line as one sentence."""
        return f"{self.who} {self.did}."

    @property
    def label(self) -> str:
        """The kind in a word."""
        return KINDS[self.kind]


@dataclass(frozen=True)
class Page:
    """Some changes, newest first, and where the next page goes on; empty at the end."""

    changes: list[Change]
    after: str


@dataclass(frozen=True)
class Then:
    """The list as it stood at a moment: how many it named, how many of them are not on it any more, and whether
    it named only a few of those it names now."""

    at: datetime
    listed: int
    left: int
    few: bool


def changes(letter: Letter, *, after: str = "") -> Page:
    """Return a page of the record of a letter that is public.

    Args:
        letter: whose record.
        after: where the last page ended, or empty for the first.

    Raises:
        BadCursor: `after` was not made here.
    """
    until, seen = _read(after) if after else (None, 0)
    own = [change for change in _of_the_letter(letter) if until is None or change.at <= until]
    seen_own = min(seen, sum(change.at == until for change in own))
    people = _of_people(letter, until, seen - seen_own)
    # Of two at the same microsecond the letter's own comes first; the cursor counts on it.
    merged = sorted([*own[seen_own:], *people], key=lambda change: change.at, reverse=True)
    shown, more = merged[:PAGE], len(merged) > PAGE
    return Page(shown, _cursor(shown, until, seen) if more else "")


def for_programs(change: Change) -> dict[str, Any]:
    """An allow-list, like everything that leaves the house."""
    return {
        "id": f"urn:uuid:{change.id}",
        "at": stamp(change.at),
        "kind": change.kind,
        "reason": change.reason or None,
        "name": change.who if change.is_name else None,
        "line": change.line or None,
        "version": change.version,
        "text": change.text,
    }


def replay(letter: Letter, *, until: datetime | None = None) -> int:
    """Fold the history and return how many names were on the letter at a moment, or are on it now.

    It must equal `letter.signatures.listed().count()`; `drift` compares the two.
    """
    rows = _history(letter)
    if until is not None:
        rows = rows.filter(at__lte=until)
    net: int = rows.aggregate(net=NET)["net"]
    return net


def drift(letter: Letter) -> tuple[int, int]:
    """Return how many names the history says are listed and how many are, from one statement and so from one moment."""
    replayed = _history(letter).order_by().values("letter").annotate(n=NET).values("n")
    counted = letter.signatures.listed().order_by().values("letter").annotate(n=Count("pk")).values("n")
    both: tuple[int, int] = Letter.objects.values_list(
        Coalesce(Subquery(replayed), 0), Coalesce(Subquery(counted), 0)
    ).get(pk=letter.pk)
    return both


def read_moment(letter: Letter, typed: str) -> datetime:
    """Return the moment that somebody typed; without a zone it is UTC.

    Raises:
        BadMoment: it is no time, it has not come yet, or the letter was not public then.
    """
    parts = TIME.fullmatch(typed.strip())
    try:
        if parts is None:
            raise BadMoment
        # A plus sign in an address arrives as a space.
        zone = (parts[3] or "Z").upper().replace(" ", "+").replace("Z", "+00:00")
        moment = datetime.fromisoformat(f"{parts[1]}T{parts[2]}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadMoment("This is not a time. Please write it like 2026-06-16T18:00Z.") from None
    if moment > timezone.now():
        raise BadMoment("This time has not come yet. Please choose one that has passed.")
    if letter.opened_at is None or moment < letter.opened_at:
        published = date_format(letter.opened_at, "DATETIME_FORMAT") if letter.opened_at else "later"
        raise BadMoment(f"The letter was not public then: it was published {published}.")
    return moment


def at(letter: Letter, moment: datetime) -> Then:
    """Return the numbers of the list as it stood at a moment."""
    since = SignatureEvent.objects.filter(letter=letter, at__gt=moment)
    gone = since.filter(AWAY).order_by().values("signature")
    net = since.filter(PUBLIC, signature__in=gone).order_by().values("signature").annotate(net=NET)
    listed, latest = _count(letter, moment), letter.latest_tally
    few = latest is not None and listed * FEW < latest.figures["listed"]
    return Then(moment, listed, left=net.filter(net__lt=0).count(), few=few)


def still_listed(rows: SignatureQuerySet, letter: Letter, then: Then) -> SignatureQuerySet:
    """Keep of the rows those that were on the list at that moment."""
    past = _history(letter).filter(at__lte=then.at)
    if then.few:
        onto = past.order_by().values("signature").annotate(net=NET).filter(net__gt=0)
        return rows.filter(pk__in=onto.values("signature"))
    last = past.filter(signature=OuterRef("pk")).order_by("-at", "-pk").values("stands")
    return rows.alias(stood=Subquery(last[:1])).filter(stood=True)


def _count(letter: Letter, moment: datetime) -> int:
    """Fold the history up to a moment, or back from the newest count where that is the shorter way."""
    latest = letter.latest_tally
    near = letter.tallies.filter(as_of__lte=moment).order_by("-hour").values_list("figures__listed", flat=True).first()
    if latest is None or near is None or near * 2 < latest.figures["listed"]:
        return replay(letter, until=moment)
    between = Q(at__gt=min(moment, latest.as_of), at__lte=max(moment, latest.as_of))
    net: int = _history(letter).filter(between).aggregate(net=NET)["net"]
    listed: int = latest.figures["listed"]
    return listed - net if moment < latest.as_of else listed + net


def _history(letter: Letter) -> QuerySet[SignatureEvent]:
    return SignatureEvent.objects.filter(PUBLIC, letter=letter)


def _of_people(letter: Letter, until: datetime | None, seen: int) -> list[Change]:
    """The newest changes of the list since publication; who left before it has left no trace."""
    later = SignatureEvent.objects.filter(signature=OuterRef("signature"), pk__gt=OuterRef("pk"))
    again = later.filter(stands=True, stood=False)
    kept = Reaffirmation.objects.filter(signature=OuterRef("signature"), at__lte=OuterRef("at")).order_by("-at")
    rows = _history(letter).filter(SHOWN, at__gte=letter.opened_at).select_related("signature")
    rows = rows.annotate(listed_again=Exists(again), kept=Subquery(kept.values("version__number")[:1]))
    rows = rows.order_by("-at", "-pk")
    if until is None:
        events = list(rows[: PAGE + 1])
    else:
        events = list(rows.filter(at=until)[seen : seen + PAGE + 1])
        events += rows.filter(at__lt=until)[: PAGE + 1 - len(events)]
    return [_of_a_person(event, listed_again=event.listed_again, kept=event.kept) for event in events]


def _of_a_person(event: SignatureEvent, *, listed_again: bool, kept: int | None) -> Change:
    """Say what happened; only who is on the letter now is named, and only where the name came onto it as it stands."""
    signature, reason = event.signature, ""
    named = event.stands and signature.status == LISTED and signature.publish and not listed_again
    if event.stood and event.stands:
        kind, did = "corrected", reasons.CORRECTIONS[event.reason].format(number=kept)
    elif event.stands:
        kind, did = "listed", "was listed"
    elif event.now == Signature.Status.WITHDRAWN:
        kind, did, reason = "withdrawn", "withdrew", "withdrawn"
    else:
        reason = "unnamed" if event.now == LISTED else reasons.removal_class(event.reason)
        kind = "removed"
        did = f"was taken off the list: {reasons.REMOVAL_CLASSES[reason]}"
    who, line = (signature.name, signature.line) if named else (SOMEBODY, "")
    return Change(_identify("signature", event.pk), event.at, kind, who, did, named, line, reason)


def _of_the_letter(letter: Letter) -> list[Change]:
    """What happened to the letter itself since its publication, newest first; it is never much."""
    events = letter.events.filter(at__gte=letter.opened_at).exclude(was=F("now"))
    versions = letter.versions.filter(published_at__gt=letter.opened_at, number__gt=1)
    news = letter.updates.filter(published_at__isnull=False)
    replies = Reply.objects.filter(delivery__letter=letter, hidden_at=None)
    own = [_of_an_event(letter, event) for event in events]
    own += [*map(_of_a_version, versions), *map(_of_news, news), *map(_of_a_reply, replies)]
    return sorted((change for change in own if change), key=lambda change: change.at, reverse=True)


def _of_an_event(letter: Letter, event: LetterEvent) -> Change | None:
    """An allow-list: what has no words here is not public."""
    kind, did = "", ""
    if event.now == Letter.Status.OPEN and event.was in BEFORE_PUBLICATION:
        number = replay(letter, until=letter.opened_at)
        kind = "published"
        did = f"was published with {number:,} name{'' if number == 1 else 's'} on it" if number else "was published"
    elif event.now == Letter.Status.OPEN:
        kind, did = "reopened", "was opened for signatures again"
    elif event.now == Letter.Status.PAUSED:
        kind, did = "paused", "was paused and takes no signatures for now"
    elif event.now == Letter.Status.CLOSED:
        kind, did = "closed", f"was closed{' at its closing time' if event.reason == 'closing_time' else ''}"
    elif event.now == Letter.Status.DELIVERED:
        kind, did = "delivered", "was delivered"
    return Change(_identify("letter", event.pk), event.at, kind, "The letter", did) if kind else None


def _of_a_version(version: Version) -> Change:
    assert version.published_at is not None
    did = f"of the text was published: {version.get_reason_display().lower()}"
    identifier = _identify("version", version.pk)
    return Change(identifier, version.published_at, "version", f"Version {version.number}", did, version=version.number)


def _of_news(update: Update) -> Change:
    assert update.published_at is not None
    return Change(_identify("news", update.pk), update.published_at, "news", "News", f"was published: {update.title}")


def _of_a_reply(reply: Reply) -> Change:
    return Change(_identify("reply", reply.pk), reply.at, "reply", "An addressee", "replied")


def _identify(source: str, pk: int | uuid.UUID) -> uuid.UUID:
    """An id for ever that tells neither how many rows there are nor which other entry is about the same person."""
    return uuid.UUID(hex=addresses.keyed_hash(f"change of {source} {pk}")[:32], version=4)


def _cursor(shown: Iterable[Change], until: datetime | None, seen: int) -> str:
    times = [change.at for change in shown]
    again = seen if times[-1] == until else 0
    place = json.dumps([times[-1].isoformat(), times.count(times[-1]) + again])
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[datetime, int]:
    try:
        moment, seen = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        until = datetime.fromisoformat(moment).astimezone(UTC)
        if type(seen) is not int or not 0 <= seen < 2**31:
            raise BadCursor
        return until, seen
    except (ValueError, TypeError, OverflowError, AttributeError, binascii.Error, RecursionError):
        raise BadCursor from None
