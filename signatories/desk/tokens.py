"""The personal tokens of whoever is logged in."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from petition.access import MINUTES, fresh, team
from petition.forms import UNPROCESSABLE, posted
from petition.models import User
from petition.moves import NotAllowed
from signatories import access_tokens
from signatories.forms.programs import TokenForm
from signatories.models import AccessToken
from signatories.models.access import AccessTokenQuerySet


@team
@fresh(MINUTES)
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """Make a token and see it once; see of the others what they may do and when they were used."""
    assert isinstance(request.user, User)
    form, secret = TokenForm(posted(request)), ""
    if form.is_valid():
        try:
            _row, secret = access_tokens.issue(request.user, **form.cleaned_data)
        except NotAllowed as problem:
            form.add_error(None, str(problem))
        else:
            form = TokenForm()
    # The page itself shows it, not another one behind a redirect: so it is kept nowhere on the way.
    context = {"form": form, "secret": secret, "tokens": _of(request.user)}
    return render(request, "signatories/desk/tokens.html", context, status=UNPROCESSABLE if form.errors else 200)


@team
@require_POST
def revoke(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """End a token; that needs no more than to be logged in."""
    assert isinstance(request.user, User)
    access_tokens.revoke(get_object_or_404(_of(request.user), pk=pk))
    messages.success(request, _("It is revoked. Whoever has it gets in no more."))
    return redirect("signatories:tokens")


def _of(user: User) -> AccessTokenQuerySet:
    return AccessToken.objects.filter(user=user)
