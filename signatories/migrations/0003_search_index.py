"""Search inside names at any length of the list: a trigram index, where PostgreSQL lets us have one."""

from django.db import migrations

from signatories.migrations import _rules


class Migration(migrations.Migration):
    dependencies = [("signatories", "0002_history_stays")]
    operations = [migrations.RunPython(_rules.index_search, _rules.drop_search)]
