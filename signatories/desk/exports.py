"""Where the list leaves the house."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from petition.access import DAY, MINUTES, ask_again, fresh, is_fresh, team
from petition.forms import UNPROCESSABLE, posted
from petition.models import Letter, Power
from signatories import exporting
from signatories.forms import desk
from signatories.models import Export


@team
@fresh(DAY)
@require_http_methods(["GET", "POST"])
def export(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Take the list out of the house; who, which and when is recorded."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.EXPORT), slug=slug)
    form = desk.ExportForm(posted(request))
    if form.is_valid():
        if form.cleaned_data["audience"] == Export.Audience.TEAM and not is_fresh(request, MINUTES):
            return ask_again(request)
        chunked = request.META.get("SERVER_PROTOCOL") == "HTTP/1.1"
        return exporting.download(letter, actor=request.user, chunked=chunked, **form.cleaned_data)
    context = {"letter": letter, "form": form, "exports": Export.objects.filter(letter=letter)[:50]}
    return render(request, "signatories/desk/export.html", context, status=UNPROCESSABLE if form.errors else 200)
