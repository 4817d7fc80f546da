"""What makes a second look necessary: flags, watched names, alarms, and where a signature came from."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from petition.models import Letter
from signatories import reasons
from signatories.models.belonging import LetterOf
from signatories.models.signature import Signature


class WatchNameQuerySet(models.QuerySet["WatchName"]):
    """Watched names, in the words of the desk."""

    def in_force(self) -> Self:
        """Those that nobody has removed."""
        return self.filter(removed_at=None)


class WatchName(models.Model):
    """A name that impostors use, or a mailbox whose signature was an impostor's; a match holds, never rejects.

    A removed one stays as a row: who took it off the list, when, and why.
    """

    class Source(models.TextChoices):
        TEAM = "team", _("entered by the team")
        IMPOSTOR = "impostor", _("an impostor signed in this name")

    class Why(models.TextChoices):
        MISTAKE = "mistake", _("Entered by mistake")
        KNOWN = "known", _("The person is known to us and has signed")
        NEEDLESS = "needless", _("Holds too many honest people")
        OVER = "over", _("Not needed any more")

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="watch_names")
    name = models.CharField(max_length=120, blank=True)
    keys = models.JSONField(default=list, help_text="the name as it is compared, see signatories.names")
    address_hash = models.CharField(max_length=64, blank=True, help_text="the impostor's mailbox")
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.TEAM)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    why = models.CharField(max_length=10, choices=Why.choices, blank=True, help_text="why it was removed")

    objects = WatchNameQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["letter", "name", "address_hash"], condition=Q(removed_at=None), name="watch_name_once"
            ),
            models.CheckConstraint(name="watch_name_says_something", condition=~Q(name="", address_hash="")),
            models.CheckConstraint(
                name="watch_name_removed_for_a_reason",
                condition=Q(removed_at=None, why="") | (Q(removed_at__isnull=False) & ~Q(why="")),
            ),
        ]

    def __str__(self) -> str:
        return self.name or gettext("a mailbox")


class Flag(models.Model):
    """One reason to look twice at a signature. It holds a name until a person releases it, and rejects nobody."""

    signature = models.ForeignKey(Signature, models.CASCADE, related_name="flags")
    letter = LetterOf("signature")
    kind = models.CharField(max_length=20, choices=reasons.FlagKind.choices)
    details = models.JSONField(default=dict, help_text="what the vetter should see, without personal data of others")
    raised_at = models.DateTimeField(default=timezone.now)
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["raised_at", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["letter", "signature", "kind"], name="flag_one_of_a_kind"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The few flags by which the watchlist shows who was found; the others are read from their signature.
            models.Index(
                fields=["letter", "raised_at"], condition=Q(kind__in=sorted(reasons.BY_TWO)), name="flag_on_watchlist"
            ),
            # Who is one of a burst leaves the count, and the clock asks whether it has to be taken anew.
            models.Index(fields=["signature"], condition=Q(kind="burst", released_at=None), name="flag_open_burst"),
            models.Index(fields=["raised_at"], condition=Q(kind="burst"), name="flag_burst_raised"),
            models.Index(fields=["released_at"], condition=Q(kind="burst"), name="flag_burst_released"),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class Origin(models.Model):
    """From which network and device a signature was typed. Kept for 30 days, shown to vetters only."""

    signature = models.OneToOneField(Signature, models.CASCADE, primary_key=True, related_name="origin")
    letter = LetterOf("signature")
    network = models.CharField(max_length=49, help_text="IPv4 /24 or IPv6 /48 in CIDR form")
    device = models.CharField(max_length=32, help_text="keyed hash of client address and browser, one day long")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["letter", "network", "at"], name="origin_by_network"),
            models.Index(fields=["device", "at"], name="origin_device_at"),
        ]

    def __str__(self) -> str:
        return self.network


class Alarm(models.Model):
    """Many signatures from one network or one unknown mail host in a few minutes; the newest burst of each."""

    class Kind(models.TextChoices):
        NETWORK = "network", pgettext_lazy("where signatures come from", "network")
        HOST = "host", pgettext_lazy("where signatures come from", "mail host")

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="alarms")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    key = models.CharField(max_length=253, help_text="the network in CIDR form, or the host")
    count = models.PositiveIntegerField(help_text="the most that were confirmed within ten minutes")
    since = models.DateTimeField(help_text="when the first signature of the burst was confirmed")
    until = models.DateTimeField(help_text="when its last one was confirmed, as far as it was counted")
    seen_at = models.DateTimeField(null=True, help_text="when a member of the team put the alarm aside")
    seen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["-until"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["letter", "kind", "key"], name="alarm_once"),
        ]

    def __str__(self) -> str:
        return f"{self.count} from {self.key}"


class Setback(models.Model):
    """A signature about which evidence could not be collected; it is tried again later, ever less often."""

    signature = models.OneToOneField(Signature, models.CASCADE, primary_key=True, related_name="setback")
    letter = LetterOf("signature")
    attempts = models.PositiveSmallIntegerField(default=1)
    problem = models.CharField(max_length=200, help_text="the kind of error, without personal data")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.problem}, {self.attempts} times"
