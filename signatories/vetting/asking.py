"""Ask a signer for more: the questions, one reminder, what comes back, and the end of waiting."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from petition import patience
from petition.models import User
from petition.moves import LostRace, NotAllowed, move
from signatories import outbox
from signatories.models import Decision, Mail, Signature
from signatories.vetting.deciding import decide

Outcome, Status = Decision.Outcome, Signature.Status
REMIND_AFTER = timedelta(days=7)
LAPSES_AFTER = timedelta(days=14)  # PRACTICE: "Free mail with a claim only: ask, lapse after 14 days"


@transaction.atomic
def ask(
    signature: Signature,
    *,
    vetter: User,
    questions: Sequence[str] = (),
    question: str = "",
    note: str = "",
    seen: str = "",
) -> Decision:
    """Ask the signer; they answer on their own page.

    Args:
        signature: confirmed or held.
        vetter: who asks.
        questions: keys of `reasons.ASK_REASONS`.
        question: in the vetter's own words, shown to the signer.
        note: for the team only.
        seen: `rules.mark` of what the vetter saw.

    Raises:
        NotAllowed: nothing is asked, one's own signature, a recusal, or a status in which nobody is asked.
    """
    if not questions and not question:
        raise NotAllowed(_("Please choose what to ask for, or write a question."))
    reason = questions[0] if questions else "own_question"
    # What was asked before and never answered is over: only the newest question is reminded of and lapses.
    signature.decisions.filter(outcome=Outcome.ASK, answered_at=None).update(answered_at=timezone.now())
    decision = decide(
        signature,
        vetter,
        Outcome.ASK,
        Status.ASKED,
        None,
        reason,
        note,
        seen,
        questions=list(questions),
        question=question,
    )
    _owe(Mail.Kind.ASKED, decision)
    return decision


def open_question(signature: Signature) -> Decision | None:
    """Return the question that the signer can answer: the one that is open, or the one that lapsed unanswered."""
    if signature.status == Status.DECLINED:
        last = signature.events.last()
        if last is None or last.reason != "lapsed":
            return None
    elif signature.status != Status.ASKED:
        return None
    return signature.decisions.filter(outcome=Outcome.ASK).last()


@transaction.atomic
def answer(signature: Signature, *, text: str, url: str = "") -> None:
    """Keep what the signer answered, put the name back into the queue, and owe a new look at the evidence.

    A question that has lapsed is opened again by its answer.

    Args:
        signature: asked, or declined because a question lapsed.
        text: the answer, may be empty where a page is named.
        url: a page that the signer names, or empty.

    Raises:
        NotAllowed: nothing is asked at the moment.
    """
    question = open_question(signature)
    if question is None:
        raise NotAllowed(_("There is no open question any more."))
    move(signature, Status.CONFIRMED, reason="answered", collect_after=patience.now())
    question.answer, question.answer_url, question.answered_at = text, url, timezone.now()
    question.save(update_fields=["answer", "answer_url", "answered_at"])


def remind(*, limit: int = 500) -> int:
    """Remind once of questions that are open for seven days; return how many. Safe to run at any time and twice."""
    due = _open_for(REMIND_AFTER).filter(reminded_at=None)
    return sum(_remind(decision) for decision in due[:limit])


@transaction.atomic
def _remind(decision: Decision) -> int:
    mine = Decision.objects.filter(pk=decision.pk, reminded_at=None, answered_at=None)
    if not mine.update(reminded_at=timezone.now()):
        return 0  # another worker did, or the answer came in this very moment
    _owe(Mail.Kind.REMINDED, decision)
    return 1


def lapse(*, limit: int = 500) -> int:
    """End questions that nobody answered in fourteen days; return how many. Safe to run at any time and twice."""
    return sum(_lapse(decision) for decision in _open_for(LAPSES_AFTER)[:limit])


def _lapse(decision: Decision) -> int:
    try:
        with transaction.atomic():
            mine = Decision.objects.filter(pk=decision.pk, answered_at=None)
            if not mine.update(answered_at=timezone.now()):
                return 0  # answered in this very moment; perhaps something else was asked since
            move(decision.signature, Status.DECLINED, reason="lapsed")
            _owe(Mail.Kind.LAPSED, decision)
    except (LostRace, NotAllowed):  # decided in this very moment
        return 0
    return 1


def _open_for(age: timedelta) -> QuerySet[Decision]:
    rows = Decision.objects.filter(outcome=Outcome.ASK, answered_at=None, at__lte=timezone.now() - age)
    return rows.filter(signature__status=Status.ASKED).select_related("signature").order_by("at")


def _owe(kind: Mail.Kind, decision: Decision) -> None:
    with override("en"):  # what is stored is English; the mail says it in the signer's language
        details = {"questions": [str(label) for label in decision.question_labels]}
    outbox.owe(kind, signature=decision.signature, key=str(decision.pk), details=details)
