"""The list stays fast however long it gets: what PostgreSQL says it would do."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone

from petition.models import Letter
from signatories import flags, roll
from signatories.flags import bursts
from signatories.models import Origin, Signature
from signatories.vetting import waiting
from tests.postgres.reading import read_whole


@pytest.fixture
def long_queue(letter: Letter) -> Letter:
    """Ten thousand who wait, one of fifty with a flag."""
    rows = [
        Signature(
            letter=letter,
            version=letter.version,
            address_hash=str(number),
            level=1,
            confirmed_at=timezone.now(),
            status="held" if number % 30 == 0 else "confirmed",
            risk=15 if number % 50 == 0 else 0,
            host=f"h{number % 500}.example.org",
        )
        for number in range(10_000)
    ]
    Signature.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE signatories_signature")
    return letter


def test_any_page_of_the_queue_is_read_from_an_index_in_order(long_queue: Letter):
    queue = waiting.chosen(long_queue, waiting.Filter()).order_by("-risk", "pk")
    deep = queue[8000]
    for rows in (queue, queue.filter(risk=deep.risk, pk__gt=deep.pk)):
        plan = rows[: waiting.PAGE + 1].explain()
        assert "signature" not in read_whole(plan), plan
        assert "Sort" not in plan, plan


def test_who_is_next_is_found_without_reading_the_queue(long_queue: Letter, vetter):
    rows = waiting.mine(vetter, waiting.chosen(long_queue, waiting.Filter())).order_by("-risk", "pk")
    plan = rows[: waiting.AHEAD].explain()
    assert "signature" not in read_whole(plan), plan
    assert "signature_waiting" in plan, plan


def test_a_burst_is_counted_where_somebody_comes_from_and_nowhere_else(long_queue: Letter, plans):
    some = list(Signature.objects.order_by("pk")[:5])
    Origin.objects.bulk_create(
        Origin(signature=one, network=f"10.{number // 250}.{number % 250}.0/24", device=str(number))
        for number, one in enumerate(Signature.objects.order_by("pk"))
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE signatories_origin, signatories_signature")
    around = flags.Around(some)
    assert len(around.unknown_hosts) == 5
    plan = plans(partial(bursts.renew, around, now=timezone.now() + timedelta(hours=1)))
    assert "signature_host" in plan, plan
    assert "origin_by_network" in plan, plan
    assert not read_whole(plan) & {"origin", "signature"}, plan


def test_which_letters_moved_is_asked_of_the_history_alone(long_queue: Letter):
    plan = Letter.objects.moved_since(timezone.now()).order_by().explain()
    assert "signatories_signatureevent" in plan
    assert "signatories_signature " not in plan, plan


def test_no_session_compiles(db: None):
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)


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


def test_any_page_is_read_from_an_index_in_order(long_list: Letter):
    last = long_list.signatures.listed().in_order()[4000]
    asked: list[dict[str, str]] = [{}, {"country": "FR"}, {"discipline": "optics"}]
    for one in asked:  # and not a list of their own for each
        plan = roll.chosen(long_list, after=roll.cursor(last), **one)[: roll.PAGE + 1].explain()
        assert "signature" not in read_whole(plan), (one, plan)
        assert "Sort" not in plan, (one, plan)
        assert "signature_listed" in plan, one


def test_a_search_uses_the_trigram_index(long_list: Letter):
    for search in ("00001", "99", "(9"):
        rows = roll.chosen(long_list).filter(roll.matching(search)).order_by(F("rank") + 0, "sort_key", "pk")
        assert "signature_search" in rows[: roll.PAGE + 1].explain(), search


def test_names_at_the_end_of_the_list_are_found_and_paged(long_list: Letter, monkeypatch):
    monkeypatch.setattr(roll, "NEAR", 300)
    last = long_list.signatures.listed().filter(search__contains="name 09").in_order()
    first = roll.page(long_list, search="Name 09", limit=200)
    second = roll.page(long_list, search="Name 09", limit=200, after=first.after)
    assert [*first.signatures, *second.signatures] == list(last[:400])
