"""What was checked about a signature, and what the team decided on it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from signatories import reasons
from signatories.models.belonging import LetterOf
from signatories.models.signature import Signature


class Decision(models.Model):
    """What a member of the team decided about a signature, and on what grounds."""

    class Outcome(models.TextChoices):
        LIST = "list", pgettext_lazy("decision about a signature", "List")
        PROPOSE = "propose", pgettext_lazy("decision about a signature", "Proposed, waits for a second person")
        READY = "ready", pgettext_lazy("decision about a signature", "Decided, waits until names are published again")
        HOLD = "hold", pgettext_lazy("decision about a signature", "Hold")
        ASK = "ask", pgettext_lazy("decision about a signature", "Ask")
        DECLINE = "decline", pgettext_lazy("decision about a signature", "Decline")
        HIDE = "hide", pgettext_lazy("decision about a signature", "Hide")
        BACK = "back", pgettext_lazy("decision about a signature", "Back to the queue")

    signature = models.ForeignKey(Signature, models.CASCADE, related_name="decisions")
    letter = LetterOf("signature")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    level = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=40)
    note = models.TextField(max_length=2000, blank=True)
    vetter = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    second_vetter = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    acquainted = models.BooleanField(default=False, help_text="the vetter knows the signer, so a second person decides")
    claims = models.JSONField(default=list, help_text="the claims that were met, by the evidence of that moment")
    signals = models.JSONField(default=list, help_text="the evidence it rests on: family, claim, account")
    policy = models.CharField(max_length=10, default=reasons.POLICY, help_text="version of the rules it was made under")
    batch = models.ForeignKey("Batch", models.SET_NULL, null=True, related_name="decisions")
    questions = models.JSONField(default=list, help_text="codes of reasons.ASK_REASONS")
    question = models.TextField(max_length=1000, blank=True, help_text="a question in the vetter's own words")
    reminded_at = models.DateTimeField(null=True)
    answer = models.TextField(max_length=2000, blank=True, help_text="what the signer answered to a question")
    answer_url = models.URLField(max_length=300, blank=True, help_text="a page that the signer named")
    answered_at = models.DateTimeField(null=True, help_text="or when the question lapsed")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar[list[str]] = ["at", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="decision_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="decision_level_4_by_two",
                condition=~Q(outcome__in=["list", "ready"], level=4, second_vetter=None),
            ),
            models.CheckConstraint(
                name="decision_on_an_acquaintance_by_two",
                condition=~Q(outcome__in=["list", "ready"], acquainted=True, second_vetter=None),
            ),
            models.CheckConstraint(
                name="decision_two_are_two",
                condition=Q(second_vetter=None) | ~Q(vetter=models.F("second_vetter")),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["at"], condition=Q(outcome="ask", answered_at__isnull=True), name="decision_open_question"
            ),
            models.Index(fields=["letter", "at"], name="decision_of_letter"),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}: {self.reason_label}"

    @property
    def reason_label(self) -> str:
        """The reason in words."""
        return str(reasons.ALL.get(self.reason, self.reason))

    @property
    def question_labels(self) -> list[str]:
        """What was asked, in words: the lines that were ticked, and the vetter's own."""
        return [*(str(reasons.ASK_REASONS.get(code, code)) for code in self.questions), *filter(None, [self.question])]


class Evidence(models.Model):
    """One signal: what kind, what it supports, where it was seen, and when it was checked."""

    class Claim(models.TextChoices):
        CONSENT = "consent", pgettext_lazy("what evidence is about", "consent to this text")
        IDENTITY = "identity", pgettext_lazy("what evidence is about", "identity")
        AFFILIATION = "affiliation", pgettext_lazy("what evidence is about", "affiliation")

    signature = models.ForeignKey(Signature, models.CASCADE, related_name="evidence")
    letter = LetterOf("signature")
    family = models.CharField(max_length=1, choices=reasons.Family.choices)
    claim = models.CharField(max_length=12, choices=Claim.choices)
    result = models.BooleanField(default=True, help_text="whether it supports the claim")
    account = models.CharField(max_length=300, blank=True, help_text="what it comes down to, such as orcid:… or host:…")
    public_before = models.BooleanField(default=False, help_text="tied to an identity that was public before")
    url = models.URLField(max_length=300, blank=True)
    details = models.JSONField(default=dict, help_text="for the team; forgotten at `expires_at`")
    note = models.TextField(max_length=2000, blank=True)
    expires_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(default=timezone.now)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["checked_at", "pk"]
        verbose_name_plural = "evidence"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # A collector that runs twice finds its own row again.
            models.UniqueConstraint(
                fields=["letter", "signature", "family", "claim", "account"], name="evidence_one_signal"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Whether an account stands behind another signature.
            models.Index(
                fields=["letter", "account"], condition=Q(claim="identity", result=True), name="evidence_identity"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_family_display()}: {self.get_claim_display()}"
