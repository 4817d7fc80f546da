"""Processes that are started again shortly after they end, as a service manager would."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.servers import LIBC, SET_PDEATHSIG

PAUSE = 0.4  # seconds between the end of a process and its next start


@dataclass
class Kept:
    """One process that is kept running; signals go to it and its children only, by their ids."""

    name: str
    command: Sequence[str]
    log: Path
    environ: Mapping[str, str]
    folder: Path
    user: Mapping[str, Any] = field(default_factory=dict)
    ready: Callable[[], bool] = lambda: True
    piped: bool = False
    starts: int = 0
    process: subprocess.Popen[bytes] | None = None
    _ending: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Start it, and keep it running from now on."""
        self._ending.clear()
        self._thread = threading.Thread(target=self._keep, name=self.name, daemon=True)
        self._thread.start()

    def wait(self, seconds: float = 60) -> None:
        """Wait until it answers."""
        deadline = time.monotonic() + seconds
        while not (self.pid and self.ready()):
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} did not start:\n{self.log.read_text(errors='replace')[-3000:]}")
            time.sleep(0.05)

    def end(self, number: int = signal.SIGTERM, seconds: float = 10) -> None:
        """End it for good."""
        self._ending.set()
        self.send(signal.SIGCONT)
        self.send(number)
        if self._thread:
            self._thread.join(seconds)
            if self._thread.is_alive():
                self.send(signal.SIGKILL)
                self._thread.join(5)

    @property
    def pid(self) -> int:
        """The id of the running process, or 0."""
        process = self.process
        return process.pid if process and process.poll() is None else 0

    def children(self) -> list[int]:
        """The ids of the processes that it has started."""
        return sorted(children_of(self.pid)) if self.pid else []

    def send(self, number: int, pid: int = 0) -> bool:
        """Signal it or a child of it; return whether there was anybody to signal."""
        pid = pid or self.pid
        if not pid or (pid != self.pid and pid not in self.children()):
            return False
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return False
        return True

    def say(self, line: str) -> None:
        """Write a line to its standard input."""
        process = self.process
        if process and process.stdin:
            try:
                process.stdin.write(line.encode() + b"\n")
                process.stdin.flush()
            except OSError:
                pass  # it was killed in this moment

    def _keep(self) -> None:
        while not self._ending.is_set():
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(
                    self.command,
                    cwd=self.folder,
                    env=dict(self.environ),
                    stdin=subprocess.PIPE if self.piped else subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    preexec_fn=_end_with_harness,
                    **self.user,
                )
            self.starts += 1
            self.process.wait()
            _end_group(self.process.pid)
            self._ending.wait(PAUSE)


def children_of(parent: int) -> list[int]:
    """Read the ids of a process's children from the kernel."""
    found: list[int] = []
    for task in Path(f"/proc/{parent}/task").glob("*/children"):
        try:
            found += map(int, task.read_text().split())
        except OSError:
            continue
    return found


def _end_group(leader: int) -> None:
    """End what a killed process left behind in its own session, as a service manager ends its control group."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def _end_with_harness() -> None:
    LIBC.prctl(SET_PDEATHSIG, signal.SIGKILL)
