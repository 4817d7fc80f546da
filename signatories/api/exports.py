"""Take the public list out by a program: begun, recorded, handed over once. With addresses it leaves the desk only."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema, Status
from ninja.errors import HttpError
from pydantic import Field

from petition.api import Problem, Slug, reads
from petition.identifiers import uuid7
from petition.languages import address
from petition.models import Power
from signatories import exporting
from signatories.api.door import PROBLEMS_OF_TEAM, Bearer, Id, Scope, letter_of, member, wants
from signatories.models import Export

router = Router(tags=["team"], auth=Bearer(Scope.EXPORT))
LASTS = timedelta(hours=1)


class ExportIn(Schema):
    """Which file."""

    format: Literal["csv", "xlsx", "json", "ndjson"]


class ExportOut(Schema):
    """An export that was begun."""

    id: UUID
    format: str
    state: str = Field(description="ready, taken (it has left as a whole), or over (nobody took it within an hour)")
    signatures: int
    at: datetime
    file: str = Field(description="where it is fetched, once")


@router.post(
    "/letters/{slug}/exports",
    response={201: ExportOut, **PROBLEMS_OF_TEAM},
    summary="Begin an export",
    operation_id="begin_export",
    **wants(Scope.EXPORT, {"format": "csv"}),
)
def begin_export(request: HttpRequest, slug: Slug, wanted: ExportIn) -> Status[dict[str, Any]]:
    """The list that readers may see. It is recorded like an export from the desk; one with addresses is made there."""
    letter = letter_of(request, slug, Power.EXPORT)
    said: dict[str, Any] = {"format": wanted.format, "audience": Export.Audience.PUBLIC, "public_id": uuid7()}
    return Status(201, _shown(exporting.record(letter, actor=member(request), **said)))


@reads(
    router,
    "/letters/{slug}/exports/{id}",
    ExportOut,
    "How an export is",
    problems=PROBLEMS_OF_TEAM,
    public=False,
    **wants(Scope.EXPORT),
)
def export(request: HttpRequest, slug: Slug, id: Id) -> dict[str, Any]:
    """Your own ones only."""
    return _shown(_find(request, slug, id))


@router.get(
    "/letters/{slug}/exports/{id}/file",
    response={200: None, **PROBLEMS_OF_TEAM, 410: Problem},
    summary="Fetch an export",
    operation_id="export_file",
    openapi_extra={
        "x-scope": str(Scope.EXPORT),
        "responses": {
            200: {"content": {kind.partition(";")[0]: {"schema": {}} for kind in exporting.TYPES.values()}},
        },
    },
)
def export_file(request: HttpRequest, slug: Slug, id: Id) -> HttpResponseBase:
    """The list as it is at this moment. It can be fetched until it has left as a whole, for an hour."""
    taken = _find(request, slug, id)
    if _state(taken) != "ready":
        raise HttpError(HTTPStatus.GONE, "This export is over. Please begin another one.")
    return exporting.hand_over(taken, chunked=request.META.get("SERVER_PROTOCOL") == "HTTP/1.1")


def _find(request: HttpRequest, slug: str, id: UUID) -> Export:
    letter = letter_of(request, slug, Power.EXPORT)
    found: Export = get_object_or_404(letter.exports.select_related("letter"), public_id=id, actor=member(request))
    return found


def _state(taken: Export) -> str:
    if taken.finished_at is not None:
        return "taken"
    return "ready" if taken.at > timezone.now() - LASTS else "over"


def _shown(taken: Export) -> dict[str, Any]:
    assert taken.public_id is not None
    own = {name: getattr(taken, name) for name in ("format", "signatures", "at")}
    file = address("api-1:export_file", taken.letter.slug, taken.public_id)
    return {**own, "id": taken.public_id, "state": _state(taken), "file": file}
