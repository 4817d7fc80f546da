"""What was delivered, to whom it was shown, and what came back."""

from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from petition.identifiers import uuid7
from petition.models.letter import Letter
from petition.models.version import Version


class Delivery(models.Model):
    """The snapshot that was delivered. The database itself refuses to change or delete it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    letter = models.OneToOneField(Letter, models.PROTECT, related_name="delivery")
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    as_of = models.DateTimeField()
    signatories = models.PositiveIntegerField()
    frame = models.JSONField(help_text="title, addressees, ask, organiser and disclaimer as they stood")
    figures = models.JSONField(encoder=DjangoJSONEncoder)
    text_sha256 = models.CharField(max_length=64)
    list_sha256 = models.CharField(max_length=64)
    tally_sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name_plural = "deliveries"

    def __str__(self) -> str:
        return f"{self.letter} as of {self.as_of:%Y-%m-%d %H:%M}"

    @property
    def public_replies(self) -> models.QuerySet["Reply"]:
        """The replies that stand on the letter's page."""
        return self.replies.filter(hidden_at=None)


class DeliveryPart(models.Model):
    """A run of the frozen list in its order, as JSON lines; immutable like the delivery."""

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="parts", db_index=False)
    number = models.PositiveIntegerField()
    lines = models.TextField(help_text="one JSON object a line, exactly as in the bundle")
    signatures = models.JSONField(help_text="for each line the signature, and its last event when it was frozen")

    class Meta:
        ordering: ClassVar[list[str]] = ["number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["delivery", "number"], name="delivery_part_once"),
        ]

    def __str__(self) -> str:
        return f"part {self.number}"


class Bundle(models.Model):
    """The file made from a delivery: owed, then ready and never touched again."""

    class State(models.TextChoices):
        OWED = "owed", _("Being made")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Could not be made")

    delivery = models.OneToOneField(Delivery, models.PROTECT, related_name="bundle")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OWED)
    stage = models.CharField(max_length=60, default="Waiting for a worker")
    percent = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    make_after = models.DateTimeField(default=timezone.now, help_text="the end of the lease while it is being made")
    problem = models.CharField(max_length=300, blank=True)
    notes = models.JSONField(default=list, help_text="what the team should know about the document")
    manifest = models.JSONField(default=dict)
    manifest_sha256 = models.CharField(max_length=64, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0, help_text="bytes")
    made_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="bundle_ready_is_whole",
                condition=~Q(state="ready") | (~Q(sha256="") & ~Q(manifest_sha256="") & Q(made_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"bundle of {self.delivery_id} ({self.state})"

    @property
    def is_ready(self) -> bool:
        """Whether it can be handed out."""
        return self.state == self.State.READY


class Amendment(models.Model):
    """A delivered name that left the letter, or came back: the addressee has to be told."""

    class Kind(models.TextChoices):
        WITHDRAWN = "withdrawn", _("withdrawn by the signatory")
        REMOVED = "removed", _("taken off by the organiser")
        RESTORED = "restored", _("put back by the organiser")

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="amendments", db_index=False)
    event = models.BigIntegerField(help_text="the event of the signature that it reports")
    position = models.PositiveIntegerField(help_text="number in the delivered list, from 1")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["at", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["delivery", "event"], name="amendment_once_an_event"),
        ]

    def __str__(self) -> str:
        return f"No. {self.position}: {self.get_kind_display()}"


class AddresseeLink(models.Model):
    """The addressee's own door: it expires, and every opening is a row."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="links")
    addressee = models.CharField(max_length=600)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["made_at", "pk"]

    def __str__(self) -> str:
        return self.addressee

    @property
    def is_open(self) -> bool:
        """Whether it still opens."""
        return self.revoked_at is None and self.expires_at > timezone.now()


class Opening(models.Model):
    """One opening of an addressee's link: what, and when; nothing about who or from where."""

    class What(models.TextChoices):
        PAGE = "page", _("page")
        PDF = "pdf", _("document")
        BUNDLE = "bundle", _("bundle")

    link = models.ForeignKey(AddresseeLink, models.CASCADE, related_name="openings")
    what = models.CharField(max_length=8, choices=What.choices)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar[list[str]] = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.what}, {self.at:%Y-%m-%d %H:%M}"


class Reply(models.Model):
    """What an addressee answered, through their link or elsewhere; it stands on the letter's page."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="replies")
    link = models.ForeignKey(AddresseeLink, models.PROTECT, null=True, related_name="replies")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    author = models.CharField(max_length=200)
    text = models.TextField(max_length=20_000)
    received_on = models.DateField()
    at = models.DateTimeField(default=timezone.now)
    hidden_at = models.DateTimeField(null=True)
    hidden_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["received_on", "at"]
        verbose_name_plural = "replies"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="reply_came_one_way",
                condition=Q(link__isnull=False, entered_by__isnull=True)
                | Q(link__isnull=True, entered_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.author}, {self.received_on}"
