"""The public record for readers and machines: changes, counts by the hour, facts for the press, as it stood when."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from petition.models import Letter
from petition.templatetags import figures
from petition.text import stamp
from petition.views import shared, unsearched
from signatories import press, record

BAD_REQUEST = 400
BAD_PLACE = "This place in the record does not exist. Start from its first page."
COUNTS = ("hour", "as_of", "listed", "experts", "confirmed")


@require_safe
@shared
def changes(request: HttpRequest, slug: str) -> HttpResponse:
    """What changed, newest first, for people."""
    letter = get_object_or_404(Letter.objects.public(), slug=slug)
    try:
        return _record(request, letter, "signatories/changes.html", "text/html")
    except record.BadCursor:
        first = reverse("signatories:changes", args=[slug])
        context = {"letter": letter, "heading": _("There is no such place in the record"), "first": first}
        return render(request, "signatories/no_such_place.html", context, status=BAD_REQUEST)


@require_safe
@shared
def changes_atom(request: HttpRequest, slug: str) -> HttpResponse:
    """The same as an Atom feed (RFC 4287), with links to older entries (RFC 5005, section 3)."""
    letter = get_object_or_404(Letter.objects.public(), slug=slug)
    try:
        return _record(request, letter, "signatories/changes.atom", "application/atom+xml")
    except record.BadCursor:
        return _bad_place()


@require_safe
@shared
@translation.override("en")
def changes_json(request: HttpRequest, slug: str) -> HttpResponse:
    """The same for programs."""
    letter = get_object_or_404(Letter.objects.public(), slug=slug)
    try:
        page = record.changes(letter, after=request.GET.get("after", ""))
    except record.BadCursor:
        return _bad_place()
    more = _address(letter, "changes_json", after=page.after) if page.after else None
    body = {
        "letter": letter.title,
        "address": _address(letter, "changes"),
        "changes": [record.for_programs(change) for change in page.changes],
        "next": more,
    }
    return unsearched(letter, JsonResponse(body, json_dumps_params={"ensure_ascii": False, "indent": 1}))


@require_safe
@cache_control(public=True, max_age=60)
def counts(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """The history of the count: the last one of each hour since publication."""
    letter = get_object_or_404(Letter.objects.public(), slug=slug)
    disposition = {"Content-Disposition": f'attachment; filename="{letter.slug}-counts.csv"'}
    return StreamingHttpResponse(_count_lines(letter), content_type="text/csv; charset=utf-8", headers=disposition)


@require_safe
@shared
def facts(request: HttpRequest, slug: str) -> HttpResponse:
    """Facts for the press."""
    letter = get_object_or_404(Letter.objects.public(), slug=slug)
    tally = letter.latest_tally
    context: dict[str, Any] = {"letter": letter, "tally": tally}
    if tally is not None:
        as_of = figures.moment(tally.as_of)
        address = _address(letter, "signatories", as_of=as_of)
        context |= {
            "figures": press.figures(letter, tally),
            "sentence": press.sentence(letter, tally),
            "citation": press.citation(letter, tally, address=address),
        }
    return render(request, "signatories/press.html", context)


def _bad_place() -> HttpResponse:
    """Say so to a program, as RFC 9457 has it."""
    said = {"type": "about:blank", "title": "Bad Request", "status": BAD_REQUEST, "detail": BAD_PLACE}
    return JsonResponse(said, status=BAD_REQUEST, content_type="application/problem+json")


def _record(request: HttpRequest, letter: Letter, template: str, content_type: str) -> HttpResponse:
    """A page of the record in one form; BadCursor where the place was not made here."""
    after = request.GET.get("after", "")
    page = record.changes(letter, after=after)
    context = {
        "letter": letter,
        "page": page,
        "after": after,
        "tally": letter.latest_tally,
        "site": settings.SITE_URL,
        "updated": page.changes[0].at if page.changes else letter.opened_at,
        "unsearched": letter.names_unsearchable,
    }
    shown = render(request, template, context, content_type=f"{content_type}; charset=utf-8")
    return unsearched(letter, shown)


def _count_lines(letter: Letter) -> Iterator[str]:
    yield ",".join(COUNTS) + "\r\n"
    tallies = letter.tallies.filter(as_of__gte=letter.opened_at).order_by("hour")
    numbers = [f"figures__{name}" for name in COUNTS[2:]]
    for hour, as_of, *counted in tallies.values_list("hour", "as_of", *numbers).iterator():
        yield ",".join([stamp(hour), stamp(as_of), *map(str, counted)]) + "\r\n"


def _address(letter: Letter, name: str, **query: str) -> str:
    asked = "&".join(f"{key}={value}" for key, value in query.items())
    path = reverse(f"signatories:{name}", args=[letter.slug])
    return f"{settings.SITE_URL}{path}{'?' if asked else ''}{asked}"
