"""The door of the desk: who is logged in, with a second factor where the team asks for one, and how lately."""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import suspend_request
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

View = Callable[..., HttpResponseBase]
# How long ago somebody may have shown who they are. Minutes for what gives the list or the letter away; a working day
# for a decision about one person, because a vetter makes hundreds and one must not be asked at each.
MINUTES, DAY = timedelta(minutes=5), timedelta(hours=12)
# What the log-in asks for. Recovery codes stand in for one of them and are none: who has only those is asked for none.
APP, PASSKEY = Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN
TOO_LATE = "too_late"  # in a session: a form was sent after its end


def team(view: View) -> View:
    """Let members of a team in; which letters they may touch is asked by `Letter.objects.run_by`."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return ask_to_log_in(request)
        if request.session.pop(TOO_LATE, False):
            messages.warning(request, _("Not saved: you were logged out. Please send it again."))
        if lacks_factor(request.user):
            return ask_for_factor(request)
        return view(request, *args, **kwargs)

    return inner


def ask_to_log_in(request: HttpRequest) -> HttpResponse:
    """Lead to the log-in and back: of a form that came too late its page is opened, and says that it was not taken."""
    if request.method != "POST":
        return redirect_to_login(request.get_full_path())
    if request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate":  # a script has its page open still
        request.session[TOO_LATE] = True
    return redirect_to_login(came_from(request))


def came_from(request: HttpRequest, otherwise: str = "") -> str:
    """Return the page of this site on which a form was sent as far as the browser says so, or another; or the desk."""
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()):
        return otherwise or reverse("petition:desk")
    there = urlsplit(referer)
    if there.path.startswith("//") or not there.path:  # what would be another site, or nowhere
        return otherwise or reverse("petition:desk")
    return there._replace(scheme="", netloc="", fragment="").geturl()


def fresh(within: timedelta) -> Callable[[View], View]:
    """Take a form only from somebody who has shown who they are within a time; looking needs nothing."""

    def decorate(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method == "POST" and not is_fresh(request, within):
                return ask_again(request)
            return view(request, *args, **kwargs)

        return inner

    return decorate


def is_fresh(request: HttpRequest, within: timedelta) -> bool:
    """Whether somebody showed who they are within a time: with their second factor, if they have one."""
    records = get_authentication_records(request, request.user)
    if has_factor(request.user):
        records = [one for one in records if one.get("method") == "mfa"]
    return any(time.time() - one["at"] < within.total_seconds() for one in records)


def ask_again(request: HttpRequest) -> HttpResponse:
    """Lead to where one shows once more who one is; the form that was sent is taken afterwards."""
    user: Any = request.user
    if is_mfa_enabled(user, types=[APP]):
        place = "mfa_reauthenticate"
    elif is_mfa_enabled(user, types=[PASSKEY]):
        place = "mfa_reauthenticate_webauthn"
    elif user.has_usable_password():
        place = "account_reauthenticate"
    elif request.method == "POST":
        logout(request)  # a code by mail is all they have, and it is sent at the log-in
        return ask_to_log_in(request)
    else:  # opening a page logs nobody out
        messages.warning(request, _("Please log out and in again: what you are about to change protects your account."))
        return redirect(f"{reverse('account_logout')}?{urlencode({'next': request.get_full_path()})}")
    asked: HttpResponse = suspend_request(request, reverse(place))
    return asked


def has_factor(user: Any) -> bool:
    """Whether the log-in of an account asks for a second factor."""
    return bool(is_mfa_enabled(user, types=[APP, PASSKEY]))


def lacks_factor(user: Any) -> bool:
    """Whether somebody who is logged in has no second factor, and the team asks for one."""
    return bool(settings.TEAM_MFA_REQUIRED and user.is_authenticated and not has_factor(user))


def ask_for_factor(request: HttpRequest) -> HttpResponseBase:
    """Lead to where a second factor is added."""
    messages.warning(request, _("This team asks for a second factor. Please add an app or a passkey."))
    return redirect("mfa_index")
