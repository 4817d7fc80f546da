"""The letter and the team that runs it."""

from typing import Any, ClassVar, Self

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property

from petition import text


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

    def get_full_name(self) -> str:
        """Return the name, as Django's admin asks for it."""
        return str(self)


class Power(models.TextChoices):
    """What a role may do; each desk view asks for exactly one."""

    SEE = "see", "see the desk"
    EDIT = "edit", "edit the letter"
    VET = "vet", "decide on signatures"
    EXPORT = "export", "export the list"
    MANAGE = "manage", "publish the letter and run its team"


class Role(models.TextChoices):
    """The roles of a team."""

    OWNER = "owner", "Owner"
    EDITOR = "editor", "Editor"
    VETTER = "vetter", "Vetter"
    EXPORTER = "exporter", "Exporter"
    OBSERVER = "observer", "Observer"


POWERS: dict[Power, set[Role]] = {
    Power.SEE: set(Role),
    Power.EDIT: {Role.OWNER, Role.EDITOR},
    Power.VET: {Role.OWNER, Role.VETTER},
    Power.EXPORT: {Role.OWNER, Role.EXPORTER},
    Power.MANAGE: {Role.OWNER},
}


class LetterQuerySet(models.QuerySet["Letter"]):
    """Letters, in the words of the people who ask for them."""

    def public(self) -> Self:
        """Letters that anyone may read: open, paused, closed and delivered ones."""
        return self.filter(status__in=Letter.PUBLIC)

    def run_by(self, user: Any, power: Power = Power.SEE) -> Self:
        """Letters on which this person's role has the power; none for a stranger."""
        return self.filter(members__user_id=user.pk, members__role__in=POWERS[power])

    def moved_since(self, moment: Any) -> Self:
        """Letters with a signature that moved at or after a time."""
        return self.filter(signatures__events__at__gte=moment).distinct()


class Letter(models.Model):
    """An open letter: its frame, its rules, and where it stands in its life."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        FOUNDING = "founding", "With its founders"
        OPEN = "open", "Open for signatures"
        PAUSED = "paused", "Paused"
        CLOSED = "closed", "Closed"
        DELIVERED = "delivered", "Delivered"

    class Listing(models.TextChoices):
        VETTED = "vetted", "A name is public after a person of the team decided"
        CONFIRMED = "confirmed", "A name is public once the signer confirmed by email (mass petition)"

    PUBLIC = (Status.OPEN, Status.PAUSED, Status.CLOSED, Status.DELIVERED)
    MOVES: ClassVar[dict[str, set[str]]] = {
        Status.DRAFT: {Status.FOUNDING, Status.OPEN},
        Status.FOUNDING: {Status.OPEN},
        Status.OPEN: {Status.PAUSED, Status.CLOSED},
        Status.PAUSED: {Status.OPEN, Status.CLOSED},
        Status.CLOSED: {Status.OPEN, Status.DELIVERED},
        Status.DELIVERED: set(),
    }

    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=200)
    addressees = models.JSONField(default=list, help_text="name, office and address of each")
    ask = models.CharField(max_length=300, help_text="what the letter asks for, in one sentence")
    eligibility = models.TextField(max_length=2000, blank=True)
    disciplines = models.JSONField(default=dict, help_text="the letter's own list: key to label")
    disclaimer = models.TextField(max_length=1000)
    organiser = models.CharField(max_length=200)
    interests = models.TextField(max_length=2000, blank=True)
    contact = models.EmailField()
    language = models.CharField(max_length=12, default="en")
    listing = models.CharField(max_length=10, choices=Listing.choices, default=Listing.VETTED)
    publishing = models.BooleanField(default=True, help_text="off: decisions wait, signatures are still collected")
    hold_new = models.BooleanField(default=False, help_text="on: whoever confirms is held for a second look")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    created_at = models.DateTimeField(default=timezone.now)
    opened_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[Any]] = [F("opened_at").desc(nulls_first=True), "-created_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="letter_status_is_known",
                condition=Q(status__in=["draft", "founding", "open", "paused", "closed", "delivered"]),
            ),
            models.CheckConstraint(
                name="letter_public_has_opened",
                condition=Q(status__in=["draft", "founding"]) | Q(opened_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_public(self) -> bool:
        """Whether anyone may read it."""
        return self.status in self.PUBLIC

    @property
    def takes_signatures(self) -> bool:
        """Whether the public form is open now."""
        return self.status == self.Status.OPEN and not (self.closes_at and self.closes_at <= timezone.now())

    @property
    def addressee_lines(self) -> list[str]:
        """Name, office and address of each addressee in one line."""
        return [text.addressee_line(addressee) for addressee in self.addressees]

    @cached_property
    def version(self) -> "Version | None":
        """The published version that is signed today, or None while it is a draft."""
        return self.versions.filter(published_at__isnull=False).order_by("-number").first()

    @cached_property
    def draft(self) -> "Version | None":
        """The version being written, if there is one."""
        return self.versions.filter(published_at__isnull=True).first()

    @cached_property
    def latest_tally(self) -> "Tally | None":
        """The newest count that was stored."""
        return self.tallies.order_by("-hour").first()


class Version(models.Model):
    """One wording of a letter. Once published the database itself refuses to change or delete it."""

    class Reason(models.TextChoices):
        FIRST = "first", "First publication"
        TYPO = "typo", "Typing error corrected"
        CLARIFICATION = "clarification", "Clarification"
        MEANING = "meaning", "Change of meaning"

    letter = models.ForeignKey(Letter, models.PROTECT, related_name="versions")
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


class Membership(models.Model):
    """Who does what on a letter."""

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="members")
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


class LetterEvent(models.Model):
    """The append-only history of a letter, written by `move()` and by exports."""

    letter = models.ForeignKey(Letter, models.PROTECT, related_name="events")
    was = models.CharField(max_length=10)
    now = models.CharField(max_length=10)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar[list[str]] = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.was} → {self.now}"


class Tally(models.Model):
    """What the coalition added up to: one row a letter and hour, the newest is the current one."""

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="tallies")
    hour = models.DateTimeField()
    as_of = models.DateTimeField()
    figures = models.JSONField(encoder=DjangoJSONEncoder)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["letter", "hour"], name="tally_once_an_hour"),
        ]

    def __str__(self) -> str:
        return f"{self.letter} as of {self.as_of}"


class Milestone(models.Model):
    """A number of listed signatories that the team waits for; reaching it is recorded once."""

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="milestones")
    number = models.PositiveIntegerField()
    reached_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["letter", "number"], name="milestone_once"),
        ]

    def __str__(self) -> str:
        return str(self.number)
