"""The public record of a letter: every change readers may know of, and who was on the list at any moment."""

import base64
import binascii
import json
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from petition.models import Letter, LetterEvent, Reply, Update, Version
from petition.text import stamp
from signatories import addresses, reasons, sentences
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
    "published": pgettext_lazy("a kind of change, in the public record", "Published"),
    "listed": pgettext_lazy("a kind of change, in the public record", "Listed"),
    "corrected": pgettext_lazy("a kind of change, in the public record", "Corrected"),
    "withdrawn": pgettext_lazy("a kind of change, in the public record", "Withdrawn"),
    "removed": pgettext_lazy("a kind of change, in the public record", "Removed"),
    "version": pgettext_lazy("a kind of change, in the public record", "Text"),
    "news": pgettext_lazy("a kind of change, in the public record", "News"),
    "paused": pgettext_lazy("a kind of change, in the public record", "Paused"),
    "reopened": pgettext_lazy("a kind of change, in the public record", "Reopened"),
    "closed": pgettext_lazy("a kind of change, in the public record", "Closed"),
    "delivered": pgettext_lazy("a kind of change, in the public record", "Delivered"),
    "reply": pgettext_lazy("a kind of change, in the public record", "Reply"),
}
BEFORE_PUBLICATION = (Letter.Status.DRAFT, Letter.Status.FOUNDING)
SOMEBODY = gettext_lazy("A signatory")
TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)(Z|[+ -]\d\d:?\d\d)?", re.ASCII | re.IGNORECASE
)


class BadCursor(ValueError):
    """The place to go on from was changed or cut off."""


class BadMoment(ValueError):
    """Not a time at which there was a public list; says in words why."""


@dataclass(frozen=True)
class Change:
    """One line of the record. What is not a field here is not public.

    Its words are those of the language that is spoken when it is made: see `changes`.

    Attributes:
        did: the sentence, without its full stop, with a place `{who}` and one for each of the values.
        values: by the names of their places.
    """

    id: uuid.UUID
    at: datetime
    kind: str
    who: str
    did: str
    values: dict[str, Any] = field(default_factory=dict)
    is_name: bool = False
    line: str = ""
    reason: str = ""
    version: int | None = None

    @property
    def text(self) -> str:
        """The whole line as one sentence."""
        return self.did.format(who=self.who, **self.values) + "."

    @property
    def printed(self) -> SafeString:
        """Whom it is about, as on the list: the name with the line, or in our words."""
        if not self.is_name:
            return format_html("{}", self.who)
        name = format_html('<bdi class="name">{}</bdi>', self.who)
        return format_html('{} <bdi class="line">{}</bdi>', name, self.line) if self.line else name

    def html(self, address: str = "") -> SafeString:
        """The sentence without its full stop; with an address, whom it is about leads there."""
        who = format_html('<a href="{}">{}</a>', address, self.printed) if address else self.printed
        return format_html(self.did, who=who, **self.values)

    @property
    def label(self) -> str:
        """The kind in a word."""
        return str(KINDS[self.kind])


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
    """Return a page of the record of a letter that is public, in the language that is spoken.

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
        raise BadMoment(_("This is not a time. Please write it like 2026-06-16T18:00Z.")) from None
    if moment > timezone.now():
        raise BadMoment(_("This time has not come yet. Please choose one that has passed."))
    if letter.opened_at is None:
        raise BadMoment(_("The letter was not public then: it was published later."))
    if moment < letter.opened_at:
        # Translators: %(time)s is a day and a time.
        said = _("The letter was not public then: it was published %(time)s.")
        raise BadMoment(said % {"time": date_format(letter.opened_at, "DATETIME_FORMAT")})
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
    values: dict[str, Any] = {}
    named = event.stands and signature.status == LISTED and signature.publish and not listed_again
    if event.stood and event.stands:
        kind, did, values = "corrected", str(reasons.CORRECTIONS[event.reason]), {"number": kept}
    elif event.stands:
        kind, did = "listed", _("{who} was listed")
    elif event.now == Signature.Status.WITHDRAWN:
        kind, did, reason = "withdrawn", _("{who} withdrew"), "withdrawn"
    else:
        reason = "unnamed" if event.now == LISTED else reasons.removal_class(event.reason)
        kind = "removed"
        # Translators: why a name was taken off the list: "duplicate", "withdrawn by the signer".
        did, values = _("{who} was taken off the list: {reason}"), {"reason": str(reasons.REMOVAL_CLASSES[reason])}
    who, line = (signature.name, signature.line) if named else (str(SOMEBODY), "")
    return Change(_identify("signature", event.pk), event.at, kind, who, did, values, named, line, reason)


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
    values: dict[str, Any] = {}
    if event.now == Letter.Status.OPEN and event.was in BEFORE_PUBLICATION:
        number = replay(letter, until=letter.opened_at)
        kind = "published"
        many = ngettext(
            "{who} was published with {number} name on it", "{who} was published with {number} names on it", number
        )
        did, values = many if number else _("{who} was published"), {"number": sentences.grouped(number)}
    elif event.now == Letter.Status.OPEN:
        kind, did = "reopened", _("{who} was opened for signatures again")
    elif event.now == Letter.Status.PAUSED:
        kind, did = "paused", _("{who} was paused and takes no signatures for now")
    elif event.now == Letter.Status.CLOSED:
        by_itself = event.reason == "closing_time"
        kind, did = "closed", _("{who} was closed at its closing time") if by_itself else _("{who} was closed")
    elif event.now == Letter.Status.DELIVERED:
        kind, did = "delivered", _("{who} was delivered")
    # Translators: stands for {who}.
    who = _("The letter")
    return Change(_identify("letter", event.pk), event.at, kind, who, did, values) if kind else None


def _of_a_version(version: Version) -> Change:
    assert version.published_at is not None
    # Translators: stands for {who}.
    who = _("Version %(number)s") % {"number": version.number}
    # Translators: {who} is "Version 2", and {reason} such as "clarification".
    did, values = (
        _("{who} of the text was published: {reason}"),
        {"reason": sentences.inside(version.get_reason_display())},
    )
    identifier, at = _identify("version", version.pk), version.published_at
    return Change(identifier, at, "version", who, did, values, version=version.number)


def _of_news(update: Update) -> Change:
    assert update.published_at is not None
    # Translators: stands for {who}.
    who, did = pgettext("a piece of news", "News"), _("{who} was published: {title}")
    return Change(_identify("news", update.pk), update.published_at, "news", who, did, {"title": update.title})


def _of_a_reply(reply: Reply) -> Change:
    # Translators: stands for {who}.
    who = _("An addressee")
    return Change(_identify("reply", reply.pk), reply.at, "reply", who, _("{who} replied"))


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
