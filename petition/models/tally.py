"""What a letter adds up to: counts by the hour, and the numbers its team waits for."""

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


class Tally(models.Model):
    """What the coalition added up to: one row a letter and hour, the newest is the current one."""

    letter = models.ForeignKey("petition.Letter", models.CASCADE, related_name="tallies")
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

    letter = models.ForeignKey("petition.Letter", models.CASCADE, related_name="milestones")
    number = models.PositiveIntegerField()
    reached_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["letter", "number"], name="milestone_once"),
        ]

    def __str__(self) -> str:
        return str(self.number)
