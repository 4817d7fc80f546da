from django.db import migrations, models

from petition.indexing import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("signatories", "0032_proof_mailbox")]

    operations = [
        AddIndexBeside(
            model_name="evidence",
            index=models.Index(
                condition=models.Q(("claim", "identity"), ("result", True)), fields=["account"], name="evidence_account"
            ),
        ),
    ]
