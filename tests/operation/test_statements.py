"""Statements that are always spelled alike say what Django's own say, one at a time or several at once."""

import uuid

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from petition import rows, statements
from signatories.models import Limit, Signature

COUNT = "SELECT COUNT(*) FROM signatories_limit WHERE used > %s"
PUT = "INSERT INTO signatories_limit (key, ends, used) VALUES (%s, %s, %s)"
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite takes Django's way")


def test_several_at_once_answer_one_by_one_and_see_each_other(db: None):
    found = statements.run_all([(COUNT, [0]), (PUT, ["a", 1, 2]), (COUNT, [1]), (COUNT, [2])])
    assert found == [[(0,)], [], [(1,)], [(0,)]]
    assert statements.run_all([]) == []


def test_none_runs_after_one_that_fails_and_the_connection_goes_on(db: None):
    with pytest.raises(IntegrityError), transaction.atomic():
        statements.run_all([(PUT, ["a", 1, 1]), (PUT, ["a", 1, 1]), (PUT, ["b", 1, 1])])
    assert statements.run(COUNT, [0]) == [(0,)]


@pytest.mark.django_db(transaction=True)
def test_what_is_sent_together_is_in_the_transaction_and_goes_with_it():
    with transaction.atomic():
        statements.run_all([(PUT, ["a", 1, 1]), (PUT, ["b", 1, 1])])
        transaction.set_rollback(True)
    assert not Limit.objects.exists()
    with transaction.atomic():
        statements.run_all([(PUT, ["a", 1, 1]), (PUT, ["b", 1, 1])])
    assert Limit.objects.count() == 2


@on_postgresql
def test_a_value_with_a_zero_byte_is_refused_and_not_cut_off(db: None):
    with pytest.raises(DataError), transaction.atomic():
        statements.run(PUT, ["a\0b", 1, 1])
    assert not Limit.objects.exists()


def test_a_signature_is_changed_only_while_it_has_the_status_that_was_seen(confirmed):
    signature = confirmed()
    assert not rows.change_if(signature, was="pending", name="Other")
    assert rows.change_if(signature, was="confirmed", name="O'Brien 100 % \\ ünï", collect_after=None)
    found = Signature.objects.get()
    assert (found.name, found.collect_after) == ("O'Brien 100 % \\ ünï", None)
    assert not rows.change_if(Signature(pk=uuid.uuid4()), was="confirmed", name="Nobody")
