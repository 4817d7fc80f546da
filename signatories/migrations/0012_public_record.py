"""What the public record needs of the history: whose letter it is, whether readers saw the name, and two indexes.

Rows from before get it from their signature. Whoever has withdrawn since is taken to have been named: withdrawing
blanked that, and no name is ever shown for them.
"""

import django.db.models.deletion
from django.db import migrations, models

from petition.immutable import protect

FILL = """
UPDATE signatories_signatureevent SET letter_id = s.letter_id,
  stood = (was = 'listed' AND (s.publish OR s.status = 'withdrawn')),
  stands = (now = 'listed' AND (s.publish OR s.status = 'withdrawn'))
FROM signatories_signature AS s WHERE s.id = signatories_signatureevent.signature_id
"""
EVENT = "signatureevent"
guard = protect("signatories_signatureevent", message="history is never changed or deleted")


class Migration(migrations.Migration):

    dependencies = [
        ('petition', '0006_delivery'),
        ('signatories', '0011_vouching'),
    ]

    operations = [
        migrations.RunPython(guard.reverse_code, guard.code),
        migrations.AddField(
            EVENT,
            "letter",
            models.ForeignKey(
                null=True,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="petition.letter",
            ),
        ),
        migrations.AddField(EVENT, "stood", models.BooleanField(null=True)),
        migrations.AddField(EVENT, "stands", models.BooleanField(null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            EVENT,
            "letter",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="petition.letter",
            ),
        ),
        migrations.AlterField(
            EVENT,
            "stood",
            models.BooleanField(help_text="whether the name stood on the public list before it"),
        ),
        migrations.AlterField(
            EVENT,
            "stands",
            models.BooleanField(help_text="whether the name stands on the public list after it"),
        ),
        migrations.AddIndex(
            EVENT,
            models.Index(
                fields=["letter", "-at", "-id"],
                condition=models.Q(stood=True) | models.Q(stands=True),
                name="signature_event_public",
            ),
        ),
        migrations.AddIndex(
            EVENT,
            models.Index(
                fields=["letter", "at"],
                condition=models.Q(stood=True, stands=False),
                name="signature_event_off",
            ),
        ),
        guard,
    ]
