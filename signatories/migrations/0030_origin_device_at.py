from django.db import migrations, models

from petition.indexing import AddIndexBeside


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("signatories", "0029_sectors")]

    operations = [
        AddIndexBeside(model_name="origin", index=models.Index(fields=["device", "at"], name="origin_device_at")),
        migrations.RemoveIndex(model_name="origin", name="origin_device"),
    ]
