"""Search inside names at any length of the list: a trigram index, where PostgreSQL lets us have one."""

from django.db import DatabaseError, migrations, transaction

INDEX = """
CREATE INDEX signature_search ON signatories_signature USING gin (search gin_trgm_ops)
WHERE status = 'listed' AND publish
"""


def create(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(using=schema_editor.connection.alias):
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError:
        # The role may not create extensions, or contrib is not installed: the search still works, more slowly.
        return
    schema_editor.execute(INDEX)


def remove(apps, schema_editor):
    schema_editor.execute("DROP INDEX IF EXISTS signature_search")


class Migration(migrations.Migration):
    dependencies = [("signatories", "0002_history_stays")]
    operations = [migrations.RunPython(create, remove)]
