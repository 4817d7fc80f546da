"""The wordings of a letter."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Version(models.Model):
    """One wording of a letter. Once published the database itself refuses to change or delete it."""

    class Reason(models.TextChoices):
        FIRST = "first", "First publication"
        TYPO = "typo", "Typing error corrected"
        CLARIFICATION = "clarification", "Clarification"
        MEANING = "meaning", "Change of meaning"

    letter = models.ForeignKey("petition.Letter", models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(default=1)
    body = models.TextField(max_length=60_000, help_text="Markdown")
    html = models.TextField(blank=True)
    text = models.TextField(blank=True, help_text="canonical text: title, addressees, ask and body")
    sha256 = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=15, choices=Reason.choices, default=Reason.FIRST)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["letter", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["letter"], condition=Q(published_at__isnull=True), name="version_one_draft"
            ),
            models.CheckConstraint(
                name="version_published_is_whole",
                condition=Q(published_at__isnull=True) | (~Q(text="") & ~Q(html="") & ~Q(sha256="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.letter}, version {self.number}"
