"""Decide by a program: the verbs of the desk, with a reason code, and without what the desk asks two people for."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Body, Header, Router, Schema
from pydantic import Field, field_validator, model_validator

from petition import text
from petition.api import Problem, Slug
from petition.idempotency import once
from petition.models import Power, User
from petition.moves import LostRace
from signatories import reasons, vetting
from signatories.api import team
from signatories.api.door import PROBLEMS_OF_TEAM, Bearer, DeskOnly, Id, Scope, letter_of, member, wants
from signatories.desk import person
from signatories.models import Decision, Signature

router = Router(tags=["team"], auth=Bearer(Scope.DECIDE))
LISTING = {**reasons.LIST_REASONS, "rule": reasons.OWN_REASONS["rule"]}


def _codes(codes: dict[str, str]) -> Any:
    return Field(json_schema_extra={"enum": [*codes]}, description="; ".join(f"{k}: {v}" for k, v in codes.items()))


class Deciding(Schema):
    """What every decision may carry."""

    note: str = Field(default="", max_length=2000, description="for the team only")
    seen: str = Field(default="", max_length=64, description="of the signature as you read it")

    @field_validator("note", "question", check_fields=False)
    @classmethod
    def _clean(cls, value: str) -> str:
        try:
            return text.clean(value, multiline=True) if value else ""
        except ValidationError as problem:
            raise ValueError(" ".join(problem.messages)) from None


class Reasoned(Deciding):
    """A decision with one reason code."""

    CODES: ClassVar[dict[str, str]] = {}
    reason: str

    @field_validator("reason")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in cls.CODES:
            raise ValueError(f"one of {', '.join(cls.CODES)}")
        return value


class ListIn(Reasoned):
    """Put the name on the letter."""

    CODES = LISTING
    outcome: Literal["list"]
    level: int = Field(ge=1, le=4, description="1 only where the letter lists everyone who confirmed")
    reason: str = _codes(LISTING)
    looked: list[str] = Field(default=[], max_length=20, description="kinds of the open flags that were looked at")


class HoldIn(Reasoned):
    """Keep it off the letter until somebody looks again."""

    CODES = reasons.HOLD_REASONS
    outcome: Literal["hold"]
    reason: str = _codes(reasons.HOLD_REASONS)


class DeclineIn(Reasoned):
    """Decide that it is not listed; the signer is told why."""

    CODES = reasons.DECLINE_REASONS
    outcome: Literal["decline"]
    reason: str = _codes(reasons.DECLINE_REASONS)


class AskIn(Deciding):
    """Ask the signer."""

    outcome: Literal["ask"]
    questions: list[str] = Field(
        default=[],
        max_length=10,
        json_schema_extra={"items": {"type": "string", "enum": [*reasons.ASK_REASONS]}},
        description="; ".join(f"{code}: {words}" for code, words in reasons.ASK_REASONS.items()),
    )
    question: str = Field(default="", max_length=1000, description="in your own words; the signer reads it")

    @model_validator(mode="after")
    def _asks(self) -> "AskIn":
        if not set(self.questions) <= set(reasons.ASK_REASONS):
            raise ValueError(f"questions: {', '.join(reasons.ASK_REASONS)}")
        if not self.questions and not self.question:
            raise ValueError("Please choose what to ask for, or write a question.")
        return self


class DecisionOut(Schema):
    """What was decided, and where the signature stands now."""

    outcome: str = Field(description="list, ready (listed once names are published again), hold, decline or ask")
    level: int
    reason: str
    status: str
    at: datetime
    seen: str


Decided = Annotated[ListIn | HoldIn | DeclineIn | AskIn, Field(discriminator="outcome")]
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        description="sent again within a day with the same body, it is answered alike and does nothing twice",
    ),
]


@router.post(
    "/letters/{slug}/signatures/{id}/decisions",
    response={201: DecisionOut, **PROBLEMS_OF_TEAM, 409: Problem},
    summary="Decide on a signature",
    operation_id="decide",
    **wants(Scope.DECIDE, {"outcome": "list", "level": 2, "reason": "staff_page", "looked": ["free_mail"]}),
)
def decide(
    request: HttpRequest, slug: Slug, id: Id, decision: Annotated[Decided, Body()], key: Key = ""
) -> HttpResponse:
    """List, hold, decline or ask, as at the desk.

    409 when somebody was quicker or the evidence does not carry it; 403 where it takes two people.
    """
    return _once(request, slug=slug, id=id, decision=decision)


def _decide(request: HttpRequest, *, slug: str, id: UUID, decision: Any) -> HttpResponse:
    signature = person.find(letter_of(request, slug, Power.VET), id)
    taken = TAKE[decision.outcome](signature, member(request), decision, _mark(signature, decision.seen))
    own = {name: getattr(taken, name) for name in ("outcome", "level", "reason", "at")}
    made = DecisionOut(**own, status=signature.status, seen=team.seen(signature))
    return HttpResponse(made.model_dump_json(), status=HTTPStatus.CREATED, content_type="application/json")


_once = once(_decide, by=lambda request: str(member(request).pk))


def _mark(signature: Signature, sent: str) -> str:
    """Return what the verb compares once it has locked the row, if that is what the program has seen."""
    if sent and sent != team.seen(signature):
        raise LostRace("This signature was changed by somebody else in the meantime.")
    return vetting.mark(signature) if sent else ""


@transaction.atomic
def _list(signature: Signature, vetter: User, asked: ListIn, seen: str) -> Decision:
    open_flags = signature.flags.filter(released_at=None, kind__in=asked.looked)
    looked = list(open_flags.values_list("pk", flat=True))
    said: dict[str, Any] = {"level": asked.level, "reason": asked.reason, "note": asked.note, "seen": seen}
    taken = vetting.list_(signature, vetter=vetter, looked=looked, **said)
    if taken.outcome == Decision.Outcome.PROPOSE or taken.second_vetter_id is not None:
        raise DeskOnly("Listing this name takes two people.")  # and is undone by that
    return taken


def _reasoned(verb: Callable[..., Decision]) -> Callable[..., Decision]:
    def take(signature: Signature, vetter: User, asked: Reasoned, seen: str) -> Decision:
        return verb(signature, vetter=vetter, reason=asked.reason, note=asked.note, seen=seen)

    return take


def _ask(signature: Signature, vetter: User, asked: AskIn, seen: str) -> Decision:
    said = {"question": asked.question, "note": asked.note, "seen": seen}
    return vetting.ask(signature, vetter=vetter, questions=asked.questions, **said)


TAKE: dict[str, Callable[..., Decision]] = {
    "list": _list,
    "hold": _reasoned(vetting.hold),
    "decline": _reasoned(vetting.decline),
    "ask": _ask,
}
