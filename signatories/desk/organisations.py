"""Where a team looks up organisations and their hosts, and says what it knows. All letters share these rows."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from petition.access import team
from petition.forms import UNPROCESSABLE
from petition.models import Letter, Power, User
from signatories import organisations
from signatories.forms.organisations import HostForm, OrganisationForm
from signatories.models import Organisation, OrganisationDomain
from signatories.organisations import hosts
from signatories.templatetags.phrases import midsentence

LONGEST = 300
SHOWN_EVENTS = 50


@team
@require_GET
def look_up(request: HttpRequest, slug: str) -> HttpResponse:
    """Look up an organisation by name or host, or read all that is known of one."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.VET), slug=slug)
    if "organisation" in request.GET:
        return _one(request, letter, _organisation(request.GET["organisation"]))
    typed = request.GET.get("q", "")[:LONGEST]
    host = hosts.exact(typed.rpartition("@")[2])
    context: dict[str, Any] = {
        "typed": typed,
        "found": organisations.look_up(typed) if typed.strip() else [],
        "no_host": hosts.problem(host) if host else "",
        "add": OrganisationForm(initial={} if host else {"name": typed}),
    }
    return _page(request, letter, **context)


@team
@require_POST
def add(request: HttpRequest, slug: str) -> HttpResponse:
    """Add an organisation that nobody knows."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.VET), slug=slug)
    assert isinstance(request.user, User)
    form = OrganisationForm(request.POST)
    if form.is_valid():
        try:
            made = organisations.add(**form.cleaned_data, by=request.user)
        except ValidationError as problem:
            form.add_error("name", problem)
        else:
            messages.success(request, _("Added. Now say at which host its people have mailboxes."))
            return redirect(_address(letter, made))
    return _page(request, letter, add=form, status=UNPROCESSABLE)


@team
@require_POST
def add_host(request: HttpRequest, slug: str) -> HttpResponse:
    """Say that people of an organisation have mailboxes at a host."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.VET), slug=slug)
    assert isinstance(request.user, User)
    one, form = _organisation(request.POST.get("organisation", "")), HostForm(request.POST)
    if form.is_valid():
        try:
            row = organisations.add_host(one, **form.cleaned_data, by=request.user)
        except ValidationError as problem:
            form.add_error("host", problem)
        else:
            messages.success(
                request,
                _("%(host)s stands for %(kind)s of %(organisation)s from now on.")
                % {"host": row.host, "kind": midsentence(row.get_kind_display()), "organisation": one},
            )
            return redirect(_address(letter, one))
    return _one(request, letter, one, form=form, status=UNPROCESSABLE)


@team
@require_POST
def remove_host(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a wrong host away."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.VET), slug=slug)
    assert isinstance(request.user, User)
    row = get_object_or_404(OrganisationDomain.objects.select_related("organisation"), pk=pk)
    organisations.remove_host(row, by=request.user)
    messages.success(
        request,
        _("%(host)s does not stand for %(organisation)s any more.")
        % {"host": row.host, "organisation": row.organisation},
    )
    return redirect(_address(letter, row.organisation))


def _one(request: HttpRequest, letter: Letter, one: Organisation, status: int = 200, **shown: Any) -> HttpResponse:
    rows = one.domains.filter(removed_at=None).select_related("taught_by", "learned_from__signature__letter")
    context = {
        "one": one,
        "names": one.names.order_by("kind", "name").exclude(name=one.name),
        "domains": rows.order_by("host"),
        "events": one.events.select_related("by", "decision")[:SHOWN_EVENTS],
        "form": HostForm(),
        **shown,
    }
    return _page(request, letter, status=status, **context)


def _page(request: HttpRequest, letter: Letter, status: int = 200, **shown: Any) -> HttpResponse:
    return render(request, "signatories/desk/organisations.html", {"letter": letter, **shown}, status=status)


def _organisation(given: str) -> Organisation:
    try:
        pk = uuid.UUID(given)
    except ValueError:
        pk = uuid.UUID(int=0)
    return get_object_or_404(Organisation, pk=pk)


def _address(letter: Letter, one: Organisation) -> str:
    return f"{reverse('signatories:desk_organisations', args=[letter.slug])}?organisation={one.pk}"
