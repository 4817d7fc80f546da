"""The people who run a letter: accounts, roles and what each role may do."""

from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models, transaction
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# An account got another address, in the transaction of that move: sender `User`, and `user`.
account_moved = Signal()


class UserManager(BaseUserManager["User"]):
    """Accounts are known by their address; there are no user names."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make an account; without a password it logs in with a code by mail.

        There is no public sign-up: whoever makes the account vouches for its address, and logging in proves it.
        """
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        with transaction.atomic(using=self._db):
            user.save(using=self._db)
            EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
        return user

    def known_by(self, email: str) -> "User | None":
        """Return whose address this is: who has proven it, be it their second one, before whose account says so."""
        proven = self.filter(emailaddress__email=email.lower(), emailaddress__verified=True).first()
        return proven or self.filter(email__iexact=email).first()

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make an account for the admin pages; it belongs to no letter by that."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A member of a team. Signers need no account."""

    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(max_length=120, blank=True)
    email = models.EmailField(unique=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.name or self.email

    @transaction.atomic
    def move_to(self, email: str) -> None:
        """Let an account have this address and no other; whoever moves it vouches for that.

        The old mailbox may be read by somebody else, so what it can have opened is closed: the sessions, which end
        with the password they began under, the password itself, and by `account_moved` what other parts of the house
        gave to the account. The next log-in is by a code to the new address.
        """
        self.email = email.lower()
        self.set_unusable_password()
        self.save()
        EmailAddress.objects.filter(user=self).delete()
        EmailAddress.objects.create(user=self, email=self.email, primary=True, verified=True)
        account_moved.send(sender=User, user=self)

    def get_full_name(self) -> str:
        """Return the name, as Django's admin asks for it."""
        return str(self)


class Power(models.TextChoices):
    """What a role may do; each desk view asks for exactly one."""

    SEE = "see", _("see the desk")
    EDIT = "edit", _("edit the letter")
    VET = "vet", _("decide on signatures")
    EXPORT = "export", _("export the list")
    MANAGE = "manage", _("publish the letter and run its team")


class Role(models.TextChoices):
    """The roles of a team."""

    OWNER = "owner", _("Owner")
    EDITOR = "editor", _("Editor")
    VETTER = "vetter", _("Vetter")
    EXPORTER = "exporter", _("Exporter")
    OBSERVER = "observer", _("Observer")


POWERS: dict[Power, set[Role]] = {
    Power.SEE: set(Role),
    Power.EDIT: {Role.OWNER, Role.EDITOR},
    Power.VET: {Role.OWNER, Role.VETTER},
    Power.EXPORT: {Role.OWNER, Role.EXPORTER},
    Power.MANAGE: {Role.OWNER},
}


class Membership(models.Model):
    """Who does what on a letter."""

    letter = models.ForeignKey("petition.Letter", models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["letter", "user"], name="membership_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"

    def may(self, power: str) -> bool:
        """Whether this role has a power."""
        return self.role in POWERS[Power(power)]
