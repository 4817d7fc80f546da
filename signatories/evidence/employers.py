"""F: the public ORCID record of a signer who logged in there, read for what their employer itself put into it."""

import json
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from signatories.evidence import fetching, hosts, orcid
from signatories.evidence.outcome import Found, Refused, Words
from signatories.models import Evidence, Signature
from signatories.reasons import Family

MAX_RECORD = 8 * 1024 * 1024  # bytes; the record of somebody with some thousand papers


def check_record(signature: Signature, identifier: str) -> Found:
    """Look for an employment at the organisation that the signer typed, asserted by an institution.

    Args:
        signature: whose.
        identifier: the ORCID iD with which they logged in.

    Raises:
        Refused: the record holds no such line.
        Away: ORCID does not answer now.
    """
    record = _read(f"{settings.ORCID_API_URL}/{identifier}/record")
    account, began = f"orcid:{identifier.lower()}", orcid.began(record)
    published = signature.version.published_at
    old = bool(began and published and began < published)
    rows = Evidence.objects.filter(signature=signature, family=Family.FEDERATED, account=account)
    rows.update(public_before=old)  # only the record tells how old the iD is, the log-in does not
    jobs = [job for job in orcid.employments(record, today=timezone.now().date()) if job.by_institution]
    for job in jobs:
        if (job.current or signature.former) and hosts.is_typed(signature, name=job.organisation, ror=job.ror):
            return Found(
                Family.FEDERATED,
                Evidence.Claim.AFFILIATION,
                account,
                Words(
                    _("%(source)s says in your record that you belong to %(organisation)s."),
                    source=job.source or job.organisation,
                    organisation=job.organisation,
                ),
                public_before=old,
                url=f"{settings.ORCID_URL}/{identifier}",
                details={"organisation": job.organisation, "ror": job.ror, "source": job.source},
            )
    raise Refused(
        _(
            "Your iD is proven. Your record has no employment at the organisation you typed that the organisation "
            "itself added; what people add themselves does not count."
        )
    )


def _read(url: str) -> dict[str, Any]:
    answer = fetching.fetch(url, accept="application/json", most=MAX_RECORD)
    try:
        record = json.loads(answer.body)
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict):
        raise Refused(_("ORCID answered with something that is no record."))
    return record
