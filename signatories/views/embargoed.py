"""The frozen letter for the press, before it is public."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from signatories import embargo, origins
from signatories.models import EmbargoLink
from signatories.views import links


@require_safe
def page(request: HttpRequest, token: str) -> HttpResponse:
    """The text and whoever is listed so far: the same list as on the public page."""
    link = get_object_or_404(EmbargoLink.objects.select_related("letter"), pk=links.read("embargo", token))
    if link.letter.is_public:
        return redirect("petition:letter", link.letter.slug)
    if link.is_over:
        return render(request, "signatories/embargo_over.html", {"letter": link.letter}, status=links.GONE)
    embargo.note_opening(link, network=origins.of(request).network)
    context = {"letter": link.letter, "link": link, "tally": link.letter.latest_tally}
    return render(request, "signatories/embargo.html", context)
