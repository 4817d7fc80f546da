"""Who has a signature open: a claim of ten minutes that others see, and that lapses by itself."""

import uuid
from collections.abc import Iterable
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from petition.models import User
from signatories.models import ClaimLock, Signature

LASTS = timedelta(minutes=10)
# One statement: of two who take it at the same moment one gets it, in SQLite and PostgreSQL alike.
TAKE = """
INSERT INTO signatories_claimlock (signature_id, vetter_id, until) VALUES (%s, %s, %s)
ON CONFLICT (signature_id) DO UPDATE SET vetter_id = excluded.vetter_id, until = excluded.until
WHERE signatories_claimlock.vetter_id = excluded.vetter_id OR signatories_claimlock.until <= %s
RETURNING vetter_id
"""


def claim(signature_pk: uuid.UUID, *, vetter: User) -> bool:
    """Take or renew the claim on a signature; False when somebody else has it."""
    now = timezone.now()
    columns = ClaimLock._meta.concrete_fields  # in the order of the statement
    values = [signature_pk, vetter.pk, now + LASTS]
    prepared = [one.get_db_prep_value(value, connection) for one, value in zip(columns, values, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [*prepared, columns[-1].get_db_prep_value(now, connection)])
        return cursor.fetchone() is not None


def let_go(signature_pk: uuid.UUID, *, vetter: User) -> None:
    """Give up an own claim."""
    ClaimLock.objects.filter(signature=signature_pk, vetter=vetter).delete()


def holder(signature: Signature) -> ClaimLock | None:
    """Return who has a signature open now."""
    rows = ClaimLock.objects.select_related("vetter")
    return rows.filter(signature=signature, until__gt=timezone.now()).first()


def holders(signatures: Iterable[Signature]) -> dict[uuid.UUID, ClaimLock]:
    """Return who has which of these open now."""
    rows = ClaimLock.objects.select_related("vetter").filter(signature__in=signatures, until__gt=timezone.now())
    return {row.signature_id: row for row in rows}
