"""The printed list, a page at a time: keyset pages stay fast at any length."""

import base64
import binascii
import json
import uuid
from dataclasses import dataclass

from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan

from petition.models import Letter
from petition.text import fold
from signatories import record
from signatories.models import Signature, SignatureQuerySet

PAGE = 100


class BadCursor(ValueError):
    """The place to go on from was changed or cut off."""


@dataclass(frozen=True)
class Page:
    """Some signatories in order, and where the next page goes on; empty at the end."""

    signatures: list[Signature]
    after: str


def page(
    letter: Letter,
    *,
    search: str = "",
    discipline: str = "",
    country: str = "",
    after: str = "",
    then: record.Then | None = None,
    limit: int = PAGE,
) -> Page:
    """Return a page of the listed signatories.

    Args:
        letter: whose list.
        search: part of a name or organisation, in any spelling of case and accents.
        discipline, country: a key of the letter's disciplines, an ISO 3166-1 code.
        after: where the last page ended, or empty for the first.
        then: only who was on the list at that moment, too; the lines are those of today.
        limit: how many at most.

    Raises:
        BadCursor: `after` was not made here.
    """
    whole = chosen(letter, search=search, discipline=discipline, country=country, after=after, then=then)
    rows = list(whole[: limit + 1])
    for row in rows:
        row.letter = letter
    more = len(rows) > limit
    return Page(rows[:limit], cursor(rows[limit - 1]) if more else "")


def chosen(
    letter: Letter,
    *,
    search: str = "",
    discipline: str = "",
    country: str = "",
    after: str = "",
    then: record.Then | None = None,
) -> SignatureQuerySet:
    """Return the rows from which `page` takes its first, in order."""
    rows = letter.signatures.listed().in_order()
    if search := fold(search[:200].replace("\0", "")):
        rows = rows.filter(search__contains=search)
    if discipline:
        rows = rows.filter(discipline=discipline[:60].replace("\0", ""))
    if country:
        rows = rows.filter(country=country[:2].replace("\0", ""))
    if after:
        rows = rows.filter(TupleGreaterThan(Tuple("rank", "sort_key", "pk"), _read(after)))
    return record.still_listed(rows, letter, then) if then else rows


def cursor(last: Signature) -> str:
    """Return the place behind a row, as the next page's link carries it."""
    place = json.dumps([last.rank, last.sort_key, last.pk.hex], ensure_ascii=False)
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[int, str, uuid.UUID]:
    try:
        rank, sort_key, identifier = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if type(rank) is not int or not 0 <= rank < 2**31 or type(sort_key) is not str or "\0" in sort_key:
            raise BadCursor
        sort_key.encode()  # a lone surrogate is no text
        return rank, sort_key, uuid.UUID(hex=identifier)
    except (ValueError, TypeError, AttributeError, binascii.Error, RecursionError):
        raise BadCursor from None
