"""What the status codes of mail systems mean, in words: RFC 3463, and its registry at IANA."""

import re

# Class, subject and detail: 5.1.1. What looks like four numbers is an address of a network.
ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
SUBJECTS = {
    "1": "the address is not right",
    "2": "the mailbox does not take it",
    "3": "the mail system there does not take it",
    "4": "the mail system there could not be reached",
    "5": "the mail systems did not understand each other",
    "6": "the mail system there does not take such a mail",
    "7": "the mail system there refuses our mail",
}
DETAILS = {
    "1.1": "there is no such mailbox",
    "1.2": "there is no such mail system",
    "1.6": "the mailbox has moved",
    "1.10": "there is no such mailbox",
    "2.1": "the mailbox is closed",
    "2.2": "the mailbox is full",
    "4.7": "it could not be delivered in time",
}


def find(text: str) -> list[str]:
    """Return every status code in a text, in its order."""
    return [".".join(str(int(part)) for part in found) for found in ENHANCED.findall(text)]


def words(code: str) -> str:
    """Return what a code says, such as `there is no such mailbox (5.1.1)`."""
    _, _, detail = code.partition(".")
    said = DETAILS.get(detail) or SUBJECTS.get(detail.partition(".")[0]) or "it was not delivered"
    return f"{said} ({code})"
