"""What the public record needs of the history: whose letter it is, whether the signer was named, and an index.

Rows from before get both from their signature. Whoever has withdrawn since is taken to have been named: withdrawing
blanked that, and no name is ever shown for them.
"""

import django.db.models.deletion
from django.db import migrations, models

from petition.immutable import protect

FILL = """
UPDATE signatories_signatureevent SET letter_id = s.letter_id, named = (s.publish OR s.status = 'withdrawn')
FROM signatories_signature AS s WHERE s.id = signatories_signatureevent.signature_id
"""
EVENT = "signatureevent"
guard = protect("signatories_signatureevent", message="history is never changed or deleted")


class Migration(migrations.Migration):

    dependencies = [
        ("petition", "0003_publishing_switches"),
        ("signatories", "0004_checking"),
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
        migrations.AddField(EVENT, "named", models.BooleanField(null=True)),
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
            "named",
            models.BooleanField(help_text="whether the signer had agreed to be named when it happened"),
        ),
        migrations.AddIndex(
            EVENT,
            models.Index(
                fields=["letter", "-at", "-id"],
                condition=models.Q(named=True) & (models.Q(was="listed") | models.Q(now="listed")),
                name="signature_event_public",
            ),
        ),
        migrations.AddIndex(
            EVENT,
            models.Index(
                fields=["letter", "at"],
                condition=models.Q(named=True) & models.Q(was="listed") & ~models.Q(now="listed"),
                name="signature_event_off",
            ),
        ),
        guard,
    ]
