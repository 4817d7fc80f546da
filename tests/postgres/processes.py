"""Celery and the web server as processes of their own, on the test database."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.db import connection

from tests import migrated, servers

ROOT = Path(__file__).resolve().parents[2]
WORKER = ("celery", "-A", "config", "worker", "--pool", "prefork", "--concurrency", "1")
WORKER += ("--without-mingle", "--without-gossip")
BEAT = ("celery", "-A", "config", "beat")
LETTER = """
from petition import lifecycle
from petition.models import User
from tests.conftest import LETTER
owner = User.objects.create_user("olive@example.org", name="Olive")
lifecycle.publish(lifecycle.begin(owner=owner, **LETTER), actor=owner)
"""
WEB = ("gunicorn", "config.wsgi", "--worker-class", "gthread", "--threads", "8", "--bind")


def until(condition: Callable[[], Any], seconds: float = 60) -> Any:
    """Wait for something to become true, and return it."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "this never came about"
        time.sleep(0.05)
    return found


def somebody_waits() -> bool:
    """Whether a transaction waits for another one to end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


class Message:
    """A mail of the sink in the form that the other tests read."""

    def __init__(self, message: Any) -> None:
        self.to, self.subject, self.body = message["To"], message["Subject"], message.get_content()


def arrived(sink: servers.Mailbox, subject: str) -> Callable[[], Message | None]:
    """Find the newest mail with these words in its subject."""

    def look() -> Message | None:
        found = [Message(one) for one in sink.messages if subject in str(one["Subject"])]
        return found[-1] if found else None

    return look


@contextmanager
def running(
    *module: str, redis_url: str, email_url: str = "", log: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run one process of the house on the test database; what it says goes into a file, if one is given."""
    at = connection.settings_dict
    database = f"postgres://{at['USER']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
    environ = os.environ | {"DATABASE_URL": database, "REDIS_URL": redis_url, "EMAIL_URL": email_url}
    # A process group of its own, so that a test can kill a worker with the children that do its work.
    with (log or Path(os.devnull)).open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", *module],
            cwd=ROOT,
            env=environ,
            stderr=said,
            stdout=said,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)  # nothing is owed to anyone but the database, so no time is lost
        process.wait()


@contextmanager
def clockwork(redis_url: str, email_url: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker and beat; hand back the worker."""
    where = {"redis_url": redis_url, "email_url": email_url}
    with running(*WORKER, **where) as worker, running(*BEAT, **where):
        yield worker


class Website:
    """A web server that is asked as a browser without cookies asks."""

    def __init__(self, port: int, environ: dict[str, str] | None = None) -> None:
        self.port, self.environ = port, environ

    def manage(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Carry out a command with the settings of the server."""
        whole = [sys.executable, "manage.py", *command]
        return subprocess.run(
            whole, cwd=ROOT, env=self.environ, capture_output=True, text=True, timeout=120, check=False
        )

    def post(self, path: str, data: dict[str, Any], *, cookie: str | None = None) -> http.client.HTTPResponse:
        """Send a form; with a cookie, as a browser that has one of ours. Over five seconds is an error."""
        sent = {"Content-Type": "application/x-www-form-urlencoded"}
        if cookie is not None:
            sent |= {"Cookie": f"csrf={'a' * 32}; {cookie}", "X-CSRFToken": "a" * 32}
        return self._ask("POST", path, urlencode(data), sent)

    def get(self, path: str, timeout: float = 30) -> http.client.HTTPResponse:
        """Ask for a page."""
        return self._ask("GET", path, timeout=timeout)

    def answers(self) -> bool:
        """Whether it has started."""
        try:
            return self._ask("GET", "/healthz").status == 200
        except OSError:
            return False

    def _ask(self, method: str, path: str, *rest: Any, timeout: float = 5) -> http.client.HTTPResponse:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        link.request(method, path, *rest)
        return link.getresponse()


@contextmanager
def website(redis_url: str, log: Path | None = None) -> Iterator[Website]:
    """Run the web server of production."""
    site = Website(servers.free_port())
    with running(*WEB, f"127.0.0.1:{site.port}", redis_url=redis_url, log=log):
        until(site.answers)
        yield site


@contextmanager
def house(database_url: str, folder: Path, **settings: str) -> Iterator[Website]:
    """Run the web server of production on an empty database of a test's own, with the letter of the cast."""
    environ = os.environ | {"DATABASE_URL": database_url, "VAR_DIR": str(folder), "REDIS_URL": "", "DEBUG": "0"}
    environ |= {"DEMO": "1", "SECRET_KEY": "only-for-tests-" * 4, "LOG_LEVEL": "ERROR", **settings}
    django = [sys.executable, "-m", "django"]
    environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    migrated.pour_into(database_url)
    subprocess.run([*django, "shell", "--no-imports", "-c", LETTER], cwd=ROOT, env=environ, check=True, timeout=120)
    site = Website(servers.free_port(), environ=environ)
    command = [sys.executable, "-m", *WEB, f"127.0.0.1:{site.port}"]
    quiet = {"stderr": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    process = subprocess.Popen(command, cwd=ROOT, env=environ, start_new_session=True, **quiet)
    try:
        until(site.answers)
        yield site
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
