"""What a signer offers as proof, and what became of it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from petition.identifiers import uuid7
from signatories.models.belonging import LetterOf
from signatories.models.signature import Signature


class Proof(models.Model):
    """One thing a signer asked us to check: a page, a DNS record, an ORCID record, a key's signature.

    The row is the queue: a task claims it by pushing `check_after` ahead, and what it finds becomes evidence or a
    message for the signer.
    """

    class Kind(models.TextChoices):
        PAGE = "page", _("A page that links back")
        WELL_KNOWN = "well_known", _("A file on your site")
        DNS = "dns", _("A DNS record")
        ORCID = "orcid", _("An ORCID record")
        KEY = "key", _("A signature with your key")
        MAILBOX = "mailbox", _("A mailbox at work")

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("status of a proof", "Being checked")
        FOUND = "found", pgettext_lazy("status of a proof", "Found")
        REFUSED = "refused", pgettext_lazy("status of a proof", "Not found")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    signature = models.ForeignKey(Signature, models.CASCADE, related_name="proofs")
    letter = LetterOf("signature")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    value = models.CharField(max_length=300, help_text="a URL, a host, an ORCID iD, an address")
    data = models.TextField(max_length=10_000, blank=True, help_text="an SSH signature, or the keyed hash of a mailbox")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    message = models.CharField(max_length=300, blank=True, help_text="for the signer, in plain words")
    said = models.JSONField(
        null=True, help_text="what the message, in English, is made of: sentences, each with its values"
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    check_after = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    checked_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["created_at", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["letter", "signature", "kind", "value"], name="proof_one_of_a_thing"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["check_after"], condition=Q(state="waiting"), name="proof_due"),
            # Whether a mailbox was proven for another signature.
            models.Index(
                fields=["letter", "data"], condition=Q(kind="mailbox", state="found"), name="proof_of_mailbox"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_state_display()}"

    @property
    def says(self) -> str:
        """The message in the reader's language; what was kept without its parts is read as it was written."""
        parts = [gettext(text) % values if values else gettext(text) for text, values in self.said or []]
        return " ".join(parts) or self.message


class VouchCode(models.Model):
    """The short code that a signer gives to colleagues who may vouch for them; made when they ask for one."""

    signature = models.OneToOneField(Signature, models.CASCADE, primary_key=True, related_name="vouch_code")
    letter = LetterOf("signature")
    code = models.CharField(max_length=8, unique=True)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.code[:4]}-{self.code[4:]}"


class Vouch(models.Model):
    """A listed signer says: I know this person, and what is printed is true."""

    voucher = models.ForeignKey(Signature, models.CASCADE, related_name="vouches_given")
    signature = models.ForeignKey(Signature, models.CASCADE, related_name="vouches")
    letter = LetterOf("signature")
    counts = models.BooleanField(default=True, help_text="whether the voucher is listed at level 3 or 4 now")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["voucher", "signature"], name="vouch_once"),
            models.CheckConstraint(name="vouch_is_for_another", condition=~Q(voucher=models.F("signature"))),
        ]

    def __str__(self) -> str:
        return f"{self.voucher} for {self.signature}"
