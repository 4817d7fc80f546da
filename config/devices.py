"""Browsers in which somebody has logged in before, so that a stranger's guessing cannot lock them out.

Wrong passwords, asked-for codes and the mails of a day are counted for an account, whoever sends them; a browser that
was let in before is counted by itself (OWASP, Slow Down Online Guessing Attacks with Device Cookies).
"""

import secrets
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import RequestLoginCodeForm
from allauth.account.internal.userkit import filter_users_by_email
from allauth.core import context, ratelimit
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

COOKIE = "__Host-device" if settings.SECURE else "device"
SALT, YEAR = "device", 365 * 24 * 3600  # seconds


def remember(response: HttpResponseBase, email: str) -> None:
    """Let a browser say later that this account was opened in it; the cookie opens nothing by itself."""
    value = signing.dumps([email.lower(), secrets.token_urlsafe(16)], salt=SALT)
    response.set_cookie(COOKIE, value, max_age=YEAR, secure=settings.SECURE, httponly=True, samesite="Strict", path="/")


def bucket(request: HttpRequest, email: str) -> str:
    """Return what attempts at an account are counted under: the account, or this browser of its owner."""
    try:
        owner, device = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=YEAR)
    except (signing.BadSignature, ValueError, TypeError):
        owner, device = "", ""
    return f"{email.lower()}:{device}" if owner == email.lower() else email.lower()


class RequestCode(RequestLoginCodeForm):  # type: ignore[misc]
    """Ask for a code by mail; from a known browser also while a stranger asks for one after the other."""

    def clean_email(self) -> str:
        """Count the attempt, and find whose address it is."""
        email: str = self.cleaned_data["email"]
        key = bucket(context.request, email)
        if not ratelimit.consume(context.request, action="request_login_code", key=key):
            raise get_adapter().validation_error("too_many_login_attempts")
        users: list[Any] = filter_users_by_email(email, is_active=True, prefer_verified=True, for_login=True)
        self._user = users[0] if users else None
        return email
