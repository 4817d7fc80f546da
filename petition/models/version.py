"""The wordings of a letter, and their translations."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Version(models.Model):
    """One wording of a letter. Once published the database itself refuses to change or delete it."""

    class Reason(models.TextChoices):
        FIRST = "first", _("First publication")
        TYPO = "typo", _("Typing error corrected")
        CLARIFICATION = "clarification", _("Clarification")
        MEANING = "meaning", _("Change of meaning")

    letter = models.ForeignKey("petition.Letter", models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(default=1)
    body = models.TextField(max_length=60_000, help_text="Markdown")
    html = models.TextField(blank=True)
    text = models.TextField(blank=True, help_text="canonical text: title, addressees, ask and body")
    sha256 = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=15, choices=Reason.choices, default=Reason.FIRST)
    note = models.CharField(max_length=300, blank=True, help_text="what changed, in one sentence for readers")
    edits = models.PositiveIntegerField(default=0, help_text="saves of a draft, so that none overwrites another")
    edited_at = models.DateTimeField(null=True)
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
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
            models.CheckConstraint(name="version_first_is_first", condition=Q(number=1) ^ ~Q(reason="first")),
        ]

    def __str__(self) -> str:
        return f"{self.letter}, version {self.number}"

    @property
    def asks_again(self) -> bool:
        """Whether everybody who signed an earlier wording is asked whether to keep their name."""
        return self.reason == self.Reason.MEANING


class Translation(models.Model):
    """A published version in another language, to read; what is signed is the authoritative text."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Not reviewed")
        REVIEWED = "reviewed", _("Reviewed")

    version = models.ForeignKey(Version, models.PROTECT, related_name="translations")
    language = models.CharField(max_length=12)
    title = models.CharField(max_length=200)
    ask = models.CharField(max_length=300)
    body = models.TextField(max_length=60_000, help_text="Markdown")
    html = models.TextField(blank=True)
    reviewer = models.CharField(max_length=120, blank=True, help_text="who read it beside the authoritative text")
    state = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    edited_at = models.DateTimeField(default=timezone.now)
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["language"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["version", "language"], name="translation_once"),
            models.CheckConstraint(
                name="translation_reviewed_by_somebody", condition=~Q(state="reviewed") | ~Q(reviewer="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} in {self.language}"
