"""What opens the sign form under pressure: a little work of the browser, or a minute of patience without one.

The work is ALTCHA's, version 2 (https://altcha.org/docs/v2/proof-of-work/). Whoever has no JavaScript gets a ticket
that opens the form once, from a minute later on. Work costs a flood the time of its machines; patience would cost it
nothing, so only so many tickets of a client, of its network and of a letter are taken in ten minutes. A proof through
the mailbox is no way out here: its mail is the very thing that a flood is after.
"""

import hashlib
import hmac
import json
import secrets

import altcha
from django.conf import settings
from django.core import signing
from django.utils import timezone

from signatories import origins
from signatories.limits import Use, clients, take_all

ALGORITHM, COST, PREFIX = "PBKDF2/SHA-256", 5_000, "00"  # 256 tries on average: half a second in a browser of 2026
LASTS = 20 * 60  # seconds in which a challenge or a ticket is good; a person may correct the line meanwhile
PATIENCE = 60  # seconds before a ticket opens
LONGEST = 4_000  # characters of a solution
OF_CLIENT, OF_LETTER, SHARDS = 20, 640, 16  # tickets taken in ten minutes


def challenge(letter: str) -> str:
    """Return the work that a browser has to do for one signature under a letter, as JSON for its widget."""
    ends = int(timezone.now().timestamp()) + LASTS
    made = altcha.create_challenge(
        ALGORITHM, COST, key_prefix=PREFIX, expires_at=ends, data={"letter": letter}, hmac_secret=_secret()
    )
    return json.dumps(made.to_dict())


def ticket(letter: str) -> str:
    """Return what opens the form once, a minute from now."""
    once = {"at": int(timezone.now().timestamp()), "once": secrets.token_urlsafe(16)}
    return signing.dumps(once, salt=f"patience:{letter}")


def is_done(solution: str, letter: str) -> bool:
    """Whether this is the work for this letter, done in time and not used before; it is used up by asking."""
    if not solution or len(solution) > LONGEST or not solution.isascii():
        return False
    found = altcha.verify_solution(solution, _secret())
    if not found.verified:
        return False
    parameters = altcha.Payload.from_base64(solution).challenge.parameters
    if (parameters.data or {}).get("letter") != letter:
        return False
    return _once("work", parameters.nonce, int(parameters.expires_at or 0))


def was_patient(ticket: str, letter: str, origin: origins.From) -> bool:
    """Whether a ticket was waited for, and there is room for one more; it is used up by asking."""
    now = int(timezone.now().timestamp())
    try:
        once = signing.loads(ticket, salt=f"patience:{letter}", max_age=LASTS)
    except signing.BadSignature:
        return False
    if not PATIENCE <= now - once["at"] <= LASTS or not _once("patience", once["once"], once["at"] + LASTS):
        return False
    of_client = clients.uses("patience of", origin, OF_CLIENT)
    of_letter = Use("patience at", letter, OF_LETTER, clients.WINDOW, shards=SHARDS)
    return all(taken.allowed for taken in take_all([*of_client, of_letter]))


def _once(purpose: str, what: str, ends: int) -> bool:
    (taken,) = take_all([Use(purpose, what, 1, clients.WINDOW, ends=ends)])
    return taken.allowed


def _secret() -> str:
    return hmac.new(settings.SECRET_KEY.encode(), b"altcha", hashlib.sha256).hexdigest()
