"""Even who may empty a table in the database does not empty the history."""

import importlib

import pytest
from django.db import Error, connection, transaction

MIGRATION = importlib.import_module("signatories.migrations.0021_decisions_stay").Migration


def test_history_is_not_emptied_by_truncate(letter):
    with transaction.atomic(), connection.cursor() as cursor:
        with connection.schema_editor(atomic=False) as editor:
            MIGRATION.operations[-1].code(None, editor)  # the tests took it off
        with pytest.raises(Error, match="history is never emptied"), transaction.atomic():
            cursor.execute("TRUNCATE petition_letterevent CASCADE")
        transaction.set_rollback(True)
    assert letter.events.exists()
