"""How often something may be done in a window of time. In the database, so that it holds when the cache is away."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from signatories.models import Limit

# One statement, atomic in SQLite and PostgreSQL alike; a window that is over begins again at one.
TAKE = """
INSERT INTO signatories_limit (key, ends, used) VALUES (%s, %s, 1)
ON CONFLICT (key) DO UPDATE SET
    used = CASE WHEN signatories_limit.ends = excluded.ends THEN signatories_limit.used + 1 ELSE 1 END,
    ends = excluded.ends
RETURNING used
"""


@dataclass(frozen=True)
class Taken:
    """Whether it may be done now, and in how many seconds it may be tried again."""

    allowed: bool
    retry_after: int


def take(purpose: str, who: str, *, most: int, window: timedelta) -> Taken:
    """Count one more use and say whether it is within the limit.

    Args:
        purpose: what is limited, such as `report`.
        who: whose uses are counted together, such as a client's address; only a keyed hash of it is stored.
        most: uses allowed in a window.
        window: its length in whole seconds; windows begin at multiples of it since 1970.
    """
    seconds = int(window.total_seconds())
    now = int(timezone.now().timestamp())
    ends = now - now % seconds + seconds
    digest = hmac.new(settings.ADDRESS_KEY.encode(), who.encode(), hashlib.sha256).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [f"{purpose}:{digest[:40]}", ends])
        (used,) = cursor.fetchone()
    return Taken(used <= most, ends - now)


def forget() -> int:
    """Delete the windows that are over; return how many."""
    deleted, _ = Limit.objects.filter(ends__lte=int(timezone.now().timestamp())).delete()
    return deleted
