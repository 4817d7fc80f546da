"""The Celery application: `celery -A config worker` and `celery -A config beat`."""

import os
from typing import Any

import celery
from celery import Celery, signals
from django.db import InterfaceError, OperationalError

from config.postgresql.base import TASK, DatabaseWrapper
from config.schedule import SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class Task(celery.Task):
    """A task that fails because a backend is away says so in one line: it is asked for again within seconds."""

    throws = (OperationalError, InterfaceError)


app = Celery("undersigned", task_cls=Task)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.worker_init.connect
def _wait_as_tasks_may(**_: Any) -> None:
    DatabaseWrapper.patience = TASK


@signals.worker_ready.connect
def _sweep(**_: Any) -> None:
    """A worker that starts does not wait for beat to ask."""
    for entry in SCHEDULE.values():
        app.send_task(entry["task"], **entry["options"])
