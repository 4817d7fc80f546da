"""The database itself refuses to change the history of a signature."""

from django.db import migrations

from petition.immutable import protect


class Migration(migrations.Migration):
    dependencies = [("signatories", "0001_initial"), ("petition", "0002_published_stays")]
    operations = [protect("signatories_signatureevent", message="history is never changed or deleted")]
