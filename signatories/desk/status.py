"""How the house is, for those who run it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from petition import patience, runs
from petition.access import team
from petition.models import Letter, Power
from signatories import health


@team
@require_GET
def status(request: HttpRequest) -> HttpResponse:
    """Sign of life, mail, numbers and tasks; for owners of a letter, and whoever runs the site."""
    runs_it = getattr(request.user, "is_superuser", False)
    if not runs_it and not Letter.objects.run_by(request.user, Power.MANAGE).exists():
        raise Http404
    state = health.look()
    tasks = sorted((run for run in state["runs"].values() if run.task != runs.CANARY), key=lambda run: run.task)
    problems = [*state["drift"], *state["problems"]]
    more = {"problems": problems, "tasks": tasks, "now": patience.now(), "broker": health.broker_answers()}
    return render(request, "signatories/desk/status.html", {**state, **more})
