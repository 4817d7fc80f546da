"""The file that PostgreSQL writes by itself is byte for byte the one that is written row by row."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from petition.cells import FORMULA, SPACES, safe_cell
from petition.models import Letter
from signatories import exporting, seeding
from signatories.exporting import shape
from signatories.models import Signature

AS_OF = datetime(2026, 11, 28, 12, tzinfo=UTC)
BEGINNINGS = ["", *FORMULA, *SPACES, "'", '"', ",", ";", "\\", "\\.", "\\N", "a", "é", "李", "\U0001f600", "%s", "{0}"]
MIDDLES = ["", "=", ";=", "; \t@", ' "=1', "\u00a0－", "\r\n"]
NASTY = [
    *(first + second + "1+1" for first in BEGINNINGS for second in MIDDLES),
    *("a;=1", "a; =1;+2;;@3", ";", ";;", "; ", ";\t", ";\ta", ";\u3000＝x", ";\x1c=\x1d", "a;\t\t=b;\n+c"),
    *('said "so", twice', "a\nb", "a\rb", " lead", "end ", "'=1", "\t", " ", "=", "-", "\\.", "NULL", "true", "5 - 3"),
]


def same(letter: Letter, audience: str) -> list[bytes]:
    """Hold one way against the other; the lines that both wrote."""
    by_copy = b"".join(exporting.by_copy(letter, audience, AS_OF))
    by_hand = b"".join(exporting.by_hand(letter, audience, AS_OF))
    assert by_copy == by_hand
    return by_copy.splitlines(keepends=True)


@pytest.fixture
def nasty(letter: Letter) -> Letter:
    letter.disciplines = {"optics": "=Optics, the", "policy": 'P"olicy', "none": ""}
    letter.disclaimer = 'Not "the" employer,\nbut; =me'
    letter.save()
    for number, text in enumerate(NASTY):
        Signature.objects.create(
            letter=letter,
            version=letter.version,
            address_hash=str(number),
            name=text or "-",
            role=text[::-1],
            organisation=text + text,
            country=text[:2],
            discipline=["optics", "policy", "none", "gone", ""][number % 5],
            address=text,
            profile_url=text,
            former=number % 2 == 0,
            sort_key=text[:3],
            publish=number % 7 != 0,
            status="listed" if number % 3 else "pending",
            level=number % 4 + 1,
            checked=["", "M", "FM", "FKMOPVW"][number % 4],
            checked_at=None if number % 2 else timezone.now(),
            confirmed_at=timezone.now(),
        )
    return letter


def test_nasty_cells_are_written_alike_both_ways(nasty):
    for audience in ("public", "team"):
        assert len(same(nasty, audience)) > len(NASTY) / 2, audience


def test_a_seeded_letter_is_written_alike_both_ways(letter):
    seeding.seed(letter, number=500)
    for audience in ("public", "team"):
        assert len(same(letter, audience)) >= letter.signatures.listed().count(), audience


def test_every_beginning_is_made_safe_alike(nasty):
    rows = Signature.objects.filter(letter=nasty)
    for typed, safe in rows.values_list("role", shape.COLUMNS["role"].sql(nasty)):
        assert (safe or "") == safe_cell(typed)
