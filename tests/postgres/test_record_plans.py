"""The public record stays fast however long it gets: what PostgreSQL says it would do."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from petition.models import Letter
from signatories import record, roll
from signatories.models import Signature, SignatureEvent
from tests.postgres.reading import read_whole

LONG = {"signature", "signatureevent"}


@pytest.fixture
def long_history(letter: Letter) -> Letter:
    """Six thousand people who were listed, a second apart; every hundredth has left again."""
    start = letter.opened_at = timezone.now() - timedelta(days=1)
    letter.save()
    fields = {"letter": letter, "version": letter.version, "level": 2, "confirmed_at": start}
    people = [Signature(address_hash=str(n), status="listed" if n % 100 else "hidden", **fields) for n in range(6_000)]
    for n, one in enumerate(people):
        one.write_line({**one.typed, "name": f"Name {n * 7919 % 6_000:05d}", "publish": True})
    Signature.objects.bulk_create(people)
    events = []
    for n, one in enumerate(people):
        at, always = start + timedelta(seconds=n), {"signature": one, "letter": letter}
        events.append(SignatureEvent(was="pending", now="confirmed", stood=False, stands=False, at=at, **always))
        events.append(SignatureEvent(was="confirmed", now="listed", stood=False, stands=True, at=at, **always))
        if not n % 100:
            at += timedelta(minutes=5)
            events.append(SignatureEvent(was="listed", now="hidden", stood=True, stands=False, at=at, **always))
    SignatureEvent.objects.bulk_create(events)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE signatories_signature, signatories_signatureevent")
    return letter


def plans(letter: Letter, run) -> str:
    """What the database does for each query of a page that asks for changes of people or for the list."""
    with CaptureQueriesContext(connection) as asked:
        run()
    told = []
    with connection.cursor() as cursor:
        for query in asked.captured_queries:
            if 'FROM "signatories_' in query["sql"]:
                cursor.execute("EXPLAIN " + query["sql"])
                told.append("\n".join(row[0] for row in cursor.fetchall()))
    return "\n\n".join(told)


def test_any_page_of_the_record_is_read_from_its_index_in_order(long_history: Letter):
    page = record.changes(long_history)
    for _ in range(3):
        page = record.changes(long_history, after=page.after)
    plan = plans(long_history, lambda: record.changes(long_history, after=page.after))
    assert plan.count("signature_event_public") >= 2
    assert not read_whole(plan) & LONG, plan
    assert "Sort Key: signatories_signatureevent" not in plan, plan


def test_a_page_of_a_small_letter_does_not_read_the_history_of_a_large_one(long_history: Letter, organiser):
    small = Letter.objects.create(slug="small", status="open", opened_at=long_history.opened_at)
    plan = plans(small, lambda: record.changes(small))
    assert "signature_event_public" in plan
    assert f"(letter_id = {small.pk})" in plan.replace("'", "").replace("::bigint", "")


def test_the_list_as_it_stood_is_walked_in_its_order_or_read_from_a_short_history(long_history: Letter):
    for then in (record.Then(timezone.now(), 0, 0, few=False), record.Then(long_history.opened_at, 0, 0, few=True)):
        plan = plans(long_history, lambda then=then: roll.page(long_history, then=then))
        assert not read_whole(plan) & LONG, plan
