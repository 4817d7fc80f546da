"""Real servers for the tests: on free ports, in temporary folders, ended with the tests.

`python -m tests.servers --with postgres,redis -- COMMAND …` runs a command beside them,
`python -m tests.servers --missing` says what is not installed.
"""

import argparse
import ctypes
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import psycopg
import redis as redis_client
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

PROGRAMS = {"postgres": ["initdb", "postgres", "pg_basebackup"], "redis": ["redis-server"], "chromium": ["chromium"]}
PROGRAMS |= {"nginx": ["nginx"]}
DEBIAN = {"postgres": "postgresql", "redis": "redis-server", "chromium": "chromium", "nginx": "nginx-light"}
VARIABLES = {"postgres": "DATABASE_URL", "redis": "REDIS_URL"}
LIBC = ctypes.CDLL(None)
SET_PDEATHSIG = 1  # of Linux's prctl


@dataclass(frozen=True)
class Server:
    """A running server: its address, and its process for tests that interrupt it."""

    url: str
    process: subprocess.Popen[bytes]


@dataclass
class Mailbox:
    """What an SMTP server was given, oldest first."""

    url: str
    messages: list[EmailMessage] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    patience: int = 0  # mails that it takes over one connection; 0 for any number
    connections: dict[Any, int] = field(default_factory=dict)  # mails over each

    async def handle_RCPT(
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Refuse the addresses that nobody has, and whoever sends too much."""
        taken = self.connections.setdefault(session.peer, 0)
        if self.patience and taken >= self.patience:
            return "421 too many mails over this connection"
        if address in self.unknown:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 known"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep one message; aiosmtpd finds this method by its name."""
        self.connections[session.peer] = self.connections.get(session.peer, 0) + 1
        message = message_from_bytes(envelope.original_content or b"", _class=EmailMessage, policy=default)
        self.messages.append(message)
        return "250 kept"


@contextmanager
def postgres(
    *,
    durable: bool = False,
    superuser: str = "undersigned",
    on: Path | None = None,
    port: int | None = None,
    segment: int = 16,
) -> Iterator[Server]:
    """Run an empty PostgreSQL cluster, which does not wait for the disk unless it is to be `durable`.

    Args:
        durable: whether it keeps what it has committed when it is killed.
        superuser: the role that owns the cluster.
        on: the volume it lies on; a cluster that lies there already is started again.
        port: where it listens; any free one unless told.
        segment: size of a file of its log in MB.
    """
    port = port or free_port()
    url = f"postgres://{superuser}@127.0.0.1:{port}/postgres"
    settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "200"}
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    with _folder(on) as (folder, user):
        initdb = [binary("initdb"), "--pgdata=data", f"--username={superuser}", "--auth=trust", "--no-sync"]
        initdb += ["--encoding=UTF8", "--locale=C.UTF-8", f"--wal-segsize={segment}"]
        if not (folder / "data").exists():
            made = subprocess.run(initdb, cwd=folder, capture_output=True, text=True, check=False, **user)
            if made.returncode:
                raise RuntimeError(f"initdb failed: {made.stderr}")
        command = [binary("postgres"), "-D", "data", "-p", str(port)]
        command += [f"--{name}={value}" for name, value in settings.items()]
        with _running(command, folder, user, lambda: psycopg.connect(url).close()) as process:
            yield Server(url, process)


@contextmanager
def standby(primary: str) -> Iterator[Server]:
    """Run a streaming standby of a cluster that runs.

    Args:
        primary: its address, of a role that may replicate.
    """
    port = free_port()
    with _folder() as (folder, user):
        copy = [binary("pg_basebackup"), "--dbname", primary, "--pgdata=data", "--write-recovery-conf"]
        subprocess.run([*copy, "--checkpoint=fast", "--no-sync"], cwd=folder, check=True, capture_output=True, **user)
        url = f"{primary.rpartition(':')[0]}:{port}/{primary.rpartition('/')[2]}"
        command = [binary("postgres"), "-D", "data", "-p", str(port), "--listen_addresses=127.0.0.1", "--fsync=off"]
        command += ["--unix_socket_directories=", "--max_connections=200"]
        with _running(command, folder, user, lambda: psycopg.connect(url).close()) as process:
            yield Server(url, process)


@contextmanager
def redis(*, port: int | None = None) -> Iterator[Server]:
    """Run an empty Redis that keeps nothing on disk; on a given port it takes the place of one that ended."""
    port = port or free_port()
    url = f"redis://127.0.0.1:{port}/0"
    command = [binary("redis-server"), "--port", str(port), "--bind", "127.0.0.1"]
    command += ["--save", "", "--appendonly", "no", "--databases", "128"]  # as many processes may test at once
    client = redis_client.Redis.from_url(url)
    with _folder() as (folder, user), client, _running(command, folder, user, client.ping) as process:
        yield Server(url, process)


@contextmanager
def smtp_sink(*, port: int | None = None) -> Iterator[Mailbox]:
    """Run an SMTP server in a thread that accepts every message and delivers none."""
    port = port or free_port()
    mailbox = Mailbox(f"smtp://127.0.0.1:{port}")
    controller = Controller(mailbox, hostname="127.0.0.1", port=port, enable_SMTPUTF8=True)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


def free_port() -> int:
    """Return a port nobody listens on, below those that the system hands to outgoing connections."""
    # Not the seeded generator: runs with the same seed would choose the same ports.
    for port in random.SystemRandom().sample(range(20_000, 32_768), 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("No free port between 20000 and 32767.")


def binary(name: str) -> str:
    """Return the path of an installed program; Debian keeps servers outside PATH."""
    others = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), "/usr/sbin"]  # newest first
    found = shutil.which(name) or shutil.which(name, path=os.pathsep.join(map(str, others)))
    if not found:
        raise FileNotFoundError(f"{name} is not installed.")
    return found


def missing(names: Sequence[str]) -> str:
    """Return one line about the tests that need all of these, or nothing when they can run."""
    packages = []
    for name in names:
        try:
            _ = [binary(program) for program in PROGRAMS[name]]
        except FileNotFoundError:
            packages.append(DEBIAN[name])
    if not packages:
        return ""
    return f"Not run: the tests that need {' and '.join(names)}. Debian: apt install {' '.join(packages)}"


@contextmanager
def _folder(on: Path | None = None) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Make a temporary folder, or take a given one, and say as whom to run: PostgreSQL refuses root."""
    made = tempfile.TemporaryDirectory(prefix="undersigned-", ignore_cleanup_errors=True)
    with nullcontext(str(on)) if on else made as name:
        if os.geteuid():
            yield Path(name), {}
            return
        known = {entry.pw_name: entry for entry in pwd.getpwall()}
        other = known.get("postgres") or known["nobody"]
        os.chown(name, other.pw_uid, other.pw_gid)
        yield Path(name), {"user": other.pw_uid, "group": other.pw_gid, "extra_groups": []}


@contextmanager
def _running(
    command: Sequence[str], folder: Path, user: Mapping[str, Any], ready: Callable[[], object]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends: then ask it to end with SIGINT, and after 10 seconds kill it."""
    with (folder / "log").open("wb") as log:
        # A session of its own: Ctrl-C ends the tests first, and they end the server.
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=_end_with_parent,
            **user,
        )
    try:
        _wait_for(ready, process, folder / "log")
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            pass
        finally:
            process.kill()
            process.wait()


def _end_with_parent() -> None:
    """Have the kernel end this process when the one that started it is killed and cannot tidy up."""
    if sys.platform == "linux":
        LIBC.prctl(SET_PDEATHSIG, signal.SIGINT)


def _wait_for(ready: Callable[[], object], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            ready()
            return
        except (psycopg.OperationalError, redis_client.ConnectionError):
            if process.poll() is not None or time.monotonic() > deadline:
                said = log.read_text(errors="replace")
                raise RuntimeError(f"{process.args!r} did not start:\n{said}") from None
            time.sleep(0.05)


def _run_beside(names: Sequence[str], command: Sequence[str]) -> int:
    """Run the command with the servers' addresses in its environment and return its exit code."""
    start = {"postgres": postgres, "redis": redis}
    _on_request_to_end(lambda number: sys.exit(128 + number))
    with ExitStack() as servers:
        urls = {VARIABLES[name]: servers.enter_context(start[name]()).url for name in names}
        # The terminal itself tells the command of a Ctrl-C; other requests to end are handed on to it,
        # those that come while it starts as soon as it has.
        signal.signal(signal.SIGINT, lambda *_: None)
        early: list[int] = []
        _on_request_to_end(early.append)
        process = subprocess.Popen(command, env=os.environ | urls)
        _on_request_to_end(process.send_signal)
        for number in early:
            process.send_signal(number)
        code = process.wait()
    return code if code >= 0 else 128 - code


def _on_request_to_end(react: Callable[[int], object]) -> None:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: react(number))


def main() -> int:
    """Run the command line described at the top of this file."""
    parser = argparse.ArgumentParser(prog="python -m tests.servers", description=__doc__)
    parser.add_argument("--missing", nargs="?", const="", metavar="NAMES", help="exit with 1 if any is")
    parser.add_argument("--with", dest="names", metavar="NAMES", help="postgres, redis, or both with a comma")
    parser.add_argument("command", nargs="*", help="what to run, after --")
    args = parser.parse_args()
    asked = (args.names or args.missing or "").split(",")
    if unknown := set(asked) - {""} - set(VARIABLES if args.names else PROGRAMS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    if args.names and args.command:
        return _run_beside(asked, args.command)
    if args.missing is None:
        parser.error("give --missing, or --with NAMES -- COMMAND")
    lines = [missing(group) for group in ([asked] if args.missing else [[name] for name in PROGRAMS])]
    print("\n".join(filter(None, lines)), end="\n" if any(lines) else "")
    return 1 if any(lines) else 0


if __name__ == "__main__":
    sys.exit(main())
