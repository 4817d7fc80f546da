"""What signers agreed to, and what was forgotten when."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from petition.models import Letter
from signatories import wordings
from signatories.models.belonging import LetterOf
from signatories.models.signature import Signature


class Consent(models.Model):
    """A signer agreed to one thing, or took that back. Rows are only added; the newest of a purpose holds."""

    class Purpose(models.TextChoices):
        PUBLISH = "publish", _("Name on the letter")
        UPDATES = "updates", _("News by mail")
        CONTACT = "contact", _("Contact by the addressee and the press")

    class Door(models.TextChoices):
        FORM = "form", _("when the signature was confirmed")
        OWN_PAGE = "own_page", _("on the own page")
        MAIL = "mail", _("through the link in a mail")
        FORGOTTEN = "forgotten", _("when the data were erased")

    signature = models.ForeignKey(Signature, models.PROTECT, related_name="consents")
    letter = LetterOf("signature")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    given = models.BooleanField(help_text="given, or taken back")
    wording = models.CharField(max_length=12, help_text="version of signatories.wordings")
    sha256 = models.CharField(max_length=64, help_text="of the words themselves")
    door = models.CharField(max_length=10, choices=Door.choices)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar[list[str]] = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}: {'given' if self.given else 'taken back'}"

    @property
    def text(self) -> str:
        """The words that were agreed to."""
        return wordings.text(self.purpose, self.wording)


class Forgetting(models.Model):
    """One run of a rule of retention that forgot something: how much, never whose."""

    rule = models.CharField(max_length=20, help_text="a name of signatories.retention")
    letter = models.ForeignKey(Letter, models.CASCADE, null=True, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar[list[str]] = ["-at", "-pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["letter", "-at"], name="forgetting_newest"),
            models.Index(fields=["rule", "-at"], name="forgetting_by_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.number}"
