"""What anybody may read can come from a standby of the database, as long as that is close behind.

Pages of the team and of one signer never do, because whoever has just written something must see it. See
https://www.postgresql.org/docs/current/warm-standby.html for how a standby is set up.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connection, connections

log = logging.getLogger(__name__)
ALIAS = "replica"
LOOK = 0.5  # seconds from one look at it to the next; what it shows is at most about twice as old
AWAY = 5.0  # seconds for which one that failed is left alone
PAUSE = 0.02  # seconds
Answer = TypeVar("Answer")
Asked = ParamSpec("Asked")
_public: ContextVar[bool] = ContextVar("public", default=False)
_primary: ContextVar[bool] = ContextVar("primary", default=False)


class Watch:
    """Whether the standby is close behind, for this process."""

    def __init__(self) -> None:
        self._looking = threading.Lock()
        self._again_at = 0.0
        self._close = False
        self._seen: tuple[float, str] = (0.0, "")  # where the primary was at the last look

    def is_close(self, *, wait: float = 0.0) -> bool:
        """Whether it shows what the primary held a second ago; one thread looks, and the others take what is known.

        Args:
            wait: for how many seconds it may come closer, where nobody has looked for long.
        """
        if ALIAS not in settings.DATABASES:
            return False
        if time.monotonic() >= self._again_at and self._looking.acquire(blocking=False):
            try:
                self._close = self._look(wait)
                self._again_at = time.monotonic() + (LOOK if self._close else 2 * LOOK)
            except (OperationalError, InterfaceError) as problem:
                self.fail(problem)
            finally:
                self._looking.release()
        return self._close

    def fail(self, problem: Exception) -> None:
        """Leave it alone for a while."""
        log.warning("the standby is left alone: %s", type(problem).__name__)
        self._close, self._again_at = False, time.monotonic() + AWAY
        connections[ALIAS].close()

    def _look(self, wait: float) -> bool:
        now = time.monotonic()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_wal_lsn()")
            (here,) = cursor.fetchone()
        at, before = self._seen
        self._seen = now, here
        wanted = before if now - at <= 2.5 * LOOK else here  # nobody has looked for long: then it must be up to date
        with connections[ALIAS].cursor() as cursor:
            # One that was made a primary goes its own way from then on.
            reached = "SELECT pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= %s::pg_lsn"
            while True:
                cursor.execute(reached, [wanted])
                if (close := bool(cursor.fetchone()[0])) or time.monotonic() >= now + wait:
                    return close
                time.sleep(PAUSE)


watch = Watch()


class Router:
    """Django's choice of a database: the standby inside what is public, the primary for everything else."""

    def db_for_read(self, model: type, **hints: Any) -> str:
        """Where to read."""
        return ALIAS if _public.get() else DEFAULT_DB_ALIAS

    def db_for_write(self, model: type, **hints: Any) -> str:
        """Where to write."""
        return DEFAULT_DB_ALIAS

    def allow_relation(self, *rows: Any, **hints: Any) -> bool:
        """Both hold the same rows."""
        return True

    def allow_migrate(self, db: str, *what: Any, **hints: Any) -> bool:
        """What is migrated at the primary comes along by itself."""
        return db != ALIAS


@contextmanager
def avoided() -> Iterator[None]:
    """Read everything at the primary in this block, as what is kept for others until it changes there has to be."""
    before = _primary.set(True)
    try:
        yield
    finally:
        _primary.reset(before)


@contextmanager
def allowed() -> Iterator[str]:
    """Read at the standby in this block, if it is close behind, what anybody may read and is too long to be read twice.

    Returns:
        Where it is read.
    """
    _public.set(not _primary.get() and watch.is_close())
    try:
        yield ALIAS if _public.get() else DEFAULT_DB_ALIAS
    finally:
        _public.set(False)  # a download may be ended by another thread than the one that began it


def public(read: Callable[Asked, Answer], *, wait: float = 0.0) -> Callable[Asked, Answer]:
    """Let a function that reads what anybody may read use the standby, and do it again without one that fails.

    Args:
        read: what reads.
        wait: for how many seconds the standby may come closer first.
    """

    @wraps(read)
    def wherever(*args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        if _primary.get() or not watch.is_close(wait=wait):
            return read(*args, **kwargs)
        before = _public.set(True)
        try:
            return read(*args, **kwargs)
        except (OperationalError, InterfaceError) as problem:  # it ends statements that hold up its replay, too
            watch.fail(problem)
        finally:
            _public.reset(before)
        return read(*args, **kwargs)

    return wherever
