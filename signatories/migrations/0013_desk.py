"""What the desk needs beside the rows of checking: decisions that wait, and rules that the database keeps itself."""

from django.conf import settings
from django.db import migrations, models

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


def forwards(apps, schema_editor):
    for statement in CREATE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def backwards(apps, schema_editor):
    for statement in DROP[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('petition', '0006_delivery'),
        ('signatories', '0012_public_record'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='decision',
            name='decision_level_4_by_two',
        ),
        migrations.RemoveIndex(
            model_name='signature',
            name='signature_waiting',
        ),
        migrations.AddField(
            model_name='decision',
            name='answer_url',
            field=models.URLField(blank=True, help_text='a page that the signer named', max_length=300),
        ),
        migrations.AddField(
            model_name='signature',
            name='ready_at',
            field=models.DateTimeField(help_text='to be listed since then, and waits for publishing', null=True),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(condition=models.Q(('answered_at__isnull', True), ('outcome', 'ask')), fields=['at'], name='decision_open_question'),
        ),
        migrations.AddIndex(
            model_name='signature',
            index=models.Index(condition=models.Q(('ready_at__isnull', True), ('status__in', ('confirmed', 'held'))), fields=['letter', '-risk', 'id'], name='signature_waiting'),
        ),
        migrations.AddIndex(
            model_name='signature',
            index=models.Index(condition=models.Q(('ready_at__isnull', True), ('status__in', ('confirmed', 'held'))), fields=['letter', 'id'], name='signature_oldest'),
        ),
        migrations.AddIndex(
            model_name='signature',
            index=models.Index(condition=models.Q(('ready_at__isnull', True), ('status__in', ('confirmed', 'held'))), fields=['letter', 'host'], name='signature_by_host'),
        ),
        migrations.AddIndex(
            model_name='signature',
            index=models.Index(condition=models.Q(('ready_at__isnull', True), ('status__in', ('confirmed', 'held'))), fields=['letter', 'organisation_key'], name='signature_by_organisation'),
        ),
        migrations.AddIndex(
            model_name='signature',
            index=models.Index(condition=models.Q(('ready_at__isnull', False)), fields=['letter', 'ready_at'], name='signature_ready'),
        ),
        migrations.AddIndex(
            model_name='signature',
            index=models.Index(condition=models.Q(('status__in', ('confirmed', 'held', 'asked', 'declined', 'listed', 'hidden'))), fields=['letter', 'sort_key'], name='signature_name'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('level', 4), ('outcome__in', ['list', 'ready']), ('second_vetter', None), _negated=True), name='decision_level_4_by_two'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('acquainted', True), ('outcome__in', ['list', 'ready']), ('second_vetter', None), _negated=True), name='decision_on_an_acquaintance_by_two'),
        ),
        migrations.RunPython(forwards, backwards),
    ]
