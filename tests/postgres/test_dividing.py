"""The tables that a crowd fills, divided by letter: everything goes on, and one letter is read without the others."""

import csv
import io
import os
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from petition import lifecycle, tally
from petition.identifiers import uuid7
from petition.models import Letter
from signatories import dividing, exporting, outbox, privacy, retention, roll, seeding, signing, tokens
from signatories.models import Consent, Evidence, Knock, Mail, Signature, SignatureEvent
from tests.conftest import LETTER, LINE

pytestmark = pytest.mark.skipif("DIVIDED" in os.environ, reason="the tables are divided already")


@pytest.fixture
def undone() -> Iterator[None]:
    """All of a test is one transaction, and its tables are whole again afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def small(letter: Letter, organiser) -> Letter:
    """Another letter, which stays with the others."""
    small = lifecycle.begin(owner=organiser, **{**LETTER, "slug": "small"})
    lifecycle.publish(small, actor=organiser)
    return small


@pytest.fixture
def before(undone: None, letter: Letter, small: Letter) -> None:
    """What was there before the tables were divided: two letters with everything that belongs to them."""
    for one in (letter, small):
        seeding.seed(one, number=60)
    with connection.cursor() as cursor:  # filling trusts itself, until the transaction ends
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def counts(letter: Letter) -> dict[str, int]:
    return {model.__name__: model._default_manager.filter(letter=letter).count() for model in dividing.DIVIDED}


def lies_in(model: type, letter: Letter) -> set[str]:
    """The partitions in which rows of a letter lie."""
    with connection.cursor() as cursor:
        table = model._meta.db_table
        cursor.execute(f"SELECT DISTINCT tableoid::regclass::text FROM {table} WHERE letter_id = %s", [letter.pk])
        return {name for (name,) in cursor.fetchall()}


def indexes(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_index WHERE indrelid = %s::regclass AND indisvalid", [table])
        return cursor.fetchone()[0]


def plan(rows) -> str:
    return str(rows.explain())


def test_what_was_there_is_there_and_lies_where_it_belongs(before, letter, small):
    was = [counts(letter), counts(small)]
    dividing.divide()
    assert [counts(letter), counts(small)] == was
    dividing.isolate(letter)
    assert [counts(letter), counts(small)] == was
    for model in dividing.DIVIDED:
        table = model._meta.db_table
        assert lies_in(model, letter) <= {f"{table}_{letter.pk}"}
        assert lies_in(model, small) <= {f"{table}_others"}
        assert indexes(table) == indexes(f"{table}_others") == indexes(f"{table}_{letter.pk}")
    assert was[0]["Signature"] == was[1]["Signature"] == 60


def test_the_main_job_is_done_on_divided_tables(before, letter, small, confirmed, listed, post_sign, client):
    dividing.divide()
    dividing.isolate(letter)
    one, two = listed(confirmed()), confirmed("bo@example.com", name="Bo Example")
    tab = post_sign(email="cy@example.com")
    assert tab.status_code == 303
    signing.sign(small, address="di@example.net", typed={**LINE, "name": "Di Example"})
    outbox.send()
    assert not Mail.objects.due().exists()
    mine = Mail.objects.get(signature__letter=small, signature__address="di@example.net")
    assert signing.confirm(mine.pk, tokens.code(mine.pk), in_tab=True).signature.status == "confirmed"
    assert {one.pk, two.pk} <= set(letter.signatures.known().values_list("pk", flat=True))
    assert one in roll.page(letter, search="ada example").signatures
    assert one not in roll.page(small, search="ada example").signatures
    figures = tally.take(letter).figures
    assert figures["listed"] == letter.signatures.listed().count()
    text = b"".join(exporting.stream(letter, format="csv", audience="public")).decode("utf-8-sig")
    assert sum(row["name"] == "Ada Example" for row in csv.DictReader(io.StringIO(text))) == 1
    privacy.withdraw(one)
    assert not letter.signatures.listed().filter(pk=one.pk).exists()
    retention.run(even_if_done=True)
    assert client.get(f"/letters/{letter.slug}/signatories/").status_code == 200
    assert lies_in(Signature, letter) == {f"signatories_signature_{letter.pk}"}


def test_what_is_kept_is_kept_and_what_is_once_is_once(before, letter, small):
    dividing.divide()
    dividing.isolate(letter)
    for one in (letter, small):
        for rows in (SignatureEvent.objects.filter(letter=one), Consent.objects.filter(letter=one)):
            with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic():
                rows._raw_delete(rows.db)
        kept = Signature.objects.filter(letter=one).first()
        twin = Signature(letter=one, version=one.version, address_hash=kept.address_hash)
        with pytest.raises(IntegrityError, match="address_hash"), transaction.atomic():
            twin.save()
        with pytest.raises(ProtectedError):
            kept.delete()


def test_a_row_of_one_letter_is_about_no_signature_of_another(before, letter, small):
    dividing.divide()
    theirs = Signature.objects.filter(letter=small).first()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    says = {"letter": letter, "family": "F", "claim": "identity", "account": "orcid:x"}
    for about in (theirs.pk, uuid7()):
        with pytest.raises(IntegrityError), transaction.atomic():
            Evidence.objects.create(signature_id=about, **says)
    Evidence.objects.create(signature=Signature.objects.filter(letter=letter).first(), **says)


def test_a_question_about_one_letter_reads_no_row_of_another(before, letter, small):
    dividing.divide()
    dividing.isolate(letter)
    own = f"signatories_signature_{letter.pk}"
    for rows in (letter.signatures.listed().in_order()[:100], letter.signatures.waiting(), letter.signatures.known()):
        assert own in plan(rows)
        assert "signatories_signature_others" not in plan(rows)
    assert own not in plan(small.signatures.listed().in_order()[:100])


def test_keys_that_the_database_gives_go_on_where_they_were(before, letter):
    last = Knock.objects.create(address_hash="a" * 64, letter=letter).pk
    dividing.divide()
    assert Knock.objects.create(address_hash="b" * 64, letter=letter).pk == last + 1


def test_tables_are_divided_once_and_a_letter_moves_once(before, letter, capsys):
    with pytest.raises(CommandError, match="not divided yet"):
        call_command("divide", letter.slug)
    call_command("divide")
    said = capsys.readouterr().out
    assert said.startswith("10 tables in ")
    assert said.count("Not checked") == 2
    with pytest.raises(CommandError, match="already"):
        call_command("divide")
    call_command("divide", letter.slug)
    with pytest.raises(CommandError, match="already"):
        call_command("divide", letter.slug)
    with pytest.raises(CommandError, match="no letter"):
        call_command("divide", "nobody-wrote-this")
