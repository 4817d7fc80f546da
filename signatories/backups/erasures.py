"""Who was forgotten lately, as a list to keep beside the backups: a restore must not bring anybody back for long."""

import json
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Max

from signatories import erasing
from signatories.models import Signature, Suppression

FORGOTTEN = (Signature.Status.WITHDRAWN, Signature.Status.EXPIRED)


def forgotten(since: datetime) -> Iterator[str]:
    """Yield a line of JSON for everybody who was forgotten, and for every mailbox that forbade mail, since a moment.

    It holds random identifiers and keyed hashes only, and nothing about a person.
    """
    gone = Signature.objects.filter(status__in=FORGOTTEN).annotate(at=Max("events__at")).filter(at__gte=since)
    for pk, status in gone.order_by("at").values_list("pk", "status").iterator():
        yield json.dumps({"signature": str(pk), "status": status}) + "\n"
    for hash_ in Suppression.objects.filter(at__gte=since).values_list("address_hash", flat=True).iterator():
        yield json.dumps({"no_more_mail": hash_}) + "\n"


def forget_again(lines: Iterable[str]) -> int:
    """Forget everybody on a list whom a restore has brought back; return how many that were.

    Nobody is mailed about it: they were told when they left.

    Raises:
        ValueError: a line is not of such a list; those before it are done, and doing them again changes nothing.
    """
    again = 0
    for line in filter(str.strip, lines):
        entry: Any = json.loads(line)
        if not isinstance(entry, dict):
            raise ValueError("not an object")
        if "no_more_mail" in entry:
            Suppression.objects.bulk_create(
                [Suppression(address_hash=str(entry["no_more_mail"])[:64])], ignore_conflicts=True
            )
            continue
        pk = uuid.UUID(str(entry.get("signature")))
        again += sum(erasing.forget_again(one) for one in Signature.objects.filter(pk=pk))
    return again
