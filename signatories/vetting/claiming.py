"""Who has a signature open: a claim of ten minutes that others see, and that lapses by itself."""

import uuid
from collections.abc import Iterable
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from petition import rows
from petition.models import User
from signatories.models import ClaimLock, Signature

LASTS = timedelta(minutes=10)
# One statement: of two who take it at the same moment one gets it, in SQLite and PostgreSQL alike.
TAKE = """
INSERT INTO signatories_claimlock (signature_id, letter_id, vetter_id, until)
SELECT id, letter_id, %s, %s FROM signatories_signature WHERE id = %s
ON CONFLICT (signature_id) DO UPDATE SET vetter_id = excluded.vetter_id, until = excluded.until
WHERE signatories_claimlock.vetter_id = excluded.vetter_id OR signatories_claimlock.until <= %s
RETURNING vetter_id
"""


def claim(signature_pk: uuid.UUID, *, vetter: User) -> bool:
    """Take or renew the claim on a signature; False when somebody else has it."""
    now = timezone.now()
    given = rows.given(ClaimLock, vetter=vetter.pk, until=now + LASTS, signature=signature_pk)
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [*given, *rows.given(ClaimLock, until=now)])
        return cursor.fetchone() is not None


def let_go(signature_pk: uuid.UUID, *, vetter: User) -> None:
    """Give up an own claim."""
    ClaimLock.objects.filter(signature=signature_pk, vetter=vetter).delete()


def holder(signature: Signature) -> ClaimLock | None:
    """Return who has a signature open now."""
    locks = ClaimLock.objects.select_related("vetter")
    return locks.filter(signature=signature, until__gt=timezone.now()).first()


def holders(signatures: Iterable[Signature]) -> dict[uuid.UUID, ClaimLock]:
    """Return who has which of these open now."""
    locks = ClaimLock.objects.select_related("vetter").filter(signature__in=signatures, until__gt=timezone.now())
    return {lock.signature_id: lock for lock in locks}
