"""Tell other programs what happens to a letter: owed from its history, signed, sent by a task, tried for three days.

The messages follow Standard Webhooks (https://www.standardwebhooks.com/), read in November 2026.
"""

from signatories.webhooks.making import MOST, again, change, make, remove, rotate, switch_off, switch_on, test
from signatories.webhooks.owing import owe
from signatories.webhooks.sending import send

__all__ = ["MOST", "again", "change", "make", "owe", "remove", "rotate", "send", "switch_off", "switch_on", "test"]
