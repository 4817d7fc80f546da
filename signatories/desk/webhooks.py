"""The webhooks of a letter: make one, see what became of its messages, send one again."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from petition.access import MINUTES, fresh, team
from petition.forms import UNPROCESSABLE, posted
from petition.models import Letter, Power, User
from petition.moves import NotAllowed
from signatories import webhooks
from signatories.forms.programs import WebhookForm
from signatories.models import Webhook

SHOWN = 100  # messages on a page


@dataclass(frozen=True)
class Verb:
    """One button of a webhook, and what is said afterwards."""

    take: Callable[[Webhook], object]
    said: Promise


VERBS = {
    "test": Verb(webhooks.test, gettext_lazy("A test is on its way. Its answer stands in the log in a moment.")),
    "on": Verb(webhooks.switch_on, gettext_lazy("It is told of what happens from now on.")),
    "off": Verb(webhooks.switch_off, gettext_lazy("Nothing more is sent to it.")),
}


@team
@fresh(MINUTES)
@require_http_methods(["GET", "POST"])
def webhooks_(request: HttpRequest, slug: str) -> HttpResponse:
    """The webhooks of a letter, and a form for another one; its secret is shown this once."""
    letter = _letter(request, slug)
    form, secret = WebhookForm(posted(request)), ""
    if form.is_valid():
        assert isinstance(request.user, User)
        try:
            _row, secret = webhooks.make(letter, by=request.user, **form.cleaned_data)
        except NotAllowed as problem:
            form.add_error(None, str(problem))
        else:
            form = WebhookForm()
    context = {"letter": letter, "form": form, "secret": secret, "webhooks": letter.webhooks.all()}
    return render(request, "signatories/desk/webhooks.html", context, status=UNPROCESSABLE if form.errors else 200)


@team
@require_GET
def webhook(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """One webhook with its log."""
    return _page(request, *_find(request, slug, pk))


@team
@fresh(MINUTES)
@require_POST
def change(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Another address, or other events."""
    letter, one = _find(request, slug, pk)
    form = WebhookForm(request.POST)
    if not form.is_valid():
        return _page(request, letter, one, form=form)
    webhooks.change(one, **form.cleaned_data)
    messages.success(request, _("It is changed."))
    return redirect("signatories:webhook", slug, pk)


@team
@fresh(MINUTES)
@require_POST
def rotate(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Turn the secret over; the new one is shown this once."""
    letter, one = _find(request, slug, pk)
    secret = webhooks.rotate(one)
    one.refresh_from_db()
    return _page(request, letter, one, secret=secret)


@team
@fresh(MINUTES)
@require_POST
def act(request: HttpRequest, slug: str, pk: uuid.UUID, verb: str) -> HttpResponse:
    """Send a test, switch it on or off."""
    _of, one = _find(request, slug, pk)
    VERBS[verb].take(one)
    messages.success(request, str(VERBS[verb].said))
    return redirect("signatories:webhook", slug, pk)


@team
@fresh(MINUTES)
@require_POST
def remove(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Forget it, with its log."""
    _of, one = _find(request, slug, pk)
    webhooks.remove(one)
    messages.success(request, _("It is removed, with its log."))
    return redirect("signatories:webhooks", slug)


@team
@fresh(MINUTES)
@require_POST
def again(request: HttpRequest, slug: str, pk: uuid.UUID, delivery: uuid.UUID) -> HttpResponse:
    """Send one message again."""
    _of, one = _find(request, slug, pk)
    webhooks.again(get_object_or_404(one.deliveries.select_related("webhook"), pk=delivery))
    messages.success(request, _("It is sent again in a moment."))
    return redirect("signatories:webhook", slug, pk)


def _letter(request: HttpRequest, slug: str) -> Letter:
    return get_object_or_404(Letter.objects.run_by(request.user, Power.MANAGE), slug=slug)


def _find(request: HttpRequest, slug: str, pk: uuid.UUID) -> tuple[Letter, Webhook]:
    letter = _letter(request, slug)
    return letter, get_object_or_404(letter.webhooks.select_related("letter"), pk=pk)


def _page(
    request: HttpRequest, letter: Letter, one: Webhook, *, form: WebhookForm | None = None, secret: str = ""
) -> HttpResponse:
    context = {
        "letter": letter,
        "webhook": one,
        "secret": secret,
        "form": form or WebhookForm(initial={"url": one.url, "events": one.events}),
        "deliveries": one.deliveries.all()[:SHOWN],
        "owed": one.deliveries.filter(state="owed").count(),
        "most": SHOWN,
        "both_until": one.old_until if one.old_until and one.old_until > timezone.now() else None,
    }
    return render(request, "signatories/desk/webhook.html", context, status=UNPROCESSABLE if form else 200)
