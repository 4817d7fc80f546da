"""Organisations and the exact hosts from which their people write."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from petition.identifiers import uuid7


class Source(models.TextChoices):
    """Where a row of the organisations' table came from."""

    ROR = "ror", _("Research Organization Registry")
    DECISION = "decision", _("learned from a decision")
    TEAM = "team", _("entered by the team")


class Sector(models.TextChoices):
    """What kind of organisation it is, by the types of ROR; to fund others is not a kind of its own here."""

    EDUCATION = "education", pgettext_lazy("sector of organisations", "Universities and schools")
    FACILITY = "facility", pgettext_lazy("sector of organisations", "Laboratories and research facilities")
    COMPANY = "company", pgettext_lazy("sector of organisations", "Companies")
    NONPROFIT = "nonprofit", pgettext_lazy("sector of organisations", "Non-profit organisations")
    GOVERNMENT = "government", pgettext_lazy("sector of organisations", "Government")
    HEALTHCARE = "healthcare", pgettext_lazy("sector of organisations", "Health care")
    ARCHIVE = "archive", pgettext_lazy("sector of organisations", "Libraries, archives and museums")
    OTHER = "other", pgettext_lazy("sector of organisations", "Others")


class Organisation(models.Model):
    """An organisation that people name after their names; seeded from ROR, kept by vetters of all letters."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=300)
    country = models.CharField(max_length=2, blank=True)
    sector = models.CharField(
        max_length=10,
        choices=Sector.choices,
        blank=True,
        default="",
        db_default="",
        help_text="empty: not known",
    )
    ror = models.CharField(max_length=12, unique=True, null=True, help_text="the nine characters of the ROR iD")
    active = models.BooleanField(default=True, help_text="off: ROR says that it has ceased to exist")
    source = models.CharField(max_length=10, choices=Source.choices)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


@models.CharField.register_lookup
class Begins(models.Lookup):
    """`key__begins`: a prefix that both databases look up in the index, whatever their collation is."""

    lookup_name = "begins"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """PostgreSQL reads LIKE with a fixed beginning from an index with text_pattern_ops."""
        column, params = self.process_lhs(compiler, connection)
        beginning = str(self.rhs).replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        return f"{column} LIKE %s", (*params, f"{beginning}%")

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """SQLite's LIKE ignores case and with it the index; its own order is that of the bytes."""
        column, params = self.process_lhs(compiler, connection)
        return f"{column} >= %s AND {column} < %s", (*params, self.rhs, *params, f"{self.rhs}\U0010ffff")


class OrganisationName(models.Model):
    """One way to write an organisation's name: label, alias or acronym, in any language."""

    class Kind(models.TextChoices):
        LABEL = "label", pgettext_lazy("kind of name of an organisation", "Name")
        ALIAS = "alias", pgettext_lazy("kind of name of an organisation", "Also known as")
        ACRONYM = "acronym", pgettext_lazy("kind of name of an organisation", "Acronym")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="names")
    name = models.CharField(max_length=300)
    key = models.CharField(max_length=300, help_text="folded, as it is compared; see organisations.keys")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.LABEL)
    weight = models.PositiveSmallIntegerField(default=0, help_text="how far up it is suggested")
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.TEAM)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "key"], name="organisation_name_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Holds all that suggestions are chosen by, so that "uni" reads forty thousand entries and no row.
            models.Index(
                fields=["key", "weight", "organisation"],
                opclasses=["text_pattern_ops", "int2_ops", "uuid_ops"],
                name="organisation_name_key",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OrganisationDomain(models.Model):
    """An exact host of an organisation, and whose mailboxes are there. Subdomains are hosts of their own."""

    class Kind(models.TextChoices):
        STAFF = "staff", pgettext_lazy("whose mailboxes a host has", "Staff")
        ALUMNI = "alumni", pgettext_lazy("whose mailboxes a host has", "Alumni")
        STUDENT = "student", pgettext_lazy("whose mailboxes a host has", "Students")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="domains")
    host = models.CharField(max_length=253, help_text="in small letters, IDNA A-labels")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.STAFF)
    source = models.CharField(max_length=10, choices=Source.choices)
    taught_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    learned_from = models.ForeignKey("Decision", models.SET_NULL, null=True, related_name="+")
    # These two never prove an affiliation. They are here to find hosts that imitate this one.
    registrable = models.CharField(max_length=253, blank=True, help_text="the host from its registered label on")
    skeleton = models.CharField(max_length=63, blank=True, help_text="the registered label as the eye sees it")
    at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, help_text="kept, so that an import does not bring it back")
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", help_text="empty: ROR dropped it"
    )

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["host", "organisation"], name="organisation_domain_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["registrable"], name="organisation_domain_registered"),
            models.Index(fields=["skeleton"], name="organisation_domain_skeleton"),
        ]

    def __str__(self) -> str:
        return self.host


class OrganisationEvent(models.Model):
    """The append-only history of what people did to an organisation's hosts; imports are not in it."""

    class What(models.TextChoices):
        ADDED = "added", pgettext_lazy("what was done to a host", "added")
        KIND = "kind", pgettext_lazy("what was done to a host", "changed to")
        REMOVED = "removed", pgettext_lazy("what was done to a host", "removed")

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="events")
    what = models.CharField(max_length=10, choices=What.choices)
    host = models.CharField(max_length=253, blank=True, help_text="empty: the organisation itself")
    kind = models.CharField(max_length=10, choices=OrganisationDomain.Kind.choices, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decision = models.ForeignKey("Decision", models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar[list[str]] = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.host or self.organisation} {self.get_what_display()}"
