"""The list of signatories, as readers see it."""

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from petition.models import Letter
from petition.views import shared
from signatories import countries, roll


@require_safe
@shared
def signatories(request: HttpRequest, slug: str) -> HttpResponse:
    """The list, with search and filters."""
    letter = get_object_or_404(Letter.objects.public(), slug=slug)
    asked = {name: request.GET.get(name, "") for name in ("search", "discipline", "country", "after")}
    try:
        page = roll.page(letter, **asked)
    except roll.BadCursor:
        return HttpResponseBadRequest("This place in the list does not exist. Please start from its first page.")
    asked["search"] = asked["search"][:200]
    context = {
        "letter": letter,
        "tally": letter.latest_tally,
        "page": page,
        "asked": asked,
        "filtered": any(asked[name] for name in ("search", "discipline", "country")),
        "countries": countries.names(),
    }
    return render(request, "signatories/signatories.html", context)
