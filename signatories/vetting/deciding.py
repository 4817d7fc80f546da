"""Decide about signatures. Each decision is a move, a decision row and an owed mail, in one transaction."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from petition.models import User
from petition.moves import NotAllowed, move
from signatories import evidence, organisations, outbox, reasons, watch
from signatories import flags as flagging
from signatories.levels import AFFILIATION, IDENTITY
from signatories.models import Decision, Mail, Signature
from signatories.vetting import rules

Outcome, Status = Decision.Outcome, Signature.Status


@transaction.atomic
def list_(
    signature: Signature,
    *,
    vetter: User,
    level: int,
    reason: str,
    looked: Collection[int] = (),
    acquainted: bool = False,
    teaches: str = "",
    note: str = "",
    seen: str = "",
) -> Decision:
    """Put a name on the letter at a level that its evidence carries, or propose it where two people decide.

    While the letter does not publish, the decision waits and the signature stays where it is.

    Args:
        signature: confirmed, held, asked or hidden.
        vetter: who decides.
        level: 2 to 4; 1 where the letter's own rule lists everyone who confirmed.
        reason: a key of `reasons.LIST_REASONS`.
        looked: the open flags that the vetter has looked at; each has to be among them, and listing releases them.
        acquainted: whether the vetter knows the signer, so that somebody else decides too.
        teaches: whose mailboxes are at the signer's host, one of `OrganisationDomain.Kind`, when the decision is an
            occasion to learn that; empty when it is not.
        note: for the team only.
        seen: `rules.mark` of what the vetter saw.

    Returns:
        The decision: to list, to list when names are published again, or a proposal that a second person completes.

    Raises:
        NotAllowed: a level that the evidence does not carry, an open flag or case, one's own signature, a recusal.
        LostRace: somebody else was quicker.
        ValidationError: the host cannot be learned as the organisation's; nothing was decided.
    """
    rules.take(signature, vetter=vetter, outcome=Outcome.LIST, seen=seen)
    flags = list(signature.flags.all())
    unseen = sum(flag.released_at is None and flag.pk not in looked for flag in flags)
    signals = evidence.signals(signature)
    problem = rules.hindrance(signature) or rules.problem(signature, level, signals=signals, open_flags=unseen)
    if problem:
        raise NotAllowed(problem)
    grounds = {"level": level, "reason": reason, "note": note, "acquainted": acquainted, **grounds_of(signature)}
    first = _agreed(signature, vetter, level, acquainted)
    if first is None and rules.why_two(signature, level=level, acquainted=acquainted, flags=flags):
        move(signature, Status.HELD, actor=vetter, reason=rules.PROPOSED)
        return signature.decisions.create(outcome=Outcome.PROPOSE, vetter=vetter, **grounds)
    if first is not None:
        grounds |= {"acquainted": acquainted or first.acquainted}
    decision = signature.decisions.create(
        outcome=Outcome.LIST if signature.letter.publishing else Outcome.READY,
        vetter=first.vetter if first else vetter,
        second_vetter=vetter if first else None,
        **grounds,
    )
    if teaches:
        organisations.teach(signature, kind=teaches, by=vetter, decision=decision)
    if open_kinds := {flag.kind for flag in flags if flag.released_at is None}:
        flagging.close(signature, open_kinds, by=vetter)
    if decision.outcome == Outcome.LIST:
        put_on(signature, decision, actor=vetter, reason=reason)
    else:
        _wait(signature)
    return decision


def grounds_of(signature: Signature) -> dict[str, Any]:
    """What a decision keeps of the evidence: the claims that are met, and the signals they rest on."""
    rows = signature.evidence.filter(result=True)
    met = {row.claim for row in rows}
    signals = [{"family": row.family, "claim": row.claim, "account": row.account} for row in rows]
    return {"claims": ["consent", *(claim for claim in (IDENTITY, AFFILIATION) if claim in met)], "signals": signals}


def _agreed(signature: Signature, vetter: User, level: int, acquainted: bool) -> Decision | None:
    """Return the proposal of somebody else that this decision completes, if there is one.

    Who proposed a level agrees with a lower one. Two people who both know the signer are not two.
    """
    proposed = rules.proposal(signature)
    if proposed is None or proposed.vetter_id == vetter.pk or proposed.level < level:
        return None
    if proposed.acquainted and acquainted:
        return None
    needed = rules.why_two(signature, level=level, acquainted=proposed.acquainted, flags=signature.flags.all())
    return proposed if needed or acquainted else None


def _wait(signature: Signature) -> None:
    signature.ready_at = timezone.now()
    signature.save(update_fields=["ready_at"])


def put_on(signature: Signature, decision: Decision, *, actor: User | None, reason: str) -> None:
    """Move a signature onto the letter under a decision, and owe the mail that says so."""
    families = sorted({signal["family"] for signal in decision.signals})
    move(
        signature,
        Status.LISTED,
        actor=actor,
        reason=reason,
        level=decision.level,
        checked="".join(families),
        checked_at=decision.at,
    )
    outbox.owe(Mail.Kind.LISTED, signature=signature, key=str(decision.pk))


def list_by_rule(signature: Signature) -> None:
    """List a confirmed name at level 1, where the letter's own rule lists everyone who confirmed.

    An open flag keeps it in the queue, unless it is only about the affiliation, which level 1 does not claim; so do an
    open case and that it was taken off before. While the letter does not publish, the name waits.
    """
    if rules.against_rule(signature):
        return
    if not signature.letter.publishing:
        _wait(signature)
        return
    move(signature, Status.LISTED, reason="rule", checked_at=timezone.now())


def hold(signature: Signature, *, vetter: User, reason: str, note: str = "", seen: str = "") -> Decision:
    """Keep a name off the letter until somebody looks again; the signer is told that it takes longer."""
    mail = None if signature.status == Status.HELD else Mail.Kind.HELD
    return decide(signature, vetter, Outcome.HOLD, Status.HELD, mail, reason, note, seen)


def decline(signature: Signature, *, vetter: User, reason: str, note: str = "", seen: str = "") -> Decision:
    """Decide that a name is not listed, and tell the signer why."""
    return decide(signature, vetter, Outcome.DECLINE, Status.DECLINED, Mail.Kind.DECLINED, reason, note, seen)


def hide(signature: Signature, *, vetter: User, reason: str, note: str = "", seen: str = "") -> Decision:
    """Take a listed name off the letter; the reason class is public, and the signer is told."""
    return decide(signature, vetter, Outcome.HIDE, Status.HIDDEN, Mail.Kind.HIDDEN, reason, note, seen)


def back(signature: Signature, *, vetter: User, reason: str, note: str = "", seen: str = "") -> Decision:
    """Put a held, asked, declined or hidden name back into the queue; nothing of an earlier level stays on it."""
    afresh = {"level": 1, "checked": "", "checked_at": None}
    return decide(signature, vetter, Outcome.BACK, Status.CONFIRMED, None, reason, note, seen, afresh)


@transaction.atomic
def decide(
    signature: Signature,
    vetter: User,
    outcome: Decision.Outcome,
    to: Signature.Status,
    mail: Mail.Kind | None,
    reason: str,
    note: str,
    seen: str,
    changes: dict[str, Any] | None = None,
    **kept: Any,
) -> Decision:
    """Take a decision that needs no level: the move, the row and the mail."""
    rules.take(signature, vetter=vetter, outcome=outcome, seen=seen)
    move(signature, to, actor=vetter, reason=reason, **(changes or {}))
    decision = signature.decisions.create(outcome=outcome, vetter=vetter, reason=reason, note=note, **kept)
    if mail is not None:
        with override("en"):  # what is stored is English; the mail says it in the signer's language
            details = {"reason": str(reasons.ALL[reason])}
        outbox.owe(mail, signature=signature, key=str(decision.pk), details=details)
    if reason == "impostor":
        watch.remember(signature, by=vetter)
    return decision


def recuse(signature: Signature, *, vetter: User) -> None:
    """Leave the decision about somebody one knows to others, for good; an own proposal is void by that."""
    signature.recusals.get_or_create(vetter=vetter)
