"""Indexes and constraints that are made on a long table while people sign."""

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.migrations import AddConstraint, AddIndex
from django.db.models import Model


def _is_whole(schema_editor: Any, model: type[Model]) -> bool:
    """Whether PostgreSQL indexes a table while others write: not where it is divided (`signatories.dividing`)."""
    if schema_editor.connection.vendor != "postgresql":
        return False
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT relkind <> 'p' FROM pg_class WHERE oid = %s::regclass", [model._meta.db_table])
        return bool(cursor.fetchone()[0])


class AddIndexBeside(AddIndexConcurrently):
    """A migration step that makes an index without locking its table; its migration is `atomic = False`.

    SQLite has one writer in any case, and PostgreSQL locks a table that is divided: both make it as usual.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Make it."""
        if _is_whole(schema_editor, from_state.apps.get_model(app_label, self.model_name)):
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        else:
            AddIndex.database_forwards(self, app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Take it away."""
        if _is_whole(schema_editor, from_state.apps.get_model(app_label, self.model_name)):
            super().database_backwards(app_label, schema_editor, from_state, to_state)
        else:
            AddIndex.database_backwards(self, app_label, schema_editor, from_state, to_state)


class AddUniqueBeside(AddConstraint):
    """A migration step that makes a unique constraint without locking its table; its migration is `atomic = False`.

    The index is made first, beside whoever writes, and becomes the constraint's
    (https://www.postgresql.org/docs/current/sql-altertable.html, ADD table_constraint_using_index).
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Make it."""
        model = to_state.apps.get_model(app_label, self.model_name)
        if not _is_whole(schema_editor, model):
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        quote = schema_editor.quote_name
        table, name = quote(model._meta.db_table), quote(self.constraint.name)
        fields: Any = self.constraint
        columns = ", ".join(quote(model._meta.get_field(field).column) for field in fields.fields)
        schema_editor.execute(
            f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}"
        )  # what was broken off may lie there
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        schema_editor.execute(f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON {table} ({columns})")
        schema_editor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE USING INDEX {name}")
