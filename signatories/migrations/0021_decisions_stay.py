"""The database itself refuses to change or delete what was decided and taken out, and to empty any history.

The words of a decision are not among what stays: they are blanked when a person's data are erased.
"""

from django.db import migrations

from petition.immutable import keep, keep_whole
from signatories.migrations import _rules

DECIDED = ("signature_id", "level", "reason", "vetter_id", "second_vetter_id", "acquainted", "policy", "at")


class Migration(migrations.Migration):
    dependencies = [("signatories", "0020_open_bursts"), ("petition", "0008_team_history")]
    operations = [
        keep("signatories_decision", columns=DECIDED, message="what was decided is never changed or deleted"),
        keep("signatories_export", columns=_rules.TAKEN_OUT, message="what was taken out is never changed or deleted"),
        keep_whole(
            "signatories_signatureevent",
            "signatories_decision",
            "signatories_export",
            "petition_letterevent",
            "petition_version",
            "petition_delivery",
            "petition_deliverypart",
        ),
    ]
