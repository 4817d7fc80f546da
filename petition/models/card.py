"""The picture that stands for a letter where its address is shared."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone


class Card(models.Model):
    """The newest picture of a letter, made by a task whenever what it says has changed."""

    letter = models.OneToOneField("petition.Letter", models.CASCADE, related_name="card")
    says = models.JSONField(encoder=DjangoJSONEncoder, help_text="what is written on it")
    png = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"card of {self.letter_id}"
