"""A mail is marked by its key, however many are owed, and whatever PostgreSQL still believes of yesterday."""

from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from signatories import outbox
from signatories.models import Mail, Signature

SENT, CROWD = 20_000, 1_500


@pytest.fixture
def _no_statistics_meanwhile() -> Iterator[None]:
    """PostgreSQL would take them within a minute of so many new rows."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE signatories_mail SET (autovacuum_enabled = off)")
        yield
        cursor.execute("ALTER TABLE signatories_mail RESET (autovacuum_enabled)")


@pytest.fixture
def crowd(_no_statistics_meanwhile: None, confirmed: Callable[..., Signature]) -> Signature:
    """Many mails were sent, statistics were taken, and then a crowd came."""
    signature = confirmed()
    now = timezone.now()

    def mails(number: int, state: str) -> None:
        rows = (Mail(kind="receipt", key=f"{state}{n}", signature=signature, state=state) for n in range(number))
        Mail.objects.bulk_create(rows)

    Mail.objects.all().delete()
    mails(SENT, "sent")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE signatories_mail")
    mails(CROWD, "owed")
    Mail.objects.filter(state="owed").update(letter=signature.letter, send_after=now)
    return signature


def plan(statement: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}")
        return "\n".join(line for (line,) in cursor.fetchall())


def test_a_mail_is_marked_without_reading_what_else_is_owed(crowd: Signature, mailoutbox):
    with CaptureQueriesContext(connection) as asked:
        assert outbox.send(2) == 2
    statements = [one["sql"].strip() for one in asked.captured_queries]
    marking = [one for one in statements if one.startswith("UPDATE signatories_mail")]
    assert len(marking) == 2
    for statement in marking:
        assert "mail_due" not in plan(statement)


def test_the_way_that_is_avoided_would_be_taken(crowd: Signature):
    some = Mail.objects.filter(state="owed").order_by("-pk")[0]
    assert "mail_due" in Mail.objects.filter(pk=some.pk, state="owed").explain()
    assert "mail_due" not in Mail.objects.filter(pk=some.pk).still_owed().explain()
