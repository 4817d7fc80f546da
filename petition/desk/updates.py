"""News about a letter: write it, look at it, publish it."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from petition import news
from petition.access import team
from petition.forms import UNPROCESSABLE, SeenForm, SureForm, posted
from petition.forms.versions import UpdateForm
from petition.models import Letter, Power, Update, User


@team
@require_http_methods(["GET", "POST"])
def updates(request: HttpRequest, slug: str) -> HttpResponse:
    """What was published, what is being written, and a new one."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.EDIT), slug=slug)
    form = UpdateForm(posted(request))
    if form.is_valid():
        assert isinstance(request.user, User)
        made = news.write(letter, by=request.user, **form.cleaned_data)
        return redirect("petition:update", slug, made.pk)
    context = {"letter": letter, "updates": letter.updates.select_related("author"), "form": form}
    return render(request, "petition/desk/updates.html", context, status=UNPROCESSABLE if form.errors else 200)


@team
@require_http_methods(["GET", "POST"])
def update(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """One piece of news: change it until it is published."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.EDIT), slug=slug)
    found = get_object_or_404(letter.updates, pk=pk)
    form = UpdateForm(posted(request), initial={"title": found.title, "body": found.body})
    if form.is_valid():
        news.rewrite(found, **form.cleaned_data)
        messages.success(request, _("Saved. Nobody but your team can read it."))
        return redirect("petition:update", slug, pk)
    return _update(request, found, form, _sure())


@team
@require_POST
def publish(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Put it on the page and mail it to those who asked for news."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.MANAGE), slug=slug)
    found = get_object_or_404(letter.updates, pk=pk)
    sure = _sure(request.POST)
    if not sure.is_valid() and found.published_at is None:
        return _update(request, found, UpdateForm(initial={"title": found.title, "body": found.body}), sure)
    news.publish(found, seen=sure.cleaned_data.get("seen"))
    messages.success(request, _("It is on the letter’s page, and goes out to those who asked for news."))
    return redirect("petition:updates", slug)


@team
@require_POST
def discard(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Throw a piece of news away that was never published."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.EDIT), slug=slug)
    form = SeenForm(request.POST)
    form.is_valid()
    news.discard(get_object_or_404(letter.updates, pk=pk), seen=form.cleaned_data.get("seen"))
    messages.success(request, _("It is thrown away."))
    return redirect("petition:updates", slug)


def _sure(data: QueryDict | None = None) -> SureForm:
    return SureForm(_("Publish it now, and mail it. It cannot be changed or taken back."), data, auto_id="publish_%s")


def _update(request: HttpRequest, found: Update, form: UpdateForm, sure: SureForm) -> HttpResponse:
    member = found.letter.members.get(user=request.user.pk)
    context = {"letter": found.letter, "update": found, "form": form, "sure": sure, "member": member}
    wrong = form.errors or sure.errors
    return render(request, "petition/desk/update.html", context, status=UNPROCESSABLE if wrong else 200)
