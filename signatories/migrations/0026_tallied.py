from django.db import migrations, models

from petition.indexing import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("signatories", "0025_tokens_and_webhooks")]

    operations = [
        AddIndexBeside(
            model_name="signature",
            index=models.Index(
                condition=models.Q(("status", "listed")),
                fields=["letter", "publish", "organisation", "level", "discipline", "country", "version"],
                name="signature_tallied",
            ),
        ),
    ]
