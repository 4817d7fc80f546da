"""P and O: what a vetter finds in public, and how a vetter reached a person. Entered by hand, each with a date."""

from collections.abc import Iterable
from datetime import date
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.utils import timezone

from petition.models import User
from signatories import evidence
from signatories.models import Evidence, Signature
from signatories.reasons import Family

BY_HAND = {Family.RECORD, Family.OUT_OF_BAND}
# What says how somebody came to a page, and nothing about the page.
NOISE = {"fbclid", "gclid", "dclid", "msclkid", "mc_cid", "mc_eid", "igshid", "ref", "ref_src", "source", "si"}
PLATFORMS = {"github.com": "github", "orcid.org": "orcid"}


def account_of(url: str) -> str:
    """Return what a public page comes down to: the page, however it was reached; on GitHub and ORCID the account."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    first, _, rest = parts.path.strip("/").partition("/")
    if host in PLATFORMS and first and not rest:
        return f"{PLATFORMS[host]}:{first.upper() if host == 'orcid.org' else first.lower()}"
    said = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if not _is_noise(key)]
    query = f"?{urlencode(said)}" if said else ""
    return f"{host}{parts.path.rstrip('/') if not query else parts.path}{query}"


def _is_noise(key: str) -> bool:
    return key.lower() in NOISE or key.lower().startswith("utm_")


def record(
    signature: Signature,
    *,
    by: User,
    url: str,
    claims: Iterable[str],
    dated: date | None = None,
    note: str = "",
    supports: bool = True,
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
    """
    published = signature.version.published_at
    before = dated is None or published is None or dated <= published.date()
    return [
        evidence.record(
            signature,
            family=Family.RECORD,
            claim=claim,
            account=account_of(url),
            result=supports,
            public_before=before,
            url=url,
            details={"dated": dated.isoformat()} if dated else {},
            note=note,
            by=by,
        )
        for claim in claims
    ]


def contact(signature: Signature, *, by: User, how: str, on: date, note: str = "", supports: bool = True) -> Evidence:
    """Write down that a vetter reached the person through an address that the signer did not supply (O).

    Args:
        signature: whose.
        by: the vetter.
        how: through what, such as “the switchboard of the hospital”; the same way again renews the row.
        on: the day of it.
        note: for the team.
        supports: False keeps that the person said otherwise.
    """
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


def strike(row: Evidence, *, by: User) -> None:
    """Note that something entered by hand does not stand any more; what was decided on it keeps what it rested on."""
    Evidence.objects.filter(pk=row.pk, family__in=BY_HAND).update(
        result=False, checked_by=by, checked_at=timezone.now()
    )
