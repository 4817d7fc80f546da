"""The database itself refuses to change a published version or the history."""

from django.db import migrations

from petition.immutable import protect


class Migration(migrations.Migration):
    dependencies = [("petition", "0001_initial")]
    operations = [
        protect(
            "petition_version",
            when="OLD.published_at IS NOT NULL",
            message="a published version is never changed or deleted",
        ),
        protect("petition_letterevent", message="history is never changed or deleted"),
    ]
