"""What lets a program act for a member of a team."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from petition.identifiers import uuid7
from petition.models import User, account_moved


class AccessTokenQuerySet(models.QuerySet["AccessToken"]):
    """Tokens, in the words of the door."""

    def in_force(self) -> Self:
        """Those that open something now."""
        now = timezone.now()
        return self.filter(revoked_at=None, expires_at__gt=now, user__is_active=True)


class AccessToken(models.Model):
    """A personal token: what a member of a team gives to a program. Only a hash of it is kept."""

    class Scope(models.TextChoices):
        READ = "read", _("Read signatures and what is known about them")
        ADDRESSES = "addresses", _("Read the email address of a signature too")
        DECIDE = "decide", _("Decide on signatures")
        EXPORT = "export", _("Take the public list out")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="access_tokens")
    name = models.CharField(max_length=80, help_text="what it is for, in the member's words")
    scopes = models.JSONField(default=list)
    prefix = models.CharField(max_length=12, help_text="how it begins, to tell one from another")
    hashed = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the whole")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    last_used = models.DateField(null=True, help_text="the day, UTC")
    revoked_at = models.DateTimeField(null=True)

    objects = AccessTokenQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.prefix}…"

    @property
    def scope_labels(self) -> list[str]:
        """What it may do, in words."""
        return [str(self.Scope(scope).label) for scope in self.scopes]

    @property
    def is_over(self) -> bool:
        """Whether its time has passed."""
        return self.expires_at <= timezone.now()


@receiver(account_moved)
def _end_tokens(user: User, **_kwargs: Any) -> None:
    """Whoever read the old mailbox may have made one."""
    AccessToken.objects.filter(user=user, revoked_at=None).update(revoked_at=timezone.now())
