"""What everybody who signed hears of, and what they answer when the text changed."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from petition.identifiers import uuid7
from petition.models import Letter, Milestone, Reply, Update, Version
from signatories.models.belonging import LetterOf
from signatories.models.signature import Signature


class Announcement(models.Model):
    """One mailing to many: a task owes its mails a thousand at a time and remembers how far it came."""

    class Kind(models.TextChoices):
        VERSION = "version", pgettext_lazy("kind of mailing", "A new version")
        UPDATE = "update", pgettext_lazy("kind of mailing", "News")
        REPLY = "reply", pgettext_lazy("kind of mailing", "A reply")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    letter = models.ForeignKey(Letter, models.CASCADE, related_name="announcements")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    version = models.OneToOneField(Version, models.PROTECT, null=True, related_name="announcement")
    update = models.OneToOneField(Update, models.PROTECT, null=True, related_name="announcement")
    reply = models.OneToOneField(Reply, models.PROTECT, null=True, related_name="announcement")
    total = models.PositiveIntegerField(default=0, help_text="readers at the beginning")
    after = models.UUIDField(null=True, help_text="the last signature whose mail is owed")
    go_on_after = models.DateTimeField(default=timezone.now, help_text="the lease of the task that works on it")
    created_at = models.DateTimeField(default=timezone.now)
    owed_at = models.DateTimeField(null=True, help_text="when the last mail was owed")

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="announcement_of_one_thing",
                condition=Q(kind="version", version__isnull=False, update__isnull=True, reply__isnull=True)
                | Q(kind="update", version__isnull=True, update__isnull=False, reply__isnull=True)
                | Q(kind="reply", version__isnull=True, update__isnull=True, reply__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.letter}"


class Reaffirmation(models.Model):
    """A signer kept their name under a later version, whose meaning had changed. Who leaves withdraws."""

    signature = models.ForeignKey(Signature, models.CASCADE, related_name="reaffirmations")
    letter = LetterOf("signature")
    version = models.ForeignKey(Version, models.PROTECT, related_name="reaffirmations")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["signature", "version"], name="reaffirmation_once"),
        ]

    def __str__(self) -> str:
        return f"kept under {self.version}"


class MilestoneNotice(models.Model):
    """The team was told that a number they waited for is reached; the database keeps that to once."""

    milestone = models.OneToOneField(Milestone, models.CASCADE, related_name="notice")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.milestone} names"
