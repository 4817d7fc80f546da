"""What a batch does to one signature: the same rules as for a single decision, never forced.

This is the one place that knows how vetting decides.
"""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from petition import patience
from petition.models import User
from petition.moves import move
from signatories import levels, outbox, reasons, vetting, watch
from signatories.models import Batch, Decision, Mail, Signature

Verb, Status, Outcome = Batch.Verb, Signature.Status, Decision.Outcome
# Mails of a batch wait this long, so that an undo in time reaches nobody.
GRACE = timedelta(minutes=10)
LEVELS = (2, 3)  # level 4 is decided by two people, one name at a time
TO: dict[str, dict[str, Signature.Status]] = {
    Verb.LIST: dict.fromkeys((Status.CONFIRMED, Status.HELD, Status.ASKED), Status.LISTED),
    Verb.HOLD: dict.fromkeys((Status.CONFIRMED, Status.ASKED), Status.HELD),
    Verb.DECLINE: dict.fromkeys((Status.CONFIRMED, Status.HELD, Status.ASKED), Status.DECLINED),
    Verb.INVALIDATE: {
        Status.LISTED: Status.HIDDEN,
        **dict.fromkeys((Status.CONFIRMED, Status.ASKED), Status.HELD),
    },
}
REASONS: dict[str, dict[str, str]] = {
    Verb.LIST: reasons.LIST_REASONS,
    Verb.HOLD: reasons.HOLD_REASONS,
    Verb.DECLINE: reasons.DECLINE_REASONS,
    Verb.INVALIDATE: reasons.INVALIDATE_REASONS,
}
OUTCOMES = {
    Status.LISTED: Outcome.LIST,
    Status.HELD: Outcome.HOLD,
    Status.DECLINED: Outcome.DECLINE,
    Status.HIDDEN: Outcome.HIDE,
}
# A batch that takes names away is begun by somebody who has just shown who they are.
TAKES_AWAY = {Verb.DECLINE, Verb.INVALIDATE}
# Holding many writes to nobody: they waited before and wait on, and their own page says so.
MAILS = {
    Status.LISTED: Mail.Kind.LISTED,
    Status.DECLINED: Mail.Kind.DECLINED,
    Status.HIDDEN: Mail.Kind.HIDDEN,
}
MOVED = gettext_noop("Somebody moved it in the meantime.")
# Each status in a sentence of its own: it is stored with the item, in English, and translated where it is shown.
STANDS = {
    Status.PENDING: gettext_noop("It stands at “Waits for confirmation”."),
    Status.EXPIRED: gettext_noop("It stands at “Never confirmed”."),
    Status.CONFIRMED: gettext_noop("It stands at “Waits for a decision”."),
    Status.HELD: gettext_noop("It stands at “Held for a second look”."),
    Status.ASKED: gettext_noop("It stands at “Asked for more”."),
    Status.DECLINED: gettext_noop("It stands at “Declined”."),
    Status.LISTED: gettext_noop("It stands at “Listed”."),
    Status.HIDDEN: gettext_noop("It stands at “Hidden”."),
    Status.WITHDRAWN: gettext_noop("It stands at “Withdrawn”."),
}
LISTING_READS = ("flags", "evidence", "events", "decisions", "recusals", "cases")


def reads(batch: Batch) -> tuple[str, ...]:
    """Return what of a signature the work on a batch reads, to be fetched for many at once."""
    if batch.state == Batch.State.UNDOING:
        return ("events", "decisions", "mails", "recusals", "flags", "cases")
    return LISTING_READS if batch.verb == Verb.LIST else ("recusals", "decisions")


def problem(signature: Signature, *, verb: str, level: int, actor: User) -> str:
    """Return why a batch leaves this signature as it is, in words, or an empty string when it moves it.

    What it reads of the signature may be prefetched, see `LISTING_READS`.
    """
    if signature.status not in TO[verb]:
        return _standing(signature, verb)
    return _not_by(signature, actor) or (_listing_problem(signature, level) if verb == Verb.LIST else "")


def _standing(signature: Signature, verb: str) -> str:
    if verb == Verb.LIST and signature.status == Status.HIDDEN:
        return _("It was hidden. Putting it back takes two people, one name at a time.")
    if signature.status == Status.LISTED and verb != Verb.LIST:
        return _("It is on the letter. “Take off the letter and hold” is the way off.")
    return _(STANDS[Status(signature.status)])


def _listing_problem(signature: Signature, level: int) -> str:
    if not signature.letter.publishing:
        return _("Publishing is paused.")
    if nameless := vetting.nameless(signature):
        return nameless
    flags = list(signature.flags.all())
    if any(flag.kind in reasons.BY_TWO for flag in flags):
        return _("A watched name is decided by two people, one name at a time.")
    events = list(signature.events.all())
    if events and events[-1].reason == "not_me":
        return _("The owner of the mailbox says that they did not sign.")
    if vetting.was_taken_off(events):
        return _("It was hidden before. That takes two people, one name at a time.")
    if any(case.closed_at is None for case in signature.cases.all()):
        return _("A case about it is open.")
    decisions = list(signature.decisions.all())
    if decisions and (vetting.is_proposed(decisions, events) or decisions[-1].acquainted):
        return _("It waits for a second person.")
    return levels.problem(
        level,
        [levels.Signal(s.family, s.claim, s.account, s.public_before) for s in signature.evidence.all() if s.result],
        confirmed=signature.confirmed_at is not None,
        open_flags=sum(flag.released_at is None for flag in flags),
        prints_affiliation=bool(signature.organisation),
    )


def take(signature: Signature, batch: Batch) -> Decision:
    """Move one signature, write the decision, and owe its mail; call it in the transaction that marks the item.

    Raises:
        NotAllowed: it is not in a status that this batch moves.
    """
    to = TO[batch.verb][Status(signature.status)]
    changes: dict[str, Any] = {}
    if to == Status.LISTED:
        families = {signal.family for signal in signature.evidence.all() if signal.result}
        changes = {"level": batch.level, "checked": "".join(sorted(families)), "checked_at": timezone.now()}
    move(signature, to, actor=batch.actor, reason=batch.reason, **changes)
    decision = signature.decisions.create(
        outcome=OUTCOMES[to],
        level=batch.level if to == Status.LISTED else 0,
        reason=batch.reason,
        note=batch.note,
        vetter=batch.actor,
        second_vetter=batch.second,
        batch=batch,
        **(vetting.grounds_of(signature) if to == Status.LISTED else {}),
    )
    if batch.reason == "impostor":
        watch.remember(signature, by=batch.actor)
    if to in MAILS:
        with override("en"):  # what is stored is English; the mail says it in the signer's language
            details = {} if to == Status.LISTED else {"reason": str(reasons.ALL[batch.reason])}
        outbox.owe(
            MAILS[to],
            signature=signature,
            key=str(decision.pk),
            details=details,
            send_after=patience.now() + GRACE,
        )
    return decision


def undo_problem(signature: Signature, batch: Batch, before: dict[str, Any]) -> str:
    """Return why an undo leaves this signature where it is, in words, or an empty string when it puts it back.

    It puts nothing on the letter that a vetter could not leave there: no own name, and none about which a flag was
    raised or a case is open since the batch.
    """
    assert batch.undone_by is not None
    if own := _not_by(signature, batch.undone_by):
        return own
    if before["status"] != Status.LISTED:
        return ""
    since = _of(batch, signature).at
    if any(flag.released_at is None and flag.raised_at > since for flag in signature.flags.all()):
        return _("A flag was raised about it since.")
    if any(case.closed_at is None for case in signature.cases.all()):
        return _("A case about it is open.")
    return ""


def changed_since(signature: Signature, batch: Batch) -> bool:
    """Whether a name has another history than the one that was looked at when it was chosen.

    Of one that is to be listed everything counts, such as another line since the preview; of any other what was decided
    since the batch was begun, and perhaps waited for a second person.
    """
    if batch.verb == Verb.LIST:
        seen = datetime.fromisoformat(batch.chosen["as_of"]) if batch.chosen.get("as_of") else batch.created_at
        return any(event.at > seen for event in signature.events.all())
    return any(decision.at > batch.created_at for decision in signature.decisions.all())


def _not_by(signature: Signature, vetter: User) -> str:
    if signature.address_hash in vetting.own_hashes(vetter):
        return _("It is the signature of the vetter who decides.")
    if any(recusal.vetter_id == vetter.pk for recusal in signature.recusals.all()):
        return _("The vetter knows this person and leaves the decision to others.")
    return ""


def _of(batch: Batch, signature: Signature) -> Decision:
    return next(one for one in signature.decisions.all() if one.batch_id == batch.pk)


def take_back(signature: Signature, batch: Batch, before: dict[str, Any]) -> None:
    """Put one signature exactly where it stood, and settle its mail: unsent it is dropped, sent it is corrected."""
    decision = _of(batch, signature)
    about = [mail for mail in signature.mails.all() if mail.key.endswith(f":{signature.pk}:{decision.pk}")]
    move(
        signature,
        before["status"],
        actor=batch.undone_by,
        reason="batch_undone",
        level=before["level"],
        checked=before["checked"],
        checked_at=before["checked_at"] and datetime.fromisoformat(before["checked_at"]),
    )
    signature.decisions.create(outcome=Outcome.BACK, reason="batch_undone", vetter=batch.undone_by, batch=batch)
    for mail in about:
        owed = Mail.objects.filter(pk=mail.pk).still_owed()
        # One that was sent since it was read here is sent.
        if not owed.update(state=Mail.State.DROPPED, to="") and mail.state != Mail.State.FAILED:
            outbox.owe(Mail.Kind.TAKEN_BACK, signature=signature, key=str(decision.pk))
