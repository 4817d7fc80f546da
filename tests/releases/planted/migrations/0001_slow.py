"""Take the table of signatures away for six seconds, as a rewritten column of a long table would."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("signatories", "0015_replies_and_milestones")]
    operations = [
        migrations.RunSQL("LOCK TABLE signatories_signature IN ACCESS EXCLUSIVE MODE"),
        migrations.RunSQL("SELECT pg_sleep(6)"),
    ]
