"""What makes a second look necessary: flags, watched names, and where a signature came from."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from petition.models import Letter
from signatories import reasons
from signatories.models.signature import Signature


class WatchName(models.Model):
    """A name that impostors use, or a mailbox whose signature was an impostor's; a match holds, never rejects."""

    class Source(models.TextChoices):
        TEAM = "team", "entered by the team"
        IMPOSTOR = "impostor", "an impostor signed in this name"

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="watch_names")
    name = models.CharField(max_length=120, blank=True)
    keys = models.JSONField(default=list, help_text="the name as it is compared, see signatories.names")
    address_hash = models.CharField(max_length=64, blank=True, help_text="the impostor's mailbox")
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.TEAM)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["letter", "name", "address_hash"], name="watch_name_once"),
            models.CheckConstraint(name="watch_name_says_something", condition=~Q(name="", address_hash="")),
        ]

    def __str__(self) -> str:
        return self.name or "a mailbox"


class Flag(models.Model):
    """One reason to look twice at a signature. It holds a name until a person releases it, and rejects nobody."""

    signature = models.ForeignKey(Signature, models.CASCADE, related_name="flags")
    kind = models.CharField(max_length=20, choices=reasons.FlagKind.choices)
    details = models.JSONField(default=dict, help_text="what the vetter should see, without personal data of others")
    raised_at = models.DateTimeField(default=timezone.now)
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["raised_at", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["signature", "kind"], name="flag_kind_once"),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class Origin(models.Model):
    """From which network and device a signature was typed. Kept for 30 days, shown to vetters only."""

    signature = models.OneToOneField(Signature, models.CASCADE, primary_key=True, related_name="origin")
    network = models.CharField(max_length=49, help_text="IPv4 /24 or IPv6 /48 in CIDR form")
    device = models.CharField(max_length=32, help_text="keyed hash of client address and browser, one day long")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["network", "at"], name="origin_network"),
            models.Index(fields=["device"], name="origin_device"),
        ]

    def __str__(self) -> str:
        return self.network
