"""The list stays fast however long it gets: what PostgreSQL says it would do."""

import pytest
from django.db import connection
from django.utils import timezone

from petition.models import Letter
from signatories import roll
from signatories.models import Signature


@pytest.fixture
def long_list(letter: Letter) -> Letter:
    """Five thousand listed names, and as many that are not."""
    rows = []
    for number in range(10_000):
        one = Signature(
            letter=letter,
            version=letter.version,
            address_hash=str(number),
            level=2,
            confirmed_at=timezone.now(),
            status="listed" if number % 2 else "confirmed",
        )
        typed = {"name": f"Name {number * 7919 % 10_000:05d}", "organisation": f"House {number % 97}", "publish": True}
        one.write_line({**one.typed, **typed, "country": "FR" if number % 500 == 1 else "US", "discipline": "optics"})
        rows.append(one)
    Signature.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE signatories_signature")  # also sorts the new rows into the search index
    return letter


@pytest.mark.parametrize("asked", [{}, {"country": "FR"}, {"discipline": "optics"}])
def test_any_page_is_read_from_an_index_in_order(long_list: Letter, asked: dict[str, str]):
    last = long_list.signatures.listed().in_order()[4000]
    rows = roll.chosen(long_list, after=roll.cursor(last), **asked)
    plan = rows[: roll.PAGE + 1].explain()
    assert "Seq Scan" not in plan
    assert "Sort" not in plan, plan
    assert "signature_listed" in plan


def test_a_search_uses_the_trigram_index(long_list: Letter):
    plan = roll.chosen(long_list, search="00001")[: roll.PAGE + 1].explain()
    assert "signature_search" in plan, plan
