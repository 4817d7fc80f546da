"""One person, as a proven mailbox shows them."""

from django.db import models
from django.utils import timezone


class Signatory(models.Model):
    """One person as a proven mailbox shows them, reused across letters."""

    address_hash = models.CharField(max_length=64, unique=True)
    address = models.EmailField(max_length=254)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=120, blank=True)
    organisation = models.CharField(max_length=160, blank=True)
    country = models.CharField(max_length=2, blank=True)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "signatories"

    def __str__(self) -> str:
        return self.name
