"""The engine that settings name: Django's own, which never waits without an end for a server that is frozen.

The limits of the server (`statement_timeout` and the others) hold while it runs. One that was stopped, or a network
that swallows packets, keeps none of them, and libpq has no time limit for an answer; so the client gives up as well.
"""

import select
import time
from collections.abc import Generator
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, TypeVar

import psycopg
from django.db.backends.postgresql import base, features
from django.db.backends.postgresql.psycopg_any import is_psycopg3
from django.utils import timezone

from config.postgresql.prepared import Preparing

assert is_psycopg3
Value = TypeVar("Value")
GRACE = 5  # seconds after the server's own limit
HEALTH_CHECK = 2.0  # seconds
FRESH = 1.0  # seconds after an answer in which a connection that the server has not closed is used without a question
# How far the clocks of this machine and the database may be apart before the database's is used.
SAME_CLOCK = timedelta(seconds=1)


@dataclass(frozen=True)
class Patience:
    """How long a kind of process waits for the database, in seconds; 0 is for ever.

    Attributes:
        statement: for one statement.
        lock: for a row or an advisory lock that somebody else holds.
        idle: how long a transaction may stay open between two statements, holding its locks.
    """

    statement: int
    lock: int
    idle: int

    @property
    def options(self) -> str:
        """The command-line options that a session begins with.

        Nothing is compiled (`jit`): a count of a million names costs enough in PostgreSQL's eyes to be, and compiling
        took 0.4 of its 0.6 s.
        """
        limits = {"statement": self.statement, "lock": self.lock, "idle_in_transaction_session": self.idle}
        return " ".join(["-c jit=off", *(f"-c {name}_timeout={seconds}s" for name, seconds in limits.items())])


PAGE = Patience(statement=15, lock=10, idle=30)
TASK = Patience(statement=540, lock=60, idle=300)  # a task ends after ten minutes in any case
COMMAND = Patience(statement=0, lock=0, idle=0)  # such as a migration of a million rows
# Notice within about 25 seconds that a machine is gone; a connection is made within 3 or not at all (libpq takes no
# less than 2).
NETWORK = {
    "connect_timeout": 3,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,  # milliseconds
}


class Connection(Preparing):
    """A connection that is given up when no answer comes within `patience` seconds; None is for ever."""

    patience: float | None = None
    answered = 0.0  # when it was heard of last

    def wait(self, gen: Generator[Any, Any, Value], *args: Any, **kwargs: Any) -> Value:
        """Wait for an answer; a connection that was given up is closed, for what it would say next is not known."""
        if self.patience is None or args or "timeout" in kwargs:
            return super().wait(gen, *args, **kwargs)
        until = time.monotonic() + self.patience
        try:
            answer = super().wait(gen, timeout=self.patience, **kwargs)
            self.answered = time.monotonic()
            return answer
        except psycopg.OperationalError:
            if time.monotonic() >= until:
                self.close()
            raise

    @property
    def is_alive(self) -> bool:
        """Whether it answered a moment ago, and the server has neither closed it nor said anything since."""
        if self.closed or time.monotonic() > self.answered + FRESH:
            return False
        waiting = select.poll()  # select() knows no descriptor over 1,023
        waiting.register(self.pgconn.socket, select.POLLIN)
        return not waiting.poll(0)


class Features(features.DatabaseFeatures):
    """Rows are not grouped by `id` alone: it is not the whole key where tables are divided (`signatories.dividing`)."""

    allows_group_by_selected_pks = False


class DatabaseWrapper(base.DatabaseWrapper):
    """The engine; `patience` is set once by what starts a process, `ahead` is how far the database's clock is ahead."""

    features_class = Features
    Database = SimpleNamespace(**{**vars(psycopg), "connect": Connection.connect})  # type: ignore[assignment]
    patience = COMMAND
    ahead = timedelta(0)

    def get_connection_params(self) -> dict[str, Any]:
        """Add the limits; what DATABASE_URL says itself comes last and so goes before."""
        given = super().get_connection_params()
        options = f"{self.patience.options} {given.pop('options', '')}".strip()
        params: dict[str, Any] = {**NETWORK, **given, "options": options}
        return params

    def init_connection_state(self) -> None:
        """Set the limit of this side, and compare the clocks."""
        self.wait_at_most(self.patience.statement)
        super().init_connection_state()
        before = timezone.now()
        with self.connection.cursor() as cursor:
            told = cursor.execute("SELECT clock_timestamp()").fetchone()[0]
        ahead = told - (before + (timezone.now() - before) / 2)
        self.ahead = ahead if abs(ahead) > SAME_CLOCK else timedelta(0)

    def wait_at_most(self, statement: float) -> None:
        """Set how many seconds this side waits where a statement may take so many on the server; 0 is for ever."""
        self.connection.patience = statement + GRACE if statement else None

    def is_usable(self) -> bool:
        """Whether the connection answers; whoever waits for a page must not wait long to learn that it does not."""
        if self.connection is None:
            return False
        if self.connection.is_alive:
            return True
        kept, self.connection.patience = self.connection.patience, HEALTH_CHECK
        usable = bool(super().is_usable())
        self.connection.patience = kept
        return usable
