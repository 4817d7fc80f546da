"""Mail that is owed: written in the transaction that owes it, sent later, each marked as it is accepted."""

from signatories.outbox import anew
from signatories.outbox.anew import sign_anew
from signatories.outbox.asking import MOST_WORDINGS, ask, ask_again
from signatories.outbox.owing import (
    COOL_DOWN,
    DAILY,
    DAILY_OVER_THE_SITE,
    DAY,
    asking,
    forget_knocks,
    knock,
    lock,
    look_up,
    may_write_to,
    owe,
    standing,
)
from signatories.outbox.retrying import try_again
from signatories.outbox.sending import BATCH, LEASE, MAX_ATTEMPTS, TURN, send
from signatories.outbox.wanted import NEWS, allow, forbid
from signatories.outbox.writing import compose, proposed

__all__ = [
    "BATCH",
    "COOL_DOWN",
    "DAILY",
    "DAILY_OVER_THE_SITE",
    "DAY",
    "LEASE",
    "MAX_ATTEMPTS",
    "MOST_WORDINGS",
    "NEWS",
    "TURN",
    "allow",
    "anew",
    "ask",
    "ask_again",
    "asking",
    "compose",
    "forbid",
    "forget_knocks",
    "knock",
    "lock",
    "look_up",
    "may_write_to",
    "owe",
    "proposed",
    "send",
    "sign_anew",
    "standing",
    "try_again",
]
