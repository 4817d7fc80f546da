"""What is known about the work of the clock: when each task last ran, and whether the whole way to it lives."""

import threading
import time
from datetime import timedelta
from typing import Any

from django.db.models import F

from petition import patience
from petition.models import Kept, Run

CANARY = "canary"
EVERY = 10.0  # seconds after which a process writes down again that a task ran well
STALE = timedelta(minutes=2)  # a canary comes every 30 seconds
_written: dict[str, float] = {}
_lock = threading.Lock()


def note(task: str, *, seconds: float = 0.0, problem: str = "", found: dict[str, Any] | None = None) -> None:
    """Write down that a task ran; where it ran well that is done every ten seconds at most.

    Args:
        task: its name.
        seconds: how long it took.
        problem: the kind of failure, or empty. Never a message: it could hold an address.
        found: what it found out, if it looks for something; stands until the next time.
    """
    with _lock:
        recent = time.monotonic() - _written.get(task, -EVERY) < EVERY
        if recent and not problem and found is None:
            return
        _written[task] = time.monotonic()
    now = patience.now()
    values: dict[str, Any] = {"at": now, "seconds": seconds}
    if found is not None:
        values["found"] = found
    if problem:
        values |= {"problem": problem[:100], "failed_at": now}
    run, created = Run.objects.get_or_create(task=task[:80], defaults=values | {"failures": int(bool(problem))})
    if not created:
        Run.objects.filter(pk=run.pk).update(failures=F("failures") + int(bool(problem)), **values)


def sing() -> None:
    """Leave a sign of life: whoever asked for this, whoever carried it and whoever did it are all there."""
    note(CANARY, found={})


def forget_tries() -> int:
    """Delete what the cache keeps beyond its time; return how many. Django does so only once it is full."""
    return Kept.objects.filter(expires__lt=patience.now()).delete()[0]
