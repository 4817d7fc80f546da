import django.db.models.deletion
from django.db import migrations, models

from petition.indexing import AddIndexBeside

# The key of a mail is looked up as a whole; nobody asks for its beginning, which is all that this index is for.
LIKE = "SELECT indexname FROM pg_indexes WHERE tablename = 'signatories_mail' AND indexname LIKE '%key%_like'"


def drop_like(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(LIKE)
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP INDEX CONCURRENTLY IF EXISTS "{name}"')


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("signatories", "0026_tallied")]

    operations = [
        AddIndexBeside(
            model_name="mail",
            index=models.Index(
                condition=models.Q(("invitation__isnull", False)), fields=["invitation"], name="mail_invited"
            ),
        ),
        AddIndexBeside(
            model_name="signature",
            index=models.Index(
                condition=models.Q(("signatory__isnull", False)), fields=["signatory"], name="signature_profile"
            ),
        ),
        migrations.AlterField(
            model_name="mail",
            name="invitation",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="mails",
                to="signatories.invitation",
            ),
        ),
        migrations.AlterField(
            model_name="signature",
            name="signatory",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="signatures",
                to="signatories.signatory",
            ),
        ),
        migrations.RemoveIndex(model_name="origin", name="origin_at"),
        migrations.RunPython(drop_like, migrations.RunPython.noop),
    ]
