"""Who was invited, and where each stands."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from petition.access import team
from petition.models import Letter
from signatories import invitations


@team
@require_GET
def founders(request: HttpRequest, slug: str) -> HttpResponse:
    """Who was invited as a founder, and where each stands."""
    letter = get_object_or_404(Letter.objects.run_by(request.user), slug=slug)
    invited = letter.invitations.select_related("signature")
    context = {"letter": letter, "invitations": invited, "columns": ",".join(invitations.COLUMNS)}
    return render(request, "signatories/desk/founders.html", context)
