"""Triggers with which the database itself refuses to change or delete a row, whoever asks and by whatever way."""

from typing import Any

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END $$
"""
TRIGGER = {
    "postgresql": "CREATE TRIGGER {name}_{verb} BEFORE {verb} ON {table} FOR EACH ROW "
    "WHEN ({when}) EXECUTE FUNCTION {name}()",
    "sqlite": "CREATE TRIGGER {name}_{verb} BEFORE {verb} ON {table} FOR EACH ROW "
    "WHEN {when} BEGIN SELECT RAISE(ABORT, '{message}'); END",
}
TRUNCATE = "CREATE TRIGGER {name}_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
DROP = {
    "postgresql": "DROP TRIGGER IF EXISTS {name}_{verb} ON {table}",
    "sqlite": "DROP TRIGGER IF EXISTS {name}_{verb}",
}


def protect(table: str, *, message: str, when: str = "1 = 1") -> migrations.RunPython:
    """Return a migration step that makes rows of a table immutable.

    On SQLite Django makes a table anew for most changes of its columns, and its triggers are gone with the old one:
    such a migration ends with this step once more. Where the triggers are still there it changes nothing.

    Args:
        table: its name in the database.
        message: what the database answers.
        when: SQL about the OLD row; only rows for which it holds are immutable.
    """
    names = {"name": f"{table}_is_immutable", "table": table, "when": when, "message": message}

    def forwards(apps: Any, schema_editor: Any) -> None:
        vendor = schema_editor.connection.vendor
        if vendor == "postgresql":
            schema_editor.execute(FUNCTION.format(**names))
        for verb in ("update", "delete"):
            schema_editor.execute(DROP[vendor].format(**names, verb=verb))
            schema_editor.execute(TRIGGER[vendor].format(**names, verb=verb))

    def backwards(apps: Any, schema_editor: Any) -> None:
        for verb in ("update", "delete"):
            schema_editor.execute(DROP[schema_editor.connection.vendor].format(**names, verb=verb))

    return migrations.RunPython(forwards, backwards)


CHANGED = {"postgresql": "OLD.{0} IS DISTINCT FROM NEW.{0}", "sqlite": "OLD.{0} IS NOT NEW.{0}"}


def keep(table: str, *, columns: tuple[str, ...], message: str) -> migrations.RunPython:
    """Return a migration step that lets no row of a table go and none of these columns change.

    The other columns stay free: what is personal in them is blanked when somebody's data are erased.

    Args:
        table: its name in the database.
        columns: what stays as it was written.
        message: what the database answers.
    """
    names = {"name": f"{table}_is_kept", "table": table, "message": message}

    def forwards(apps: Any, schema_editor: Any) -> None:
        vendor = schema_editor.connection.vendor
        changed = " OR ".join(CHANGED[vendor].format(column) for column in columns)
        if vendor == "postgresql":
            schema_editor.execute(FUNCTION.format(**names))
        for verb, when in (("update", changed), ("delete", "1 = 1")):
            schema_editor.execute(DROP[vendor].format(**names, verb=verb))
            schema_editor.execute(TRIGGER[vendor].format(**names, verb=verb, when=when))

    def backwards(apps: Any, schema_editor: Any) -> None:
        for verb in ("update", "delete"):
            schema_editor.execute(DROP[schema_editor.connection.vendor].format(**names, verb=verb))

    return migrations.RunPython(forwards, backwards)


def keep_whole(*tables: str) -> migrations.RunPython:
    """Return a migration step that refuses to empty tables by TRUNCATE, which asks no trigger of a row.

    SQLite has no TRUNCATE. The tests empty every table by it, so tests/conftest.py takes these triggers off.
    """

    def forwards(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        for table in tables:
            names = {"name": f"{table}_is_whole", "table": table, "message": "history is never emptied"}
            schema_editor.execute(FUNCTION.format(**names))
            schema_editor.execute(DROP["postgresql"].format(**names, verb="truncate"))
            schema_editor.execute(TRUNCATE.format(**names))

    def backwards(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            for table in tables:
                schema_editor.execute(DROP["postgresql"].format(name=f"{table}_is_whole", table=table, verb="truncate"))

    return migrations.RunPython(forwards, backwards)
