"""P and O: what a vetter finds in public, and how a vetter reached a person. Entered by hand, each with a date."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from petition.models import User
from petition.moves import LostRace, NotAllowed
from signatories import evidence
from signatories.evidence import changing, hosts
from signatories.models import Evidence, Signature
from signatories.reasons import Family

BY_HAND = {Family.RECORD, Family.OUT_OF_BAND}


@transaction.atomic
def record(
    signature: Signature,
    *,
    by: User,
    url: str,
    claims: Iterable[str],
    dated: date | None = None,
    note: str = "",
    supports: bool = True,
    line: str = "",
) -> list[Evidence]:
    """Write down a public record (P) that a vetter found.

    Args:
        signature: whose.
        by: the vetter.
        url: where it can be seen.
        claims: what it speaks for, `identity` and `affiliation`.
        dated: the day of the record; a record younger than the text that was signed was not public before it.
        note: for the team.
        supports: False keeps that it says otherwise.
        line: `changing.seen` of the line that the vetter was shown; empty: whatever it is.

    Raises:
        LostRace: the line is another one by now.
        NotAllowed: nobody is behind this signature any more.
    """
    _hold(signature, line)
    published = signature.version.published_at
    before = dated is None or published is None or dated <= published.date()
    return [
        evidence.record(
            signature,
            family=Family.RECORD,
            claim=claim,
            account=hosts.account_of(url),
            result=supports,
            public_before=before,
            url=url,
            details={"dated": dated.isoformat()} if dated else {},
            note=note,
            by=by,
        )
        for claim in claims
    ]


@transaction.atomic
def contact(
    signature: Signature, *, by: User, how: str, on: date, note: str = "", supports: bool = True, line: str = ""
) -> Evidence:
    """Write down that a vetter reached the person through an address that the signer did not supply (O).

    Args:
        signature: whose.
        by: the vetter.
        how: through what, such as “the switchboard of the hospital”; the same way again renews the row.
        on: the day of it.
        note: for the team.
        supports: False keeps that the person said otherwise.
        line: as for `record`.

    Raises:
        LostRace: the line is another one by now.
        NotAllowed: nobody is behind this signature any more.
    """
    _hold(signature, line)
    return evidence.record(
        signature,
        family=Family.OUT_OF_BAND,
        claim=Evidence.Claim.IDENTITY,
        account=f"contact:{how.casefold()}"[:300],
        result=supports,
        details={"how": how, "on": on.isoformat()},
        note=note,
        by=by,
    )


def _hold(signature: Signature, line: str) -> None:
    """Lock a signature; refuse what was found about somebody who has left, or about a line that was corrected since."""
    now = Signature.objects.select_for_update().get(pk=signature.pk)
    if now.status in {Signature.Status.WITHDRAWN, Signature.Status.EXPIRED}:
        raise NotAllowed(_("There is no signature any more."))
    if line and line != changing.seen(now):
        raise LostRace(_("The line was corrected while you had it open. Please see whether this is about the new one."))


def strike(row: Evidence, *, by: User) -> None:
    """Note that something entered by hand does not stand any more; what was decided on it keeps what it rested on."""
    Evidence.objects.filter(pk=row.pk, family__in=BY_HAND).update(
        result=False, checked_by=by, checked_at=timezone.now()
    )
