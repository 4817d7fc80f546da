"""News about a letter after it was published."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from petition.identifiers import uuid7


class Update(models.Model):
    """One piece of news: on the letter's page, in its feed, and mailed to those who asked for it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    letter = models.ForeignKey("petition.Letter", models.PROTECT, related_name="updates")
    title = models.CharField(max_length=200)
    body = models.TextField(max_length=20_000, help_text="Markdown")
    html = models.TextField(blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    edited_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-published_at", "-id"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["letter", "-published_at"], name="update_newest")]

    def __str__(self) -> str:
        return self.title
