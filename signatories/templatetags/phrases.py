"""Words within a sentence: a label that stands in the middle of one, and a status as the history names it."""

from typing import Any

from django import template
from django.utils.translation import get_language, pgettext_lazy

register = template.Library()

# These write a common noun with a small letter in a sentence; German does not, and Arabic has no capitals.
SMALL = {"en", "fr", "es"}
# As the history of a letter or of a signature names them: “draft → open”. A label would say more than fits there.
STATUSES = {
    "draft": pgettext_lazy("status of a letter", "draft"),
    "founding": pgettext_lazy("status of a letter", "founding"),
    "open": pgettext_lazy("status of a letter", "open"),
    "paused": pgettext_lazy("status of a letter", "paused"),
    "closed": pgettext_lazy("status of a letter", "closed"),
    "delivered": pgettext_lazy("status of a letter", "delivered"),
    "pending": pgettext_lazy("status of a signature", "pending"),
    "expired": pgettext_lazy("status of a signature", "expired"),
    "confirmed": pgettext_lazy("status of a signature", "confirmed"),
    "held": pgettext_lazy("status of a signature", "held"),
    "asked": pgettext_lazy("status of a signature", "asked"),
    "declined": pgettext_lazy("status of a signature", "declined"),
    "listed": pgettext_lazy("status of a signature", "listed"),
    "hidden": pgettext_lazy("status of a signature", "hidden"),
    "withdrawn": pgettext_lazy("status of a signature", "withdrawn"),
}
ROLES = {
    "owner": pgettext_lazy("on a team", "owner"),
    "editor": pgettext_lazy("on a team", "editor"),
    "vetter": pgettext_lazy("on a team", "vetter"),
    "exporter": pgettext_lazy("on a team", "exporter"),
    "observer": pgettext_lazy("on a team", "observer"),
}


@register.filter
def midsentence(value: Any) -> str:
    """Return a label as it stands within a sentence of the language that is spoken."""
    said = str(value)
    return said.lower() if (get_language() or "en").split("-")[0] in SMALL else said


@register.filter
def in_history(code: str) -> str:
    """Return the status of a letter or a signature, or a role of a team, as its history names it."""
    return str(STATUSES.get(code) or ROLES.get(code) or code)
