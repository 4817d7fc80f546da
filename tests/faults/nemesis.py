"""Who breaks things: kills, stops, storms, cuts and emptied stores, in an order that follows from a seed."""

import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import psycopg
import redis

from tests.faults.house import House
from tests.faults.journal import Journal

KILLS = {  # name: how often, among kills
    "web master": 6,
    "web worker": 18,
    "worker": 4,
    "mail": 8,
    "pool child": 18,
    "slow": 3,
    "beat": 6,
    "redis": 12,
    "postgres": 8,
    "postgres backend": 10,
    "sink": 10,
}
OTHERS = {
    "web worker stopped": 3,
    "pool child stopped": 3,
    "redis stopped": 2,
    "postgres stopped": 2,
    "beat stopped": 1,
    "mail terminated": 1,
    "web terminated": 1,
    "redis emptied": 3,
    "redis evicts": 2,
    "redis clients cut": 3,
    "database connections cut": 3,
    "answers to commits cut": 5,
    "database bytes cut": 3,
    "answers to mails cut": 2,
    "mail bytes cut": 1,
}
# What takes the database away from web or worker: only near these may a request be answered 503.
OF_THE_DATABASE = {
    *("postgres", "postgres backend", "postgres stopped", "database connections cut"),
    *("answers to commits cut", "database bytes cut"),
}
# What may let a mail go out twice: its sender, or the word that it was accepted, got lost.
OF_A_SENDER = {
    *("worker", "mail", "slow", "pool child", "mail terminated", "pool child stopped", "sink", "answers to mails cut"),
    *("mail bytes cut", *OF_THE_DATABASE),
}
Back = Callable[[], bool]
LONGEST_STOP = 3.0  # seconds
LONGEST_WAIT = 25.0  # seconds in which something must be back
SHARE_OF_OTHERS = 0.35  # of all faults
TWO_AT_ONCE = 0.3  # of the kills


class Nemesis:
    """Delivers a number of kills, and other faults between them; each is written down from beginning to end."""

    def __init__(
        self, house: House, journal: Journal, kills: int, *, only: tuple[str, ...] = (), pause: float = 0.4
    ) -> None:
        self.house, self.journal, self.kills, self.pause = house, journal, kills, pause
        self.tables = [{name: table[name] for name in table if not only or name in only} for table in (KILLS, OTHERS)]
        self.dice = random.Random()
        self.delivered: Counter[str] = Counter()
        self.killed = 0
        self.last = time.time()
        self.may_kill: Callable[[int], bool] = lambda _: True
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._go, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def end(self) -> None:
        """Stop, whatever is left."""
        self._ending.set()
        self._thread.join(LONGEST_WAIT * 2)

    @property
    def is_done(self) -> bool:
        """Whether everything was delivered."""
        return not self._thread.is_alive() and self.killed >= self.kills

    def _go(self) -> None:
        place = 0
        while self.killed < self.kills and not self._ending.is_set():
            if not self.may_kill(self.killed):
                time.sleep(0.05)
                continue
            place += 1
            # Dice of its own for each, so that one that found nobody to strike does not change those that follow.
            self.dice = random.Random(f"{self.house.seed} fault {place}")
            kills, others = self.tables
            if others and (not kills or self.dice.random() < SHARE_OF_OTHERS):
                self.deliver(self._choose(others))
            else:
                self.deliver(self._choose(kills), also=self.dice.random() < TWO_AT_ONCE)
            self._ending.wait(self.pause * (0.5 + self.dice.random()))

    def _choose(self, table: dict[str, int]) -> str:
        return self.dice.choices(list(table), list(table.values()))[0]

    def deliver(self, name: str, *, also: bool = False) -> bool:
        """Do one thing, or two at once, and wait until what it took away is back."""
        number = self.journal.begin(fault=name)
        back = self._kill(name) if name in KILLS else self._other(name)
        if also:
            self.deliver(self._choose(self.tables[0]))
        if back:
            self.killed += name in KILLS
            self.delivered[name] += 1
            self._wait_for(back if callable(back) else lambda: True)
        self.last = time.time()
        self.journal.end(number, done=bool(back))
        return bool(back)

    def _wait_for(self, back: Back) -> None:
        kept, deadline = self.house.kept.values(), time.monotonic() + LONGEST_WAIT
        while time.monotonic() < deadline and not (back() and all(one.pid and one.ready() for one in kept)):
            time.sleep(0.05)

    def _kill(self, name: str, number: int = signal.SIGKILL) -> Back | None:
        """Kill somebody; return how to see that somebody else has taken their place, or None if nobody was there."""
        kept, pid = self.victim(name)
        starts, size, is_whole = kept.starts, len(kept.children()), pid == kept.pid
        if not pid or not kept.send(number, pid):
            return None
        if is_whole:
            return lambda: bool(kept.starts > starts)
        if name == "postgres backend":  # all of them go with it, and somebody must notice first
            time.sleep(0.2)
            return lambda: True
        return lambda: pid not in kept.children() and len(kept.children()) >= size

    def victim(self, name: str) -> tuple[Any, int]:
        """Whom a fault strikes: a process that is kept, or one of its children."""
        kept = self.house.kept
        if name in {"web worker", "pool child"}:
            owner = kept["web" if name == "web worker" else "mail"]
            children = owner.children()
            return owner, self.dice.choice(children) if children else 0
        if name == "postgres backend":
            return kept["postgres"], self._backend()
        owner = kept["web" if name == "web master" else name]
        return owner, owner.pid

    def _backend(self) -> int:
        """A backend that serves web or worker, so that something is lost with it."""
        ask = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        try:
            with psycopg.connect(self.house.database(), connect_timeout=2) as link:
                found = [pid for (pid,) in link.execute(ask + " ORDER BY state, pid")]
        except psycopg.Error:
            return 0
        return int(self.dice.choice(found)) if found else 0

    def _other(self, name: str) -> Back | bool | None:
        what, _, verb = name.rpartition(" ")
        if verb == "stopped":
            return self._stop(what)
        if verb == "terminated":
            return self._storm("web master" if what == "web" else what)
        if what.startswith("redis"):
            return self._redis(verb)
        if name == "database connections cut":
            return self._cut_connections()
        proxy = self.house.kept["mail proxy" if "mail" in name else "postgres proxy"]
        if "bytes" in name:
            proxy.say(f"bytes {self.dice.randrange(2000)}")
        else:
            proxy.say(f"answer {self.dice.randrange(1, 4)}")
        time.sleep(0.5)
        return True

    def _storm(self, name: str) -> Back | None:
        """Ask somebody to end, three times, as an impatient service manager does."""
        back = self._kill(name, signal.SIGTERM)
        kept, _ = self.victim(name)
        for _ in range(2):
            time.sleep(0.05)
            kept.send(signal.SIGTERM)
        return back

    def _stop(self, name: str) -> bool:
        if name == "postgres":
            return self._stop_backends()
        kept, pid = self.victim(name)
        if not kept.send(signal.SIGSTOP, pid):
            return False
        time.sleep(0.5 + self.dice.random() * (LONGEST_STOP - 0.5))
        kept.send(signal.SIGCONT, pid)
        return True

    def _stop_backends(self) -> bool:
        """Freeze everybody of PostgreSQL for a moment, as a machine does that swaps."""
        kept = self.house.kept["postgres"]
        frozen = kept.children()
        for pid in frozen:
            kept.send(signal.SIGSTOP, pid)
        time.sleep(0.5 + self.dice.random() * (LONGEST_STOP - 0.5))
        for pid in frozen:
            kept.send(signal.SIGCONT, pid)
        return bool(frozen)

    def _cut_connections(self) -> bool:
        ask = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        try:
            with psycopg.connect(self.house.database(), connect_timeout=2) as link:
                return bool(link.execute(ask + " AND pid <> pg_backend_pid()").fetchall())
        except psycopg.Error:
            return False

    def _redis(self, verb: str) -> bool:
        try:
            with redis.Redis(port=self.house.port["redis"], socket_timeout=3) as link:
                if verb == "emptied":
                    link.flushall()
                elif verb == "cut":
                    link.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
                    link.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
                else:
                    link.config_set("maxmemory-policy", "allkeys-random")
                    link.config_set("maxmemory", 1)
                    link.execute_command("GET", "whatever makes it evict")
                    time.sleep(1)
                    link.config_set("maxmemory", 0)
                    link.config_set("maxmemory-policy", "noeviction")
        except redis.RedisError:
            return False
        return True
