"""What is unique is unique within a letter, and what is looked for on a letter is found by an index that begins with it."""

from django.db import migrations, models
from django.db.models import Q, UniqueConstraint

from petition.indexing import AddIndexBeside, AddUniqueBeside

UNIQUE = {
    "evidence": UniqueConstraint(
        fields=("letter", "signature", "family", "claim", "account"), name="evidence_one_signal"
    ),
    "flag": UniqueConstraint(fields=("letter", "signature", "kind"), name="flag_one_of_a_kind"),
    "mail": UniqueConstraint(fields=("letter", "key"), name="mail_once"),
    "proof": UniqueConstraint(fields=("letter", "signature", "kind", "value"), name="proof_one_of_a_thing"),
}
INDEXED = {
    "decision": models.Index(fields=["letter", "at"], name="decision_of_letter"),
    "evidence": models.Index(
        fields=["letter", "account"], condition=Q(("claim", "identity"), ("result", True)), name="evidence_identity"
    ),
    "flag": models.Index(
        fields=["letter", "raised_at"],
        condition=Q(("kind__in", ["impostor", "watch_name"])),
        name="flag_on_watchlist",
    ),
    "origin": models.Index(fields=["letter", "network", "at"], name="origin_by_network"),
    "proof": models.Index(
        fields=["letter", "data"], condition=Q(("kind", "mailbox"), ("state", "found")), name="proof_of_mailbox"
    ),
}


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("signatories", "0034_letters_of_rows")]

    operations = [
        *(AddUniqueBeside(model_name=model, constraint=constraint) for model, constraint in UNIQUE.items()),
        *(AddIndexBeside(model_name=model, index=index) for model, index in INDEXED.items()),
        migrations.RemoveConstraint(model_name="evidence", name="evidence_once"),
        migrations.RemoveConstraint(model_name="flag", name="flag_kind_once"),
        migrations.RemoveConstraint(model_name="proof", name="proof_once"),
        migrations.AlterField(
            model_name="mail",
            name="key",
            field=models.CharField(help_text="what makes it one mail and not two", max_length=120),
        ),
        migrations.RemoveIndex(model_name="evidence", name="evidence_account"),
        migrations.RemoveIndex(model_name="flag", name="flag_watched"),
        migrations.RemoveIndex(model_name="origin", name="origin_network"),
        migrations.RemoveIndex(model_name="proof", name="proof_mailbox"),
    ]
