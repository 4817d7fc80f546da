"""For whoever runs the house: whether it is ready, and its numbers for Prometheus."""

import hmac
import logging
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from petition import patience
from signatories import health

log = logging.getLogger(__name__)
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether requests can be answered: 503 while the database is away.

    200 with `degraded` and the reasons where pages are answered and something else is not done: nobody must take
    web servers away because a worker has died.

    Anybody may ask, so no letter is named: some are still with their founders.
    """
    try:
        state = health.look()
    except DatabaseError as problem:
        log.error("the database is away: %s", type(problem).__name__)
        connection.close_if_unusable_or_obsolete()
        return JsonResponse({"status": "database away"}, status=503, headers={"Retry-After": "2"})
    problems, broker, differ = list(state["problems"]), health.broker_answers(), len(state["drift"])
    if differ:
        problems.append(f"Letters whose list differs from history or count: {differ}. manage.py doctor names them.")
    if broker is False:
        problems.append("The queue does not answer. Pages do; mail waits.")
    said: dict[str, Any] = {"status": "degraded" if problems else "ok", "site": settings.SITE_URL}
    said |= {"database": "ok", "broker": {True: "ok", False: "away", None: "none"}[broker]}
    said |= {f"{name}_age": age for name, age in state["ages"].items()}
    said |= {"owed": state["owed"], "refused": state["refused"], "drift": differ, "problems": problems}
    return JsonResponse(said)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Numbers for Prometheus, read from the database, so that they are the same whichever process is asked."""
    token, given = settings.METRICS_TOKEN, request.headers.get("Authorization", "")
    if not token or not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        raise Http404  # whoever has no token learns nothing, not even that there is one
    registry = CollectorRegistry()
    registry.register(_House())
    return HttpResponse(generate_latest(registry), content_type=PROMETHEUS)


class _House:
    """What Prometheus collects."""

    def collect(self) -> list[Metric]:
        state = health.look()
        totals, runs = state["totals"], state["runs"]
        signatures = GaugeMetricFamily("undersigned_signatures", "Signatures by status.", labels=["status"])
        for status, number in totals.items():
            signatures.add_metric([status], number)
        ages = GaugeMetricFamily("undersigned_age_seconds", "Age of what is newest, or oldest and owed.", labels=["of"])
        for name, age in state["ages"].items():
            if age is not None:
                ages.add_metric([name], age)
        failures = CounterMetricFamily("undersigned_task_failures", "Tasks that failed.", labels=["task"])
        ran = GaugeMetricFamily("undersigned_task_age_seconds", "Since a task last ran.", labels=["task"])
        now = patience.now()
        for task, run in runs.items():
            failures.add_metric([task], run.failures)
            ran.add_metric([task], (now - run.at).total_seconds())
        simple = {
            "undersigned_signs": ("Signatures ever accepted and kept.", sum(totals.values())),
            "undersigned_confirms": ("Signatures whose mailbox is proven.", _confirmed(totals)),
            "undersigned_mails_owed": ("Mails that are owed.", state["owed"]),
            "undersigned_mails_refused": ("Mails that nobody takes.", state["refused"]),
            "undersigned_drift": ("Letters whose list and history differ.", len(state["drift"])),
        }
        return [
            signatures,
            ages,
            failures,
            ran,
            *(GaugeMetricFamily(name, help, value=value) for name, (help, value) in simple.items()),
        ]


def _confirmed(totals: dict[str, int]) -> int:
    return sum(number for status, number in totals.items() if status not in {"pending", "expired", "withdrawn"})
