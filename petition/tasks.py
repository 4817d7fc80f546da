"""Work of the clock; each task is one line and can be run twice."""

import logging
import time
from typing import Any

from celery import Task, shared_task
from celery.signals import task_postrun, task_prerun
from django.db import DatabaseError

from petition import idempotency, lifecycle, runs, tally
from petition.delivery import bundling

log = logging.getLogger(__name__)
_began: dict[str, float] = {}


@task_prerun.connect
def _begin(task_id: str, **_: Any) -> None:
    _began[task_id] = time.monotonic()


@task_postrun.connect
def _note(task_id: str, task: Task, state: str | None, retval: Any, **_: Any) -> None:
    seconds = time.monotonic() - _began.pop(task_id, time.monotonic())
    try:
        runs.note(task.name, seconds=seconds, problem=type(retval).__name__ if state == "FAILURE" else "")
    except DatabaseError as problem:
        log.warning("that %s ran could not be noted: %s", task.name, type(problem).__name__)


@shared_task
def tally_moved() -> None:
    """Count the letters that moved."""
    tally.take_moved()


@shared_task
def close_due() -> None:
    """Close the letters whose time has come."""
    lifecycle.close_due()


@shared_task
def publish_due() -> None:
    """Publish the letters whose hour has come."""
    lifecycle.publish_due()


@shared_task
def make_bundles() -> None:
    """Make the bundles that are owed."""
    while bundling.make_next():
        pass


@shared_task
def sing() -> None:
    """Leave a sign of life."""
    runs.sing()


@shared_task
def forget_tries() -> None:
    """Forget tries to log in that are over, and answers that nobody asks for again."""
    runs.forget_tries()
    idempotency.forget()
