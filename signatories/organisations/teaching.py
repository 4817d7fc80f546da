"""What the team adds: an organisation, a host and whose mailboxes are there; and what it takes away again.

Every change has a row in the history of the organisation, because all letters of the installation rest on it.
"""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from petition import patience
from petition.lines import names_nobody
from petition.models import Letter, User
from signatories.models import (
    WAITING,
    Decision,
    Organisation,
    OrganisationDomain,
    OrganisationEvent,
    OrganisationName,
    Signature,
    Source,
)
from signatories.organisations import finding, hosts, keys

What = OrganisationEvent.What


def can_learn(signature: Signature) -> bool:
    """Whether a decision about a signature is an occasion to learn whose mailboxes are at its host."""
    if not signature.host or names_nobody(signature.organisation) or hosts.is_free_mail(signature.host):
        return False
    meant = {one.pk for one in finding.meant_by(signature.organisation)}
    known = {row.organisation_id for row in finding.by_host(signature.host)}
    return not known & meant and not hosts.problem(signature.host)


def teach(
    signature: Signature,
    *,
    kind: str,
    by: User,
    decision: Decision,
    organisation: Organisation | None = None,
    name: str = "",
    host: str = "",
) -> OrganisationDomain:
    """Learn from a decision that people of an organisation write from the signer's host.

    Args:
        signature: whose mailbox and line it is learned from.
        kind: whose mailboxes are there, one of `OrganisationDomain.Kind`.
        by: the vetter who says so.
        decision: on what occasion.
        organisation: whose host it is; default: the one with this name, made if nobody has it.
        name: what the organisation is called; default: as the signer typed it.
        host: default: the signer's.

    Raises:
        ValidationError: anybody can have a mailbox there, names under it have different owners, or the name is that
            of several organisations.
    """
    with transaction.atomic():
        owner = organisation or _named(name or signature.organisation, by=by, decision=decision)
        return add_host(owner, host=host or signature.host, kind=kind, by=by, decision=decision)


@transaction.atomic
def add(name: str, *, country: str = "", by: User, decision: Decision | None = None) -> Organisation:
    """Add an organisation that nobody knows here.

    Args:
        name: as it is printed.
        country: ISO 3166-1 code, or empty.
        by: who adds it.
        decision: the decision it was learned from, if there was one.

    Raises:
        ValidationError: the name says nothing, or an organisation with this name and country is known.
    """
    if names_nobody(name):
        raise ValidationError(_("Please give the name of an organisation."))
    for one in finding.by_name(name):
        if not one.by_acronym and one.organisation.country == country:
            said = _("%(organisation)s is known already. Add the host there.")
            raise ValidationError(said % {"organisation": one.organisation.name})
    source = Source.DECISION if decision else Source.TEAM
    made = Organisation.objects.create(name=name[:300], country=country, source=source)
    OrganisationName.objects.create(organisation=made, name=made.name, key=keys.key(name), source=source)
    _write(made, What.ADDED, by=by, decision=decision)
    return made


@transaction.atomic
def add_host(
    organisation: Organisation, *, host: str, kind: str, by: User, decision: Decision | None = None
) -> OrganisationDomain:
    """Know an organisation by a host from now on, or say anew whose mailboxes are there.

    Raises:
        ValidationError: this host can belong to no organisation; the message says why.
    """
    plain = hosts.exact(host)
    if problem := hosts.problem(plain):
        raise ValidationError(problem)
    said: dict[str, Any] = {
        "kind": kind,
        "source": Source.DECISION if decision else Source.TEAM,
        "taught_by": by,
        "learned_from": decision,
        "at": timezone.now(),
        "removed_at": None,
        "removed_by": None,
    }
    row, made = _row_of(organisation, plain, said)
    if made or row.removed_at:
        what = What.ADDED
    elif row.kind != kind:
        what = What.KIND
    else:
        return row  # known like this already, so whoever said it first keeps the credit
    for field, value in said.items():
        setattr(row, field, value)
    row.save(update_fields=list(said))
    _write(organisation, what, host=plain, kind=kind, by=by, decision=decision)
    collect_again([plain])
    return row


@transaction.atomic
def remove_host(domain: OrganisationDomain, *, by: User) -> None:
    """Take a wrong host away. The row stays, so that no import brings it back, and proves nothing any more."""
    now = timezone.now()
    if OrganisationDomain.objects.filter(pk=domain.pk, removed_at=None).update(removed_at=now, removed_by=by):
        _write(domain.organisation, What.REMOVED, host=domain.host, kind=domain.kind, by=by)
        collect_again([domain.host])


def _row_of(organisation: Organisation, host: str, said: dict[str, Any]) -> tuple[OrganisationDomain, bool]:
    """Return the row of a host, and whether it was made just now."""
    try:
        with transaction.atomic():
            return OrganisationDomain.objects.create(organisation=organisation, host=host, **looks(host), **said), True
    except IntegrityError:
        return OrganisationDomain.objects.select_for_update().get(organisation=organisation, host=host), False


def looks(host: str) -> dict[str, str]:
    """Return what a row keeps of a host to find imitations by."""
    return {"registrable": hosts.registrable(host), "skeleton": hosts.skeleton(hosts.label(host))}


def collect_again(changed: Iterable[str]) -> None:
    """Owe evidence to those who wait for a decision and write from one of these hosts, on every letter."""
    letters = list(Letter.objects.values_list("pk", flat=True))  # named, so that the index by letter and host serves
    if letters and (plain := list(changed)):
        waiting = Signature.objects.filter(
            letter__in=letters, host__in=plain, status__in=[*WAITING, Signature.Status.ASKED]
        )
        waiting.update(collect_after=patience.now())


def _named(name: str, *, by: User, decision: Decision) -> Organisation:
    found = finding.meant_by(name)
    if len(found) == 1:
        return found[0]
    if found or finding.is_known(name):
        said = _("“%(name)s” can mean more than one organisation. Please choose which.")
        raise ValidationError(said % {"name": name})
    return add(name, by=by, decision=decision)


def _write(
    organisation: Organisation,
    what: OrganisationEvent.What,
    *,
    by: User,
    host: str = "",
    kind: str = "",
    decision: Decision | None = None,
) -> None:
    OrganisationEvent.objects.create(
        organisation=organisation, what=what, host=host, kind=kind, by=by, decision=decision
    )
