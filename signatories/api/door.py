"""The door of the team's part: a personal token opens what its scope and its owner's role both allow."""

from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

import structlog
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Path
from ninja.errors import HttpError, Throttled
from ninja.security import HttpBearer

from petition.access import lacks_factor
from petition.api import PROBLEMS, Problem
from petition.models import Letter, Power, User
from signatories import access_tokens, origins
from signatories.limits import clients
from signatories.models import AccessToken

REALM = 'Bearer realm="Undersigned"'
WRONG = 30  # tokens that open nothing, of one client in ten minutes
PROBLEMS_OF_TEAM = {**PROBLEMS, 401: Problem, 403: Problem}
Scope = AccessToken.Scope
Id = Annotated[UUID, Path(description="its identifier")]


class NoEntry(HttpError):
    """A problem that says in a header what would open the door (RFC 6750, section 3)."""

    def __init__(self, status: int, message: str, challenge: str) -> None:
        super().__init__(status, message)
        self.challenge = challenge


class DeskOnly(HttpError):
    """What a program may not do in anybody's name."""

    def __init__(self, why: str) -> None:
        super().__init__(HTTPStatus.FORBIDDEN, f"{why} Please do this at the desk.")


class Bearer(HttpBearer):
    """`Authorization: Bearer und_…`, with one of the scopes."""

    openapi_description = "A personal token of a member of the team; each operation names its scope."

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> AccessToken | None:
        scheme, _, token = request.headers.get(self.header, "").partition(" ")
        return self.authenticate(request, token.strip()) if scheme.lower() == self.openapi_scheme else None

    def authenticate(self, request: HttpRequest, token: str) -> AccessToken:
        found = access_tokens.recognise(token)
        if found is None:
            taken = clients.take("wrong token", origins.of(request), most=WRONG)
            if not taken.allowed:
                raise Throttled(wait=taken.retry_after)
            said = "This token is wrong, over or revoked."
            raise NoEntry(HTTPStatus.UNAUTHORIZED, said, f'{REALM}, error="invalid_token"')
        structlog.contextvars.bind_contextvars(token=found.prefix)  # what a request did can be told from a person's
        if self.scope not in found.scopes:
            wanted = f'{REALM}, error="insufficient_scope", scope="{self.scope}"'
            raise NoEntry(HTTPStatus.FORBIDDEN, f"This token has not the scope “{self.scope}”.", wanted)
        if lacks_factor(found.user):
            raise DeskOnly("The team asks for a second factor, and your account has none yet.")
        return found


def token_of(request: HttpRequest) -> AccessToken:
    """Return the token by which somebody came in."""
    token: AccessToken = request.auth  # type: ignore[attr-defined]
    return token


def member(request: HttpRequest) -> User:
    """Return whose token it is."""
    return token_of(request).user


def letter_of(request: HttpRequest, slug: str, power: Power) -> Letter:
    """Return a letter on which the member has a power at this moment, or answer 404."""
    return get_object_or_404(Letter.objects.run_by(member(request), power), slug=slug)


def wants(scope: Scope, example: dict[str, Any] | None = None) -> dict[str, Any]:
    """Say in the description which scope is needed, and how a body may look."""
    body = {"requestBody": {"content": {"application/json": {"example": example}}}} if example else {}
    return {"openapi_extra": {"x-scope": str(scope), **body}}
