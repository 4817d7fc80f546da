"""What was checked about a signature: one row a signal, written once however often a collector runs."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from petition.models import User
from petition.text import sha256
from signatories import outbox
from signatories.levels import Signal
from signatories.models import Evidence, Signature

KEPT = timedelta(days=90)  # details stay this long after the letter closes; the family, claim and date stay longer


def record(
    signature: Signature,
    *,
    family: str,
    claim: str,
    account: str,
    result: bool = True,
    public_before: bool = False,
    url: str = "",
    details: dict[str, Any] | None = None,
    note: str = "",
    by: User | None = None,
    checked_at: datetime | None = None,
) -> Evidence:
    """Write down one signal; the same signal found again renews its row.

    Args:
        signature: whose.
        family: one of `reasons.Family`.
        claim: one of `Evidence.Claim`.
        account: what it comes down to (`host:example.org`, `orcid:0000-…`, `github:17`, a URL): two signals of one
            account count once.
        result: whether it supports the claim; False keeps that it was looked for and is not so.
        public_before: whether it is tied to an identity that was public before the signature.
        url: where it can be looked up.
        details: what the vetter should see of it.
        note: the vetter's own words.
        by: the member of the team who found it, or None for a task.
        checked_at: when it was looked up; default: now.
    """
    found, _ = Evidence.objects.update_or_create(
        signature=signature,
        family=family,
        claim=claim,
        account=account[:300],
        defaults={
            "result": result,
            "public_before": public_before,
            "url": url,
            "details": details or {},
            "note": note,
            "checked_by": by,
            "checked_at": checked_at or timezone.now(),
        },
    )
    return found


def lock(signature: Signature) -> str:
    """Lock a signature until the transaction ends, and return its status, whatever it was when it was read.

    So nothing is kept about somebody who leaves in this very moment.
    """
    return str(Signature.objects.select_for_update().get(pk=signature.pk).status)


def stands_behind_another(signature: Signature, account: str) -> bool:
    """Whether another signature on the letter rests on the same account, which is one person's.

    Call it in a transaction: until that ends nobody else is told about this account.
    """
    outbox.lock(sha256(f"{signature.letter_id}:{account}"))
    identity = {"claim": Evidence.Claim.IDENTITY, "result": True}
    others = Evidence.objects.filter(letter=signature.letter_id, account=account[:300], **identity)
    return others.exclude(signature=signature).exists()


def signals(signature: Signature) -> list[Signal]:
    """Return what supports a claim of a signature, as `levels` reads it."""
    rows = Evidence.objects.filter(signature=signature, result=True)
    return [Signal(one.family, one.claim, one.account, one.public_before) for one in rows]
