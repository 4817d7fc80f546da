"""Each mail leaves with an envelope sender of its own, so that one that comes back says which it was.

The idea is VERP, variable envelope return paths: https://cr.yp.to/proto/verp.txt
"""

import re
import struct
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.conf import settings

from signatories import tokens
from signatories.models import Mail

# A mail server tries for four or five days at least (RFC 5321, section 4.5.4.1), each of a chain for as long.
VALID = timedelta(days=14)
SHAPE = struct.Struct(">16sHH")  # the mail, the day, the sending
EPOCH = date(2020, 1, 1)
TOKEN = 48  # characters; with "bounces+" before them within the 64 of RFC 5321, section 4.5.3.1.1


@dataclass(frozen=True)
class Sending:
    """One sending of one mail."""

    mail: uuid.UUID
    times_sent: int  # before it
    on: date

    @property
    def is_over(self) -> bool:
        """Whether what comes back now is too late to say anything."""
        return not self.on <= datetime.now(UTC).date() + timedelta(days=1) <= self.on + VALID + timedelta(days=1)


def address(mail: Mail) -> str:
    """Return the envelope sender of a mail that is about to be sent, or an empty string where none is set up."""
    if not settings.BOUNCE_ADDRESS:
        return ""
    day = (datetime.now(UTC).date() - EPOCH).days
    token = tokens.stamp("return", SHAPE.pack(mail.pk.bytes, day, mail.times_sent % 2**16))
    local, _, host = settings.BOUNCE_ADDRESS.partition("@")
    return f"{local}+{token}@{host}"


def find(text: str) -> list[Sending]:
    """Return every sending whose address stands in a text, such as the value of a header; no address was made up."""
    local, _, host = settings.BOUNCE_ADDRESS.partition("@")
    if not local:
        return []
    pattern = rf"(?<![\w.+-]){re.escape(local)}\+([a-z2-7]{{{TOKEN}}})@{re.escape(host)}(?![\w-])"
    found = [_read(token) for token in re.findall(pattern, text, re.IGNORECASE | re.ASCII)]
    return [one for one in found if one]


def _read(token: str) -> Sending | None:
    try:
        pk, day, times_sent = SHAPE.unpack(tokens.unstamp("return", token))
    except (tokens.Invalid, struct.error):
        return None
    return Sending(uuid.UUID(bytes=pk), times_sent, EPOCH + timedelta(days=day))
