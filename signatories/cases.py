"""Somebody says that a name is wrong: open a case, look at it, close it with an outcome."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from petition.models import User
from petition.moves import LostRace, NotAllowed
from signatories import reasons, vetting, watch
from signatories.evidence import changing
from signatories.models import Case, Mail, Signature

Status = Signature.Status
MOST_TEXT = 4000  # characters of all that was said in one case
# What the team decides; `left` closes a case by itself when the signer withdraws.
OUTCOMES = {name: label for name, label in reasons.CASE_OUTCOMES.items() if name != "left"}
ON_THE_WAY = {Status.CONFIRMED, Status.HELD, Status.ASKED}


@transaction.atomic
def open_(signature: Signature, *, kind: Case.Kind, text: str = "") -> Case:
    """Open a case about a signature, or add to the open one of that kind: a crowd makes one case, not many.

    Args:
        signature: whose name is said to be wrong; it is not moved here.
        kind: who says so.
        text: in their words; what does not fit any more is cut off.
    """
    for _attempt in range(3):
        try:
            with transaction.atomic():
                about = {"letter_id": signature.letter_id, "signature": signature, "name": signature.name}
                return Case.objects.create(**about, kind=kind, text=text[:MOST_TEXT])
        except IntegrityError:  # one of this kind is open, unless it is closed in this very moment
            kept = Case.objects.select_for_update().filter(signature=signature, kind=kind, closed_at=None).first()
        if kept is not None:
            kept.text = "\n\n".join(part for part in (kept.text, text) if part)[:MOST_TEXT]
            kept.reports += 1
            kept.save(update_fields=["text", "reports"])
            return kept
    raise LostRace(_("This case was closed by somebody else in the meantime."))


@transaction.atomic
def close(case: Case, *, by: User, outcome: str, reason: str = "", note: str = "", seen: str = "") -> None:
    """End a case.

    Args:
        case: open.
        by: a vetter; never about their own signature, nor about one that they left to others.
        outcome: a key of `OUTCOMES`. `kept` moves nothing; `hidden` takes a listed name off; `impostor` takes it off
            or declines it, and remembers name and mailbox, so that the next one like it is held.
        reason: a key of `reasons.HIDE_REASONS`, where `hidden` moves a listed name.
        note: for the team only.
        seen: `mark` of what the page showed; empty: whatever is there.

    Raises:
        LostRace: somebody has added to it, or the line was corrected, since the page was opened.
        NotAllowed: their own signature or one they left to others, closed already, or no reason where one is needed.
    """
    signature = Signature.objects.select_for_update(of=("self",)).select_related("letter").get(pk=case.signature_id)
    vetting.refuse(signature, by)
    now = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    now.signature = signature
    if seen and now.closed_at is None and seen != mark(now):
        raise LostRace(_("Something was added while you had it open. Please read it before you close the case."))
    closed = {"closed_at": timezone.now(), "closed_by": by, "outcome": outcome, "note": note}
    if not Case.objects.filter(pk=case.pk, closed_at=None).update(**closed):
        raise LostRace(_("This case was closed by somebody else in the meantime."))
    if outcome == "impostor":
        _end_impostor(signature, by=by, note=note)
    elif outcome == "hidden" and signature.status == Status.LISTED:
        if reason not in reasons.HIDE_REASONS:
            raise NotAllowed(_("Please choose why the name leaves the letter."))
        vetting.hide(signature, vetter=by, reason=reason, note=note)
    case.refresh_from_db()


def mark(case: Case) -> str:
    """Return what changes with everything that is added to a case, and with the line that it is about."""
    return f"{case.reports}.{changing.seen(case.signature)}"


def _end_impostor(signature: Signature, *, by: User, note: str) -> None:
    """Take the name out of wherever it is, and remember it."""
    if signature.status == Status.LISTED:
        vetting.hide(signature, vetter=by, reason="impostor", note=note)
    elif signature.status in ON_THE_WAY:
        vetting.decline(signature, vetter=by, reason="impostor", note=note)
    owner_told_us = signature.cases.filter(kind__in=[Case.Kind.NOT_ME, Case.Kind.AUDIT]).exists()
    if owner_told_us:  # who told us that it was not them is not told that it was somebody else
        owed = signature.mails.filter(kind__in=[Mail.Kind.HIDDEN, Mail.Kind.DECLINED]).still_owed()
        owed.update(state=Mail.State.DROPPED, to="")
    watch.remember(signature, by=by)
