"""Mail that comes back later: what a mail server reports, and what becomes of the mail it is about."""

from signatories.bounces.mailboxes import problem, read
from signatories.bounces.taking import MOST, Outcome, take

__all__ = ["MOST", "Outcome", "problem", "read", "take"]
