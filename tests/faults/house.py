"""The whole house on loopback: PostgreSQL, Redis, web, worker, beat, and a mail server, as they are shipped."""

import hashlib
import hmac
import os
import pwd
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.faults.supervising import Kept
from tests.servers import binary, free_port

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent
HOST = "letters.example.org"
SLUG = "letter-under-fire"
OWNER = "owner@example.org"
LETTER = f"""---
title: A letter that is signed while everything falls over
slug: {SLUG}
addressees:
  - name: The Minister of Works
    office: Ministry of Works
ask: Keep what was promised.
disciplines:
  optics: Optics
  policy: Policy
disclaimer: Everyone signs in a personal capacity.
organiser: The harness
contact: {OWNER}
listing: confirmed
language: en
---

We ask you to keep what was promised.
"""
# A durable cluster, as initdb makes it. After a crash syncfs is as sure as syncing file by file, and sooner.
POSTGRES = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "100", "fsync": "on"}
POSTGRES |= {"recovery_init_sync_method": "syncfs"}


def procfile() -> dict[str, str]:
    """The commands that are shipped, by name."""
    lines = (ROOT / "Procfile").read_text().splitlines()
    return {name: command.strip() for name, _, command in (line.partition(":") for line in lines if line.strip())}


class House:
    """Everything that runs; `kept` holds it by name."""

    def __init__(self, folder: Path, seed: str, extra: Mapping[str, str] | None = None) -> None:
        self.folder, self.seed = folder, seed
        names = ("web", "postgres", "redis", "sink", "postgres proxy", "mail proxy")
        self.port = {name: free_port() for name in names}
        self.store = folder / "mails.jsonl"
        secret = hashlib.sha256(f"secret {seed}".encode()).hexdigest()
        self.environ = {
            "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
            "DEBUG": "0",
            "SECRET_KEY": secret,
            "SITE_URL": f"https://{HOST}",
            "ALLOWED_HOSTS": f"{HOST},127.0.0.1",
            "TRUSTED_PROXIES": "1",
            "LIMIT_FACTOR": "0",  # the whole world signs here within minutes, from one machine
            "DATABASE_URL": self.database("postgres proxy"),
            "REDIS_URL": f"redis://127.0.0.1:{self.port['redis']}/0",
            "EMAIL_URL": f"smtp://127.0.0.1:{self.port['mail proxy']}",
            "VAR_DIR": str(folder / "var"),
            "WEB_CONCURRENCY": "2",
            "PORT": str(self.port["web"]),
            **(extra or {}),
        }
        self.kept: dict[str, Kept] = {}

    def database(self, via: str = "postgres") -> str:
        """The address of the database, itself or through the proxy."""
        return f"postgres://undersigned@127.0.0.1:{self.port[via]}/undersigned"

    def hashed(self, address: str) -> str:
        """How the product knows a mailbox (signatories.addresses.keyed_hash)."""
        return hmac.new(self.environ["SECRET_KEY"].encode(), address.encode(), hashlib.sha256).hexdigest()

    def keep(self, name: str, command: str | list[str], **more: Any) -> Kept:
        """Keep one more process running."""
        words = shlex.split(command.replace("$PORT", self.environ["PORT"])) if isinstance(command, str) else command
        environ = {**self.environ, **more.pop("environ", {})}
        log = self.folder / "logs" / f"{name.replace(' ', '-')}.log"
        self.kept[name] = Kept(name, words, log, environ, more.pop("folder", ROOT), **more)
        self.kept[name].start()
        return self.kept[name]

    def manage(self, *words: str, seconds: float = 120, expect: int | None = 0) -> str:
        """Run a command of manage.py past the proxy and return what it printed, whatever its exit code if None."""
        environ = {**self.environ, "DATABASE_URL": self.database()}
        command = [sys.executable, str(ROOT / "manage.py"), *words]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=seconds, check=False)
        if expect is not None and done.returncode != expect:
            raise RuntimeError(f"manage.py {' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

    def answers(self, name: str) -> bool:
        """Whether somebody listens on its port."""
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port[name])) == 0

    def database_answers(self) -> bool:
        """Whether PostgreSQL takes a statement, past the proxy."""
        try:
            with psycopg.connect(self.database(), connect_timeout=2) as link:
                link.execute("SELECT 1")
        except psycopg.Error:
            return False
        return True

    def start_servers(self, prepared: Path) -> None:
        """Start what the product leans on, from a cluster that was prepared."""
        (self.folder / "logs").mkdir(parents=True)
        (self.folder / "var").mkdir()
        (self.folder / "var" / "static").symlink_to(prepared / "static")
        keep_owner(prepared / "data", self.folder / "data")
        self._postgres(self.folder / "data")
        redis = [binary("redis-server"), "--port", str(self.port["redis"]), "--bind", "127.0.0.1"]
        redis += ["--save", "", "--appendonly", "no", "--maxmemory-policy", "noeviction"]
        self.keep("redis", redis, ready=lambda: self.answers("redis"), folder=self.folder)
        self.python("sink", "sink", str(self.port["sink"]), str(self.store), self.seed)
        for name, mark in (("postgres", "commit"), ("mail", "mail")):
            target = self.port["postgres" if name == "postgres" else "sink"]
            self.python(f"{name} proxy", "proxy", str(self.port[f"{name} proxy"]), str(target), mark, piped=True)
        for kept in self.kept.values():
            kept.wait()

    def start_product(self) -> None:
        """Start what stands in the Procfile, by its commands."""
        for name, command in procfile().items():
            self.keep(name, command, ready=(lambda: self.answers("web")) if name == "web" else lambda: True)
        self.kept["web"].wait()
        deadline = time.monotonic() + 60
        while not all(self.kept[name].children() for name in ("worker", "mail")) and time.monotonic() < deadline:
            time.sleep(0.1)

    def python(self, name: str, module: str, *words: str, piped: bool = False) -> Kept:
        command = [sys.executable, "-m", f"tests.faults.{module}", *words]
        return self.keep(name, command, ready=lambda: self.answers(name), piped=piped)

    def _postgres(self, data: Path) -> Kept:
        command = [binary("postgres"), "-D", str(data), "-p", str(self.port["postgres"])]
        command += [f"--{name}={value}" for name, value in POSTGRES.items()]
        return self.keep("postgres", command, ready=self.database_answers, folder=self.folder, user=other_user())

    def end(self) -> None:
        """End everything that was started here, product first."""
        for name in reversed(list(self.kept)):
            self.kept[name].end(signal.SIGINT if name == "postgres" else signal.SIGTERM, seconds=6)


def other_user() -> dict[str, Any]:
    """As whom PostgreSQL runs, because it refuses root."""
    if os.geteuid():
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = known.get("postgres") or known["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def keep_owner(source: Path, target: Path) -> None:
    """Copy a cluster with who may read it."""
    shutil.copytree(source, target)
    user = other_user()
    for path in [target, *target.rglob("*")] if user else []:
        os.chown(path, user["user"], user["group"])


def prepare(folder: Path) -> Path:
    """Make once what every run begins with: a migrated cluster with one open letter, and the collected style sheets."""
    house = House(folder / "making", "prepare")
    data, user = folder / "data", other_user()
    (house.folder / "logs").mkdir(parents=True)
    data.mkdir(mode=0o700)
    if user:
        os.chown(data, user["user"], user["group"])
    initdb = [binary("initdb"), f"--pgdata={data}", "--username=undersigned", "--auth=trust", "--data-checksums"]
    subprocess.run(
        [*initdb, "--encoding=UTF8", "--locale=C.UTF-8"], check=True, capture_output=True, cwd=folder, **user
    )
    house.environ["VAR_DIR"] = str(folder)
    postgres = house._postgres(data)
    try:
        looks = threading.Thread(target=house.manage, args=("collectstatic", "--noinput", "--verbosity", "0"))
        looks.start()
        create_database(house)
        letter = folder / "letter.md"
        letter.write_text(LETTER)
        house.manage("migrate", "--verbosity", "0")
        house.manage("new_letter", str(letter), "--owner", OWNER, "--publish")
        looks.join()
    finally:
        postgres.end(signal.SIGINT, seconds=30)
    return folder


def create_database(house: House) -> None:
    """Wait for the server, and make the database."""
    deadline = time.monotonic() + 30
    while True:
        try:
            with psycopg.connect(house.database().removesuffix("undersigned") + "postgres", autocommit=True) as link:
                link.execute("CREATE DATABASE undersigned")
            return
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


@contextmanager
def running(folder: Path, prepared: Path, seed: str, extra: Mapping[str, str] | None = None) -> Iterator[House]:
    """Run the house in a folder until the block ends."""
    house = House(folder, seed, extra)
    try:
        house.start_servers(prepared)
        house.start_product()
        yield house
    finally:
        house.end()
