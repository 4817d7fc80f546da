from django.db import migrations, models

from petition.immutable import keep
from signatories.migrations import _rules


class Migration(migrations.Migration):
    dependencies = [("signatories", "0027_lean_indexes")]

    operations = [
        migrations.AddField(
            model_name="export",
            name="written",
            field=models.PositiveIntegerField(
                db_default=0, default=0, help_text="rows of a workbook that have left so far"
            ),
        ),
        keep("signatories_export", columns=_rules.TAKEN_OUT, message="what was taken out is never changed or deleted"),
    ]
