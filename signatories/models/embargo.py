"""Who outside the team may read a letter before it is public."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from petition.identifiers import uuid7
from petition.models import Letter


class EmbargoLink(models.Model):
    """A secret link for the press, with an end; each opening is logged."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    letter = models.ForeignKey(Letter, models.CASCADE, related_name="embargo_links")
    reader = models.CharField(max_length=120, help_text="for whom it was made")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-made_at"]

    def __str__(self) -> str:
        return self.reader

    @property
    def is_over(self) -> bool:
        """Whether it opens nothing any more."""
        return self.revoked_at is not None or self.expires_at <= timezone.now()


class EmbargoOpening(models.Model):
    """One look through a link."""

    link = models.ForeignKey(EmbargoLink, models.CASCADE, related_name="openings")
    network = models.CharField(max_length=49)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar[list[str]] = ["-at"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
