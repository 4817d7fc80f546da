from django.db import migrations

from signatories.migrations import _rules


class Migration(migrations.Migration):
    dependencies = [("signatories", "0030_origin_device_at")]
    operations = [migrations.RunPython(_rules.often, _rules.seldom)]
