"""The two switches of a letter, which its owners turn."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST

from petition import switching
from petition.access import came_from, team
from petition.models import Letter, Power, User

SAID = {
    ("publishing", False): gettext_noop("Publishing is paused. Decisions wait, signatures are still collected."),
    ("publishing", True): gettext_noop("Names are published again. What is ready is being listed."),
    ("hold_new", True): gettext_noop("From now on whoever confirms is held."),
    ("hold_on_burst", True): gettext_noop(
        "The next burst of signatures holds all that come after it, until you say otherwise."
    ),
    ("hold_on_burst", False): gettext_noop("A burst of signatures is an alarm, and holds nobody."),
    ("hold_new", False): gettext_noop("New signatures go into the queue as usual. Those that are held stay held."),
}


@team
@require_POST
def switch(request: HttpRequest, slug: str, name: str, on: bool) -> HttpResponse:
    """Turn a switch."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.MANAGE), slug=slug)
    assert isinstance(request.user, User)
    switching.switch(letter, name, on=on, actor=request.user)
    messages.success(request, _(SAID[name, on]))
    return redirect(came_from(request, reverse("signatories:queue", args=[letter.slug])))
