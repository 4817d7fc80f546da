"""How much of the processor each part of the house takes: on Linux, from /proc (man 5 proc)."""

import os
from collections.abc import Mapping
from pathlib import Path

import redis
from django.conf import settings
from django.db import connection

TICK = os.sysconf("SC_CLK_TCK")
PARENT, USER, CHILDREN = 1, 11, 15  # places in /proc/<pid>/stat behind the name: utime to cstime are four


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def spent(pid: int) -> float:
    """Seconds that a process, those it has started and those of them that have ended took so far."""
    try:
        own = sum(map(int, _stat(pid)[USER:CHILDREN])) / TICK
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:  # it has just ended, and is in the sum of its parent
        return 0.0
    return own + sum(spent(int(child)) for child in children)


def servers() -> dict[str, int]:
    """The processes of the database and of the queue."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = cursor.fetchone()[0]
    found = {"PostgreSQL": int(_stat(backend)[PARENT])}
    if settings.REDIS_URL:
        with redis.Redis.from_url(settings.REDIS_URL) as client:
            found["Redis"] = client.info("server")["process_id"]
    return found


class Meter:
    """Seconds of the processor since it was made, by name."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self.pids, self.before = pids, {name: spent(pid) for name, pid in pids.items()}

    def read(self) -> dict[str, float]:
        """What each has taken since then."""
        return {name: spent(pid) - self.before[name] for name, pid in self.pids.items()}
