"""The letter for programs: what anyone may read, as JSON. What is not a field here leaves the house in no answer."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.formats import date_format
from django.utils.timezone import localtime
from ninja import Path, Query, Router, Schema
from pydantic import Field

from petition import replica
from petition.languages import address
from petition.models import Letter, Version
from petition.templatetags.figures import counted

router = Router(tags=["letters"])
MOST = 200

Slug = Annotated[str, Path(pattern=r"^[-a-zA-Z0-9_]+$", max_length=80, description="the letter’s name in its address")]
Limit = Annotated[int, Query(ge=1, le=MOST, description="how many at most")]
After = Annotated[str, Query(max_length=1200, description="where the last page ended: its “after”; empty: the first")]


class Problem(Schema):
    """What went wrong (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    errors: list[dict[str, Any]] = Field(default=[], description="which parameter, and why")


PROBLEMS = {400: Problem, 404: Problem, 422: Problem, 429: Problem, 503: Problem}


def reads(
    to: Router,
    path: str,
    answer: Any,
    summary: str,
    *,
    problems: dict[int, Any] = PROBLEMS,
    public: bool = True,
    **described: Any,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Put a function behind GET, and behind HEAD, which is not described on its own.

    Args:
        to: the router.
        path: below `/api/v1`.
        answer: the schema of a good answer.
        summary: what it gives, in a few words.
        problems: which other answers there are.
        public: whether anybody may read it, and so at a standby of the database too.
        described: what else the description says (`openapi_extra`).
    """

    def put(function: Callable[..., Any]) -> Callable[..., Any]:
        function = replica.public(function) if public else function
        answers = {200: answer, **problems}
        to.api_operation(["HEAD"], path, response=answers, include_in_schema=False)(function)
        to.get(path, response=answers, summary=summary, operation_id=function.__name__, **described)(function)
        return function

    return put


class Addressee(Schema):
    """To whom the letter goes."""

    name: str
    office: str = ""
    address: str = ""
    source: str = Field("", description="a page on the web that says so")


class Wording(Schema):
    """One published version, without its text."""

    number: int
    reason: str = Field(description="first, typo, clarification or meaning")
    note: str = Field(description="what changed, in one sentence")
    published_at: datetime
    sha256: str = Field(description="of the canonical text in UTF-8")
    url: str


class WholeWording(Wording):
    """One published version."""

    text: str = Field(description="the canonical text: its SHA-256 is the hash")
    languages: list[str] = Field(description="into which it is translated, for reading")


class Headline(Schema):
    """The defined numbers. They are never added up."""

    as_of: datetime
    listed: int = Field(description="named on the letter")
    experts: int = Field(description="of these, with a confirmed affiliation or a checked identity")
    confirmed: int = Field(description="further supporters, confirmed by email, not listed")


class Count(Headline):
    """The defined numbers, with their time in words."""

    counted: int = Field(description="listed, without those under review: the headline of a mass petition")
    shown: str = Field(description="the time as the page prints it")


class LetterSummary(Schema):
    """A letter and its numbers."""

    slug: str
    title: str
    ask: str
    status: str = Field(description="open, paused, closed or delivered")
    listing: str = Field(description="vetted, or confirmed for a mass petition")
    language: str
    opened_at: datetime | None
    closes_at: datetime | None
    url: str
    tally: Headline | None


class WholeLetter(LetterSummary):
    """A letter with all that is public about it but its names."""

    addressees: list[Addressee]
    eligibility: str
    disciplines: dict[str, str]
    disclaimer: str
    organiser: str
    interests: str
    contact: str
    version: Wording


class Letters(Schema):
    """Public letters, newest first."""

    letters: list[LetterSummary]


class Wordings(Schema):
    """All published versions, newest first."""

    versions: list[WholeWording]


class Group(Schema):
    """How many of the listed ones share something."""

    key: str
    listed: int


class Figures(Headline):
    """What the coalition adds up to; every group counts listed signatories only."""

    levels: list[Group]
    disciplines: list[Group]
    countries: list[Group]
    organisations: list[Group]
    versions: list[Group] = Field(description="under which version they stand")


@reads(router, "/letters", Letters, "All public letters")
def letters(request: HttpRequest, limit: Limit = MOST) -> dict[str, Any]:
    """Open, paused, closed and delivered letters, the first `limit` of them."""
    return {"letters": [_summary(letter) for letter in Letter.objects.public()[:limit]]}


@reads(router, "/letters/{slug}", WholeLetter, "One letter")
def letter(request: HttpRequest, slug: Slug) -> dict[str, Any]:
    """Its frame, the version that is signed now, and its numbers."""
    found = public(slug)
    assert found.version is not None
    own = ("eligibility", "disciplines", "disclaimer", "organiser", "interests", "contact", "addressees")
    whole = {name: getattr(found, name) for name in own}
    return {**_summary(found), **whole, "version": _wording(found, found.version)}


@reads(router, "/letters/{slug}/versions", Wordings, "Every published version")
def versions(request: HttpRequest, slug: Slug) -> dict[str, Any]:
    """The texts with their hashes; none of them ever changes."""
    found = public(slug)
    published = found.versions.filter(published_at__isnull=False).order_by("-number").prefetch_related("translations")
    return {"versions": [_whole_wording(found, version) for version in published]}


@reads(router, "/letters/{slug}/count", Count, "The headline numbers alone")
def count(request: HttpRequest, slug: Slug) -> dict[str, Any]:
    """What the letter’s page asks for while somebody looks at it: small, and the same until the next count."""
    found = public(slug)
    numbers, latest = _counted(found), found.latest_tally
    shown = date_format(localtime(numbers["as_of"]), "DATETIME_FORMAT")
    return {**numbers, "counted": counted(latest) if latest else 0, "shown": shown}


@reads(router, "/letters/{slug}/tally", Figures, "The coalition in numbers")
def tally(request: HttpRequest, slug: Slug) -> dict[str, Any]:
    """The newest count with its time; before the first one everything is zero."""
    found = public(slug)
    latest = found.latest_tally
    found_in: dict[str, Any] = latest.figures if latest else {}
    groups = {
        name: _groups(found_in.get(name, {})) for name in Figures.model_fields if name not in Headline.model_fields
    }
    return {**_counted(found), **groups}


def public(slug: str) -> Letter:
    """Return a letter that anyone may read, or answer 404."""
    return get_object_or_404(Letter.objects.public(), slug=slug)


def _summary(letter: Letter) -> dict[str, Any]:
    own = ("slug", "title", "ask", "status", "listing", "language", "opened_at", "closes_at")
    shown = {name: getattr(letter, name) for name in own}
    return {**shown, "url": address("petition:letter", letter.slug), "tally": _headline(letter)}


def _headline(letter: Letter) -> dict[str, Any] | None:
    latest = letter.latest_tally
    if latest is None:
        return None
    return {"as_of": latest.as_of, **{name: latest.figures[name] for name in ("listed", "experts", "confirmed")}}


def _counted(letter: Letter) -> dict[str, Any]:
    return _headline(letter) or {"as_of": letter.opened_at, "listed": 0, "experts": 0, "confirmed": 0}


def _wording(letter: Letter, version: Version) -> dict[str, Any]:
    own = ("number", "reason", "note", "published_at", "sha256")
    shown = {name: getattr(version, name) for name in own}
    return {**shown, "url": address("petition:version", letter.slug, version.number)}


def _whole_wording(letter: Letter, version: Version) -> dict[str, Any]:
    languages = [translation.language for translation in version.translations.all()]
    return {**_wording(letter, version), "text": version.text, "languages": languages}


def _groups(numbers: dict[str, int] | list[list[Any]]) -> list[dict[str, Any]]:
    pairs = numbers.items() if isinstance(numbers, dict) else numbers
    return [{"key": str(key), "listed": n} for key, n in pairs]
