"""The desk's own rows: who has what open, batches, cases, and the weekly audit."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from petition.identifiers import uuid7
from petition.models import Letter
from signatories import reasons
from signatories.models.belonging import LetterOf
from signatories.models.history import SignatureEvent
from signatories.models.signature import Signature


class ClaimLock(models.Model):
    """Who has a signature open; others see it, and it lapses by itself."""

    signature = models.OneToOneField(Signature, models.CASCADE, primary_key=True, related_name="claim_lock")
    letter = LetterOf("signature")
    vetter = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.vetter} until {self.until:%H:%M}"


class Recusal(models.Model):
    """A vetter who knows a signer and leaves the decision to others."""

    signature = models.ForeignKey(Signature, models.CASCADE, related_name="recusals")
    letter = LetterOf("signature")
    vetter = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["signature", "vetter"], name="recusal_once"),
        ]

    def __str__(self) -> str:
        return str(self.vetter)


class Batch(models.Model):
    """One decision about many signatures, done by a task and undone as a whole."""

    class Verb(models.TextChoices):
        LIST = "list", pgettext_lazy("what is done with many signatures", "List")
        HOLD = "hold", pgettext_lazy("what is done with many signatures", "Hold")
        DECLINE = "decline", pgettext_lazy("what is done with many signatures", "Decline")
        INVALIDATE = "invalidate", pgettext_lazy("what is done with many signatures", "Take off the letter and hold")

    class State(models.TextChoices):
        CHOOSING = "choosing", pgettext_lazy("status of a batch", "Being put together")
        WAITING = "waiting", pgettext_lazy("status of a batch", "Waits for a second person")
        DOING = "doing", pgettext_lazy("status of a batch", "Being done")
        DONE = "done", pgettext_lazy("status of a batch", "Done")
        UNDOING = "undoing", pgettext_lazy("status of a batch", "Being undone")
        UNDONE = "undone", pgettext_lazy("status of a batch", "Undone")
        CANCELLED = "cancelled", pgettext_lazy("status of a batch", "Called off")

    # What a task works on; the others wait for a person or are over.
    WORKED_ON = (State.CHOOSING, State.DOING, State.UNDOING)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    letter = models.ForeignKey(Letter, models.CASCADE, related_name="batches")
    verb = models.CharField(max_length=10, choices=Verb.choices)
    level = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=40)
    note = models.TextField(max_length=2000, blank=True)
    chosen = models.JSONField(default=dict, help_text="how the signatures were chosen, in the words of the filter")
    state = models.CharField(max_length=10, choices=State.choices, default=State.CHOOSING)
    total = models.PositiveIntegerField(default=0, help_text="signatures it was put together from")
    listed = models.PositiveIntegerField(default=0, help_text="names on the letter among those it takes off")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    second = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    second_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", help_text="or called it off"
    )
    go_on_after = models.DateTimeField(default=timezone.now, help_text="the lease of the task that works on it")
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]
        verbose_name_plural = "batches"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="batch_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(name="batch_two_are_two", condition=Q(second=None) | ~Q(actor=models.F("second"))),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["go_on_after"], condition=Q(state__in=["choosing", "doing", "undoing"]), name="batch_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_verb_display()}: {self.get_state_display()}"

    @property
    def reason_label(self) -> str:
        """The reason in words."""
        return str(reasons.ALL.get(self.reason, self.reason))

    @property
    def is_worked_on(self) -> bool:
        """Whether a task has something to do."""
        return self.state in self.WORKED_ON


class BatchItem(models.Model):
    """One signature of a batch: how it stood before, and whether it was moved, skipped, or moved back."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("status of a signature in a batch", "Waits")
        DONE = "done", pgettext_lazy("status of a signature in a batch", "Done")
        SKIPPED = "skipped", pgettext_lazy("status of a signature in a batch", "Left as it was")
        UNDONE = "undone", pgettext_lazy("status of a signature in a batch", "Restored")
        KEPT = "kept", pgettext_lazy("status of a signature in a batch", "Moved since, not restored")

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="items")
    signature = models.ForeignKey(Signature, models.CASCADE, related_name="batch_items")
    letter = LetterOf("batch")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    was = models.CharField(max_length=10, help_text="the status in which it was chosen")
    before = models.JSONField(default=dict, help_text="status, level, checked and checked_at before it was moved")
    event = models.ForeignKey(
        SignatureEvent, models.PROTECT, null=True, related_name="+", db_index=False, help_text="its move by the batch"
    )
    problem = models.CharField(max_length=200, blank=True, help_text="why it was left as it was")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["batch", "signature"], name="batch_item_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["batch", "state", "id"], name="batch_item_state")]

    def __str__(self) -> str:
        return str(self.get_state_display())


class Case(models.Model):
    """Somebody says that a name is wrong: the owner of the mailbox, a reader, or an audit."""

    class Kind(models.TextChoices):
        NOT_ME = "not_me", _("The owner of the mailbox did not sign")
        REPORT = "report", _("A reader reported the name")
        AUDIT = "audit", _("Denied when asked again")

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="cases")
    signature = models.ForeignKey(Signature, models.CASCADE, related_name="cases")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(
        max_length=120, blank=True, db_default="", default="", help_text="on the line when it was said: it may change"
    )
    text = models.TextField(max_length=4000, blank=True, help_text="what was said, by one or several")
    reports = models.PositiveIntegerField(default=1, help_text="how many said so")
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=40, blank=True)
    note = models.TextField(max_length=2000, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["opened_at", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Many reports of one name are one open case, so that a crowd cannot flood the desk.
            models.UniqueConstraint(
                fields=["signature", "kind"], condition=Q(closed_at__isnull=True), name="case_one_open_a_kind"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["letter", "opened_at"], condition=Q(closed_at__isnull=True), name="case_open"),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @property
    def outcome_label(self) -> str:
        """How it ended, in words."""
        return str(reasons.CASE_OUTCOMES.get(self.outcome, self.outcome))


class Draw(models.Model):
    """A listed name that was drawn for the weekly audit, and what its owner answered."""

    class Answer(models.TextChoices):
        CONFIRMED = "confirmed", pgettext_lazy("what a signer answered", "Confirmed again")
        DENIED = "denied", pgettext_lazy("what a signer answered", "Denied")

    signature = models.ForeignKey(Signature, models.CASCADE, related_name="draws")
    letter = models.ForeignKey(Letter, models.CASCADE, related_name="draws")
    week = models.DateField(help_text="the Monday of the week, UTC")
    level = models.PositiveSmallIntegerField()
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    drawn_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["signature", "week"], name="draw_once_a_week"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["letter", "week"], name="draw_week")]

    def __str__(self) -> str:
        return f"{self.week:%Y-%m-%d}: {self.answer or 'not answered'}"


class Limit(models.Model):
    """How often something was done in a window of time; see signatories.limits."""

    key = models.CharField(max_length=100, primary_key=True)
    ends = models.BigIntegerField(help_text="when the window is over, in seconds since 1970")
    used = models.PositiveIntegerField(default=0)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["ends"], name="limit_ends")]

    def __str__(self) -> str:
        return f"{self.key}: {self.used}"
