"""Append-only files of what was done: every operation before and after, and every fault from beginning to end."""

import json
import threading
import time
from pathlib import Path
from typing import Any


class Journal:
    """One line an event; what is written stays."""

    def __init__(self, path: Path) -> None:
        self.path, self._lock = path, threading.Lock()
        self._file = path.open("a", encoding="utf-8", buffering=1)
        self.number = 0

    def begin(self, **what: Any) -> int:
        """Write that something begins, and return its number."""
        with self._lock:
            self.number += 1
            self._write({"n": self.number, "at": time.time(), **what})
            return self.number

    def end(self, number: int, **what: Any) -> None:
        """Write how it ended."""
        with self._lock:
            self._write({"n": number, "ended": time.time(), **what})

    def _write(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def entries(self) -> list[dict[str, Any]]:
        """Every event, with its end where there was one."""
        found: dict[int, dict[str, Any]] = {}
        for line in self.path.read_text(encoding="utf-8").splitlines():
            one = json.loads(line)
            found.setdefault(one["n"], {}).update(one)
        return list(found.values())
