"""What the house knows about its own running."""

from django.db import models
from django.utils import timezone


class Kept(models.Model):
    """What Django's cache keeps for a while: tries to log in. In the database, so that it holds wherever a page does.

    The columns are those of `django.core.cache.backends.db.DatabaseCache`.
    """

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.cache_key


class Run(models.Model):
    """When a task of the clock last ran and what came of it; `canary` shows that the whole way to the worker lives."""

    task = models.CharField(max_length=80, unique=True)
    at = models.DateTimeField(default=timezone.now, help_text="when it ended, by the database's clock")
    seconds = models.FloatField(default=0)
    failures = models.PositiveIntegerField(default=0)
    failed_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=100, blank=True, help_text="of the last failure")
    found = models.JSONField(default=dict, help_text="what the task found, such as drift")

    def __str__(self) -> str:
        return f"{self.task} at {self.at}"


class Answered(models.Model):
    """What a request was answered, for when the same one is sent again; see `petition.idempotency`."""

    key = models.CharField(max_length=64, unique=True, help_text="a hash of the client's key and the address asked")
    body = models.CharField(max_length=64, help_text="a keyed hash of what was sent")
    sealed = models.TextField(blank=True, help_text="the answer, encrypted; empty while it is made")
    at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return self.key
