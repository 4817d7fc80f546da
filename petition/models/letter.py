"""The letter: its frame, its rules, where it stands in its life, and the history of that."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from petition import history, text
from petition.models.tally import Tally
from petition.models.team import POWERS, Power
from petition.models.version import Version


class LetterQuerySet(models.QuerySet["Letter"]):
    """Letters, in the words of the people who ask for them."""

    def public(self) -> Self:
        """Letters that anyone may read: open, paused, closed and delivered ones."""
        return self.filter(status__in=Letter.PUBLIC)

    def frozen(self) -> Self:
        """Letters with words that somebody may have signed: all but drafts, also discarded ones."""
        return self.exclude(status__in=[Letter.Status.DRAFT, Letter.Status.DISCARDED])

    def run_by(self, user: Any, power: Power = Power.SEE) -> Self:
        """Letters on which this person's role has the power; none for a stranger."""
        return self.filter(members__user_id=user.pk, members__role__in=POWERS[power])

    def moved_since(self, moment: Any) -> Self:
        """Letters with a signature that moved at or after a time."""
        return self.filter(pk__in=self.model.objects.filter(signature_events__at__gte=moment).values("pk"))

    def reviewed_since(self, moment: Any) -> Self:
        """Letters with a signature that was marked as one of a burst, or released from that, at or after a time."""
        marked = Q(signatures__flags__raised_at__gte=moment) | Q(signatures__flags__released_at__gte=moment)
        return self.filter(pk__in=self.model.objects.filter(marked, signatures__flags__kind="burst").values("pk"))


class Letter(models.Model):
    """An open letter: its frame, its rules, and where it stands in its life."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        DISCARDED = "discarded", _("Discarded")
        FOUNDING = "founding", _("With its founders")
        OPEN = "open", _("Open for signatures")
        PAUSED = "paused", _("Paused")
        CLOSED = "closed", _("Closed")
        DELIVERED = "delivered", _("Delivered")

    class Listing(models.TextChoices):
        VETTED = "vetted", _("A name is public after a person of the team decided")
        CONFIRMED = "confirmed", _("A name is public once the signer confirmed by email (mass petition)")

    PUBLIC = (Status.OPEN, Status.PAUSED, Status.CLOSED, Status.DELIVERED)
    MOVES: ClassVar[dict[str, set[str]]] = {
        Status.DRAFT: {Status.FOUNDING, Status.OPEN, Status.DISCARDED},
        Status.DISCARDED: {Status.DRAFT},
        Status.FOUNDING: {Status.OPEN},
        Status.OPEN: {Status.PAUSED, Status.CLOSED},
        Status.PAUSED: {Status.OPEN, Status.CLOSED},
        Status.CLOSED: {Status.OPEN, Status.DELIVERED},
        Status.DELIVERED: set(),
    }

    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=200)
    addressees = models.JSONField(default=list, help_text="name, office, address and source of each")
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
    hold_on_burst = models.BooleanField(
        default=False, db_default=False, help_text="on: a burst of signatures turns hold_new on"
    )
    names_unsearchable = models.BooleanField(
        default=False, db_default=False, help_text="on: search engines are asked to leave out the pages with names"
    )
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    created_at = models.DateTimeField(default=timezone.now)
    opened_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    publish_at = models.DateTimeField(null=True, blank=True, help_text="when the scheduler opens it")
    least_founders = models.PositiveSmallIntegerField(default=0, help_text="listed founders without whom it stays shut")
    keep_until = models.DateField(null=True, blank=True, help_text="until when the signers' data are kept")

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[Any]] = [F("opened_at").desc(nulls_first=True), "-created_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="letter_status_is_known",
                condition=Q(status__in=["draft", "discarded", "founding", "open", "paused", "closed", "delivered"]),
            ),
            models.CheckConstraint(
                name="letter_public_has_opened",
                condition=Q(status__in=["draft", "discarded", "founding"]) | Q(opened_at__isnull=False),
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

    @property
    def sourced_addressees(self) -> list[tuple[str, str]]:
        """The same with a page on the web that says so, or an empty string."""
        sources = (one.get("source", "") for one in self.addressees)
        pages = (source if source.startswith(("https://", "http://")) else "" for source in sources)
        return [*zip(self.addressee_lines, pages, strict=True)]

    @cached_property
    def version(self) -> Version | None:
        """The published version that is signed today, or None while it is a draft."""
        return self.versions.filter(published_at__isnull=False).order_by("-number").first()

    @cached_property
    def draft(self) -> Version | None:
        """The version being written, if there is one."""
        return self.versions.filter(published_at__isnull=True).first()

    @cached_property
    def latest_tally(self) -> Tally | None:
        """The newest count that was stored."""
        return self.tallies.order_by("-hour").first()


class LetterEvent(models.Model):
    """The append-only history of a letter, written by `move()` and by exports."""

    letter = models.ForeignKey(Letter, models.PROTECT, related_name="events")
    was = models.CharField(max_length=10)
    now = models.CharField(max_length=10)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=40, blank=True)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="whose role changed",
    )
    role = models.CharField(
        max_length=10, blank=True, default="", db_default="", help_text="their role since; empty: none"
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar[list[str]] = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.was} → {self.now}"

    @property
    def was_label(self) -> str:
        """Where the letter stood, as its pages say it."""
        return str(dict(Letter.Status.choices).get(self.was, self.was))

    @property
    def now_label(self) -> str:
        """Where it stood from then on."""
        return str(dict(Letter.Status.choices).get(self.now, self.now))

    @property
    def reason_label(self) -> str:
        """The reason in words."""
        return history.words(self.reason)
