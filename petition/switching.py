"""The switches of a letter: whether names are published, and whether new signatures are held, always or in a burst."""

from django.db import transaction
from django.utils.translation import gettext as _

from petition.models import Letter, User
from petition.moves import LostRace

SWITCHES = {"publishing", "hold_new", "hold_on_burst"}
# The reason codes of the history, for a switch that is turned off or on.
REASONS = {
    ("publishing", False): "publishing_paused",
    ("publishing", True): "publishing_again",
    ("hold_new", True): "holding_new",
    ("hold_new", False): "holding_ended",
    ("hold_on_burst", True): "burst_holds",
    ("hold_on_burst", False): "burst_holds_not",
}


@transaction.atomic
def switch(letter: Letter, name: str, *, on: bool, actor: User | None) -> None:
    """Turn a switch, and write it into the letter's history.

    Args:
        letter: in any status.
        name: `publishing` (off: decisions wait, signatures are still collected), `hold_new` (on: whoever confirms
            is held for a second look) or `hold_on_burst` (on: a burst turns `hold_new` on).
        on: how it stands from now on.
        actor: the owner who turns it, or None for the clock.

    Raises:
        LostRace: somebody else turned it already.
    """
    assert name in SWITCHES
    if not Letter.objects.filter(pk=letter.pk, **{name: not on}).update(**{name: on}):
        raise LostRace(_("Somebody else turned this switch already."))
    setattr(letter, name, on)
    letter.events.create(was=letter.status, now=letter.status, actor=actor, reason=REASONS[name, on])
