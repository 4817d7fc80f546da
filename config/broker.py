"""How tasks travel. The queue only hurries what is owed in the database, so it may forget everything at any time."""

import socket
from typing import Any

from kombu.entity import Queue
from kombu.transport import redis, virtual

# Each kind of work that may take its time waits in a line of its own, so that it does not hold up the others and hosts
# can be dedicated to it; all the rest is soon done. A worker that is told no line serves them all.
QUEUES = {
    "mail": ("signatories.tasks.send_mail",),
    "tally": ("petition.tasks.tally_moved",),
    "evidence": ("signatories.tasks.check_proofs",),
    "slow": (
        "petition.tasks.make_bundles",
        "signatories.tasks.go_on_with_batches",
        "signatories.tasks.send_webhooks",
        "signatories.tasks.draw_samples",
        "signatories.tasks.forget",
    ),
}
# A connection over which nothing comes back is noticed within about 25 seconds.
KEEPALIVE = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3}


class Delivered(redis.QoS):
    """What a worker holds; a task whose end could not be told to Redis takes no place any more.

    Redis is frozen and the acknowledgement runs into its time limit: kombu 5.7 then counts the task as held for ever,
    and a worker whose places are all taken asks for nothing again, in silence. The message comes back later, and is
    expired by then.
    """

    def ack(self, delivery_tag: str) -> None:
        try:
            super().ack(delivery_tag)  # type: ignore[no-untyped-call]
        except Exception:
            virtual.QoS.ack(self, delivery_tag)  # type: ignore[no-untyped-call]
            raise


redis.Channel.QoS = Delivered
OVER_REDIS: dict[str, Any] = {
    "visibility_timeout": 900,  # longer than any task may run
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
    "socket_keepalive": True,
    "socket_keepalive_options": {
        getattr(socket, name): value for name, value in KEEPALIVE.items() if hasattr(socket, name)
    },
    "health_check_interval": 10,
}


def celery(redis_url: str, schedule: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return Celery's settings for a Redis, or for one process when there is none.

    Args:
        redis_url: where the queue is; empty for inside this process.
        schedule: what beat asks for. It lives in code and work is owed in the database, so beat keeps nothing on disk.
    """
    return {
        "CELERY_BROKER_URL": redis_url or "memory://",
        "CELERY_BROKER_TRANSPORT_OPTIONS": OVER_REDIS if redis_url else {"polling_interval": 0.05},
        # A worker tries for ever, and one that was cut off lets what it does come to its end: it is leased and marked
        # in the database, and to break off in the middle would repeat a mail.
        "CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP": True,
        "CELERY_BROKER_CONNECTION_RETRY": True,
        "CELERY_BROKER_CONNECTION_MAX_RETRIES": None,
        "CELERY_BROKER_CONNECTION_TIMEOUT": 5,
        "CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS": False,
        # Beat comes again in seconds, so it does not insist.
        "CELERY_TASK_PUBLISH_RETRY_POLICY": {
            "max_retries": 2,
            "interval_start": 0.1,
            "interval_step": 0.3,
            "interval_max": 1,
        },
        "CELERY_TASK_QUEUES": [Queue(name) for name in ("celery", *QUEUES)],  # type: ignore[no-untyped-call]
        "CELERY_TASK_DEFAULT_QUEUE": "celery",
        "CELERY_TASK_ROUTES": {task: {"queue": name} for name, tasks in QUEUES.items() for task in tasks},
        "CELERY_TASK_ACKS_LATE": True,
        "CELERY_TASK_REJECT_ON_WORKER_LOST": True,
        "CELERY_WORKER_PREFETCH_MULTIPLIER": 1,
        "CELERY_WORKER_HIJACK_ROOT_LOGGER": False,
        "CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT": 10,  # seconds for what runs when a second request to end comes
        "CELERY_WORKER_PROC_ALIVE_TIMEOUT": 60,  # a child of a busy machine takes its time to start
        "CELERY_TASK_IGNORE_RESULT": True,
        "CELERY_RESULT_BACKEND": None,
        "CELERY_TASK_TIME_LIMIT": 600,
        "CELERY_TASK_SOFT_TIME_LIMIT": 540,
        "CELERY_TASK_SERIALIZER": "json",
        "CELERY_ACCEPT_CONTENT": ["json"],
        "CELERY_BEAT_SCHEDULER": "celery.beat:Scheduler",
        "CELERY_BEAT_SCHEDULE": schedule,
    }
