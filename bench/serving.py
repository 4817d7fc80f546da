"""The product and the reference as gunicorn serves them with the settings that are shipped, on a durable PostgreSQL."""

import hashlib
import os
import select
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import loads
from tests.faults.house import procfile
from tests.servers import free_port

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = Path(sys.executable).parent
HOST = "letters.example.org"
WORKERS = 2


def environ(database: str, folder: Path) -> dict[str, str]:
    """The environment of the product: production, behind one proxy, and limits that count and refuse nobody."""
    return {
        "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "DEBUG": "0",
        "SECRET_KEY": hashlib.sha256(b"bench").hexdigest(),
        "SITE_URL": f"https://{HOST}",
        "ALLOWED_HOSTS": f"{HOST},127.0.0.1",
        "TRUSTED_PROXIES": "1",
        "LIMIT_FACTOR": "1000000",
        "DATABASE_URL": database,
        "VAR_DIR": str(folder),
        "WEB_CONCURRENCY": str(WORKERS),
    }


@dataclass(frozen=True)
class Web:
    """A running web server: its port, its process, whose children do the work, and whether it speaks TLS."""

    port: int
    process: subprocess.Popen[bytes]
    tls: bool = False

    def request(self, path: str, body: bytes = b"", *, client: int = 0, **headers: str) -> bytes:
        """One request as a proxy would hand it on."""
        lines = [
            f"{'POST' if body else 'GET'} {path} HTTP/1.1",
            f"Host: {HOST}",
            "X-Forwarded-Proto: https",
            f"X-Forwarded-For: 10.{client & 255}.{client >> 8 & 255}.{client >> 16 & 255}",
            "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Accept: text/html,application/xhtml+xml,*/*;q=0.8",
            "Accept-Language: en-GB,en;q=0.7,de;q=0.3",
            *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
        ]
        if body:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        return "\r\n".join([*lines, "", ""]).encode() + body

    def work(self) -> float:
        """Seconds of processor time that its workers have used so far: on a machine that others use, this says more."""
        ticks = 0
        for child in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split():
            fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])  # utime and stime, man 5 proc
        return ticks / os.sysconf("SC_CLK_TCK")

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers with small names, and body of one answer."""
        link = loads.Link(self.port, tls=self.tls)
        link.send(self.request(path, **headers), 0)
        while not (status := link.read()):
            select.select([link.socket], [], [], 30)
        head, _, body = link.got.partition(b"\r\n\r\n")
        pairs = (line.partition(": ") for line in head.decode("latin-1").split("\r\n")[1:])
        link.socket.close()
        return status, {name.lower(): value for name, _, value in pairs}, body


@contextmanager
def gunicorn(application: str, env: dict[str, str], log: Path) -> Iterator[Web]:
    """Run an application with the shipped command until the block ends."""
    port = free_port()
    words = shlex.split(procfile()["web"].replace("$PORT", str(port)).replace("config.wsgi", application))
    with log.open("wb") as said, subprocess.Popen(words, cwd=ROOT, env=env, stdout=said, stderr=said) as process:
        web = Web(port, process)
        try:
            deadline = time.monotonic() + 60
            while True:
                try:
                    web.get("/healthz")
                    break
                except OSError:
                    if time.monotonic() > deadline or process.poll() is not None:
                        raise RuntimeError(f"{application} did not start: {log.read_text()}") from None
                    time.sleep(0.1)
            yield web
        finally:
            process.terminate()


@contextmanager
def processes(names: Sequence[str], env: Mapping[str, str]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run some of the Procfile until the block ends, by their commands."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    commands, started = procfile(), []
    try:
        for name in names:
            words = [sys.executable, "-m", *shlex.split(commands[name])]
            started.append(subprocess.Popen(words, env=env, cwd=ROOT, **quiet))
        yield started
    finally:
        for process in started:
            process.terminate()
        for process in started:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()  # what it was at is leased, or not committed
