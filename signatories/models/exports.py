"""Who took which list out of the house."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from petition.models import Letter


class Export(models.Model):
    """Who took a list out of the house, which one, and when."""

    class Audience(models.TextChoices):
        PUBLIC = "public", "What readers may see"
        TEAM = "team", "Everything, with addresses"

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        XLSX = "xlsx", "Excel workbook"
        JSON = "json", "JSON"
        NDJSON = "ndjson", "JSON lines"

    letter = models.ForeignKey(Letter, models.PROTECT, related_name="exports")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    audience = models.CharField(max_length=10, choices=Audience.choices)
    format = models.CharField(max_length=10, choices=Format.choices)
    signatures = models.PositiveIntegerField()
    written = models.PositiveIntegerField(default=0, db_default=0, help_text="rows of a workbook that have left so far")
    at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, help_text="when the last piece had left; empty where it broke off")

    class Meta:
        ordering: ClassVar[list[str]] = ["-at", "-pk"]

    @property
    def percent(self) -> int:
        """How much of a workbook has left."""
        return 100 * self.written // max(self.signatures, 1)

    def __str__(self) -> str:
        return f"{self.audience} {self.format}, {self.at:%Y-%m-%d %H:%M}"
