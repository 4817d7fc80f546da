"""An upgrade as docs/operate.md has it: a release under its own code, people who sign, migrate, the next release."""

import fcntl
import http.client
import os
import secrets
import shutil
import subprocess
import sys
import threading
import time
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest

from tests import servers
from tests.postgres.processes import ROOT, WEB, Website, until

RELEASES: dict[str, Any] = tomllib.loads((ROOT / "tests/releases/releases.toml").read_text())
ROWS = 100_000
BOUND = 5.0  # seconds for which nobody can sign, issue 5
THREADS = 3


@dataclass
class Signers:
    """People who sign without a pause, each from an address of their own; kept is when each was answered, and how.

    The port is the proxy's choice: it changes when the next release answers.
    """

    port: int
    slug: str
    accepted: dict[str, float] = field(default_factory=dict)
    others: Counter[str] = field(default_factory=Counter)
    over: threading.Event = field(default_factory=threading.Event)

    def sign(self, thread: int) -> None:
        """Sign until it is over."""
        number = 0
        while not self.over.is_set():
            number += 1
            address = f"signer{thread}-{number}@example.com"
            answer = self._once(thread, number, address)
            if answer == "303":
                self.accepted[address] = time.monotonic()
            else:
                self.others[answer] += 1
            time.sleep(0.05)

    def _once(self, thread: int, number: int, address: str) -> str:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        body = urlencode({"name": f"Signer {thread} {number}", "email": address, "discipline": "cryptography"})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        headers["X-Forwarded-For"] = f"198.{18 + thread}.{number // 250}.{number % 250 + 1}"
        try:
            link.request("POST", f"/letters/{self.slug}/sign/", body, headers)
            return str(link.getresponse().status)
        except (OSError, http.client.HTTPException) as problem:
            return type(problem).__name__
        finally:
            link.close()

    def go_on(self) -> None:
        """Wait until some more have signed."""
        so_far = len(self.accepted)
        until(lambda: len(self.accepted) >= so_far + 10, 120)

    @property
    def longest_gap(self) -> float:
        """The longest time in seconds in which nobody's signature was accepted."""
        times = sorted(self.accepted.values())
        return max(later - earlier for earlier, later in pairwise(times))


class Installation:
    """A database of its own, with the code that runs on it."""

    def __init__(self, version: str, folder: Path, server: str) -> None:
        self.version, self.folder = version, folder
        name = f"upgrade_{secrets.token_hex(4)}"  # tests of the same release run beside each other
        with psycopg.connect(f"{server}/postgres", autocommit=True) as link:
            link.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        self.url = f"{server}/{name}"
        self.environ = os.environ | {
            "DATABASE_URL": self.url,
            "VAR_DIR": str(folder / "var"),
            "TRUSTED_PROXIES": "1",
            "LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        self.old = folder / "old"
        self.old.mkdir()
        # Kept between runs, inside the environment that runs the tests.
        self.packages = Path(sys.prefix) / "releases" / version

    def unpack(self) -> None:
        """Take the code of the release out of the repository, and install what it required."""
        commit = RELEASES[self.version]["commit"]
        git = ["git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT), "archive", commit]
        packed = subprocess.run(git, capture_output=True, check=False) if shutil.which("git") else None
        if packed is None or packed.returncode:
            pytest.skip(f"Not run: the commit of {self.version} is not in this clone (git fetch --unshallow)")
        subprocess.run(["tar", "x", "-C", str(self.old)], input=packed.stdout, check=True)
        self._install()

    def _install(self) -> None:
        self.packages.parent.mkdir(exist_ok=True)
        with self.packages.with_name(f"{self.version}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            whole = self.packages / "whole"
            if not whole.exists():
                pip = [str(self.packages / "bin/python"), "-m", "pip", "install", "--quiet", "--require-hashes"]
                subprocess.run([sys.executable, "-m", "venv", "--clear", str(self.packages)], check=True)
                subprocess.run([*pip, "-r", str(self.old / "requirements.txt")], check=True)
                whole.touch()

    def _python(self, cwd: Path) -> str:
        return sys.executable if cwd == ROOT else str(self.packages / "bin/python")

    def fill(self, rows: int) -> str:
        """Fill the database with the release's own code; return the slug of its letter."""
        script = ROOT / "tests/releases" / f"{self.version}.py"
        return self.run(str(script), str(rows), cwd=self.old).split()[-1]

    def run(self, *command: str, cwd: Path = ROOT, settings: str = "config.settings", check: bool = True) -> str:
        """Run Python with the code in a folder."""
        environ = self.environ | {"PYTHONPATH": str(cwd), "DJANGO_SETTINGS_MODULE": settings}
        line = [self._python(cwd), *command]
        done = subprocess.run(line, cwd=cwd, env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0 or not check, done.stderr + done.stdout
        return done.stdout

    @contextmanager
    def web(self, cwd: Path) -> Iterator[int]:
        """Run the web server with the code in a folder; give its port once it answers."""
        port = servers.free_port()
        with (self.folder / "web.log").open("a") as log:
            process = subprocess.Popen(
                [self._python(cwd), "-m", *WEB, f"127.0.0.1:{port}"],
                cwd=cwd,
                env=self.environ | {"PYTHONPATH": str(cwd)},
                stdout=log,
                stderr=log,
            )
        try:
            until(Website(port).answers, 120)
            yield port
        finally:
            process.terminate()
            process.wait(60)

    def rows(self, query: str) -> list[Any]:
        """Ask the database."""
        with psycopg.connect(self.url) as link:
            return link.execute(query).fetchall()  # type: ignore[arg-type]


@contextmanager
def signing(port: int, slug: str) -> Iterator[Signers]:
    """Let people sign until the block ends, and some more."""
    signers = Signers(port, slug)
    threads = [threading.Thread(target=signers.sign, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    try:
        signers.go_on()
        yield signers
        signers.go_on()
    finally:
        signers.over.set()
        for thread in threads:
            thread.join(60)
