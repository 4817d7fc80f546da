"""For the team's own programs: the letters one works for, and what the vetting desk shows of their signatures."""

from collections import defaultdict
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from ninja.errors import HttpError
from pydantic import Field

from petition.api import After, Slug, reads
from petition.models import Membership, Power
from signatories import addresses, vetting
from signatories.api.door import PROBLEMS_OF_TEAM, Bearer, Id, Scope, letter_of, member, token_of, wants
from signatories.desk import person, words
from signatories.models import Decision, Evidence, Flag, Signature
from signatories.vetting import waiting

Outcome = Decision.Outcome
DECIDES = (Outcome.ASK, Outcome.DECLINE, Outcome.HOLD, Outcome.LIST)  # what `api.deciding` takes
router = Router(tags=["team"], auth=Bearer(Scope.READ))
Tab = Literal["waiting", "ready", "asked", "listed", "declined", "hidden", "pending", "withdrawn"]
Level = Literal["", "0", "1", "2", "3", "4"]


class OwnLetter(Schema):
    """A letter that you work for."""

    slug: str
    title: str
    status: str
    role: str
    may: list[str] = Field(description="see, edit, vet, export, manage: what your role there allows")


class OwnLetters(Schema):
    """The letters that you work for, newest first."""

    letters: list[OwnLetter]


class SignatureOut(Schema):
    """One signature as the queue shows it."""

    id: UUID
    status: str
    ready: bool = Field(description="decided, and waits until names are published again")
    name: str
    role: str
    organisation: str
    former: bool
    country: str
    discipline: str = Field(description="in the letter’s words")
    capacity: str
    publish: bool = Field(description="whether the signer wants to be named")
    host: str = Field(description="of the mailbox")
    level: int
    risk: int
    flags: list[str] = Field(description="the open ones, by their kind")
    evidence: list[str] = Field(description="families of what supports the line: M F W K P V O")
    version: int
    created_at: datetime
    confirmed_at: datetime | None


class SignaturesOut(Schema):
    """A page of signatures: those that wait by risk and age, all others by age."""

    signatures: list[SignatureOut]
    after: str | None = Field(description="ask with this for the next page; null at the end")


class EvidenceOut(Schema):
    """One thing that was found, and what it speaks for."""

    family: str
    claim: str = Field(description="consent, identity or affiliation")
    supports: bool
    url: str
    checked_at: datetime


class FlagOut(Schema):
    """One reason to look twice."""

    kind: str
    words: str
    look_for: str
    raised_at: datetime


class PastDecision(Schema):
    """What was decided before."""

    outcome: str
    level: int
    reason: str
    by: str = Field(description="who of the team; empty: somebody whose account is gone")
    at: datetime


class WholeSignature(SignatureOut):
    """One signature with what is known about it."""

    email: str | None = Field(description="null where the token has not the scope “addresses”")
    contact: bool = Field(description="whether the addressee and the press may be given the address")
    profile_url: str
    source: str
    carried: int = Field(description="the level that the evidence carries once the flags are looked at")
    wants: str = Field(description="what the next level needs")
    takes_two: list[str] = Field(description="why listing takes two people, and so the desk; empty: it does not")
    may: list[str] = Field(description="which decisions can be taken from here")
    open_with: str = Field(description="who of the team has it open now")
    open_flags: list[FlagOut]
    found: list[EvidenceOut]
    decisions: list[PastDecision]
    seen: str = Field(description="send it with a decision: it is refused if something has changed since")


@reads(
    router,
    "/letters",
    OwnLetters,
    "Letters that you work for",
    problems=PROBLEMS_OF_TEAM,
    public=False,
    **wants(Scope.READ),
)
def own_letters(request: HttpRequest) -> dict[str, Any]:
    """With your role on each; drafts are among them."""
    mine = Membership.objects.filter(user=member(request)).select_related("letter").order_by("-letter__created_at")
    return {
        "letters": [
            {
                **{name: getattr(one.letter, name) for name in ("slug", "title", "status")},
                "role": one.role,
                "may": [str(power) for power in Power if one.may(power)],
            }
            for one in mine
        ]
    }


@reads(
    router,
    "/letters/{slug}/signatures",
    SignaturesOut,
    "Signatures by where they stand",
    problems=PROBLEMS_OF_TEAM,
    public=False,
    **wants(Scope.READ),
)
def signatures(
    request: HttpRequest,
    slug: Slug,
    status: Annotated[Tab, Query(description="waiting (confirmed or held), ready, or a status")] = "waiting",
    level: Annotated[Level, Query(description="at which they are; empty: at any")] = "",
    after: After = "",
) -> dict[str, Any]:
    """What the queue of the vetting desk shows, fifty on a page."""
    letter = letter_of(request, slug, Power.SEE)
    if after and waiting.Place.read(after) is None:
        raise HttpError(HTTPStatus.BAD_REQUEST, "This place does not exist. Start from the first page.")
    page = waiting.page(letter, waiting.Filter(status=status, level=level), after=after)
    flags, families = _beside(page.signatures)
    return {
        "signatures": [_row(one, flags[one.pk], families[one.pk]) for one in page.signatures],
        "after": page.after or None,
    }


@reads(
    router,
    "/letters/{slug}/signatures/{id}",
    WholeSignature,
    "One signature, with what is known about it",
    problems=PROBLEMS_OF_TEAM,
    public=False,
    **wants(Scope.READ),
)
def signature(request: HttpRequest, slug: Slug, id: Id) -> dict[str, Any]:
    """What the page of one person at the desk shows: flags, evidence, decisions, and what can be decided."""
    letter = letter_of(request, slug, Power.SEE)
    one = person.find(letter, id)
    standing = vetting.standing(one)
    flags, families = _beside([one])
    shown = words.flags(one, standing.open_flags)
    holder, by = vetting.holder(one), member(request)
    decides = letter.members.get(user=by).may(Power.VET) and not (
        vetting.is_own(one, by) or vetting.has_recused(one, by)
    )
    return {
        **_row(one, flags[one.pk], families[one.pk]),
        "email": one.address if Scope.ADDRESSES in token_of(request).scopes else None,
        "contact": one.contact,
        "profile_url": one.profile_url,
        "source": one.source,
        "carried": standing.carried,
        "wants": standing.wants,
        "takes_two": vetting.why_two(one, level=standing.carried, flags=one.flags.all()),
        "may": sorted(verb for verb in DECIDES if one.status in vetting.TAKEN_FROM[verb]) if decides else [],
        "open_with": str(holder.vetter) if holder else "",
        "open_flags": [
            {"kind": flag.flag.kind, "words": flag.words, "look_for": flag.look_for, "raised_at": flag.flag.raised_at}
            for flag in shown
        ],
        "found": [_evidence(row) for row in one.evidence.all()],
        "decisions": [
            {
                **{name: getattr(decision, name) for name in ("outcome", "level", "reason", "at")},
                "by": str(decision.vetter or ""),
            }
            for decision in one.decisions.select_related("vetter")
        ],
        "seen": seen(one),
    }


def seen(signature: Signature) -> str:
    """Return what changes with everything that happens to a signature, without the numbers of rows."""
    return addresses.keyed_hash(f"seen {signature.pk} {vetting.mark(signature)}")[:32]


def _beside(shown: list[Signature]) -> tuple[dict[UUID, list[str]], dict[UUID, list[str]]]:
    """The kinds of open flags and the families of evidence of each, in one query a kind."""
    flags: dict[UUID, list[str]] = defaultdict(list)
    for pk, kind in Flag.objects.filter(signature__in=shown, released_at=None).values_list("signature", "kind"):
        flags[pk].append(kind)
    families: dict[UUID, list[str]] = defaultdict(list)
    rows = Evidence.objects.filter(signature__in=shown, result=True).order_by("family")
    for pk, family in rows.values_list("signature", "family").distinct():
        families[pk].append(family)
    return flags, families


def _row(one: Signature, flags: list[str], families: list[str]) -> dict[str, Any]:
    own = ("id", "status", "name", "role", "organisation", "former", "country", "capacity", "publish", "host")
    more = ("level", "risk", "created_at", "confirmed_at")
    return {
        **{name: getattr(one, name) for name in (*own, *more)},
        "ready": one.is_ready,
        "discipline": one.discipline_label,
        "flags": flags,
        "evidence": families,
        "version": one.version.number,
    }


def _evidence(row: Evidence) -> dict[str, Any]:
    """What it comes down to may be a mailbox, and stays at the desk."""
    own = {name: getattr(row, name) for name in ("family", "claim", "url", "checked_at")}
    return {**own, "supports": row.result}
