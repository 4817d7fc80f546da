"""The people: who signed which words, what was checked, what was decided, and what mail is owed."""

from signatories.models.decisions import Decision, Evidence
from signatories.models.exports import Export
from signatories.models.mail import AccountMail, Invitation, Knock, Mail, MailQuerySet, Suppression
from signatories.models.people import Signatory
from signatories.models.signature import LINE, NOT_A_FOUNDER, Signature, SignatureEvent, SignatureQuerySet

__all__ = [
    "LINE",
    "NOT_A_FOUNDER",
    "AccountMail",
    "Decision",
    "Evidence",
    "Export",
    "Invitation",
    "Knock",
    "Mail",
    "MailQuerySet",
    "Signatory",
    "Signature",
    "SignatureEvent",
    "SignatureQuerySet",
    "Suppression",
]
