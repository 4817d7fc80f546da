"""The one place that writes a status: a table of moves, a compare-and-swap, and the history row."""

from contextlib import nullcontext
from functools import cache
from typing import Any

from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from petition import rows


class NotAllowed(Exception):
    """The move is not in the table, or may not be made by this person or at this time."""


class LostRace(NotAllowed):
    """Somebody else moved it first."""


def move(thing: Any, to: str, *, actor: Any = None, reason: str = "", **changes: Any) -> None:
    """Move `thing` from its status to `to` and write the history row, in one transaction.

    Args:
        thing: the row as the caller last saw it; its `MOVES` says what may follow its status.
        to: the next status.
        actor: the member of the team who decided, or None for the signer and the clock.
        reason: a reason code, public where the letter publishes reasons.
        changes: further fields to write in the same UPDATE.

    Raises:
        NotAllowed: the table has no such move.
        LostRace: the row has left that status in the meantime; nothing was changed.
    """
    was = thing.status
    if to not in thing.MOVES[was]:
        raise NotAllowed(
            _("A %(thing)s that is %(was)s cannot become %(to)s.")
            % {"thing": thing._meta.verbose_name, "was": was, "to": to}
        )
    changes = {**getattr(thing, "ENDED_BY_A_MOVE", {}), **changes}
    _write(thing, to, actor=actor, reason=reason, changes=changes)


def note(thing: Any, *, actor: Any = None, reason: str, **changes: Any) -> None:
    """Write `changes` and a history row while the status stays what the caller saw, in one transaction.

    Raises:
        LostRace: the row has left that status in the meantime; nothing was changed.
    """
    _write(thing, thing.status, actor=actor, reason=reason, changes=changes)


def _write(thing: Any, now: str, *, actor: Any, reason: str, changes: dict[str, Any]) -> None:
    """Compare and swap, and write the history row.

    Inside a transaction nothing has to be rolled back: a race that was lost has changed nothing. Only where the history
    may still refuse the move is a savepoint worth its two statements.
    """
    was, changes = thing.status, {"status": now, **changes}
    alone = not connection.in_atomic_block or now in getattr(thing, "MAY_BE_REFUSED", ())
    with transaction.atomic() if alone else nullcontext():
        if not rows.change_if(thing, was=was, **changes):
            raise _lost(thing)
        event, about = _history(thing._meta.model)
        event(**{about: thing}, was=was, now=now, actor=actor, reason=reason).save(force_insert=True)
    for name, value in changes.items():
        setattr(thing, name, value)


@cache
def _history(model: type[models.Model]) -> tuple[type[models.Model], str]:
    """The model of a thing's history, and the field in it that says whose it is."""
    events: Any = model._meta.get_field("events")
    return events.related_model, events.field.name


def _lost(thing: Any) -> LostRace:
    words = _("This %(thing)s was changed by somebody else in the meantime.")
    return LostRace(words % {"thing": thing._meta.verbose_name})
