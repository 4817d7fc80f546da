"""A forgotten signature begins again in the moment in which the mail about it goes out, and not before.

So a mailbox whose owner wants no mail stays forgotten, and the request that types it does what it does for any other.
"""

from typing import Any

from django.db import transaction

from petition import rows
from petition.moves import LostRace, move
from signatories import origins
from signatories.models import Mail, Origin, Signature

Status = Signature.Status


def details(signature: Signature, typed: dict[str, Any], origin: origins.From | None) -> dict[str, Any]:
    """Return what a mail has to know to begin a signature again.

    Args:
        signature: as it was typed just now.
        typed: a value for each name in `LINE`.
        origin: where it was typed.
    """
    anew = {"version": signature.version_id, "language": signature.language, "locale": signature.locale}
    if origin:
        anew |= {"network": origin.network, "device": origin.device}
    return {"typed": typed, "anew": anew}


def sign_anew(kept: Signature, fresh: Signature) -> Signature:
    """Start a forgotten signature again with what was typed now; codes of older mails are void.

    A mail to a mailbox at work stays, for its reader to stop all mail; what its code would prove is forgotten.
    """
    kept.mails.exclude(details__has_key="anew").exclude(kind=Mail.Kind.MAILBOX).delete()
    changes = {"address": fresh.address, "version_id": fresh.version_id, "created_at": fresh.created_at}
    changes |= {"host": fresh.host, "language": fresh.language, "locale": fresh.locale}
    move(kept, Status.PENDING, reason="signed_again", **changes, **fresh.written)
    return kept


@transaction.atomic
def begin(mail: Mail) -> None:
    """Start the signature again that this mail is about, if it is still forgotten."""
    kept = mail.signature
    assert kept is not None
    anew = mail.details["anew"]
    fresh = Signature(version_id=anew["version"], address=mail.to, created_at=mail.created_at)
    fresh.language, fresh.locale = anew["language"], anew.get("locale", "")
    fresh.write_line(mail.details["typed"])
    try:
        sign_anew(kept, fresh)
    except LostRace:  # it has begun by another way, such as an invitation; then this is just another wording
        kept.refresh_from_db()
        return
    if "network" in anew:
        rows.insert_if(True, Origin(signature=kept, network=anew["network"], device=anew["device"]))
    # The first mail of this life: the same line typed again is the same mail.
    mail.key, mail.details = f"{mail.kind}:{kept.pk}:", {}
    Mail.objects.filter(pk=mail.pk).update(key=mail.key, details={})
