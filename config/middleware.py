"""Headers for every answer, and a limit for every body."""

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from csp.constants import NONCE
from csp.middleware import CSPMiddleware
from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from django.shortcuts import render

log = logging.getLogger(__name__)
# Broken forms, too many fields, other charsets, a client that went away half way, a body longer than it said.
UNREADABLE = (BadRequest, SuspiciousOperation, MultiPartParserError, OSError, ValueError, LookupError)
View = Callable[[HttpRequest], HttpResponse]


# What every answer carries, also one that was refused before any view or other middleware saw the request.
_policy: dict[str, list[Any]] = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]  # type: ignore[assignment]
ALWAYS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "; ".join(
        f"{name} {' '.join(str(source) for source in sources if source != NONCE)}" for name, sources in _policy.items()
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": settings.X_FRAME_OPTIONS,
}
if settings.SECURE:
    ALWAYS["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload"


def headers(get_response: View) -> View:
    """Forbid caching, framing and the rest unless a view allowed it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        may_be_framed = getattr(response, "xframe_options_exempt", False)
        for name, value in ALWAYS.items():
            if name != "X-Frame-Options" or not may_be_framed:
                response.headers.setdefault(name, value)
        if "public" in response.headers["Cache-Control"]:
            _for_everybody(response)
        return response

    return middleware


def _for_everybody(response: HttpResponse) -> None:
    """Take off what is for one browser, whatever cookies it came with: a shared cache would hand it to the next.

    Django renews a broken CSRF cookie and deletes a session that is over wherever it meets one.
    """
    response.cookies.clear()
    varies = [name for name in response.headers.get("Vary", "").split(", ") if name not in {"", "Cookie"}]
    if varies:
        response.headers["Vary"] = ", ".join(varies)
    else:
        response.headers.pop("Vary", None)


class Policy(CSPMiddleware):
    """The policy of a page with its nonce; where there is no page to read, the one that `headers` has ready will do."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Make the policy, unless the answer leads on."""
        return response if "Location" in response.headers else super().process_response(request, response)


def see_other(get_response: View) -> View:
    """Answer a POST with 303 wherever a view, ours or a library's, says 302.

    Only 303 says that the next request is a GET (RFC 9110, section 15.4.4); after 302 a client may post again.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method == "POST" and response.status_code == HTTPStatus.FOUND:
            response.status_code = HTTPStatus.SEE_OTHER
        return response

    return middleware


def limit_body(get_response: View) -> View:
    """Answer 413 before an oversized body is read, and 400 where a query or a body cannot be read.

    They are read here once and for all: read for the first time by the page that reports an error, a broken one would
    make that page fail too.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not (length.isascii() and length.isdigit()) or int(length) > settings.MAX_BODY:
            return render(request, "413.html", status=413)
        try:
            _ = request.POST
            asked = (text for name, values in request.GET.lists() for text in (name, *values))
            if any("\0" in text for text in (request.path, *asked)):
                raise BadRequest  # PostgreSQL holds no zero byte, so no question with one has an answer
        except UNREADABLE as problem:
            log.info("a request could not be read: %s", type(problem).__name__)
            return render(request, "400.html", status=400)
        return get_response(request)

    return middleware
