"""The letter and the team that runs it."""

from petition.models.card import Card
from petition.models.delivery import AddresseeLink, Amendment, Bundle, Delivery, DeliveryPart, Opening, Reply
from petition.models.letter import Letter, LetterEvent, LetterQuerySet
from petition.models.running import Answered, Kept, Run
from petition.models.tally import Milestone, Tally
from petition.models.team import POWERS, Membership, Power, Role, User, UserManager, account_moved
from petition.models.update import Update
from petition.models.version import Translation, Version

__all__ = [
    "POWERS",
    "AddresseeLink",
    "Amendment",
    "Answered",
    "Bundle",
    "Card",
    "Delivery",
    "DeliveryPart",
    "Kept",
    "Letter",
    "LetterEvent",
    "LetterQuerySet",
    "Membership",
    "Milestone",
    "Opening",
    "Power",
    "Reply",
    "Role",
    "Run",
    "Tally",
    "Translation",
    "Update",
    "User",
    "UserManager",
    "Version",
    "account_moved",
]
