"""Answers to whoever posts too often: 429, when to come back, and what was typed kept."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from signatories import origins
from signatories.limits import clients

TOO_MANY = 429  # RFC 6585, section 4
# Posts of one client in ten minutes where the limits of addresses and codes already hold: a campus stays below.
MOST = 600
MOST_KEPT = 60  # fields of a form
SECRET = {"password", "csrfmiddlewaretoken"}
View = Callable[..., HttpResponse]


def limited(purpose: str, most: int = MOST) -> Callable[[View], View]:
    """Answer 429 to a client that posts more than so often in ten minutes; looking is never counted."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method != "POST":
                return view(request, *args, **kwargs)
            taken = clients.take(purpose, origins.of(request), most=most)
            return view(request, *args, **kwargs) if taken.allowed else too_many(request, taken.retry_after)

        return guarded

    return decorate


def too_many(request: HttpRequest, retry_after: int, *, kept: bool = True) -> HttpResponse:
    """A page that says when to come back, and sends what was typed again at the press of a button.

    Args:
        request: the one that is refused.
        retry_after: seconds.
        kept: whether what was typed stands on the page; not where it may be a password, or wants a token of CSRF.
    """
    typed = [(name, value) for name, values in request.POST.lists() if name not in SECRET for value in values]
    context = {"wait": minutes(retry_after), "typed": typed[:MOST_KEPT] if kept else []}
    return with_wait(render(request, "429.html", context, status=TOO_MANY), retry_after)


def with_wait(response: HttpResponse, retry_after: int) -> HttpResponse:
    response["Retry-After"] = str(retry_after)
    return response


def minutes(seconds: int) -> int:
    return -(-seconds // 60)
