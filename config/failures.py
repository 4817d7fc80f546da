"""Failures that are no fault of the program: 405, 409 for a lost race, 503 while a backend is away."""

import json
import logging
import sys
from collections.abc import Callable, Iterator
from http import HTTPStatus

import psycopg
from django.core.exceptions import ValidationError
from django.db import DatabaseError, InterfaceError, InternalError, OperationalError, connections
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls.base import is_valid_path
from django.views import defaults

from petition import runs
from petition.moves import NotAllowed

log = logging.getLogger(__name__)
AWAY = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
# What PostgreSQL says while it is a standby, has ended a transaction that waited too long, or has a broken disk;
# psycopg calls these internal errors (https://www.postgresql.org/docs/current/errcodes-appendix.html).
STATES = ("25006", "25P02", "25P03", "25P04", "XX")
RETRY_AFTER = 2  # seconds; a server that restarts is back in about that time
BELOW_PAGES = ("/desk/", "/mine/", "/invitation/")  # here a form is sent to an address below the page it stands on
JSON = ("application/json", "application/problem+json")
View = Callable[[HttpRequest], HttpResponse]


class Failures:
    """Show a page for a form's address that is opened, for a move that is not allowed, and while a backend is away."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not _wants_json(request):
            return not_allowed(request, response["Allow"])
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotAllowed):
            return render(request, "409.html", {"problem": exception}, status=409)
        found = request.resolver_match
        if isinstance(exception, ValidationError) and found and found.view_name == "admin:view_on_site":
            return defaults.page_not_found(request, exception)  # Django asks with whatever stands in the address
        return away(request) if is_away(exception) else None


def not_allowed(request: HttpRequest, allow: str) -> HttpResponse:
    """Answer what asks in a way that the address does not take.

    The address of a refused form stays in the browser: a reload, or a log-in that leads back there, opens it.
    """
    if request.method in {"GET", "HEAD"} and (above := _page_above(request.path_info)):
        response: HttpResponse = redirect(request.path.removesuffix(request.path_info) + above)
        response.status_code = HTTPStatus.SEE_OTHER
        return response
    response = render(request, "405.html", status=405)
    response["Allow"] = allow
    return response


def _page_above(path: str) -> str:
    """Return the address of the page on which the form for an address stands, or nothing where there is none."""
    parts = path.strip("/").split("/") if path.startswith(BELOW_PAGES) else []
    above = (f"/{'/'.join(parts[:length])}/" for length in range(len(parts) - 1, 0, -1))
    return next(filter(is_valid_path, above), "")


def fault(request: HttpRequest) -> HttpResponse:
    """Answer what no view has caught; middleware asks the database too, before and after the view."""
    exception = sys.exception() if sys.version_info >= (3, 12) else sys.exc_info()[1]
    if exception is not None and is_away(exception):
        return away(request)
    _note(exception)
    return defaults.server_error(request)


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what cannot be read; a session that could not be stored looks like one, whatever the reason."""
    if is_away(exception):
        return away(request)
    return defaults.bad_request(request, exception)


def is_away(problem: BaseException) -> bool:
    """Whether a backend was away, or whatever went wrong came of it."""
    for one in _chain(problem):
        if isinstance(one, AWAY):
            return True
        if isinstance(one, InternalError | psycopg.InternalError):
            state = getattr(one, "sqlstate", None) or getattr(one.__cause__, "sqlstate", None) or ""
            if state.startswith(STATES):
                return True
    return False


def away(request: HttpRequest) -> HttpResponse:
    """The answer while a backend is away: no query is needed for it, and the connection is made anew."""
    problem = sys.exc_info()[1]
    log.error("a backend is away: %s", type(problem).__name__ if problem else "unknown")
    _close_broken()
    if _wants_json(request):
        said = {"type": "about:blank", "title": "Service Unavailable", "status": 503}
        said["detail"] = "Something this site needs does not answer right now. Please try again in a moment."
        response = HttpResponse(json.dumps(said), status=503, content_type="application/problem+json")
    else:
        response = HttpResponse(render_to_string("503.html"), status=503)
    response["Retry-After"] = str(RETRY_AFTER)
    response["Cache-Control"] = "no-store"
    return response


def _note(problem: BaseException | None) -> None:
    try:
        runs.note("pages", problem=type(problem).__name__)
    except DatabaseError:
        log.info("that a page failed could not be noted")


def _close_broken() -> None:
    """Do not keep a connection that may be broken for the next request."""
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            try:
                connection.close_if_unusable_or_obsolete()
            except AWAY:
                log.info("a broken connection could not be closed")


def _wants_json(request: HttpRequest) -> bool:
    if request.path_info.startswith("/api/"):
        return True
    return request.get_preferred_type(["text/html", *JSON]) in JSON


def _chain(problem: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting = [problem]
    while waiting:
        one = waiting.pop()
        if id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [next for next in (one.__cause__, one.__context__) if next is not None]
