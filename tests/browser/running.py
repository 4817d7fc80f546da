"""The real demo, started as `make demo` starts it, and what can be read of it from outside."""

import email
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, TypeVar

from tests import servers

ROOT = Path(__file__).resolve().parent.parent.parent
LETTER = "models-for-defenders"
VETTER, ORGANISER, PASSWORD = "vetter@example.org", "organiser@example.org", "read-before-you-sign"
DATABASE, SECRET = "undersigned.sqlite3", "demo-secret-key"  # in its folder
DIVIDER = b"\n" + b"-" * 79 + b"\n"  # what Django's file backend writes after each mail
T = TypeVar("T")


def until(look: Callable[[], T], *, seconds: float = 40) -> T:
    """Look until there is something to see, and return it."""
    deadline = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < deadline, "Nothing came in time."
        time.sleep(0.1)
    return seen


class Demo:
    """One installation of the demo, with its own folder and port; it can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = servers.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        # Nothing of the caller's environment but PATH: its variables must not decide what is tested.
        self.environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(folder), "PORT": str(self.port)}
        self.process: subprocess.Popen[bytes] | None = None

    @contextmanager
    def running(self) -> Iterator["Demo"]:
        """Run it until the block ends; it has to end as one that was asked to."""
        try:
            self._start()
            yield self
        finally:
            code = self._stop()
        assert code == 0, self.log()

    def log(self) -> str:
        """Everything it has printed."""
        return (self.folder / "log").read_text(errors="replace")

    def manage(self, *arguments: str | Path) -> str:
        """Run one of its commands beside it, as its team would on the server."""
        environment = {**self.environment, "DEMO": "1", "SECRET_KEY": (self.folder / SECRET).read_text()}
        command = [sys.executable, "manage.py", *map(str, arguments)]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Look into its database without writing."""
        with self._opened() as database:
            return database.execute(query, values).fetchall()

    def copy(self, folder: Path) -> None:
        """Put what it has stored so far into another folder, while it runs; not the mails it has sent."""
        folder.mkdir()
        shutil.copy(self.folder / SECRET, folder)
        with self._opened() as database, closing(sqlite3.connect(folder / DATABASE)) as copy:
            database.backup(copy)

    def mails(self, to: str = "") -> list[EmailMessage]:
        """Every mail it has sent, or those to one reader, oldest first."""
        files = sorted((self.folder / "mail").glob("*.log"), key=lambda path: path.stat().st_mtime)
        raw = [part.lstrip() for path in files for part in path.read_bytes().split(DIVIDER) if part.strip()]
        mails = [email.message_from_bytes(part, _class=EmailMessage, policy=default) for part in raw]
        return [mail for mail in mails if to in str(mail["To"])]

    def mail(self, to: str, *, about: str) -> str:
        """The text of a reader's newest mail whose subject has these words, as soon as it is there."""
        return until(lambda: next((text_of(mail) for mail in self.mails(to)[::-1] if about in mail["Subject"]), ""))

    def _opened(self) -> AbstractContextManager[sqlite3.Connection]:
        return closing(sqlite3.connect(f"file:{self.folder / DATABASE}?mode=ro", uri=True, timeout=20))

    def _start(self) -> None:
        """Start it and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "demo"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C ends the tests first, and they end the demo
                preexec_fn=servers._end_with_parent,
            )
        until(self._answers, seconds=300)  # a busy machine migrates for minutes

    def _stop(self) -> int:
        """Ask it to end as Ctrl-C does, and return its exit code."""
        process, self.process = self.process, None
        assert process is not None
        process.send_signal(signal.SIGINT)
        try:
            return process.wait(15)
        finally:
            process.kill()
            process.wait()

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log()
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as response:
                return bool(response.status == 200)
        except OSError:
            return False


def text_of(mail: EmailMessage) -> str:
    """What its reader reads."""
    body = mail.get_body(("plain", "html"))
    return str(body.get_content()) if body else ""


def code_in(text: str) -> str:
    """The six digits in a mail."""
    found = re.search(r"\b\d{6}\b", text)
    assert found, text
    return found[0]


def links_in(text: str) -> list[str]:
    """Every address in a mail."""
    return re.findall(r"https?://[^\s<>\"]+", text)


def link_in(text: str, kind: str) -> str:
    """The link of one kind in a mail."""
    return next(link for link in links_in(text) if f"/{kind}/" in link)
