"""How long the database may take, and what time it is there."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.utils import timezone

LIMIT = "SELECT current_setting('statement_timeout'), set_config('statement_timeout', %s, false)"


@contextmanager
def longer(*, minutes: int, using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Let the statements of this block take longer than those of other pages; begin it outside a transaction.

    The one way to do so: a page may ask for it where it does much for one person, such as freezing a whole list. Tasks
    and commands have that time in any case.
    """
    connection: Any = connections[using]
    if connection.vendor != "postgresql":
        yield
        return
    connection.ensure_connection()
    link = connection.connection
    kept = link.patience
    if kept is None or kept >= minutes * 60:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(LIMIT, [f"{minutes}min"])
        (before, _) = cursor.fetchone()
    link.patience = minutes * 60 + kept
    try:
        yield
    finally:
        if connection.connection is link and not link.closed and not connection.needs_rollback:
            link.patience = kept
            with connection.cursor() as cursor:
                cursor.execute(LIMIT, [before])


def now() -> datetime:
    """The time by the database's clock, which is one for all: machines whose clocks differ agree on whose turn it is.

    Where both clocks agree to a second, and on SQLite, it is the time of this machine.
    """
    link = connections[DEFAULT_DB_ALIAS]
    link.ensure_connection()
    ahead: timedelta = getattr(link, "ahead", timedelta(0))
    return timezone.now() + ahead
