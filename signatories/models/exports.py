"""Who took which list out of the house."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from petition.models import Letter


class Export(models.Model):
    """Who took a list out of the house, which one, and when."""

    class Audience(models.TextChoices):
        PUBLIC = "public", _("What readers may see")
        TEAM = "team", _("Everything, with addresses")

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        XLSX = "xlsx", _("Excel workbook")
        JSON = "json", "JSON"
        NDJSON = "ndjson", _("JSON lines")

    letter = models.ForeignKey(Letter, models.PROTECT, related_name="exports")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    audience = models.CharField(max_length=10, choices=Audience.choices)
    format = models.CharField(max_length=10, choices=Format.choices)
    signatures = models.PositiveIntegerField()
    written = models.PositiveIntegerField(default=0, db_default=0, help_text="rows of a workbook that have left so far")
    at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, help_text="when the last piece had left; empty where it broke off")

    public_id = models.UUIDField(null=True, help_text="by which a program knows the one that it began")

    class Meta:
        ordering: ClassVar[list[str]] = ["-at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # With a condition SQLite makes an index; without one it would make the table anew, and lose its triggers.
            models.UniqueConstraint(
                fields=["public_id"], condition=models.Q(public_id__isnull=False), name="export_public_id_once"
            ),
        ]

    @property
    def percent(self) -> int:
        """How much of a workbook has left."""
        return 100 * self.written // max(self.signatures, 1)

    def __str__(self) -> str:
        return f"{self.audience} {self.format}, {self.at:%Y-%m-%d %H:%M}"
