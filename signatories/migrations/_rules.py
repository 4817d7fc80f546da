"""What the database itself does and refuses, for more than one migration: each step, and the one that stands for all."""

from django.db import DatabaseError, transaction

# What nobody changes of a decision, and of an export.
DECIDED = ("signature_id", "letter_id", "level", "reason", "vetter_id", "second_vetter_id", "acquainted", "policy", "at")
TAKEN_OUT = ("letter_id", "actor_id", "audience", "format", "signatures", "at")

# Who has recused themselves decides nothing about that signature any more, whoever asks and by whatever way; undoing
# ("back") moves nothing onto the letter and stays possible.
RECUSED = """
EXISTS (SELECT 1 FROM signatories_recusal r WHERE r.signature_id = NEW.signature_id
        AND (r.vetter_id = NEW.vetter_id OR r.vetter_id = NEW.second_vetter_id))
"""
CREATE_RECUSED = {
    "postgresql": [
        f"""CREATE FUNCTION decision_by_the_recused() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN IF NEW.outcome <> 'back' AND {RECUSED} THEN
            RAISE EXCEPTION 'this vetter has recused themselves' USING ERRCODE = 'integrity_constraint_violation';
        END IF; RETURN NEW; END $$""",
        "CREATE TRIGGER decision_by_the_recused BEFORE INSERT ON signatories_decision FOR EACH ROW "
        "EXECUTE FUNCTION decision_by_the_recused()",
    ],
    "sqlite": [
        f"CREATE TRIGGER decision_by_the_recused BEFORE INSERT ON signatories_decision FOR EACH ROW "
        f"WHEN NEW.outcome <> 'back' AND {RECUSED} "
        "BEGIN SELECT RAISE(ABORT, 'this vetter has recused themselves'); END"
    ],
}
DROP_RECUSED = {
    "postgresql": [
        "DROP TRIGGER decision_by_the_recused ON signatories_decision",
        "DROP FUNCTION decision_by_the_recused()",
    ],
    "sqlite": ["DROP TRIGGER decision_by_the_recused"],
}


def refuse_the_recused(apps, schema_editor):
    for statement in CREATE_RECUSED[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def admit_the_recused(apps, schema_editor):
    for statement in DROP_RECUSED[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


SEARCH = """
CREATE INDEX signature_search ON signatories_signature USING gin (search gin_trgm_ops)
WHERE status = 'listed' AND publish
"""


def index_search(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(using=schema_editor.connection.alias):
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError:
        # The role may not create extensions, or contrib is not installed: the search still works, more slowly.
        return
    schema_editor.execute(SEARCH)


def drop_search(apps, schema_editor):
    schema_editor.execute("DROP INDEX IF EXISTS signature_search")


# What many rows of are changed within minutes: a signature five times until it is listed, a mail three times until it
# is sent. By default PostgreSQL clears away and takes statistics after a tenth and a fifth of a table has changed,
# which with a million rows is long after a crowd has come and gone
# (https://www.postgresql.org/docs/current/runtime-config-autovacuum.html).
TABLES = ("signature", "mail", "knock", "origin", "limit")
OFTEN = "autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02"


def often(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(f"ALTER TABLE signatories_{table} SET ({OFTEN})")


def seldom(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            names = ", ".join(one.split(" = ")[0] for one in OFTEN.split(", "))
            schema_editor.execute(f"ALTER TABLE signatories_{table} RESET ({names})")


# The models, and by which of its references a row of each finds its letter.
ABOUT = {
    "batchitem": ["batch"],
    "claimlock": ["signature"],
    "consent": ["signature"],
    "decision": ["signature"],
    "evidence": ["signature"],
    "flag": ["signature"],
    "mail": ["signature", "invitation"],
    "origin": ["signature"],
    "proof": ["signature"],
    "reaffirmation": ["signature"],
    "recusal": ["signature"],
    "setback": ["signature"],
    "vouch": ["signature"],
    "vouchcode": ["signature"],
    "webhookdelivery": ["webhook"],
}
FUNCTION = """
CREATE OR REPLACE FUNCTION {table}_letter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.letter_id := {letter}; RETURN NEW; END $$
"""
TRIGGER = """
CREATE TRIGGER {table}_letter BEFORE INSERT ON {table} FOR EACH ROW WHEN (NEW.letter_id IS NULL)
EXECUTE FUNCTION {table}_letter()
"""


def letter(model, row):
    """Return SQL for the letter of a row."""
    found = [f"(SELECT letter_id FROM signatories_{one} a WHERE a.id = {row}.{one}_id)" for one in ABOUT[model]]
    return f"coalesce({', '.join(found)})" if len(found) > 1 else found[0]


def fill_in(apps, schema_editor):
    """Let the database fill it in from now on."""
    if schema_editor.connection.vendor == "postgresql":
        for model in ABOUT:
            table = f"signatories_{model}"
            schema_editor.execute(FUNCTION.format(table=table, letter=letter(model, "NEW")))
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_letter ON {table}")
            schema_editor.execute(TRIGGER.format(table=table))


def leave_empty(apps, schema_editor):
    """Take that back."""
    if schema_editor.connection.vendor == "postgresql":
        for model in ABOUT:
            schema_editor.execute(f"DROP FUNCTION signatories_{model}_letter() CASCADE")
