from django.db import migrations, models

from petition.indexing import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("signatories", "0031_vacuumed_often")]

    operations = [
        AddIndexBeside(
            model_name="proof",
            index=models.Index(
                condition=models.Q(("kind", "mailbox"), ("state", "found")), fields=["data"], name="proof_mailbox"
            ),
        ),
        migrations.AlterField(
            model_name="proof",
            name="data",
            field=models.TextField(
                blank=True, help_text="an SSH signature, or the keyed hash of a mailbox", max_length=10_000
            ),
        ),
    ]
