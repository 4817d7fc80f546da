"""Messages as mail systems send them back, and mailboxes that they lie in."""

import mailbox
from email.utils import parseaddr
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "data" / "returned"
ADDRESS = "bounces@letters.example.org"


def message(name: str, address: str) -> bytes:
    """Return one of the messages in tests/data/returned, as it comes to an address."""
    return (FOLDER / f"{name}.eml").read_text().replace("{address}", address).replace("\n", "\r\n").encode()


def sender(sent: Any) -> str:
    """Return the envelope sender of a mail that Django sent."""
    return parseaddr(sent.from_email)[1]


def maildir(folder: Path, *messages: bytes) -> mailbox.Maildir:
    """Make a Maildir with messages in it, as a mail server delivers them."""
    box = mailbox.Maildir(folder)
    for one in messages:
        box.add(one)
    return box
