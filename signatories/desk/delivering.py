"""The button that delivers."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from petition import patience
from petition.access import team
from petition.delivery import desk
from petition.delivery.forms import DeliverForm
from petition.models import Letter, Power, User
from signatories import delivering


@team
@require_POST
def deliver(request: HttpRequest, slug: str) -> HttpResponse:
    """Freeze the letter with everyone who is listed."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.MANAGE), slug=slug)
    form = DeliverForm(request.POST)
    if not form.is_valid():
        return desk.page(request, letter, form=form)
    assert isinstance(request.user, User)
    with patience.longer(minutes=5):  # a million names are copied
        delivering.deliver(letter, actor=request.user)
    messages.success(request, _("Delivered and frozen. The document is being made."))
    return redirect("petition:delivery", slug)
