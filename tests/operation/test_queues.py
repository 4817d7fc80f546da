"""Each kind of work waits in a line of its own, and some process of the Procfile serves each line."""

import re

from config.broker import QUEUES, celery
from config.schedule import SCHEDULE
from tests.faults.house import procfile

ROUTES = celery("", SCHEDULE)["CELERY_TASK_ROUTES"]


def served(name: str) -> set[str]:
    """The lines that a process of the Procfile serves."""
    found = re.search(r"--queues (\S+)", procfile().get(name, ""))
    return set(found[1].split(",")) if found else set()


def test_every_line_is_served_by_a_process():
    assert set.union(*map(served, procfile())) == {"celery", *QUEUES}


def test_no_count_waits_behind_what_takes_minutes():
    assert ROUTES["petition.tasks.tally_moved"] == {"queue": "tally"}
    assert "tally" in served("worker")
    assert served("slow") == {"slow"}
    for task in ("forget", "draw_samples", "send_webhooks", "go_on_with_batches"):
        assert ROUTES[f"signatories.tasks.{task}"] == {"queue": "slow"}, task


def test_whatever_has_a_line_of_its_own_is_asked_for_by_the_clock():
    assert {task for tasks in QUEUES.values() for task in tasks} <= {entry["task"] for entry in SCHEDULE.values()}
