"""The clock finds letters that moved by the letter in the history, and bursts by when they were marked."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from petition.indexing import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("signatories", "0035_keys_by_letter")]

    operations = [
        migrations.AlterField(
            model_name="signatureevent",
            name="letter",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="signature_events",
                to="petition.letter",
            ),
        ),
        *(
            AddIndexBeside(
                model_name="flag",
                index=models.Index(fields=[f"{what}_at"], condition=Q(("kind", "burst")), name=f"flag_burst_{what}"),
            )
            for what in ("raised", "released")
        ),
    ]
