"""Decide about signatures. Each decision is a move, a decision row and an owed mail, in one transaction."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from petition.models import User
from petition.moves import NotAllowed, move
from signatories import addresses, evidence, outbox, reasons, watch
from signatories.models import Decision, Evidence, Mail, Signature

Outcome, Status = Decision.Outcome, Signature.Status
# What a signal of each family speaks for (the evidence table of the methods page).
CLAIMS = {
    reasons.Family.MAILBOX: Evidence.Claim.AFFILIATION,
    reasons.Family.RECORD: Evidence.Claim.AFFILIATION,
    reasons.Family.WEB: Evidence.Claim.IDENTITY,
    reasons.Family.FEDERATED: Evidence.Claim.IDENTITY,
    reasons.Family.KEY: Evidence.Claim.IDENTITY,
    reasons.Family.VOUCH: Evidence.Claim.IDENTITY,
    reasons.Family.OUT_OF_BAND: Evidence.Claim.IDENTITY,
}


@transaction.atomic
def list_(
    signature: Signature,
    *,
    vetter: User,
    level: int,
    reason: str,
    signals: list[str],
    url: str = "",
    note: str = "",
) -> Decision:
    """Put a name on the letter at a level, or propose it for level 4, which a second person must decide too.

    Args:
        signature: confirmed, held, asked or hidden.
        vetter: who decides; never about their own signature.
        level: 2 to 4.
        reason: a key of `reasons.LIST_REASONS`.
        signals: families that were seen and support the level.
        url: where a public signal can be looked up.
        note: for the team only.

    Raises:
        NotAllowed: the vetter's own signature, a level without its signals, or a status that cannot be listed.
    """
    _refuse_own(signature, vetter)
    problem = reasons.level_problem(level, signals)
    if problem or not 2 <= level <= 4:
        raise NotAllowed(problem or "A name is listed at level 2, 3 or 4.")
    last = signature.events.last()
    if last is not None and last.reason == "not_me":
        raise NotAllowed("The owner of the mailbox says that they did not sign. Put it back into the queue first.")
    _keep_signals(signature, vetter, signals, url)
    grounds: dict[str, Any] = {"level": level, "reason": reason, "note": note}
    proposal = _proposal(signature)
    if level == 4 and (proposal is None or proposal.vetter_id == vetter.pk):
        if signature.status != Status.HELD:
            move(signature, Status.HELD, actor=vetter, reason="proposed")
        return signature.decisions.create(outcome=Outcome.PROPOSE, vetter=vetter, **grounds)
    first = proposal.vetter if level == 4 and proposal else vetter
    second = vetter if level == 4 else None
    decision = signature.decisions.create(outcome=Outcome.LIST, vetter=first, second_vetter=second, **grounds)
    families = sorted(set(signature.evidence.filter(result=True).values_list("family", flat=True)))
    move(
        signature,
        Status.LISTED,
        actor=vetter,
        reason=reason,
        level=level,
        checked="".join(families),
        checked_at=timezone.now(),
    )
    outbox.owe(Mail.Kind.LISTED, signature=signature, key=str(decision.pk))
    return decision


def list_by_rule(signature: Signature) -> None:
    """List a confirmed name at level 1, where the letter's own rule lists everyone who confirmed."""
    move(signature, Status.LISTED, reason="rule", checked_at=timezone.now())


def hold(signature: Signature, *, vetter: User, reason: str, note: str = "") -> Decision:
    """Keep a name off the letter until somebody looks again; the signer is told that it takes longer."""
    return _decide(signature, vetter, Outcome.HOLD, Status.HELD, Mail.Kind.HELD, reason, note)


def ask(signature: Signature, *, vetter: User, reason: str, note: str = "") -> Decision:
    """Ask the signer for more; the question is the reason, the answer comes back on their status page."""
    return _decide(signature, vetter, Outcome.ASK, Status.ASKED, Mail.Kind.ASKED, reason, note)


def decline(signature: Signature, *, vetter: User, reason: str, note: str = "") -> Decision:
    """Decide that a name is not listed, and tell the signer why."""
    return _decide(signature, vetter, Outcome.DECLINE, Status.DECLINED, Mail.Kind.DECLINED, reason, note)


def hide(signature: Signature, *, vetter: User, reason: str, note: str = "") -> Decision:
    """Take a listed name off the letter; the reason class is public, and the signer is told."""
    return _decide(signature, vetter, Outcome.HIDE, Status.HIDDEN, Mail.Kind.HIDDEN, reason, note)


def back(signature: Signature, *, vetter: User, reason: str, note: str = "") -> Decision:
    """Put a held, asked, declined or hidden name back into the queue."""
    return _decide(signature, vetter, Outcome.BACK, Status.CONFIRMED, None, reason, note)


@transaction.atomic
def answer(signature: Signature, *, text: str) -> None:
    """Keep what the signer answered to the open question, and put the name back into the queue.

    Raises:
        NotAllowed: nothing is asked at the moment.
    """
    move(signature, Status.CONFIRMED, reason="answered")
    question = signature.decisions.filter(outcome=Outcome.ASK, answered_at=None).last()
    if question is not None:
        question.answer, question.answered_at = text, timezone.now()
        question.save(update_fields=["answer", "answered_at"])


def is_own(signature: Signature, user: User) -> bool:
    """Whether a member of the team looks at the signature of their own mailbox."""
    try:
        own = addresses.canonical(user.email)
    except ValidationError:  # such an address cannot have signed
        return False
    return signature.address_hash == addresses.keyed_hash(own)


@transaction.atomic
def _decide(
    signature: Signature,
    vetter: User,
    outcome: Decision.Outcome,
    to: Signature.Status,
    mail: Mail.Kind | None,
    reason: str,
    note: str,
) -> Decision:
    _refuse_own(signature, vetter)
    move(signature, to, actor=vetter, reason=reason)
    decision = signature.decisions.create(outcome=outcome, vetter=vetter, reason=reason, note=note)
    if mail is not None:
        outbox.owe(mail, signature=signature, key=str(decision.pk), details={"reason": reasons.ALL[reason]})
    if reason == "impostor":
        watch.remember(signature, by=vetter)
    return decision


def _refuse_own(signature: Signature, vetter: User) -> None:
    if is_own(signature, vetter):
        raise NotAllowed("This is your own signature. Somebody else has to decide about it.")


def _proposal(signature: Signature) -> Decision | None:
    """The proposal for level 4 that is still open: the last word about the signature so far."""
    last = signature.decisions.last()
    return last if last is not None and last.outcome == Outcome.PROPOSE else None


def _keep_signals(signature: Signature, vetter: User, signals: list[str], url: str) -> None:
    for family in sorted(set(signals)):
        claim = CLAIMS[reasons.Family(family)]
        evidence.record(signature, family=family, claim=claim, account=url, url=url, by=vetter)
