"""The list of signatories, as readers see it."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from petition.models import Letter
from petition.views import shared, unsearched
from signatories import countries, exporting, origins, record, roll
from signatories.limits import clients
from signatories.views import limited

BAD_REQUEST = 400
MOST_LISTS = 10  # whole lists for one client in ten minutes


@require_safe
@shared
def signatories(request: HttpRequest, slug: str) -> HttpResponse:
    """The list, with search and filters, as it stands or as it stood at a moment."""
    letter = get_object_or_404(Letter.objects.public(), slug=slug)
    asked: dict[str, Any] = {name: request.GET.get(name, "") for name in ("search", "discipline", "country", "after")}
    typed = request.GET.get("as_of", "")[:60]
    try:
        then = record.at(letter, record.read_moment(letter, typed)) if typed else None
        page = roll.page(letter, then=then, **asked)
    except record.BadMoment as problem:
        context = {"letter": letter, "typed": typed, "problem": problem}
        return render(request, "signatories/no_such_time.html", context, status=BAD_REQUEST)
    except roll.BadCursor:
        first = reverse("signatories:signatories", args=[slug])
        context = {"letter": letter, "heading": _("There is no such place in the list"), "first": first}
        return render(request, "signatories/no_such_place.html", context, status=BAD_REQUEST)
    asked["search"] = asked["search"][:200]
    context = {
        "letter": letter,
        "tally": letter.latest_tally,
        "page": page,
        "asked": asked,
        "then": then,
        "then_typed": f"{then.at:%Y-%m-%dT%H:%M}" if then else "",
        "filtered": any(asked[name] for name in ("search", "discipline", "country")),
        "countries": _countries(letter, asked["country"]),
        "unsearched": letter.names_unsearchable,
    }
    return unsearched(letter, render(request, "signatories/signatories.html", context))


def _countries(letter: Letter, asked: str) -> dict[str, str]:
    """The countries by which the list can be narrowed: those that are on it, and the one that was asked for."""
    tally = letter.latest_tally
    there = {asked, *(code for code, _n in tally.figures["countries"])} if tally else set(countries.names())
    return {code: name for code, name in countries.names().items() if code in there}


@require_safe
def whole_list(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The public list as a file, as it is now: what the pages show, in one table."""
    letter = get_object_or_404(Letter.objects.public(), slug=slug)
    if request.method == "HEAD":
        return unsearched(letter, HttpResponse(content_type=exporting.TYPES["csv"]))
    taken = clients.take("list", origins.of(request), most=MOST_LISTS)
    if not taken.allowed:
        return limited.too_many(request, taken.retry_after, kept=False)
    chunked = request.META.get("SERVER_PROTOCOL") == "HTTP/1.1"
    return unsearched(letter, exporting.for_anybody(letter, chunked=chunked))
