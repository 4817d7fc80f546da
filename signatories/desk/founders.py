"""Founders and the press, before a letter is public."""

import io
import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext
from django.views.decorators.http import require_GET, require_POST

from petition.access import team
from petition.forms import UNPROCESSABLE
from petition.models import Letter, Power, User
from signatories import embargo, invitations, tokens
from signatories.forms.founders import EmbargoForm, InviteForm, InviteManyForm
from signatories.models import EmbargoLink, Mail

MOST_NAMED = 100  # bad rows of a file
VERBS = {"resend": invitations.resend, "remind": invitations.remind, "revoke": invitations.revoke}
SAID = {
    "resend": gettext_noop("It is sent again."),
    "remind": gettext_noop("The reminder is on its way."),
    "revoke": gettext_noop("The invitation is taken back."),
}


@team
@require_GET
def founders(request: HttpRequest, slug: str) -> HttpResponse:
    """Who was invited as a founder, where each stands, and who else may read."""
    return _page(request, get_object_or_404(Letter.objects.run_by(request.user), slug=slug))


@team
@require_POST
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Invite one founder."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.MANAGE), slug=slug)
    form = InviteForm(letter, request.POST)
    if not form.is_valid():
        return _page(request, letter, invite=form)
    assert isinstance(request.user, User)
    if not invitations.invite(
        letter, rows=[form.cleaned_data], by=request.user
    ):  # a second click, just after the first
        form.add_error("email", _("This mailbox was invited before."))
        return _page(request, letter, invite=form)
    messages.success(request, _("%(name)s is invited; the mail goes out now.") % {"name": form.cleaned_data["name"]})
    return redirect("signatories:founders", slug)


@team
@require_POST
def invite_many(request: HttpRequest, slug: str) -> HttpResponse:
    """Invite founders from a CSV; every bad row is named, and nobody is invited unless the rest is asked for."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.MANAGE), slug=slug)
    form = InviteManyForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, letter, many=form)
    file = form.cleaned_data["file"]
    reading = invitations.read(letter, io.StringIO(file, newline=""))
    if not reading.rows or (reading.problems and not form.cleaned_data["skip_bad"]):
        return _page(request, letter, many=form, problems=_named(reading.problems))
    assert isinstance(request.user, User)
    made = invitations.invite(letter, rows=reading.rows, by=request.user)
    if not made:  # a second click, just after the first
        reading = invitations.read(letter, io.StringIO(file, newline=""))
        return _page(request, letter, many=form, problems=_named(reading.problems))
    said = [
        ngettext(
            "%(number)s is invited; their mail goes out now.",
            "%(number)s are invited; their mail goes out now.",
            len(made),
        )
        % {"number": len(made)}
    ]
    if bad := len(reading.problems):
        said.append(
            ngettext("%(number)s bad row is left out.", "%(number)s bad rows are left out.", bad) % {"number": bad}
        )
    messages.success(request, " ".join(said))
    return redirect("signatories:founders", slug)


def _named(problems: list[invitations.Problem]) -> list[Any]:
    """What is wrong with a file, row by row; of a file that is no list of people not every row."""
    if not problems:
        return [_("There is nobody to invite in this file.")]
    left = len(problems) - MOST_NAMED
    more = ngettext("And %(number)s more.", "And %(number)s more.", left) % {"number": left}
    return [*problems[:MOST_NAMED], *([more] if left > 0 else [])]


@team
@require_POST
def act(request: HttpRequest, slug: str, pk: uuid.UUID, verb: str) -> HttpResponse:
    """Send an invitation again, remind, or take it back."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.MANAGE), slug=slug)
    VERBS[verb](get_object_or_404(letter.invitations.select_related("letter"), pk=pk))
    messages.success(request, _(SAID[verb]))
    return redirect("signatories:founders", slug)


@team
@require_POST
def press(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a link for the press."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.MANAGE), slug=slug)
    form = EmbargoForm(request.POST)
    if not form.is_valid():
        return _page(request, letter, press=form)
    assert isinstance(request.user, User)
    embargo.make(letter, reader=form.cleaned_data["reader"], expires_at=form.expires_at(), by=request.user)
    messages.success(request, _("The link is made. It stands below."))
    return redirect("signatories:founders", slug)


@team
@require_POST
def revoke_link(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """End a link for the press."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.MANAGE), slug=slug)
    embargo.revoke(get_object_or_404(letter.embargo_links, pk=pk))
    messages.success(request, _("The link opens nothing any more."))
    return redirect("signatories:founders", slug)


def _page(request: HttpRequest, letter: Letter, **shown: Any) -> HttpResponse:
    mails = Prefetch("mails", Mail.objects.order_by("created_at"))
    invited = list(letter.invitations.select_related("signature").prefetch_related(mails))
    member = letter.members.get(user=request.user.pk)
    context = {
        "letter": letter,
        "manages": member.may(Power.MANAGE),
        "invitations": [(one, invitations.where(one)) for one in invited],
        "counts": invitations.count(invited),
        "invite": InviteForm(letter),
        "many": InviteManyForm(),
        "press": EmbargoForm(),
        "links": [(link, _address(link)) for link in letter.embargo_links.prefetch_related("openings")],
        **shown,
    }
    return render(request, "signatories/desk/founders.html", context, status=UNPROCESSABLE if shown else 200)


def _address(link: EmbargoLink) -> str:
    return settings.SITE_URL + reverse("signatories:embargo", args=[tokens.make("embargo", link.pk)])
