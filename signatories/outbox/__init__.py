"""Mail that is owed: written in the transaction that owes it, sent later, each marked as it is accepted."""

from signatories.outbox.owing import (
    COOL_DOWN,
    DAILY,
    DAILY_OVER_THE_SITE,
    DAY,
    MOST_WORDINGS,
    forget_knocks,
    may_write_to,
    owe,
    send_again,
)
from signatories.outbox.retrying import try_again
from signatories.outbox.sending import BATCH, LEASE, MAX_ATTEMPTS, TURN, send
from signatories.outbox.wanted import NEWS
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
    "compose",
    "forget_knocks",
    "may_write_to",
    "owe",
    "proposed",
    "send",
    "send_again",
    "try_again",
]
