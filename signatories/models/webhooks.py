"""Where other programs are told of what happens to a letter, and what became of each telling."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from petition.identifiers import uuid7
from petition.models import Letter, Milestone
from signatories.models.belonging import LetterOf
from signatories.models.history import SignatureEvent


class Webhook(models.Model):
    """An address that is told of a letter's events."""

    class Event(models.TextChoices):
        SIGNED = "signature.signed", _("Somebody confirmed a signature")
        LISTED = "signature.listed", _("A name came onto the public list")
        REMOVED = "signature.removed", _("A name left the public list, and the signature stays")
        WITHDRAWN = "signature.withdrawn", _("A signature was withdrawn")
        MILESTONE = "letter.milestone", _("A number that you wait for was reached")

    class Why(models.TextChoices):
        OWNER = "owner", _("switched off by an owner")
        FAILING = "failing", _("it had not taken anything for three days")
        GONE = "gone", _("it answered 410: it wants nothing more")
        RESTORED = "restored", _("a backup was restored")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    letter = models.ForeignKey(Letter, models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=500)
    events = models.JSONField(default=list, help_text="of which events it is told")
    secret = models.TextField(help_text="sealed: what its messages are signed with")
    old_secret = models.TextField(blank=True, help_text="sealed: the one before")
    old_until = models.DateTimeField(null=True, help_text="until when messages are signed with both")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    begins_at = models.DateTimeField(default=timezone.now, help_text="it is told of nothing before")
    owed_until = models.DateTimeField(default=timezone.now, help_text="up to where the history was read")
    tried_at = models.DateTimeField(default=timezone.now, help_text="when it was last its turn")
    rest_until = models.DateTimeField(null=True, help_text="nothing is sent before, after it failed")
    failures = models.PositiveIntegerField(default=0, help_text="in a row")
    failing_since = models.DateTimeField(null=True)
    off_at = models.DateTimeField(null=True)
    off_why = models.CharField(max_length=10, choices=Why.choices, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["created_at"]

    def __str__(self) -> str:
        return self.url

    @property
    def event_labels(self) -> list[str]:
        """Of what it is told, in words."""
        return [str(self.Event(event).label) for event in self.events]


class WebhookDelivery(models.Model):
    """One message that is owed to an address: the reason, never the text, which is rendered when it is sent."""

    class State(models.TextChoices):
        OWED = "owed", _("Owed")
        SENT = "sent", _("Taken")
        FAILED = "failed", _("Given up")

    TEST = "test"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries", db_index=False)
    letter = LetterOf("webhook")
    kind = models.CharField(max_length=20, choices=[*Webhook.Event.choices, (TEST, _("A test"))])
    event = models.ForeignKey(SignatureEvent, models.PROTECT, null=True, related_name="+")
    milestone = models.ForeignKey(Milestone, models.CASCADE, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OWED)
    send_after = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="since it was owed, or owed again")
    code = models.PositiveSmallIntegerField(null=True, help_text="the HTTP status of the last answer")
    took = models.PositiveIntegerField(null=True, help_text="milliseconds of the last try")
    answer = models.CharField(max_length=200, blank=True, help_text="how the last answer began")
    problem = models.CharField(max_length=300, blank=True, help_text="why there was no answer, in our words")
    at = models.DateTimeField(default=timezone.now, help_text="when it was owed first")
    tried_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[Any]] = ["-at", "-pk"]
        verbose_name_plural = "webhook deliveries"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["webhook", "kind", "event"], name="webhook_event_once"),
            models.UniqueConstraint(fields=["webhook", "milestone"], name="webhook_milestone_once"),
            models.CheckConstraint(
                name="webhook_delivery_of_one_thing",
                condition=Q(kind="test", event=None, milestone=None)
                | Q(kind="letter.milestone", event=None, milestone__isnull=False)
                | (~Q(kind__in=["test", "letter.milestone"]) & Q(event__isnull=False, milestone=None)),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["webhook", "send_after"], condition=Q(state="owed"), name="webhook_owed"),
            models.Index(fields=["webhook", "-at"], name="webhook_log"),
            models.Index(fields=["at"], name="webhook_old"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.state})"
