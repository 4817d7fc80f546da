"""What readers see. The same bytes for every visitor: no session, no cookie, nothing personal."""

from django.conf import settings
from django.db import connection
from django.db.utils import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from petition.models import Letter

# A shared cache may answer for this long; a hidden name is gone from every page within it.
shared = cache_control(public=True, max_age=2)


@require_safe
@shared
def index(request: HttpRequest) -> HttpResponse:
    """All letters that are public."""
    return render(request, "petition/index.html", {"letters": Letter.objects.public()[:200]})


@require_safe
@shared
def letter(request: HttpRequest, slug: str) -> HttpResponse:
    """The letter with its numbers, its form and its first signatories."""
    found = get_object_or_404(Letter.objects.public(), slug=slug)
    return render(request, "petition/letter.html", {"letter": found, "tally": found.latest_tally})


@require_safe
@shared
def coalition(request: HttpRequest, slug: str) -> HttpResponse:
    """What the coalition adds up to, as charts with their data tables."""
    found = get_object_or_404(Letter.objects.public(), slug=slug)
    return render(request, "petition/coalition.html", {"letter": found, "tally": found.latest_tally})


@require_safe
@shared
def version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One published wording, with its canonical text and hash, for ever at this address."""
    found = get_object_or_404(Letter.objects.public(), slug=slug)
    wording = found.versions.filter(number=number, published_at__isnull=False).first()
    if wording is None:
        raise Http404
    return render(request, "petition/version.html", {"letter": found, "version": wording})


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers; 503 where it does not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "database away"}, status=503, headers={"Retry-After": "5"})
    return JsonResponse({"status": "ok", "site": settings.SITE_URL})
