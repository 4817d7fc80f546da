"""What is migrated since the last release: the release that still runs goes on meanwhile, and nobody waits for long.

docs/operate.md migrates first and restarts afterwards. So the old code meets the new tables: what it reads must still
be there, what it inserts must be accepted, and no long table may be locked while it is rewritten or indexed.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import NOT_PROVIDED

from petition.indexing import AddUniqueBeside

pytestmark = pytest.mark.django_db  # nothing is asked of it, but each database has types of its own
RELEASES = tomllib.loads((Path(__file__).parent / "releases/releases.toml").read_text())
OURS = ("petition", "signatories")
# Tables with a row or more for each signature.
LONG = {
    *("signatories.signature", "signatories.signatureevent", "signatories.mail", "signatories.signatory"),
    *("signatories.evidence", "signatories.decision", "signatories.origin", "signatories.flag", "signatories.knock"),
}
ALLOWED = {
    "signatories.0016_mail_that_comes_back: signatories.mail is locked while an index is made": "of failed mails only",
    "signatories.0020_open_bursts: signatories.flag is locked while an index is made": "of open bursts only",
    "signatories.0024_turns: signatories.mail is locked while an index is made": "of owed mails only",
    "signatories.0024_turns: RunSQL": "of owed mails only",
    "signatories.0031_vacuumed_often: RunPython": "settings for the vacuum, made beside whoever writes",
    "signatories.0027_lean_indexes: RunPython": "an index is dropped beside whoever writes",
    "signatories.0017_export_finished: RunPython": "one UPDATE of the table of exports, which is short",
    "signatories.0034_letters_of_rows: RunPython": "filled by thousands, and checked beside whoever writes",
    **{
        f"signatories.0034_letters_of_rows: signatories.{model} has to be read for what is empty": "it has been checked"
        for model in (
            *("batchitem", "claimlock", "decision", "evidence", "flag", "mail", "origin", "proof", "reaffirmation"),
            *("recusal", "setback", "vouch", "vouchcode"),
        )
    },
}


def problem(operation: Operation, app: str, state: ProjectState) -> str:
    """Say what an operation does to a release that still runs, or nothing."""
    model = getattr(operation, "model_name", "") or getattr(operation, "name", "")
    table = f"{app}.{str(model).lower()}"
    if isinstance(operation, migrations.RunPython):
        return "" if operation.code.__qualname__.startswith(("protect.", "keep.", "keep_whole.")) else "RunPython"
    if isinstance(operation, migrations.RunSQL | migrations.SeparateDatabaseAndState):
        return type(operation).__name__
    gone = migrations.RemoveField | migrations.RenameField | migrations.DeleteModel | migrations.RenameModel
    if isinstance(operation, gone | migrations.AlterModelTable):
        return f"{table} loses what the running release still asks for"
    if table not in {".".join(key) for key in state.models}:
        return ""
    if isinstance(operation, migrations.AddField):
        return _added(operation.field, table)
    if isinstance(operation, migrations.AlterField):
        return _altered(state.models[app, str(model).lower()].fields[operation.name], operation.field, table)
    if table in LONG and isinstance(operation, migrations.AddIndex) and not isinstance(operation, AddIndexConcurrently):
        return f"{table} is locked while an index is made"
    if table in LONG and isinstance(operation, migrations.AddConstraint):
        return (
            ""
            if isinstance(operation, AddConstraintNotValid | AddUniqueBeside)
            else f"{table} is locked while it is checked"
        )
    return ""


def _added(field: Any, table: str) -> str:
    if not (field.many_to_many or field.null or field.db_default is not NOT_PROVIDED):
        return f"the running release inserts into {table} without it: null=True or db_default"
    indexed = field.db_index or field.unique
    return f"{table} is locked while an index is made" if table in LONG and indexed else ""


def _altered(was: Any, now: Any, table: str) -> str:
    types = [field.clone().db_parameters(connection)["type"] for field in (was, now) if not field.is_relation]
    if len(set(types)) > 1 and table in LONG:
        return f"{table} is rewritten"
    return f"{table} has to be read for what is empty" if was.null and not now.null else ""


def single() -> MigrationLoader:
    """The migrations by which a database goes on that began before there was one for all of them."""
    loader = MigrationLoader(None, replace_migrations=False)
    for key, migration in loader.replacements.items():
        loader.graph.remove_replacement_node(key, migration.replaces)
    return loader


def found(loader: MigrationLoader, release: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the migrations of ours that came after a release."""
    leaves = [*release["migrations"].items()]
    old = {node for leaf in leaves for node in loader.graph.forwards_plan(leaf)}
    state = loader.project_state(leaves)
    released = state.clone()
    plan = dict.fromkeys(
        node for leaf in loader.graph.leaf_nodes() for node in loader.graph.forwards_plan(leaf) if node not in old
    )
    for app, name in plan:
        for operation in loader.get_migration(app, name).operations:
            if app in OURS and (said := problem(operation, app, _both(released, state))):
                yield f"{app}.{name}: {said}"
            operation.state_forwards(app, state)


def _both(released: ProjectState, state: ProjectState) -> ProjectState:
    """The tables that the release had, as they are by now: whoever made a table since may do with it as he likes."""
    now = state.clone()
    for key in set(now.models) - set(released.models):
        del now.models[key]
    return now


def test_what_is_migrated_since_the_last_release_lets_it_go_on():
    wrong = [*found(single(), [*RELEASES.values()][-1])]
    assert not set(wrong) - set(ALLOWED), "see the top of this file"
    assert not set(ALLOWED) - set(wrong), "this is not needed any more"


def test_the_migrations_of_each_release_are_there():
    loader = single()
    for version, release in RELEASES.items():
        assert (Path(__file__).parent / "releases" / f"{version}.py").exists()
        assert not set(release["migrations"].items()) - set(loader.graph.nodes)


PLAIN, LETTER_KEY = models.TextField(default=""), models.ForeignKey("petition.Letter", models.CASCADE, null=True)


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        (migrations.AddField("signature", "motto", PLAIN), "inserts into"),
        (migrations.AddField("signature", "motto", models.TextField(null=True)), ""),
        (migrations.AddField("signature", "motto", models.TextField(db_default="")), ""),
        (migrations.AddField("signature", "second", LETTER_KEY), "an index"),
        (migrations.AddField("export", "second", LETTER_KEY), ""),
        (migrations.AlterField("signature", "level", models.BigIntegerField()), "rewritten"),
        (migrations.AlterField("signature", "checked_at", models.DateTimeField()), "read for what is empty"),
        (migrations.AlterField("signature", "status", models.CharField(max_length=10, choices=[])), ""),
        (migrations.RemoveField("signature", "level"), "loses"),
        (migrations.RenameField("signature", "level", "rung"), "loses"),
        (migrations.DeleteModel("export"), "loses"),
        (migrations.AddIndex("mail", models.Index(fields=["to"], name="x")), "an index"),
        (AddIndexConcurrently("mail", models.Index(fields=["to"], name="x")), ""),
        (migrations.AddConstraint("mail", models.CheckConstraint(condition=models.Q(), name="x")), "checked"),
        (migrations.RunPython(lambda apps, editor: None), "RunPython"),
        (migrations.RunSQL("SELECT 1"), "RunSQL"),
        (migrations.CreateModel("motto", [("id", models.BigAutoField(primary_key=True))]), ""),
    ],
)
def test_what_would_stop_a_release_that_runs_is_noticed(operation, said):
    state = MigrationLoader(None).project_state()
    wrong = problem(operation, "signatories", state)
    assert said in wrong
    assert bool(said) == bool(wrong)
