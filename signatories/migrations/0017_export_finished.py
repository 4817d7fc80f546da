"""An export knows whether it left as a whole; of those before, nobody can say otherwise."""

from django.db import migrations, models
from django.db.models import F


def whole(apps, schema_editor):
    apps.get_model("signatories", "Export").objects.update(finished_at=F("at"))


class Migration(migrations.Migration):
    dependencies = [("signatories", "0016_mail_that_comes_back")]
    operations = [
        migrations.AddField(
            model_name="export",
            name="finished_at",
            field=models.DateTimeField(null=True, help_text="when the last piece had left; empty where it broke off"),
        ),
        migrations.RunPython(whole, migrations.RunPython.noop),
    ]
