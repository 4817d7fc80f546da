"""M: the confirmed mailbox is at an exact host of the organisation that is printed."""

from typing import Any

from django.utils.translation import override

from petition.lines import names_nobody
from signatories import evidence, organisations
from signatories.models import Evidence, OrganisationDomain, Signature
from signatories.reasons import Family

Kind = OrganisationDomain.Kind
MOST_NAMED = 5  # organisations that are listed in the details; a host of a ministry may stand for a hundred


def collect(signature: Signature) -> None:
    """Write down what the host of the mailbox says about the organisation after the name.

    It supports the affiliation where the exact host is one for staff of the organisation that the line can only mean,
    or one for alumni and the line says "former". A host that is known and supports nothing is written down too, with
    what was found, for the vetter. An unknown host leaves no row; one that was known before gets `result` False.

    Args:
        signature: one whose mailbox is confirmed; nothing is known about the others.
    """
    if signature.confirmed_at and signature.host:
        match(signature, signature.host)


def match(signature: Signature, host: str) -> bool:
    """Write down what a mailbox at this host says, as `collect` does, and whether it supports the line.

    Args:
        signature: whose.
        host: of a mailbox that was proven: the one that signed, or one at work.
    """
    if organisations.is_free_mail(host):
        return False
    account = f"host:{host}"
    rows = organisations.by_host(host)
    if not rows:
        _forget(signature, account)
        return False
    result, details = _judge(signature, host, rows)
    evidence.record(
        signature,
        family=Family.MAILBOX,
        claim=Evidence.Claim.AFFILIATION,
        account=account,
        result=result,
        details=details,
    )
    return result


def _judge(signature: Signature, host: str, rows: list[OrganisationDomain]) -> tuple[bool, dict[str, Any]]:
    meant = {one.pk for one in organisations.meant_by(signature.organisation)}
    of_them = [row for row in rows if row.organisation_id in meant]
    supports = [row for row in of_them if _is_enough(row, former=signature.former)]
    shown = (supports or of_them or rows)[:MOST_NAMED]
    details = {
        "host": host,
        "says": _says(signature, shown[0], of_them=bool(of_them), supports=bool(supports)),
        "organisations": [row.organisation.name for row in shown],
        "kind": shown[0].kind,
    }
    return bool(supports), details


def _is_enough(row: OrganisationDomain, *, former: bool) -> bool:
    """Whether a mailbox of this kind supports the line: alumni were there once, students are not its staff."""
    return row.kind == Kind.STAFF or (row.kind == Kind.ALUMNI and former)


def _says(signature: Signature, row: OrganisationDomain, *, of_them: bool, supports: bool) -> str:
    """Put what was found into one sentence for the vetter."""
    with override("en"):  # it is kept with the evidence, in English, and translated where it is shown
        kind = row.get_kind_display().lower()
    where = f"{row.host} is a host for {kind} of {row.organisation.name}"
    if supports:
        return f"{where}."
    if of_them:
        return f"{where}, which does not support {'a former' if signature.former else 'a present'} role there."
    if names_nobody(signature.organisation):
        return f"{where}; no organisation is printed."
    return f"{where}; the line does not clearly name that organisation."


def _forget(signature: Signature, account: str) -> None:
    """Nothing is known by this host any more: what rested on it does not hold."""
    rows = signature.evidence.filter(family=Family.MAILBOX, account=account, checked_by=None, result=True)
    host = account.removeprefix("host:")
    rows.update(result=False, details={"host": host, "says": f"{host} is no longer known as an organisation's host."})
