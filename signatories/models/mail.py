"""Invitations, the mail that is owed, and who wants none."""

from datetime import UTC, datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from petition import patience
from petition.identifiers import uuid7
from petition.models import Letter
from signatories import statuses
from signatories.models.signature import Signature

# Owed, and not sent before somebody decides (signatories.backups.held).
HELD = datetime(9000, 1, 1, tzinfo=UTC)


class Invitation(models.Model):
    """A personal, single-use invitation to sign as a founder. An import makes these, never signatures."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    letter = models.ForeignKey(Letter, models.CASCADE, related_name="invitations", db_index=False)
    address = models.EmailField(max_length=254, blank=True)
    address_hash = models.CharField(max_length=64)
    name = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=120, blank=True)
    organisation = models.CharField(max_length=160, blank=True)
    country = models.CharField(max_length=2, blank=True)
    discipline = models.CharField(max_length=60, blank=True)
    position = models.PositiveSmallIntegerField(help_text="place among the founders, from 1")
    signature = models.OneToOneField(Signature, models.SET_NULL, null=True, related_name="invitation")
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    declined_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True, help_text="first; a mail scanner opens links too")
    reminded_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["letter", "address_hash"], name="invitation_once"),
            models.UniqueConstraint(fields=["letter", "position"], name="invitation_position_once"),
        ]

    def __str__(self) -> str:
        return self.name or str(self.pk)


class MailQuerySet(models.QuerySet["Mail"]):
    """Mails, in the words of the sender."""

    def due(self) -> Self:
        """Owed and not leased to another sender, oldest first."""
        # What one person waits for goes before what is written to everybody.
        return self.filter(state=Mail.State.OWED, send_after__lte=patience.now()).order_by("bulk", "send_after")


class Mail(models.Model):
    """One mail that is owed to somebody: the reason, never the text, which is rendered when it is sent."""

    class Kind(models.TextChoices):
        CONFIRM = "confirm", "Please confirm"
        ALREADY = "already", "You have signed already"
        GONE = "gone", "You have withdrawn before"
        RECEIPT = "receipt", "You have signed"
        LISTED = "listed", "Your name is on the letter"
        HELD = "held", "We take a second look"
        ASKED = "asked", "A question"
        DECLINED = "declined", "Not listed"
        HIDDEN = "hidden", "Not on the letter any more"
        WITHDRAWN = "withdrawn", "Withdrawn"
        REMINDED = "reminded", "The question again"
        LAPSED = "lapsed", "The question was not answered"
        MAILBOX = "mailbox", "A code for a mailbox at work"
        CHANGE = "change", "A code for a change"
        AUDIT = "audit", "Is this still right?"
        TAKEN_BACK = "taken_back", "A decision was taken back"
        INVITATION = "invitation", "Invitation"
        NUDGE = "nudge", "The invitation again"
        VERSION = "version", "The text has changed"
        UPDATE = "update", "News"
        REPLY = "reply", "An addressee replied"
        REACH = "reach", "Does this mailbox work again?"

    class State(models.TextChoices):
        OWED = "owed", "Owed"
        SENT = "sent", "Sent"
        FAILED = "failed", "Not delivered"
        DROPPED = "dropped", "Not wanted any more"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    key = models.CharField(max_length=120, unique=True, help_text="what makes it one mail and not two")
    signature = models.ForeignKey(Signature, models.CASCADE, null=True, related_name="mails")
    invitation = models.ForeignKey(Invitation, models.CASCADE, null=True, related_name="mails", db_index=False)
    announcement = models.ForeignKey("Announcement", models.CASCADE, null=True, related_name="mails", db_index=False)
    bulk = models.BooleanField(default=False, help_text="written to everybody at once")
    to = models.EmailField(max_length=254, blank=True, help_text="only where the row it is about has forgotten it")
    details = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OWED)
    send_after = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="since it was last sent")
    times_sent = models.PositiveSmallIntegerField(default=0)
    wrong_codes = models.PositiveSmallIntegerField(default=0, help_text="typed in the tab in which it was signed")
    problem = models.CharField(max_length=300, blank=True)
    returned = models.CharField(
        max_length=12, blank=True, default="", db_default="", help_text="the status code of a return or a delay"
    )
    failed_at = models.DateTimeField(null=True, help_text="when it was refused for good, or came back")
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    was_due: datetime  # of no column: to a sender, when it was due before the lease
    request_id = models.CharField(
        max_length=64, blank=True, default="", db_default="", help_text="of the request that caused it, as in the log"
    )

    objects = MailQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="mail_is_about_one_thing",
                condition=Q(signature__isnull=False, invitation__isnull=True)
                | Q(signature__isnull=True, invitation__isnull=False),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["bulk", "send_after"], condition=Q(state="owed"), name="mail_due"),
            models.Index(
                fields=["announcement", "state"], condition=Q(announcement__isnull=False), name="mail_announced"
            ),
            # A mail to somebody who signs is about no invitation, and pays for no entry.
            models.Index(fields=["invitation"], condition=Q(invitation__isnull=False), name="mail_invited"),
            models.Index(fields=["signature"], condition=Q(state="failed"), name="mail_failed"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.state})"

    @property
    def trouble(self) -> str:
        """Why it did not arrive, or not yet, in words for the team."""
        return statuses.words(self.returned) if self.returned else self.problem


class Knock(models.Model):
    """A mail that somebody could cause by typing an address; counted for a day, whatever becomes of the rest.

    It is apart from the mail, because forgetting a signature and starting it again takes its mails away, and would
    open the door to the next three.
    """

    address_hash = models.CharField(max_length=64)
    letter = models.ForeignKey(Letter, models.CASCADE, related_name="+", db_index=False)
    mail = models.ForeignKey(Mail, models.SET_NULL, null=True, related_name="knocks")
    at = models.DateTimeField(default=timezone.now, help_text="when it was owed, and then when it was sent")

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["address_hash", "at"], name="knock_by_mailbox")]

    def __str__(self) -> str:
        return f"{self.letter_id}, {self.at}"


class AccountMail(models.Model):
    """One mail that is owed to somebody with an account, such as a log-in code; the row goes when it is sent."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    to = models.EmailField(max_length=254)
    subject = models.CharField(max_length=200)
    sealed = models.TextField(help_text="the text, encrypted: it may hold a code")
    send_after = models.DateTimeField(default=timezone.now, db_index=True)
    lapses_at = models.DateTimeField(help_text="when it is of no use any more")
    attempts = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.subject} ({self.pk})"


class Suppression(models.Model):
    """An address that never wants mail from here again, known by its keyed hash only."""

    address_hash = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.address_hash
