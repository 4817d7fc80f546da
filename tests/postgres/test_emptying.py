"""Even who may empty a table in the database does not empty the history; only tests do, each after itself."""

import importlib

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import Error, connection, transaction

from petition.models import Letter
from signatories.models import Signature
from tests.postgres import emptying

MIGRATION = importlib.import_module("signatories.migrations.0021_decisions_stay").Migration


def test_history_is_not_emptied_by_truncate(letter):
    with transaction.atomic(), connection.cursor() as cursor:
        with connection.schema_editor(atomic=False) as editor:
            MIGRATION.operations[-1].code(None, editor)  # the tests took it off
        with pytest.raises(Error, match="history is never emptied"), transaction.atomic():
            cursor.execute("TRUNCATE petition_letterevent CASCADE")
        transaction.set_rollback(True)
    assert letter.events.exists()


@pytest.mark.parametrize("small", [emptying.SMALL, 0])
def test_what_a_test_left_is_taken_away_and_what_the_migrations_made_stays(confirmed, monkeypatch, small: int):
    made = {one: ContentType.objects.get_for_model(one).pk for one in (Letter, Signature)}
    confirmed()
    monkeypatch.setattr(emptying, "SMALL", small)
    emptying.empty()
    assert _filled() == set(emptying.STAYS)
    ContentType.objects.clear_cache()
    assert made == {one: ContentType.objects.get_for_model(one).pk for one in made}


def _filled() -> set[str]:
    names = connection.introspection.table_names()
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"(SELECT '{name}' FROM {name} LIMIT 1)" for name in names))
        return {name for (name,) in cursor.fetchall()}
