"""The printed list, a page at a time: keyset pages stay fast at any length."""

import base64
import binascii
import json
import uuid
from dataclasses import dataclass

from django.db.models import F, Q
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

from petition.models import Letter
from petition.text import fold
from signatories import record
from signatories.models import Signature, SignatureQuerySet

PAGE = 100
PLACE = Tuple("rank", "sort_key", "pk")
NEAR = 5_000  # rows that are read in order before the search index is asked
SHORT = 2  # signs that are too few for an index of three at a time


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
        search: part of a name or organisation, in any spelling of case and accents; one or two signs begin a word.
        discipline, country: a key of the letter's disciplines, an ISO 3166-1 code.
        after: where the last page ended, or empty for the first.
        then: only who was on the list at that moment, too; the lines are those of today.
        limit: how many at most.

    Raises:
        BadCursor: `after` was not made here.
    """
    wanted = fold(search[:200].replace("\0", ""))
    whole = chosen(letter, discipline=discipline, country=country, after=after, then=then)
    rows = _searched(whole, wanted, limit + 1) if wanted else list(whole[: limit + 1])
    for row in rows:
        row.letter = letter
    more = len(rows) > limit
    return Page(rows[:limit], cursor(rows[limit - 1]) if more else "")


def chosen(
    letter: Letter,
    *,
    discipline: str = "",
    country: str = "",
    after: str = "",
    then: record.Then | None = None,
) -> SignatureQuerySet:
    """Return the rows from which `page` takes its first, in order, before it searches."""
    rows = letter.signatures.listed().in_order()
    if discipline:
        rows = rows.filter(discipline=discipline[:60].replace("\0", ""))
    if country:
        rows = rows.filter(country=country[:2].replace("\0", ""))
    if after:
        rows = rows.filter(TupleGreaterThan(PLACE, _read(after)))
    return record.still_listed(rows, letter, then) if then else rows


def _searched(rows: SignatureQuerySet, search: str, number: int) -> list[Signature]:
    """Return the first rows in which something is found.

    What many names have in common is among the next few thousand, which are read in order. What few have is asked of
    the search index, and those few are sorted. Left to itself PostgreSQL reads the list in order until the page is
    full, and all of it where the names that match stand at its end, as do those in other scripts.
    """
    found = matching(search)
    edge = list(rows.values_list("rank", "sort_key", "pk")[NEAR : NEAR + 1])
    near = rows.filter(TupleLessThan(PLACE, edge[0])) if edge else rows
    first = list(near.filter(found)[:number])
    if len(first) == number or not edge:
        return first
    return list(rows.filter(found).order_by(F("rank") + 0, "sort_key", "pk")[:number])  # an order of no index


def matching(search: str) -> Q:
    """Return what a row has in which a folded text is found: part of a name or organisation.

    One or two signs are looked for where a word begins, which the search index knows; a Chinese name may be that short.
    """
    if len(search) > SHORT:
        return Q(search__contains=search)
    return Q(search__startswith=search) | Q(search__contains=f" {search}") | Q(search__contains=f"({search}")


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
