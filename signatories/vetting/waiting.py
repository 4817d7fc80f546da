"""The queue: who waits, in which order, how many, in which groups, and who is next."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self
from urllib.parse import urlencode

from django.db.models import Count, Exists, F, IntegerField, OuterRef, QuerySet, Subquery
from django.utils import timezone

from petition.models import Letter, User
from petition.text import fold
from signatories.models import (
    KNOWN,
    WAITING,
    ClaimLock,
    Decision,
    Evidence,
    Flag,
    Recusal,
    Signature,
    SignatureEvent,
    SignatureQuerySet,
)
from signatories.vetting import claiming, rules

PAGE = 50
MOST_COUNTED = 10_000
GROUPS = 100  # groups on a page
MOST_NAMED = 40  # signatures that the address of a group can name
AHEAD = 10  # how many of the next are tried when others have them open
ALL, READY = "waiting", "ready"
Status, Outcome = Signature.Status, Decision.Outcome


@dataclass(frozen=True)
class Place:
    """A place in the queue: behind the signature with this risk and identifier."""

    risk: int
    pk: uuid.UUID

    def __str__(self) -> str:
        return f"{self.risk}.{self.pk.hex}"

    @classmethod
    def of(cls, signature: Signature) -> Self:
        """Return the place of a signature."""
        return cls(signature.risk, signature.pk)

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Return the place that was written so, or None."""
        risk, _, identifier = text.partition(".")
        try:
            return cls(int(risk), uuid.UUID(identifier)) if risk.isascii() and len(risk) < 6 else None
        except ValueError:
            return None


@dataclass(frozen=True)
class Filter:
    """Which signatures are looked at; its names are those of the queue's address, and of a batch's.

    Attributes:
        status: `waiting` (confirmed or held), `ready`, or a status.
        name: part of a name or organisation.
        host: of the mailbox, exactly.
        network: from which it was typed, in the form that `origins` gives it.
        organisation: in any spelling of case and accents.
        discipline, country: a key of the letter's disciplines, an ISO 3166-1 code.
        flag: the kind of an open flag, or `any`, or `none`.
        evidence: `affiliation` where something supports the affiliation, `nothing` where nothing does.
        level: at which they are.
        pk: these signatures, wherever they stand.
    """

    status: str = ALL
    name: str = ""
    host: str = ""
    network: str = ""
    organisation: str = ""
    discipline: str = ""
    country: str = ""
    flag: str = ""
    evidence: str = ""
    level: str = ""
    pk: tuple[str, ...] = field(default=())

    @property
    def query(self) -> str:
        """The filter as the query of an address; what is not asked is left out."""
        asked = {one.name: getattr(self, one.name) for one in fields(self)}
        default = {one.name: one.default for one in fields(self)}
        return urlencode({name: value for name, value in asked.items() if value != default[name]}, doseq=True)

    @property
    def is_narrow(self) -> bool:
        """Whether it asks for more than a status."""
        return replace(self, status=ALL) != Filter()

    @property
    def for_batch(self) -> str:
        """The same as a batch is asked for it, in a word of its own for each; empty where no batch decides."""
        if self.pk:
            return urlencode({"pk": self.pk}, doseq=True)
        if self.status not in {ALL, READY, *KNOWN}:
            return ""
        asked = {one.name: getattr(self, one.name) for one in fields(self)} | {"status": [self.status]}
        if self.status in {ALL, READY}:
            asked |= {"status": WAITING if self.status == ALL else [], "ready": "no" if self.status == ALL else "yes"}
        asked |= {"text": asked.pop("name"), "at_level": asked.pop("level")}
        return urlencode({name: value for name, value in asked.items() if value}, doseq=True)

    @property
    def at(self) -> str:
        """The same narrowing without the status, for the tabs."""
        return replace(self, status=ALL).query


def queue(letter: Letter) -> SignatureQuerySet:
    """Return who waits for a decision, in no order.

    What the letter keeps no longer is still counted, and nothing is left of it to decide about. Before that date nobody
    is without a name, and who waits is counted in the index alone.
    """
    rows: SignatureQuerySet = letter.signatures.waiting()
    over = letter.keep_until is not None and letter.keep_until < timezone.now().date()
    return rows.exclude(name="") if over else rows


def chosen(letter: Letter, asked: Filter) -> SignatureQuerySet:
    """Return the signatures that a filter finds, in no order."""
    rows: SignatureQuerySet = letter.signatures.all()
    if asked.pk:
        return rows.known().filter(pk__in=asked.pk)
    if asked.status == ALL:
        rows = queue(letter)
    elif asked.status == READY:
        rows = rows.ready()
    else:
        rows = rows.filter(status=asked.status)
    for name in ("host", "discipline", "country"):
        if value := getattr(asked, name):
            rows = rows.filter(**{name: value})
    if asked.network:
        rows = rows.filter(origin__letter=letter, origin__network=asked.network)
    if asked.level:
        rows = rows.filter(level=int(asked.level))
    if asked.name:
        rows = rows.filter(search__contains=fold(asked.name))
    if asked.organisation:
        rows = rows.filter(organisation_key=fold(asked.organisation)[:160])
    return supported(flagged(rows, asked.flag), asked.evidence)


def flagged(rows: SignatureQuerySet, kind: str) -> SignatureQuerySet:
    """Return those with an open flag of a kind, with `any` or with `none`."""
    still_open = Flag.objects.filter(signature=OuterRef("pk"), released_at=None)
    if kind == "none":
        return rows.filter(risk=0)
    if kind == "any":
        return rows.filter(risk__gt=0)
    return rows.filter(Exists(still_open.filter(kind=kind))) if kind else rows


def supported(rows: SignatureQuerySet, what: str) -> SignatureQuerySet:
    """Return those whose evidence supports the `affiliation`, or `nothing`."""
    supports = Evidence.objects.filter(signature=OuterRef("pk"), result=True)
    if what == "affiliation":
        return rows.filter(Exists(supports.filter(claim=Evidence.Claim.AFFILIATION)))
    return rows.filter(~Exists(supports)) if what == "nothing" else rows


def in_order(rows: SignatureQuerySet, behind: Place | None, *, most: int) -> Iterator[Signature]:
    """Yield signatures by risk and age, from a place on.

    Two ranges of one index instead of one condition with an OR, which would be read from the start of the index.
    """
    ordered = rows.order_by("-risk", "pk")
    if behind is None:
        yield from ordered[:most]
        return
    same = list(ordered.filter(risk=behind.risk, pk__gt=behind.pk)[:most])
    yield from same
    if len(same) < most and behind.risk:
        yield from ordered.filter(risk__lt=behind.risk)[: most - len(same)]


@dataclass(frozen=True)
class Page:
    """Some of the queue, and where it goes on; empty at the end."""

    signatures: list[Signature]
    after: str


def page(letter: Letter, asked: Filter, *, after: str = "") -> Page:
    """Return a page of what a filter finds: what waits by risk and age, everything else by age."""
    rows, place = chosen(letter, asked), Place.read(after)
    if asked.status == ALL or asked.pk:
        found = list(in_order(rows, place, most=PAGE + 1))
    else:
        by_age = rows.order_by("pk")
        found = list((by_age.filter(pk__gt=place.pk) if place else by_age)[: PAGE + 1])
    for one in found:
        one.letter = letter
    more = len(found) > PAGE
    return Page(found[:PAGE], str(Place.of(found[PAGE - 1])) if more else "")


class Counted(Subquery):
    """How many rows a query finds, as a part of another query."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


class OneOf(Subquery):
    """What the first row of a query has, asked for each group that is shown, and not for each of its rows."""

    def get_group_by_cols(self) -> list[Any]:
        """It names no column but the group's own."""
        return []


def counts(letter: Letter) -> dict[str, int]:
    """Return how many stand where: all who wait, of the others at most `MOST_COUNTED`.

    A list of a million names would take longer to count than everything else on the page.
    """
    rows = Signature.objects.filter(letter=letter.pk).order_by()
    wanted: dict[str, QuerySet[Signature]] = {ALL: queue(letter).order_by(), READY: rows.ready()[:MOST_COUNTED]}
    for status in set(Status) - set(WAITING):
        wanted[str(status)] = rows.filter(status=status)[:MOST_COUNTED]
    counted = [Counted(found.values("letter_id")) for found in wanted.values()]
    numbers = Letter.objects.filter(pk=letter.pk).order_by().values_list(*counted).get()
    return dict(zip(wanted, numbers, strict=True))


def oldest(letter: Letter) -> Signature | None:
    """Return who has waited longest."""
    return queue(letter).order_by("pk").only("pk", "created_at", "confirmed_at").first()


@dataclass(frozen=True)
class Group:
    """Signatures that have something in common, and the filter that opens them."""

    label: str
    number: int
    opens: Filter


def groups(letter: Letter, by: str) -> list[Group]:
    """Return who waits in groups, the largest first.

    Args:
        letter: whose queue.
        by: `host`, `organisation` or `duplicate`.
    """
    if by == "duplicate":
        return _duplicates(letter)
    rows = queue(letter).order_by()
    if by == "host":
        label: Any = F("host")
    else:
        label = OneOf(rows.filter(organisation_key=OuterRef("organisation_key")).values("organisation")[:1])
    column = {"host": "host", "organisation": "organisation_key"}[by]
    found = rows.exclude(**{column: ""}).values(key=F(column)).annotate(n=Count("*"), label=label)
    return [Group(one["label"], one["n"], Filter(**{by: one["key"]})) for one in found.order_by("-n", "key")[:GROUPS]]


def _duplicates(letter: Letter) -> list[Group]:
    """Join the flags that name each other's signatures; the newest thousand are enough for a page."""
    flags = Flag.objects.filter(kind="duplicate", released_at=None, letter=letter)
    flags = flags.filter(signature__status__in=WAITING).order_by("-pk").select_related("signature")[:1000]
    found: dict[str, set[str]] = {}
    labels: dict[str, str] = {}
    for flag in flags:
        one = str(flag.signature_id)
        labels[one] = flag.signature.name
        joined = {one}.union(*(found.get(other, {other}) for other in [one, *flag.details.get("others", [])]))
        found |= dict.fromkeys(joined, joined)
    sets = {id(joined): joined for joined in found.values()}.values()
    made = [
        Group(
            next(labels[one] for one in sorted(joined) if one in labels), len(joined), Filter(pk=tuple(sorted(joined)))
        )
        for joined in sets
    ]
    return sorted(made, key=lambda group: (-group.number, group.label))[:GROUPS]


def _together(pks: list[str], labels: dict[str, str]) -> Group:
    return Group(next(labels[pk] for pk in pks if pk in labels), len(pks), Filter(pk=tuple(pks[:MOST_NAMED])))


def next_for(vetter: User, letter: Letter, asked: Filter, *, behind: Place | None = None) -> Signature | None:
    """Return the next signature for a vetter and claim it; None when nothing is left for them.

    It goes on behind a place, and begins again at the top when the end is reached. What others have open is skipped,
    and so is what this vetter may not decide or has held for others.

    Args:
        vetter: who goes on.
        letter: whose queue.
        asked: what they are working through.
        behind: the place of the one before.
    """
    rows = mine(vetter, chosen(letter, replace(asked, status=ALL) if asked.pk == () else asked))
    tried: set[uuid.UUID] = {behind.pk} if behind else set()
    for place in [behind, None] if behind else [None]:
        for one in in_order(rows, place, most=AHEAD):
            if one.pk not in tried and claiming.claim(one.pk, vetter=vetter):
                return one
            tried.add(one.pk)
    return None


def mine(vetter: User, rows: SignatureQuerySet) -> SignatureQuerySet:
    """Leave out what others have open, what this vetter may not decide, and what they have held for others.

    What happened since, such as another line, brings it back.
    """
    this = {"signature": OuterRef("pk")}
    claimed = ClaimLock.objects.filter(**this, until__gt=timezone.now()).exclude(vetter=vetter)
    later = Decision.objects.filter(signature=OuterRef("signature"), pk__gt=OuterRef("pk"))
    happened = SignatureEvent.objects.filter(signature=OuterRef("signature"), at__gt=OuterRef("at"))
    for_others = Decision.objects.filter(**this, vetter=vetter, outcome__in=[Outcome.HOLD, Outcome.PROPOSE])
    return (
        rows.waiting()
        .exclude(address_hash__in=rules.own_hashes(vetter))
        .filter(
            ~Exists(claimed),
            ~Exists(Recusal.objects.filter(**this, vetter=vetter)),
            ~Exists(for_others.filter(~Exists(later), ~Exists(happened))),
        )
    )
