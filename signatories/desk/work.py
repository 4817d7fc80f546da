"""How the work of the desk goes on: what waits, how fast it is decided, and what the audit says."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, DurationField, ExpressionWrapper, F, Min, Q, QuerySet
from django.db.models.functions import TruncDay, TruncHour
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from petition.access import team
from petition.models import Letter, Power
from signatories import sampling
from signatories.models import Decision
from signatories.vetting import waiting

HOURS, DAYS, MONTH, WEEKS = 24, 14, timedelta(days=30), 12
# Putting a name back into the queue clears nothing.
CLEARING = [outcome for outcome in Decision.Outcome.values if outcome != Decision.Outcome.BACK]
BY_HAND = Q(batch=None)


@team
@require_GET
def work(request: HttpRequest, slug: str) -> HttpResponse:
    """Decisions an hour and a day, the time they take, and what waits longest."""
    letter = get_object_or_404(Letter.objects.run_by(request.user), slug=slug)
    member = letter.members.get(user=request.user.pk)
    now = timezone.now()
    decisions = Decision.objects.filter(letter=letter, outcome__in=CLEARING).order_by()
    hour = now.replace(minute=0, second=0, microsecond=0)
    day = hour.replace(hour=0)
    context = {
        "letter": letter,
        "hours": _grouped(decisions, TruncHour("at"), since=hour - timedelta(hours=HOURS - 1)),
        "days": _grouped(decisions, TruncDay("at"), since=day - timedelta(days=DAYS - 1)),
        "median": median_time(letter, since=now - MONTH),
        "waiting": waiting.queue(letter).aggregate(n=Count("pk"), oldest=Min("confirmed_at")),
        "vetters": _by_vetter(decisions, now) if member.may(Power.MANAGE) else None,
        "audit": sampling.rate(letter),
        "weeks": sampling.by_week(letter, weeks=WEEKS),
    }
    return render(request, "signatories/desk/work.html", context)


def _grouped(decisions: QuerySet[Decision], slot: Any, *, since: datetime) -> Iterable[Any]:
    rows = decisions.filter(at__gte=since).annotate(slot=slot).values("slot")
    counted = rows.annotate(decisions=Count("pk", filter=BY_HAND), in_batches=Count("pk", filter=~BY_HAND))
    return counted.order_by("-slot")


def median_time(letter: Letter, *, since: datetime) -> timedelta | None:
    """Return the median time from confirmation to the first decision by hand, of those decided since then."""
    by_hand = Q(decisions__batch=None, decisions__outcome__in=CLEARING)
    rows = letter.signatures.order_by().annotate(first=Min("decisions__at", filter=by_hand))
    took = ExpressionWrapper(F("first") - F("confirmed_at"), output_field=DurationField())
    rows = rows.filter(first__gte=since, confirmed_at__isnull=False)
    times = rows.annotate(took=took).order_by("took").values_list("took", flat=True)
    number = times.count()
    found: timedelta | None = times[number // 2] if number else None
    return found


def _by_vetter(decisions: QuerySet[Decision], now: datetime) -> Iterable[Any]:
    """Who decided how much; for owners only."""
    rows = decisions.filter(at__gte=now - MONTH, vetter__isnull=False).values("vetter__name", "vetter__email")
    counted = rows.annotate(
        day=Count("pk", filter=BY_HAND & Q(at__gte=now - timedelta(days=1))),
        week=Count("pk", filter=BY_HAND & Q(at__gte=now - timedelta(days=7))),
        month=Count("pk", filter=BY_HAND),
        in_batches=Count("pk", filter=~BY_HAND),
    )
    return counted.order_by("-month", "vetter__email")
