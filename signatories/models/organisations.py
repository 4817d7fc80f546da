"""Organisations and the exact hosts from which their people write."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from petition.identifiers import uuid7


class Source(models.TextChoices):
    """Where a row of the organisations' table came from."""

    ROR = "ror", "Research Organization Registry"
    DECISION = "decision", "learned from a decision"
    TEAM = "team", "entered by the team"


class Organisation(models.Model):
    """An organisation that people name after their names; seeded from ROR, kept by vetters."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=300)
    country = models.CharField(max_length=2, blank=True)
    ror = models.CharField(max_length=12, unique=True, null=True, help_text="the nine characters of the ROR iD")
    source = models.CharField(max_length=10, choices=Source.choices)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class OrganisationName(models.Model):
    """One way to write an organisation's name: label, alias or acronym, in any language."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="names")
    name = models.CharField(max_length=300)
    key = models.CharField(max_length=300, help_text="folded, as it is compared")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organisation", "key"], name="organisation_name_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["key"], name="organisation_name_key")]

    def __str__(self) -> str:
        return self.name


class OrganisationDomain(models.Model):
    """An exact host of an organisation, and whose mailboxes are there. Subdomains are hosts of their own."""

    class Kind(models.TextChoices):
        STAFF = "staff", "Staff"
        ALUMNI = "alumni", "Alumni"
        STUDENT = "student", "Students"

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="domains")
    host = models.CharField(max_length=253, help_text="in small letters, IDNA A-labels")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.STAFF)
    source = models.CharField(max_length=10, choices=Source.choices)
    learned_from = models.ForeignKey("Decision", models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["host", "organisation"], name="organisation_domain_once"),
        ]

    def __str__(self) -> str:
        return self.host
