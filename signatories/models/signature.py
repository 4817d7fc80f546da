"""One person under one version of one letter, and the history of it."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from petition.identifiers import uuid7
from petition.models import Letter, Version
from petition.text import fold
from signatories import reasons, wordings
from signatories.models.people import Signatory

NOT_A_FOUNDER = 32_767


LINE = (
    *("name", "role", "organisation", "former", "country", "discipline"),
    *("capacity", "profile_url", "publish", "updates", "contact", "wording"),
)
# What a line that was typed before there was such a box says of it.
LATER: dict[str, Any] = {"contact": False, "wording": wordings.CURRENT}
# What follows from the line and is kept beside it, for sorting, searching and grouping.
DERIVED = ("sort_key", "search", "organisation_key")

WAITING = ("confirmed", "held")
KNOWN = ("confirmed", "held", "asked", "declined", "listed", "hidden")


class SignatureQuerySet(models.QuerySet["Signature"]):
    """Signatures, in the words of the letter."""

    def listed(self) -> Self:
        """Who is on the letter. Page, tally, export and delivery all ask here, so they cannot disagree."""
        return self.filter(status=Signature.Status.LISTED, publish=True)

    def unnamed(self) -> Self:
        """Decided like the listed ones, but not named by their own choice: counted, never shown."""
        return self.filter(status=Signature.Status.LISTED, publish=False)

    def further(self) -> Self:
        """Confirmed by email and not listed: supporters who are counted apart."""
        return self.filter(~self._in_burst(), status__in=[Signature.Status.CONFIRMED, Signature.Status.ASKED])

    def under_review(self) -> Self:
        """Confirmed, held or one of a burst: not counted with the others until a person has looked."""
        statuses = [Signature.Status.CONFIRMED, Signature.Status.ASKED, Signature.Status.HELD]
        return self.filter(Q(status=Signature.Status.HELD) | Q(self._in_burst()), status__in=statuses)

    def listed_in_burst(self) -> Self:
        """Listed by the letter's rule before anybody knew that they were one of a burst."""
        return self.listed().filter(self._in_burst(), level=1)

    def _in_burst(self) -> Exists:
        flags = self.model._meta.get_field("flags").related_model._default_manager
        return Exists(flags.filter(signature=OuterRef("pk"), kind=reasons.FlagKind.BURST, released_at=None))

    def waiting(self) -> Self:
        """Confirmed and not decided on: what the desk works through, held ones included."""
        return self.filter(status__in=WAITING, ready_at=None)

    def ready(self) -> Self:
        """To be listed as soon as names are published again."""
        return self.filter(ready_at__isnull=False)

    def known(self) -> Self:
        """Everybody whose mailbox is proven and who has not left."""
        return self.filter(status__in=KNOWN)

    def in_order(self) -> Self:
        """The printed order: founders first in their frozen order, then by sort key; never newest first."""
        return self.order_by("rank", "sort_key", "pk")


class Signature(models.Model):
    """One person under one version of one letter, with what they typed for it."""

    class Status(models.TextChoices):
        PENDING = "pending", pgettext_lazy("status of a signature", "Waits for confirmation")
        EXPIRED = "expired", pgettext_lazy("status of a signature", "Never confirmed")
        CONFIRMED = "confirmed", pgettext_lazy("status of a signature", "Waits for a decision")
        HELD = "held", pgettext_lazy("status of a signature", "Held for a second look")
        ASKED = "asked", pgettext_lazy("status of a signature", "Asked for more")
        DECLINED = "declined", pgettext_lazy("status of a signature", "Declined")
        LISTED = "listed", pgettext_lazy("status of a signature", "Listed")
        HIDDEN = "hidden", pgettext_lazy("status of a signature", "Hidden")
        WITHDRAWN = "withdrawn", pgettext_lazy("status of a signature", "Withdrawn")

    class Capacity(models.TextChoices):
        PERSONAL = "personal", _("In a personal capacity")
        BEHALF = "behalf", _("On behalf of the organisation")

    class Source(models.TextChoices):
        PUBLIC = "public", _("Public form")
        INVITATION = "invitation", _("Personal invitation")

    MOVES: ClassVar[dict[str, set[str]]] = {
        Status.PENDING: {Status.CONFIRMED, Status.EXPIRED, Status.WITHDRAWN},
        Status.EXPIRED: {Status.PENDING},
        Status.CONFIRMED: {Status.LISTED, Status.HELD, Status.ASKED, Status.DECLINED, Status.WITHDRAWN},
        # Held to held: what the signer or a vetter adds while it is held belongs to the history too.
        Status.HELD: {
            *(Status.LISTED, Status.CONFIRMED, Status.HELD),
            *(Status.ASKED, Status.DECLINED, Status.WITHDRAWN),
        },
        Status.ASKED: {Status.LISTED, Status.CONFIRMED, Status.HELD, Status.DECLINED, Status.WITHDRAWN},
        # Out of a decision and back to where it stood before: a vetter reverses it, or a batch is undone.
        # What was rejected is forgotten after a while: then it is as if nobody had signed.
        Status.DECLINED: {Status.CONFIRMED, Status.HELD, Status.ASKED, Status.EXPIRED, Status.WITHDRAWN},
        Status.LISTED: {Status.HIDDEN, Status.CONFIRMED, Status.HELD, Status.ASKED, Status.WITHDRAWN},
        Status.HIDDEN: {Status.LISTED, Status.CONFIRMED, Status.HELD, Status.EXPIRED, Status.WITHDRAWN},
        Status.WITHDRAWN: set(),
    }
    # The history of one that is listed asks whether the letter has been delivered meanwhile.
    MAY_BE_REFUSED: ClassVar[set[str]] = {Status.LISTED}
    # A decision that waits for publishing is void as soon as anything else happens to the signature.
    ENDED_BY_A_MOVE: ClassVar[dict[str, Any]] = {"ready_at": None}

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    letter = models.ForeignKey(Letter, models.PROTECT, related_name="signatures", db_index=False)
    version = models.ForeignKey(Version, models.PROTECT, related_name="signatures", db_index=False)
    language = models.CharField(max_length=12, blank=True, help_text="in which language the text was read")
    locale = models.CharField(
        max_length=8, blank=True, default="", db_default="", help_text="the language its owner reads pages and mails in"
    )
    signatory = models.ForeignKey(Signatory, models.SET_NULL, null=True, related_name="signatures", db_index=False)
    address = models.EmailField(max_length=254, blank=True)
    address_hash = models.CharField(max_length=64)

    name = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=120, blank=True)
    organisation = models.CharField(max_length=160, blank=True)
    former = models.BooleanField("my former role", default=False)
    country = models.CharField(max_length=2, blank=True)
    discipline = models.CharField(max_length=60, blank=True)
    capacity = models.CharField(max_length=10, choices=Capacity.choices, default=Capacity.PERSONAL)
    profile_url = models.URLField(max_length=300, blank=True)
    publish = models.BooleanField(default=False)
    updates = models.BooleanField(default=False)
    contact = models.BooleanField(
        default=False, db_default=False, help_text="the addressee and the press may be given the address"
    )
    wording = models.CharField(
        max_length=12, blank=True, default="", db_default="", help_text="version of the consents as they were ticked"
    )

    host = models.CharField(max_length=253, blank=True, help_text="of the mailbox")
    organisation_key = models.CharField(max_length=160, blank=True, help_text="the organisation, folded")
    sort_key = models.CharField(max_length=160, blank=True)
    search = models.CharField(max_length=400, blank=True)
    rank = models.PositiveSmallIntegerField(default=NOT_A_FOUNDER)
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.PUBLIC)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    level = models.PositiveSmallIntegerField(default=0)
    checked = models.CharField(max_length=20, blank=True, help_text="signal families behind the level")
    checked_at = models.DateTimeField(null=True)
    risk = models.PositiveSmallIntegerField(default=0, help_text="of the open flags; the queue begins with the highest")
    collect_after = models.DateTimeField(null=True, help_text="when evidence is owed; a task claims it by moving it on")
    ready_at = models.DateTimeField(null=True, help_text="to be listed since then, and waits for publishing")
    created_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True)

    objects = SignatureQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["letter", "address_hash"], name="signature_one_a_mailbox"),
            models.CheckConstraint(
                name="signature_status_is_known",
                condition=Q(
                    status__in=[
                        *("pending", "expired", "confirmed", "held", "asked"),
                        *("declined", "listed", "hidden", "withdrawn"),
                    ]
                ),
            ),
            models.CheckConstraint(name="signature_level_is_known", condition=Q(level__lte=4)),
            models.CheckConstraint(
                name="signature_listed_was_confirmed",
                condition=~Q(status="listed") | (Q(confirmed_at__isnull=False) & Q(level__gte=1) & ~Q(name="")),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["letter", "status", "id"], name="signature_by_status"),
            # None of these holds an unconfirmed row, so that taking a signature stays cheap.
            models.Index(
                fields=["letter", "-risk", "id"],
                condition=Q(status__in=WAITING, ready_at__isnull=True),
                name="signature_waiting",
            ),
            models.Index(
                fields=["letter", "id"],
                condition=Q(status__in=WAITING, ready_at__isnull=True),
                name="signature_oldest",
            ),
            *(
                models.Index(
                    fields=["letter", column],
                    condition=Q(status__in=WAITING, ready_at__isnull=True),
                    name=f"signature_by_{column.partition('_')[0]}",
                )
                for column in ("host", "organisation_key")
            ),
            models.Index(fields=["letter", "ready_at"], condition=Q(ready_at__isnull=False), name="signature_ready"),
            models.Index(fields=["letter", "sort_key"], condition=Q(status__in=KNOWN), name="signature_name"),
            models.Index(fields=["letter", "host", "status"], condition=Q(status__in=KNOWN), name="signature_host"),
            models.Index(
                fields=["letter", "organisation_key", "status"],
                condition=Q(status__in=KNOWN),
                name="signature_organisation",
            ),
            models.Index(fields=["signatory"], condition=Q(signatory__isnull=False), name="signature_profile"),
            # All that a tally counts by: it reads these few bytes a name, in this order, and no row.
            models.Index(
                fields=["letter", "publish", "organisation", "level", "discipline", "country", "version"],
                condition=Q(status="listed"),
                name="signature_tallied",
            ),
            models.Index(fields=["collect_after"], condition=Q(collect_after__isnull=False), name="signature_collect"),
            *(
                models.Index(
                    fields=["letter", *facet, "rank", "sort_key", "id"],
                    condition=Q(status="listed", publish=True),
                    name="_".join(["signature_listed", *facet]),
                )
                for facet in ([], ["discipline"], ["country"])
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.pk)

    def write_line(self, typed: dict[str, Any]) -> None:
        """Take over what a person typed, with the keys for sorting and searching that follow from it."""
        whole = LATER | typed
        for field in LINE:
            setattr(self, field, whole[field])
        self.host = self.address.rpartition("@")[2]
        self.sort_key = fold(self.name)[:160]
        self.search = fold(f"{self.name} {self.organisation}")[:400]
        self.organisation_key = fold(self.organisation)[:160]

    @property
    def typed(self) -> dict[str, Any]:
        """What the person typed for this letter."""
        return {field: getattr(self, field) for field in LINE}

    @property
    def written(self) -> dict[str, Any]:
        """The line with everything that follows from it."""
        return {**self.typed, **{field: getattr(self, field) for field in DERIVED}}

    @property
    def line(self) -> str:
        """What is printed after the name."""
        role = ", ".join(part for part in (self.role, self.organisation) if part)
        if not role or not self.former:
            return role
        # Translators: what is printed after a name, such as "Professor, University of Bern (former)".
        return gettext("%(role)s (former)") % {"role": role}

    @property
    def discipline_label(self) -> str:
        """The discipline in the letter's words."""
        return str(self.letter.disciplines.get(self.discipline, ""))

    @property
    def level_label(self) -> str:
        """The level in public words."""
        return str(reasons.LEVELS[self.level])

    @property
    def signals(self) -> list[str]:
        """The families of evidence behind the level, in words."""
        return [str(reasons.Family(family).label) for family in self.checked]

    @property
    def is_ready(self) -> bool:
        """Whether it is decided and waits for publishing."""
        return self.ready_at is not None

    @property
    def is_founder(self) -> bool:
        """Whether the name stands among the founders."""
        return self.rank != NOT_A_FOUNDER

    @property
    def may_be_withdrawn(self) -> bool:
        """Whether there is a signature to take back."""
        return self.status not in {self.Status.WITHDRAWN, self.Status.EXPIRED}
