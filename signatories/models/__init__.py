"""The people: who signed which words, what was checked, what was decided, and what mail is owed."""

from signatories.models.access import AccessToken
from signatories.models.decisions import Decision, Evidence
from signatories.models.desk import Batch, BatchItem, Case, ClaimLock, Draw, Limit, Recusal
from signatories.models.embargo import EmbargoLink, EmbargoOpening
from signatories.models.exports import Export
from signatories.models.history import SignatureEvent
from signatories.models.mail import HELD, AccountMail, Invitation, Knock, Mail, MailQuerySet, Suppression
from signatories.models.news import Announcement, MilestoneNotice, Reaffirmation
from signatories.models.organisations import (
    Organisation,
    OrganisationDomain,
    OrganisationEvent,
    OrganisationName,
    Sector,
    Source,
)
from signatories.models.people import Signatory
from signatories.models.privacy import Consent, Forgetting
from signatories.models.proofs import Proof, Vouch, VouchCode
from signatories.models.risk import Alarm, Flag, Origin, Setback, WatchName
from signatories.models.signature import (
    DERIVED,
    KNOWN,
    LINE,
    NOT_A_FOUNDER,
    WAITING,
    Signature,
    SignatureQuerySet,
)
from signatories.models.webhooks import Webhook, WebhookDelivery

__all__ = [
    "DERIVED",
    "HELD",
    "KNOWN",
    "LINE",
    "NOT_A_FOUNDER",
    "WAITING",
    "AccessToken",
    "AccountMail",
    "Alarm",
    "Announcement",
    "Batch",
    "BatchItem",
    "Case",
    "ClaimLock",
    "Consent",
    "Decision",
    "Draw",
    "EmbargoLink",
    "EmbargoOpening",
    "Evidence",
    "Export",
    "Flag",
    "Forgetting",
    "Invitation",
    "Knock",
    "Limit",
    "Mail",
    "MailQuerySet",
    "MilestoneNotice",
    "Organisation",
    "OrganisationDomain",
    "OrganisationEvent",
    "OrganisationName",
    "Origin",
    "Proof",
    "Reaffirmation",
    "Recusal",
    "Sector",
    "Setback",
    "Signatory",
    "Signature",
    "SignatureEvent",
    "SignatureQuerySet",
    "Source",
    "Suppression",
    "Vouch",
    "VouchCode",
    "WatchName",
    "Webhook",
    "WebhookDelivery",
]
