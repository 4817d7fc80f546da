"""The people for programs: the list and its record, as anyone may read them."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone, translation
from ninja import Query, Router, Schema
from ninja.errors import HttpError
from pydantic import Field

from petition.api import After, Limit, Slug, public, reads
from signatories import exporting, record, roll

router = Router(tags=["signatories"])
BAD_REQUEST = 400


class SignatoryOut(Schema):
    """One name, as it is printed, and how it was checked."""

    id: UUID
    name: str
    role: str
    organisation: str
    former: bool
    country: str = Field(description="ISO 3166-1 alpha-2, or empty")
    discipline: str = Field(description="in the letter’s words")
    capacity: str = Field(description="personal, or behalf of the organisation")
    level: str = Field(description="what was checked, in words")
    checked: str = Field(description="the kinds of evidence behind it")
    checked_at: str
    confirmed_at: str
    version: int = Field(description="which version of the text was signed")


class Signatories(Schema):
    """A page of the list in printed order, and what it must not travel without."""

    as_of: str
    listed: int | None = Field(description="how many names the list had at that moment; only with `as_of`")
    disclaimer: str
    signatories: list[SignatoryOut]
    after: str | None = Field(description="ask with this for the next page; null at the end")


class ChangeOut(Schema):
    """One line of the public record."""

    id: str
    at: str
    kind: str
    reason: str | None
    name: str | None
    line: str | None
    version: int | None
    text: str


class Changes(Schema):
    """A page of the public record, newest first."""

    changes: list[ChangeOut]
    after: str | None = Field(description="ask with this for the next page; null at the end")


Text = Annotated[str, Query(max_length=200, description="part of a name or organisation, in any spelling")]
Discipline = Annotated[str, Query(max_length=60, description="a key of the letter’s disciplines")]
Country = Annotated[str, Query(max_length=2, description="ISO 3166-1 alpha-2")]
Moment = Annotated[str, Query(max_length=60, description="who was listed then and is now; such as 2026-06-16T18:00Z")]


@reads(router, "/letters/{slug}/signatories", Signatories, "The list of signatories")
@translation.override("en")  # what programs read does not depend on who asks
def signatories(
    request: HttpRequest,
    slug: Slug,
    search: Text = "",
    discipline: Discipline = "",
    country: Country = "",
    as_of: Moment = "",
    after: After = "",
    limit: Limit = roll.PAGE,
) -> dict[str, Any]:
    """Founders first in their frozen order, then by sort key; the same rows as on the page and in the exports."""
    letter = public(slug)
    try:
        then = record.at(letter, record.read_moment(letter, as_of)) if as_of else None
        asked = {"search": search, "discipline": discipline, "country": country}
        page = roll.page(letter, **asked, after=after, then=then, limit=limit)
    except record.BadMoment as problem:
        raise HttpError(BAD_REQUEST, str(problem)) from None
    except roll.BadCursor:
        raise HttpError(BAD_REQUEST, "This place in the list does not exist. Start from its first page.") from None
    return {
        **exporting.about(letter, then.at if then else timezone.now()),
        "listed": then.listed if then else None,
        "signatories": [exporting.row(signature, position=0) for signature in page.signatures],
        "after": page.after or None,
    }


@reads(router, "/letters/{slug}/changes", Changes, "The public record of changes")
@translation.override("en")
def changes(request: HttpRequest, slug: Slug, after: After = "") -> dict[str, Any]:
    """Every name that came onto the list or left it, with the class of the reason, and every step of the letter."""
    letter = public(slug)
    try:
        page = record.changes(letter, after=after)
    except record.BadCursor:
        raise HttpError(BAD_REQUEST, "This place in the record does not exist. Start from its first page.") from None
    return {"changes": [record.for_programs(change) for change in page.changes], "after": page.after or None}
