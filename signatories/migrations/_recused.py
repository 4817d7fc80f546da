"""Who has recused themselves decides nothing: the database's own rule, in two migrations that make it."""

# Who has recused themselves decides nothing about that signature any more, whoever asks and by whatever way; undoing
# ("back") moves nothing onto the letter and stays possible.
RECUSED = """
EXISTS (SELECT 1 FROM signatories_recusal r WHERE r.signature_id = NEW.signature_id
        AND (r.vetter_id = NEW.vetter_id OR r.vetter_id = NEW.second_vetter_id))
"""
CREATE = {
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
DROP = {
    "postgresql": [
        "DROP TRIGGER decision_by_the_recused ON signatories_decision",
        "DROP FUNCTION decision_by_the_recused()",
    ],
    "sqlite": ["DROP TRIGGER decision_by_the_recused"],
}


def create(apps, schema_editor):
    for statement in CREATE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    for statement in DROP[schema_editor.connection.vendor]:
        schema_editor.execute(statement)
