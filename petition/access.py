"""The door of the desk: who is logged in, and with a second factor where the team asks for one."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

View = Callable[..., HttpResponseBase]


def team(view: View) -> View:
    """Let members of a team in; which letters they may touch is asked by `Letter.objects.run_by`."""

    @wraps(view)
    @login_required
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if lacks_factor(request.user):
            return ask_for_factor(request)
        return view(request, *args, **kwargs)

    return inner


def lacks_factor(user: Any) -> bool:
    """Whether somebody who is logged in has no second factor, and the team asks for one."""
    return bool(settings.TEAM_MFA_REQUIRED and user.is_authenticated and not is_mfa_enabled(user))


def ask_for_factor(request: HttpRequest) -> HttpResponseBase:
    """Lead to where a second factor is added."""
    messages.warning(request, "This team asks for a second factor. Please add an app or a passkey.")
    return redirect("mfa_index")
