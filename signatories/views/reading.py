"""The list of signatories, as readers see it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from petition.models import Letter
from petition.views import shared, unsearched
from signatories import countries, record, roll

BAD_REQUEST = 400


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
        "countries": countries.names(),
        "unsearched": letter.names_unsearchable,
    }
    return unsearched(letter, render(request, "signatories/signatories.html", context))
