"""Words within a sentence: a label that stands in the middle of one, and a status as the history names it."""

from django import template
from django.utils.translation import pgettext_lazy

from signatories import sentences

register = template.Library()
register.filter("midsentence", sentences.inside)

# As the history of a letter or of a signature names them: “draft → open”. A label would say more than fits there.
STATUSES = {
    "draft": pgettext_lazy("status of a letter", "draft"),
    "discarded": pgettext_lazy("status of a letter", "discarded"),
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
def in_history(code: str) -> str:
    """Return the status of a letter or a signature, or a role of a team, as its history names it."""
    return str(STATUSES.get(code) or ROLES.get(code) or code)
