"""Who may decide about a signature, when it takes two people, and what the evidence carries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from petition.models import Letter, User
from petition.moves import LostRace, NotAllowed
from signatories import addresses, evidence, levels
from signatories.levels import Signal
from signatories.models import Decision, Flag, Signature, SignatureEvent
from signatories.reasons import ABOUT_AFFILIATION, BY_TWO, FlagKind

Outcome, Status = Decision.Outcome, Signature.Status
UNJUDGED = {"named", "unnamed"}  # what the signer may choose about a name, whatever is decided
PROPOSED = "proposed"  # in the history, by the move to held
BY_RULE = 1  # the level of a name that only the letter's own rule lists
# From where each decision may be taken. Fewer than `Signature.MOVES`: those include what a batch undoes.
TAKEN_FROM = {
    Outcome.LIST: {Status.CONFIRMED, Status.HELD, Status.ASKED, Status.HIDDEN},
    Outcome.ASK: {Status.CONFIRMED, Status.HELD},
    Outcome.HOLD: {Status.CONFIRMED, Status.HELD, Status.ASKED},
    Outcome.DECLINE: {Status.CONFIRMED, Status.HELD, Status.ASKED},
    Outcome.HIDE: {Status.LISTED},
    Outcome.BACK: {Status.HELD, Status.ASKED, Status.DECLINED, Status.HIDDEN},
}


@dataclass(frozen=True)
class Standing:
    """What the evidence about a signature carries once its open flags are looked at, and what the next level wants."""

    signals: list[Signal]
    open_flags: list[Flag]
    carried: int
    wants: str


def standing(signature: Signature) -> Standing:
    """Return what is there for a decision about a signature now."""
    signals = evidence.signals(signature)
    confirmed, prints = signature.confirmed_at is not None, bool(signature.organisation)
    carried = levels.carried(signals, confirmed=confirmed, open_flags=0, prints_affiliation=prints)
    wants = ""
    if carried in {1, 2, 3}:
        wants = levels.problem(carried + 1, signals, confirmed=confirmed, open_flags=0, prints_affiliation=prints)
    return Standing(signals, [flag for flag in signature.flags.all() if not flag.released_at], carried, wants)


def problem(signature: Signature, level: int, *, signals: list[Signal], open_flags: int) -> str:
    """Return why a signature cannot be listed at a level, or an empty string when it can."""
    confirmed = signature.confirmed_at is not None
    if level == BY_RULE and confirmed and lists_by_rule(signature.letter):
        return levels.FLAG_OPEN if open_flags else ""
    return levels.problem(
        level,
        signals,
        confirmed=confirmed,
        open_flags=open_flags,
        prints_affiliation=bool(signature.organisation),
    )


def flag_against_rule(signature: Signature) -> bool:
    """Whether an open flag keeps a name from being listed at level 1 by the letter's own rule."""
    return signature.flags.filter(released_at=None).exclude(kind__in=sorted(ABOUT_AFFILIATION)).exists()


def against_rule(signature: Signature) -> bool:
    """Whether a person has to decide, although the letter's own rule lists everyone who confirmed.

    The rule puts nobody back whom somebody took off, and nobody about whom a case is open.
    """
    return flag_against_rule(signature) or bool(hindrance(signature)) or was_taken_off(signature.events.all())


def lists_by_rule(letter: Letter) -> bool:
    """Whether the letter's own rule lists everyone who confirmed."""
    return letter.listing == Letter.Listing.CONFIRMED


def own_hashes(user: User) -> set[str]:
    """Return by what the signatures of a team member's own mailboxes are known."""
    found = set()
    for address in {user.email, *EmailAddress.objects.filter(user=user).values_list("email", flat=True)}:
        try:
            found.add(addresses.keyed_hash(addresses.canonical(address)))
        except ValidationError:  # such an address cannot have signed
            continue
    return found


def is_own(signature: Signature, user: User) -> bool:
    """Whether a member of the team looks at the signature of their own mailbox."""
    return signature.address_hash in own_hashes(user)


def has_recused(signature: Signature, user: User) -> bool:
    """Whether a member of the team has left the decision about this signature to others."""
    return signature.recusals.filter(vetter=user).exists()


def refuse(signature: Signature, vetter: User) -> None:
    """Refuse whoever may not touch this signature.

    Raises:
        NotAllowed: it is their own, or they have recused themselves.
    """
    if is_own(signature, vetter):
        raise NotAllowed(_("This is your own signature. Somebody else has to decide about it."))
    if has_recused(signature, vetter):
        raise NotAllowed(_("You left the decision about this signature to others."))


def take(signature: Signature, *, vetter: User, outcome: Decision.Outcome, seen: str = "") -> None:
    """Lock a signature for a decision, and see it as it is now.

    Args:
        signature: as the caller saw it; its fields are renewed.
        vetter: who wants to decide.
        outcome: what they want to decide.
        seen: `mark` of what the vetter's page showed; empty: whatever is there.

    Raises:
        LostRace: it stands elsewhere by now, or something was added since the page was opened.
        NotAllowed: not from this status, or not by this person.
    """
    was = signature.status
    signature.refresh_from_db(from_queryset=Signature.objects.select_for_update())
    if signature.status != was or (seen and seen != mark(signature)):
        raise LostRace(_("This signature was changed by somebody else in the meantime."))
    if signature.status not in TAKEN_FROM[outcome]:
        raise NotAllowed(
            _("A signature that is %(status)s cannot be decided on like this.")
            % {"status": pgettext("status of a signature", signature.status)}
        )
    refuse(signature, vetter)


def mark(signature: Signature) -> str:
    """Return what changes with every move of a signature, every decision about it, and all that speaks against it."""
    last = signature.events.order_by("-pk").values_list("pk", flat=True).first()
    decided = signature.decisions.order_by("-pk").values_list("pk", flat=True).first()
    return f"{last or 0}.{decided or 0}.{signature.evidence.filter(result=False).count()}"


def hindrance(signature: Signature) -> str:
    """Return what has to be settled before a signature is listed at all, or an empty string."""
    last = signature.events.filter(Q(reason="not_me") | Q(now=Status.CONFIRMED)).last()
    if last is not None and last.reason == "not_me":
        return _("The owner of the mailbox says that they did not sign. Put it back into the queue first.")
    if signature.cases.filter(closed_at=None).exists():
        return _("A case about it is open. Close it first.")
    return nameless(signature)


def nameless(signature: Signature) -> str:
    """Return why a row of which the letter's date has left nothing but a count is not listed, or an empty string."""
    if signature.name:
        return ""
    return _("What was typed is forgotten, because the letter keeps it no longer. There is no name to list.")


def was_taken_off(events: Iterable[SignatureEvent]) -> bool:
    """Whether a name was hidden by somebody; one that left the list because its owner changed the line was not."""
    return any(event.now == Status.HIDDEN and event.reason != "line_changed" for event in events)


def why_two(signature: Signature, *, level: int, acquainted: bool = False, flags: Iterable[Flag] = ()) -> list[str]:
    """Return why listing a signature takes two people, in words; an empty list when one is enough."""
    why = []
    if level == 4:
        why.append(_("level 4 is decided by two people"))
    if any(flag.kind in BY_TWO for flag in flags):
        watched = any(flag.kind == FlagKind.WATCH_NAME for flag in flags)
        why.append(_("the name is on the watchlist") if watched else _("an impostor signed from this mailbox before"))
    if was_taken_off(signature.events.all()):
        why.append(_("it was hidden before"))
    if acquainted:
        why.append(_("you know this person"))
    return why


def proposal(signature: Signature) -> Decision | None:
    """Return the proposal that waits for a second person: the last decision, if its vetter may still decide.

    Whatever happened to the signature since, such as another line, makes it void: two people decide about the same.
    """
    decisions = list(signature.decisions.select_related("vetter"))
    if not is_proposed(decisions, signature.events.all()):
        return None
    vetter = decisions[-1].vetter
    return None if vetter is None or has_recused(signature, vetter) else decisions[-1]


def is_proposed(decisions: Sequence[Decision], events: Iterable[SignatureEvent]) -> bool:
    """Whether the last decision is a proposal, and nothing that was judged has changed since."""
    judged = [event.reason for event in events if event.reason not in UNJUDGED]
    return bool(decisions) and decisions[-1].outcome == Outcome.PROPOSE and judged[-1:] == [PROPOSED]
