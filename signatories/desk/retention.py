"""What was forgotten when, and what comes next: counts only."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from petition.access import team
from petition.models import Letter
from signatories import retention

SHOWN = 100


@team
@require_GET
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """The table of retention with what is due on this letter now, and the last runs."""
    letter = get_object_or_404(Letter.objects.run_by(request.user), slug=slug)
    runs = [{"run": run, "what": retention.words(run.rule)} for run in retention.report(letter)[:SHOWN]]
    context = {"letter": letter, "plan": retention.plan(letter=letter), "runs": runs}
    return render(request, "signatories/desk/retention.html", context)
