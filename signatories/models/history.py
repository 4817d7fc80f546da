"""What happened to a signature: who is on the letter, and since when, follows from these rows."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from petition import rows
from petition.models import Letter
from petition.moves import NotAllowed
from signatories import reasons
from signatories.models.signature import Signature


class SignatureEvent(models.Model):
    """The append-only history of a signature, written by `move()`."""

    signature = models.ForeignKey(Signature, models.PROTECT, related_name="events")
    letter = models.ForeignKey(Letter, models.PROTECT, related_name="signature_events", db_index=False)
    stood = models.BooleanField(help_text="whether the name stood on the public list before it")
    stands = models.BooleanField(help_text="whether the name stands on the public list after it")
    was = models.CharField(max_length=10)
    now = models.CharField(max_length=10)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["at", "pk"]
        indexes: ClassVar[list[models.Index]] = [
            # The public record; only moves onto the list and off it pay for it.
            models.Index(
                fields=["letter", "-at", "-id"],
                condition=Q(stood=True) | Q(stands=True),
                name="signature_event_public",
            ),
            models.Index(
                fields=["letter", "at"],
                condition=Q(stood=True, stands=False),
                name="signature_event_off",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.was} → {self.now}"

    @classmethod
    def when_delivered(cls, signature: Signature, *, but: "SignatureEvent | None" = None) -> "SignatureEvent | None":
        """Return the event after which a signature stood where it did when its letter was delivered.

        Args:
            signature: whose.
            but: an event that is just being written, and may have been stamped before the delivery was committed.
        """
        as_of = Letter.objects.filter(pk=signature.letter_id).order_by().values("delivery__as_of")
        before = cls._default_manager.filter(signature=signature.pk, at__lte=as_of)
        if but is not None:
            before = before.exclude(pk=but.pk)
        return before.order_by("-pk").first()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep whose letter it is, and whether readers saw the name: the signature itself forgets that when it leaves.

        What was is read from the event before, and what is from the row that was written just now; the signature in
        memory may hold what its owner typed meanwhile.
        """
        adding = self._state.adding
        if adding:
            listed = Signature.Status.LISTED
            self.letter_id = self.signature.letter_id
            self.stood = self.was == listed and self._stood_before()
            self.stands = self.now == listed and Signature.objects.filter(pk=self.signature_id, publish=True).exists()
            rows.insert([self])
        else:
            super().save(*args, **kwargs)
        joins = self.now == Signature.Status.LISTED and (self.was != self.now or (self.stands and not self.stood))
        if adding and joins:
            self._refuse_after_delivery()

    def _stood_before(self) -> bool:
        before = SignatureEvent.objects.filter(signature=self.signature_id).order_by("-pk")
        return bool(before.values_list("stands", flat=True).first())

    def _refuse_after_delivery(self) -> None:
        """Add no name to a letter that was delivered; one that was on it then may come back.

        Whoever delivers locks the letter, so one of the two comes first: the name is in what is delivered, or refused.
        """
        ended = Letter.objects.filter(pk=self.letter_id, status__in=[Letter.Status.CLOSED, Letter.Status.DELIVERED])
        status = ended.select_for_update().order_by().values_list("status", flat=True).first()
        if status != Letter.Status.DELIVERED:
            return
        # Who was counted and not named when it was delivered may be counted again, and is not named now.
        then = SignatureEvent.when_delivered(self.signature, but=self)
        if then is None or then.now != self.now or (self.stands and not then.stands):
            raise NotAllowed(gettext("The letter has been delivered. No name is added to it any more."))

    @property
    def reason_label(self) -> str:
        """The reason in words."""
        return str(reasons.ALL.get(self.reason, self.reason))
