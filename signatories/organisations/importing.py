"""Take over the records of a ROR dump, again whenever there is a newer one.

ROR never drops a record, it says that one is inactive or withdrawn. A file with fewer records is a part of the dump,
and what is not in it stays as it is. What the team entered, learned or took away is never touched.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from signatories.models import Organisation, OrganisationDomain, OrganisationName, Source
from signatories.organisations import teaching
from signatories.organisations.ror import Record, Skipped, Unreadable, records

BATCH = 1000  # records in one transaction
THEMSELVES = ("name", "country", "sector", "active")  # what ROR says of an organisation itself


@dataclass
class Report:
    """What an import did."""

    read: int = 0
    added: int = 0
    changed: int = 0
    withdrawn: int = 0
    names: int = 0
    hosts_added: int = 0
    hosts_withdrawn: int = 0
    problem: str = ""
    skipped: Skipped = field(default_factory=Skipped)


def take_over(path: Path, *, each_batch: Callable[[Report], None] = lambda report: None) -> Report:
    """Take over every record of a dump.

    Args:
        path: JSON, or JSON compressed with gzip.
        each_batch: called with the report so far after each batch.

    Returns:
        What was done. Where the file breaks off or is not a dump, `problem` says so in one line; the batches before
        that are taken over whole.
    """
    report = Report()
    reading = records(path, report.skipped)
    try:
        while batch := list(islice(reading, BATCH)):
            _store({record.ror: record for record in batch}, report)
            report.read += len(batch)
            each_batch(report)
    except Unreadable as problem:
        report.problem = str(problem)
    return report


@transaction.atomic
def _store(batch: dict[str, Record], report: Report) -> None:
    known = {str(one.ror): one for one in Organisation.objects.filter(ror__in=batch).select_for_update()}
    gone = [known.pop(ror) for ror, record in batch.items() if record.withdrawn and ror in known]
    kept = {ror: record for ror, record in batch.items() if not record.withdrawn}
    for ror, record in batch.items():
        if record.withdrawn:
            report.skipped.note("withdrawn by ROR", f"{record.name} ({ror})")
        elif not record.active:
            report.skipped.note("closed down: the name is known, no host stands for it", f"{record.name} ({ror})")
    fresh = [
        Organisation(ror=ror, source=Source.ROR, **{part: getattr(one, part) for part in THEMSELVES})
        for ror, one in kept.items()
        if ror not in known
    ]
    Organisation.objects.bulk_create(fresh)
    changed = set(_rename(known.values(), kept))
    owners = {str(one.ror): one for one in [*known.values(), *fresh]}
    wanted = {one: kept[ror] for ror, one in owners.items()}
    changed |= _store_names(wanted, report) | _store_hosts(wanted, report)
    report.added += len(fresh)
    report.changed += len(changed - {one.pk for one in fresh})
    _withdraw(gone, report)


def _rename(known: Iterable[Organisation], kept: dict[str, Record]) -> Iterator[object]:
    """Update what changed about the organisations themselves, and yield their ids."""
    changed = []
    for one in known:
        record = kept[str(one.ror)]
        now = {part: getattr(record, part) for part in THEMSELVES}
        if {part: getattr(one, part) for part in THEMSELVES} != now:
            for part, value in now.items():
                setattr(one, part, value)
            changed.append(one)
    Organisation.objects.bulk_update(changed, THEMSELVES)
    return (one.pk for one in changed)


def _store_names(wanted: dict[Organisation, Record], report: Report) -> set[object]:
    """Make the names those of the dump; names that the team entered stay."""
    there: dict[tuple[object, str], OrganisationName] = {}
    for row in OrganisationName.objects.filter(organisation__in=list(wanted)):
        there[row.organisation_id, row.key] = row
    fresh: list[OrganisationName] = []
    changed: list[OrganisationName] = []
    for one, record in wanted.items():
        for key, (name, kind) in record.names.items():
            said = {"name": name, "kind": kind, "weight": record.weight}
            if (one.pk, key) not in there:
                fresh.append(OrganisationName(organisation=one, key=key, source=Source.ROR, **said))
                continue
            row = there.pop((one.pk, key))
            if row.source == Source.ROR and said != {part: getattr(row, part) for part in said}:
                for part, value in said.items():
                    setattr(row, part, value)
                changed.append(row)
    dropped = [row for row in there.values() if row.source == Source.ROR]
    OrganisationName.objects.filter(pk__in=[row.pk for row in dropped]).delete()
    OrganisationName.objects.bulk_update(changed, ["name", "kind", "weight"])
    OrganisationName.objects.bulk_create(fresh)
    report.names += len(fresh)
    return {row.organisation_id for row in [*fresh, *changed, *dropped]}


def _store_hosts(wanted: dict[Organisation, Record], report: Report) -> set[object]:
    """Make ROR's hosts those of the dump; what the team taught or took away stays as the team said."""
    there: dict[tuple[object, str], OrganisationDomain] = {}
    for row in OrganisationDomain.objects.filter(organisation__in=list(wanted)):
        there[row.organisation_id, row.host] = row
    fresh: list[OrganisationDomain] = []
    revived: list[OrganisationDomain] = []
    for one, record in wanted.items():
        for host in record.hosts:
            if (one.pk, host) not in there:
                fresh.append(OrganisationDomain(organisation=one, host=host, source=Source.ROR, **teaching.looks(host)))
                continue
            row = there.pop((one.pk, host))
            if row.removed_at and row.removed_by_id:
                report.skipped.note("a domain that the team took away", f"{host} ({one.name})")
            elif row.removed_at:
                revived.append(row)
    dropped = [row for row in there.values() if row.source == Source.ROR and not row.removed_at]
    OrganisationDomain.objects.bulk_create(fresh)
    OrganisationDomain.objects.filter(pk__in=[row.pk for row in revived]).update(removed_at=None)
    _drop_hosts(dropped, report)
    report.hosts_added += len(fresh) + len(revived)
    teaching.collect_again(row.host for row in [*fresh, *revived])
    return {row.organisation_id for row in [*fresh, *revived, *dropped]}


def _withdraw(gone: list[Organisation], report: Report) -> None:
    """Forget what ROR withdrew, unless the team built on it: then only ROR's own hosts go."""
    theirs = OrganisationDomain.objects.filter(organisation__in=gone)
    _drop_hosts(list(theirs.filter(source=Source.ROR, removed_at=None)), report)
    touched = Organisation.objects.filter(pk__in=[one.pk for one in gone], events__isnull=False)
    ours = set(touched.values_list("pk", flat=True))
    Organisation.objects.filter(pk__in=ours).update(active=False)
    Organisation.objects.filter(pk__in={one.pk for one in gone} - ours).delete()
    report.withdrawn += len(gone)


def _drop_hosts(rows: list[OrganisationDomain], report: Report) -> None:
    OrganisationDomain.objects.filter(pk__in=[row.pk for row in rows]).update(removed_at=timezone.now())
    report.hosts_withdrawn += len(rows)
    teaching.collect_again(row.host for row in rows)
