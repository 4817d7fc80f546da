"""Each row that hangs on a signature knows its letter, so that tables can be divided by letter (docs/scaling.md).

The release before goes on meanwhile and inserts rows without it: on PostgreSQL the database fills it in. Those triggers
may go with the release after this one.
"""

import django.db.models.deletion
from django.db import migrations, models

from petition.immutable import keep, protect
from signatories.migrations import _rules

KEYS = dict.fromkeys(["claimlock", "origin", "setback", "vouchcode"], "signature_id")  # of all others: id
AT_ONCE = 5_000
NEXT = "SELECT {key} FROM {table} WHERE {after} ORDER BY {key} LIMIT 1 OFFSET %s"
FILL = "UPDATE {table} SET letter_id = {letter} WHERE {after} AND {up_to} AND letter_id IS NULL"
MESSAGE = "consents are never changed or deleted"


def fill(apps, schema_editor):
    """Fill the rows that are there, some thousands at a time, so that nobody waits long for one of them."""
    with schema_editor.connection.cursor() as cursor:
        for model in _rules.ABOUT:
            table, key = f"signatories_{model}", KEYS.get(model, "id")
            names = {"table": table, "key": key, "letter": _rules.letter(model, table), "after": "1 = 1"}
            last, through = [], False
            while not through:
                cursor.execute(NEXT.format(**names), [*last, AT_ONCE - 1])
                up_to = list(cursor.fetchone() or [])
                through = not up_to  # fewer are left
                cursor.execute(FILL.format(**names, up_to=f"{key} <= %s" if up_to else "1 = 1"), [*last, *up_to])
                names["after"], last = f"{key} > %s", up_to


def check(apps, schema_editor):
    """Read each table once, beside whoever writes; what is required afterwards is known to be there."""
    if schema_editor.connection.vendor == "postgresql":
        for model in _rules.ABOUT:
            table = f"signatories_{model}"
            schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {table}_letter")
            there = f"ADD CONSTRAINT {table}_letter CHECK (letter_id IS NOT NULL) NOT VALID"
            schema_editor.execute(f"ALTER TABLE {table} {there}")
            schema_editor.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {table}_letter")


def checked(apps, schema_editor):
    """The column is required by now."""
    if schema_editor.connection.vendor == "postgresql":
        for model in _rules.ABOUT:
            schema_editor.execute(f"ALTER TABLE signatories_{model} DROP CONSTRAINT IF EXISTS signatories_{model}_letter")


def made_anew(apps, schema_editor):
    """On SQLite the table of decisions was made anew, without the trigger that it had."""
    if schema_editor.connection.vendor == "sqlite":
        _rules.refuse_the_recused(apps, schema_editor)


class AddOnce(migrations.AddField):
    """Add a column, unless a migration that was broken off has added it: filling takes long, and is begun again."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        connection, model = schema_editor.connection, to_state.apps.get_model(app_label, self.model_name)
        with connection.cursor() as cursor:
            columns = connection.introspection.get_table_description(cursor, model._meta.db_table)
        if model._meta.get_field(self.name).column not in {column.name for column in columns}:
            super().database_forwards(app_label, schema_editor, from_state, to_state)


def reference(**options):
    return models.ForeignKey(
        db_index=False,
        editable=False,
        related_name="+",
        to="petition.letter",
        **({"db_constraint": False, "on_delete": django.db.models.deletion.DO_NOTHING} | options),
    )


OF_MAIL = {
    "db_constraint": True,
    "on_delete": django.db.models.deletion.CASCADE,
    "help_text": "whose turn it is",
}


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("petition", "0011_names_unsearchable"), ("signatories", "0033_evidence_account")]

    operations = [
        *(
            AddOnce(model_name=model, name="letter", field=reference(null=True))
            for model in _rules.ABOUT
            if model != "mail"
        ),
        migrations.RunPython(_rules.fill_in, _rules.leave_empty),
        protect("signatories_consent", message=MESSAGE, when="OLD.letter_id IS NOT NULL"),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(check, migrations.RunPython.noop),
        *(
            migrations.AlterField(
                model_name=model, name="letter", field=reference(**(OF_MAIL if model == "mail" else {}))
            )
            for model in _rules.ABOUT
        ),
        migrations.RunPython(checked, migrations.RunPython.noop),
        protect("signatories_consent", message=MESSAGE),
        keep("signatories_decision", columns=_rules.DECIDED, message="what was decided is never changed or deleted"),
        migrations.RunPython(made_anew, migrations.RunPython.noop),
    ]
