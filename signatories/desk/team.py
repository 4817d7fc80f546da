"""The page of a letter's team."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from petition.access import MINUTES, fresh
from petition.access import team as team_only
from petition.forms import UNPROCESSABLE, MemberForm, posted
from petition.models import Letter, Power, User
from petition.moves import NotAllowed
from signatories import team


@team_only
@fresh(MINUTES)
@require_http_methods(["GET", "POST"])
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """The team of a letter: who does what, and adding somebody."""
    found = get_object_or_404(Letter.objects.run_by(request.user, Power.MANAGE), slug=slug)
    form = MemberForm(posted(request))
    if form.is_valid():
        assert isinstance(request.user, User)
        try:
            team.join(found, by=request.user, **form.cleaned_data)
        except NotAllowed as problem:
            form.add_error("role", str(problem))
        else:
            messages.success(request, _("They can log in with a code by mail now. The owners are told."))
            return redirect("signatories:members", slug)
    context = {"letter": found, "form": form, "members": found.members.select_related("user").order_by("pk")}
    return render(request, "signatories/desk/members.html", context, status=UNPROCESSABLE if form.errors else 200)


@team_only
@fresh(MINUTES)
@require_POST
def remove_member(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take somebody off the team; a letter keeps at least one owner."""
    found = get_object_or_404(Letter.objects.run_by(request.user, Power.MANAGE), slug=slug)
    member = get_object_or_404(found.members.select_related("user"), pk=pk)
    assert isinstance(request.user, User)
    try:
        team.leave(member, by=request.user)
    except NotAllowed as problem:
        messages.error(request, str(problem))
    else:
        if member.user == request.user:  # who may open no page of it any more
            messages.success(request, _("You are off the team of “%(title)s”.") % {"title": found.title})
            return redirect("petition:desk")
        messages.success(request, _("They are off the team."))
    return redirect("signatories:members", slug)
