"""The one place that writes a status: a table of moves, a compare-and-swap, and the history row."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _


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
    with transaction.atomic():
        rows = type(thing)._base_manager.filter(pk=thing.pk, status=was)
        if not rows.update(status=to, **changes):
            raise LostRace(
                _("This %(thing)s was changed by somebody else in the meantime.") % {"thing": thing._meta.verbose_name}
            )
        thing.events.create(was=was, now=to, actor=actor, reason=reason)
    for name, value in {"status": to, **changes}.items():
        setattr(thing, name, value)


def note(thing: Any, *, actor: Any = None, reason: str, **changes: Any) -> None:
    """Write `changes` and a history row while the status stays what the caller saw, in one transaction.

    Raises:
        LostRace: the row has left that status in the meantime; nothing was changed.
    """
    with transaction.atomic():
        if not type(thing)._base_manager.filter(pk=thing.pk, status=thing.status).update(**changes):
            raise LostRace(
                _("This %(thing)s was changed by somebody else in the meantime.") % {"thing": thing._meta.verbose_name}
            )
        thing.events.create(was=thing.status, now=thing.status, actor=actor, reason=reason)
    for name, value in changes.items():
        setattr(thing, name, value)


def _lost(thing: Any) -> LostRace:
    words = _("This %(thing)s was changed by somebody else in the meantime.")
    return LostRace(words % {"thing": thing._meta.verbose_name})
