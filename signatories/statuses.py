"""What the status codes of mail systems mean, in words: RFC 3463, and its registry at IANA."""

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# Class, subject and detail: 5.1.1. What looks like four numbers is an address of a network.
ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
SUBJECTS = {
    "1": gettext_lazy("the address is not right"),
    "2": gettext_lazy("the mailbox does not take it"),
    "3": gettext_lazy("the mail system there does not take it"),
    "4": gettext_lazy("the mail system there could not be reached"),
    "5": gettext_lazy("the mail systems did not understand each other"),
    "6": gettext_lazy("the mail system there does not take such a mail"),
    "7": gettext_lazy("the mail system there refuses our mail"),
}
DETAILS = {
    "1.1": gettext_lazy("there is no such mailbox"),
    "1.2": gettext_lazy("there is no such mail system"),
    "1.6": gettext_lazy("the mailbox has moved"),
    "1.10": gettext_lazy("there is no such mailbox"),
    "2.1": gettext_lazy("the mailbox is closed"),
    "2.2": gettext_lazy("the mailbox is full"),
    "4.7": gettext_lazy("it could not be delivered in time"),
}


def find(text: str) -> list[str]:
    """Return every status code in a text, in its order."""
    return [".".join(str(int(part)) for part in found) for found in ENHANCED.findall(text)]


def words(code: str) -> str:
    """Return what a code says, such as `there is no such mailbox (5.1.1)`."""
    detail = code.partition(".")[2]
    said = DETAILS.get(detail) or SUBJECTS.get(detail.partition(".")[0]) or _("it was not delivered")
    return f"{said} ({code})"
