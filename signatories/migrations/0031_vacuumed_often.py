from django.db import migrations

# What many rows of are changed within minutes: a signature five times until it is listed, a mail three times until it
# is sent. By default PostgreSQL clears away and takes statistics after a tenth and a fifth of a table has changed,
# which with a million rows is long after a crowd has come and gone
# (https://www.postgresql.org/docs/current/runtime-config-autovacuum.html).
TABLES = ("signature", "mail", "knock", "origin", "limit")
OFTEN = "autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02"


def often(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(f"ALTER TABLE signatories_{table} SET ({OFTEN})")


def seldom(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            names = ", ".join(one.split(" = ")[0] for one in OFTEN.split(", "))
            schema_editor.execute(f"ALTER TABLE signatories_{table} RESET ({names})")


class Migration(migrations.Migration):
    dependencies = [("signatories", "0030_origin_device_at")]
    operations = [migrations.RunPython(often, seldom)]
