"""Invitations, the mail that is owed, and who wants none."""

from datetime import UTC, datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy

from petition import patience
from petition.identifiers import uuid7
from petition.models import Letter
from signatories import statuses
from signatories.models.belonging import LetterOf
from signatories.models.signature import Signature

# Owed, and not sent before somebody decides (signatories.backups.held).
HELD = datetime(9000, 1, 1, tzinfo=UTC)

# Of a mail: the states in which nothing is owed.
ENDED = ("sent", "failed", "dropped")


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

    @property
    def problem(self) -> str:
        """Why it cannot be used any more, or an empty string."""
        if self.signature_id:
            return gettext("This invitation has been used: you have signed.")
        if self.revoked_at:
            return gettext("This invitation was taken back by the organiser.")
        if self.declined_at:
            return gettext("You have declined this invitation.")
        if self.expires_at <= timezone.now():
            return gettext("This invitation has expired.")
        if self.letter.status in {Letter.Status.CLOSED, Letter.Status.DELIVERED}:
            return gettext("This letter takes no signatures any more.")
        return ""


class MailQuerySet(models.QuerySet["Mail"]):
    """Mails, in the words of the sender."""

    def due(self) -> Self:
        """Owed and not leased to another sender, oldest first."""
        # What one person waits for goes before what is written to everybody.
        return self.filter(state=Mail.State.OWED, send_after__lte=patience.now()).order_by("bulk", "send_after")

    def still_owed(self) -> Self:
        """Those of some mails, which are looked for by something else, that nobody has ended with meanwhile.

        Said by what they are not, so that PostgreSQL never takes `mail_due` for the way to them: while its statistics
        are from before a crowd came it believes that index to be all but empty, and read 1,400 rows to mark one.
        """
        return self.exclude(state__in=ENDED)


class Mail(models.Model):
    """One mail that is owed to somebody: the reason, never the text, which is rendered when it is sent."""

    class Kind(models.TextChoices):
        CONFIRM = "confirm", pgettext_lazy("kind of mail", "Please confirm")
        ALREADY = "already", pgettext_lazy("kind of mail", "You have signed already")
        GONE = "gone", pgettext_lazy("kind of mail", "You have withdrawn before")
        RECEIPT = "receipt", pgettext_lazy("kind of mail", "You have signed")
        LISTED = "listed", pgettext_lazy("kind of mail", "Your name is on the letter")
        HELD = "held", pgettext_lazy("kind of mail", "We take a second look")
        ASKED = "asked", pgettext_lazy("kind of mail", "A question")
        DECLINED = "declined", pgettext_lazy("kind of mail", "Not listed")
        HIDDEN = "hidden", pgettext_lazy("kind of mail", "Not on the letter any more")
        WITHDRAWN = "withdrawn", pgettext_lazy("kind of mail", "Withdrawn")
        REMINDED = "reminded", pgettext_lazy("kind of mail", "The question again")
        LAPSED = "lapsed", pgettext_lazy("kind of mail", "The question was not answered")
        MAILBOX = "mailbox", pgettext_lazy("kind of mail", "A code for a mailbox at work")
        CHANGE = "change", pgettext_lazy("kind of mail", "A code for a change")
        AUDIT = "audit", pgettext_lazy("kind of mail", "Is this still right?")
        TAKEN_BACK = "taken_back", pgettext_lazy("kind of mail", "A decision was taken back")
        INVITATION = "invitation", pgettext_lazy("kind of mail", "Invitation")
        NUDGE = "nudge", pgettext_lazy("kind of mail", "The invitation again")
        VERSION = "version", pgettext_lazy("kind of mail", "The text has changed")
        UPDATE = "update", pgettext_lazy("kind of mail", "News")
        REPLY = "reply", pgettext_lazy("kind of mail", "An addressee replied")
        REACH = "reach", pgettext_lazy("kind of mail", "Does this mailbox work again?")

    class State(models.TextChoices):
        OWED = "owed", pgettext_lazy("status of a mail", "Owed")
        SENT = "sent", pgettext_lazy("status of a mail", "Sent")
        FAILED = "failed", pgettext_lazy("status of a mail", "Not delivered")
        DROPPED = "dropped", pgettext_lazy("status of a mail", "Not wanted any more")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    key = models.CharField(max_length=120, help_text="what makes it one mail and not two")
    letter = LetterOf(
        "signature", "invitation", on_delete=models.CASCADE, db_constraint=True, help_text="whose turn it is"
    )
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
            models.UniqueConstraint(fields=["letter", "key"], name="mail_once"),
            models.CheckConstraint(
                name="mail_is_about_one_thing",
                condition=Q(signature__isnull=False, invitation__isnull=True)
                | Q(signature__isnull=True, invitation__isnull=False),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["letter", "bulk", "send_after"], condition=Q(state="owed"), name="mail_due"),
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
