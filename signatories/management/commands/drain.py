"""Do the work of the clock in one process, where no broker and no worker are wanted."""

import logging
import signal
import threading
import time
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, close_old_connections, connections

from config.broker import QUEUES
from config.celery import app
from config.postgresql.base import TASK, DatabaseWrapper
from config.schedule import SCHEDULE
from petition import runs

log = logging.getLogger(__name__)
PAUSE = 1.0  # seconds until the next try while the database is away


class Command(BaseCommand):
    help = (
        "Do everything that the clock would ask for now: once, or for ever with --loop. Needs neither Redis nor Celery."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--loop", action="store_true", help="go on until it is asked to end (SIGINT, SIGTERM)")

    def handle(self, *args: Any, **options: Any) -> None:
        DatabaseWrapper.patience = TASK
        app.loader.import_default_modules()
        stop = threading.Event()
        every = {entry["task"]: float(entry["schedule"]) for entry in SCHEDULE.values()}
        if not options["loop"]:
            # Twice: what the first turn finds out owes mail that the second one sends.
            for task in [*every, *every]:
                _do(task, stop)
            return
        _on_request_to_end(stop)
        slow = {task: every.pop(task) for task in QUEUES["slow"]}
        beside = threading.Thread(target=_go_round, args=(slow, stop))  # so that nobody's mail waits for a bundle
        beside.start()
        _go_round(every, stop)
        beside.join()


def _go_round(every: dict[str, float], stop: threading.Event) -> None:
    due = dict.fromkeys(every, 0.0)
    while not stop.is_set():
        for task, seconds in every.items():
            if due[task] <= time.monotonic() and not stop.is_set():
                due[task] = time.monotonic() + seconds
                _do(task, stop)
        stop.wait(max(0.0, min(0.2, min(due.values()) - time.monotonic())))
    connections.close_all()


def _do(task: str, stop: threading.Event) -> None:
    """Do one task and note it; what goes wrong with one holds up no other."""
    began, problem = time.monotonic(), ""
    close_old_connections()
    try:
        app.tasks[task]()
    except (OperationalError, InterfaceError) as away:
        log.error("%s: a backend is away: %s", task, type(away).__name__)
        connections.close_all()
        stop.wait(PAUSE)
        return
    except Exception as failure:
        log.exception("%s failed", task)
        problem = type(failure).__name__
    try:
        runs.note(task, seconds=time.monotonic() - began, problem=problem)
    except (OperationalError, InterfaceError):
        connections.close_all()


def _on_request_to_end(stop: threading.Event) -> None:
    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
