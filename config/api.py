"""The JSON API, version 1: composed from both apps, for anyone to read, with its problems as RFC 9457 says."""

import hashlib
import json
import threading
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.throttling import AnonRateThrottle

from petition.api import router as letters
from petition.models import Letter
from petition.moves import NotAllowed
from petition.views import MAX_AGE, shared
from signatories import origins
from signatories.api import deciding, exports, team
from signatories.api import router as people
from signatories.api.door import REALM
from signatories.models import AccessToken, Webhook

PREFIX, TEAM = "/api/", "/api/v1/team/"
PROBLEM = "application/problem+json"
RATE = "600/min"  # of one client, in each process: a hundred open pages stay below it


class PerClient(AnonRateThrottle, threading.local):
    """Counts a client as everything else here does: by trusted proxies, an IPv6 /64 as one.

    The library keeps whom it counts in the object that all threads of a process share, so each has one of its own.
    """

    cache = caches["process"]
    counting = threading.Lock()

    def allow_request(self, request: HttpRequest) -> bool:
        with self.counting:
            return bool(super().allow_request(request))

    def get_cache_key(self, request: HttpRequest) -> str:
        return f"api:{origins.of(request).client}"


class Api(NinjaAPI):
    """Public answers carry a hash of their bytes as ETag, and a shared cache may keep them as long as the pages."""

    def create_response(self, request: HttpRequest, data: Any, **how: Any) -> HttpResponse:
        response = super().create_response(request, data, **how)
        # It is for programs, and some letters keep their names out of search engines.
        response["X-Robots-Tag"] = "noindex"
        if response.status_code != HTTPStatus.OK or request.path.startswith(TEAM):
            return response
        patch_cache_control(response, public=True, max_age=MAX_AGE)
        etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
        response["ETag"] = etag
        return get_conditional_response(request, etag=etag, response=response) or response

    def get_openapi_schema(self, **how: Any) -> OpenAPISchema:
        """The same description with the type that problems really have, and the scope that a token needs."""
        schema = super().get_openapi_schema(**how)
        for operation in (method for path in schema["paths"].values() for method in path.values()):
            if scope := operation.pop("x-scope", ""):
                operation["security"] = [{"Bearer": [scope]}]
            for status, answer in operation["responses"].items():
                if int(status) >= HTTPStatus.BAD_REQUEST:
                    answer["content"] = {PROBLEM: answer["content"]["application/json"]}
        return schema


api = Api(
    title="Undersigned",
    version="1",
    description="Public letters, who signed them, and every change of the list: anyone may read it, from any site. "
    "What the team’s own programs may do with a personal token stands under `team`.",
    docs_url=None,
    openapi_url=None,
    throttle=[PerClient(RATE)],
)
api.add_router("", letters)
api.add_router("", people)
for part in (team, deciding, exports):
    api.add_router("/team", part.router)


def problem(status: int, detail: str = "", **more: Any) -> HttpResponse:
    """Return a problem document (RFC 9457)."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    return HttpResponse(json.dumps(body, ensure_ascii=False), content_type=PROBLEM, status=status)


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, exception: Http404) -> HttpResponse:
    if request.path.startswith(TEAM):
        return problem(HTTPStatus.NOT_FOUND, "There is no such thing on a letter that you may do this on.")
    return problem(HTTPStatus.NOT_FOUND, "There is no such letter that anyone may read.")


@api.exception_handler(HttpError)
def _refused(request: HttpRequest, exception: HttpError) -> HttpResponse:
    response = problem(exception.status_code, exception.message)
    if challenge := getattr(exception, "challenge", ""):
        response["WWW-Authenticate"] = challenge
    return response


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, exception: AuthenticationError) -> HttpResponse:
    response = problem(HTTPStatus.UNAUTHORIZED, "A personal token opens this: Authorization: Bearer und_…")
    response["WWW-Authenticate"] = REALM
    return response


@api.exception_handler(NotAllowed)
def _conflict(request: HttpRequest, exception: NotAllowed) -> HttpResponse:
    return problem(HTTPStatus.CONFLICT, str(exception))


@api.exception_handler(Throttled)
def _too_many(request: HttpRequest, exception: Throttled) -> HttpResponse:
    response = problem(HTTPStatus.TOO_MANY_REQUESTS, "That was too often from one client. Please wait.")
    response["Retry-After"] = str(int(exception.wait or 1) + 1)
    return response


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, exception: ValidationError) -> HttpResponse:
    errors = [{"at": list(map(str, error["loc"])), "why": error["msg"]} for error in exception.errors]
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "A parameter is not what it should be.", errors=errors)


def problems(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Turn what any other part of the house answers to a program, such as its page for 404, into a problem document."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith(TEAM) and request.content_type == "multipart/form-data":
            return problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "A body is JSON: Content-Type: application/json.")
        response = get_response(request)
        if request.path.startswith(TEAM):
            response["Cache-Control"] = "no-store"
            patch_vary_headers(response, ["Authorization"])
        if not request.path.startswith(PREFIX) or response.status_code < HTTPStatus.BAD_REQUEST:
            return response
        if response["Content-Type"] != PROBLEM:
            names = ("Allow", "Retry-After", "Cache-Control", "Vary")
            kept = {name: response[name] for name in names if name in response}
            response = problem(response.status_code)
            for name, value in kept.items():
                response[name] = value
        return response

    return middleware


@require_safe
@shared
def description(request: HttpRequest) -> JsonResponse:
    """What programs can ask for, for programs: OpenAPI 3.1."""
    return JsonResponse(api.get_openapi_schema())


@require_safe
@shared
def about(request: HttpRequest) -> HttpResponse:
    """What programs can ask for, for people."""
    newest = Letter.objects.public().values_list("slug", flat=True).first() or "a-letter"
    operations = [
        {**operation, "curl": _curl(method, path.replace("{slug}", newest), operation), "scope": _scope(operation)}
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method, operation in methods.items()
    ]
    context = {
        "public": [one for one in operations if not one["scope"]],
        "team": [one for one in operations if one["scope"]],
        "scopes": AccessToken.Scope.choices,
        "events": Webhook.Event.choices,
    }
    return render(request, "petition/api.html", context)


def _scope(operation: dict[str, Any]) -> str:
    return next((scope for one in operation.get("security", []) for scope in one["Bearer"]), "")


def _curl(method: str, path: str, operation: dict[str, Any]) -> str:
    """Return how a person would try it."""
    said = ["curl"]
    if _scope(operation):
        said.append('-H "Authorization: Bearer $TOKEN"')
    if method == "post":
        example = operation["requestBody"]["content"]["application/json"]["example"]
        said += ["-H 'Content-Type: application/json'", f"-d '{json.dumps(example)}'"]
    return " ".join([*said, settings.SITE_URL + path])
