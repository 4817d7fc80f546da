"""How often something may be done in a window of time. In the database, so that it holds when the cache is away."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from petition import statements
from signatories.models import Limit

# One statement however much is counted, atomic in SQLite and PostgreSQL alike; a window that is over begins at one.
TAKE = """
INSERT INTO signatories_limit (key, ends, used) VALUES {rows}
ON CONFLICT (key) DO UPDATE SET
    used = CASE WHEN signatories_limit.ends = excluded.ends THEN signatories_limit.used + 1 ELSE 1 END,
    ends = excluded.ends
RETURNING key, used"""
QUICK = ", set_config('synchronous_commit', 'off', true)"  # for the transaction that the one statement is


@dataclass(frozen=True)
class Use:
    """One more use of something that is limited.

    Attributes:
        purpose: what is limited, such as `report`.
        who: whose uses are counted together, such as a client's address; only a keyed hash of it is stored.
        most: uses allowed in a window.
        window: its length in whole seconds; windows begin at multiples of it since 1970.
        shards: over how many rows what everybody causes is spread by chance, because a row that every request
            writes is a queue: measured, 1,500 a second instead of 12,600. Each row then holds its share of `most`,
            so the limit begins to bite a little early.
        ends: when the window is over, in seconds since 1970; only where it is not one of the regular ones.
    """

    purpose: str
    who: str
    most: int
    window: timedelta
    shards: int = 1
    ends: int = 0


@dataclass(frozen=True)
class Taken:
    """Whether it may be done now, and in how many seconds it may be tried again."""

    allowed: bool
    retry_after: int


def take(purpose: str, who: str, *, most: int, window: timedelta) -> Taken:
    """Count one more use, as `Use` describes it, and say whether it is within the limit."""
    (taken,) = take_all([Use(purpose, who, most, window)])
    return taken


def take_all(uses: Sequence[Use]) -> list[Taken]:
    """Count several uses in one statement, and say of each whether it is within its limit."""
    now = int(timezone.now().timestamp())
    rows = [(_key(use), use.ends or _ends(use.window, now)) for use in uses]
    # In one order for everybody, so that no two requests ever wait for each other.
    values = [value for row in sorted(rows) for value in row]
    # In a transaction of its own a count need not wait for the disk: a crash forgets those of the last second. Counted
    # in the transaction of a signature it would keep everybody else waiting who counts in the same row.
    quick = connection.vendor == "postgresql" and not connection.in_atomic_block
    statement = TAKE.format(rows=", ".join(["(%s, %s, 1)"] * len(rows)))
    used = {row[0]: row[1] for row in statements.run(f"{statement}{QUICK if quick else ''}", values)}
    return [
        Taken(used[key] <= max(1, use.most // use.shards), max(1, ends - now))
        for use, (key, ends) in zip(uses, rows, strict=True)
    ]


def forget() -> int:
    """Delete the windows that are over; return how many."""
    deleted, _ = Limit.objects.filter(ends__lte=int(timezone.now().timestamp())).delete()
    return deleted


def _ends(window: timedelta, now: int) -> int:
    seconds = int(window.total_seconds())
    return now - now % seconds + seconds


def _key(use: Use) -> str:
    digest = hmac.new(settings.ADDRESS_KEY.encode(), use.who.encode(), hashlib.sha256).hexdigest()
    shard = f":{secrets.randbelow(use.shards)}" if use.shards > 1 else ""
    return f"{use.purpose}:{digest[:40]}{shard}"
