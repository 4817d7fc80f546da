"""What stands in a letter's history beside its moves: codes are stored, and each reader's language says them."""

from datetime import UTC, datetime

from django.utils.formats import localize
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

REASONS = {
    "publishing_paused": _("Publishing names paused"),
    "publishing_again": _("Names published again"),
    "holding_new": _("All new signatures held"),
    "burst_holds": _("A burst shall hold all new signatures"),
    "burst_holds_not": _("A burst shall hold nobody"),
    "holding_ended": _("New signatures not held any more"),
    "replied": _("A reply was received"),
    "member_added": _("Joined the team"),
    "role_changed": _("Has another role"),
    "member_removed": _("Left the team"),
    "downloaded_pdf": _("The delivered document was taken out"),
    "downloaded_bundle": _("The delivered bundle was taken out"),
}
# The settings of a letter that change after publication; their names are stored.
SETTINGS = {
    "closes_at": _("Closes at"),
    "contact": _("Contact address"),
    "interests": _("Declared interests"),
    "keep_until": _("Signers’ data are kept until"),
    "names_unsearchable": _("Keep the names out of search engines"),
}
HOUR = "%Y-%m-%dT%H:%MZ"


def words(reason: str) -> str:
    """Return in words what a row of the history says."""
    kind, _colon, said = reason.partition(": ")
    if kind == "adjusted":
        return gettext("Settings changed: %(what)s") % {"what": ", ".join(map(_setting, said.rstrip(", ").split(", ")))}
    if kind == "scheduled":
        at = datetime.strptime(said, HOUR).replace(tzinfo=UTC)
        return gettext("To be published at an hour: %(at)s") % {"at": localize(at)}
    if reason == "not scheduled":
        return gettext("To be published by hand")
    if kind == "not published":  # the rest is cut off, and in the language of whoever set the hour
        return gettext("Not published when its hour came, because something was missing")
    before, _number, number = reason.partition("version_")
    if not before and number:
        return gettext("Version %(number)s published") % {"number": number}
    return str(REASONS.get(reason, reason))


def _setting(name: str) -> str:
    """Return the label of a setting; the last name of a long row is cut off."""
    return next((str(label) for code, label in SETTINGS.items() if name and code.startswith(name)), name)
