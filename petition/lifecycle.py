"""The life of a letter: begin, discard, freeze, publish, pause, reopen, close."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from petition import history, patience, versions
from petition.models import Letter, Membership, Role, User, Version
from petition.moves import NotAllowed, move

CLOSES = (Letter.Status.OPEN, Letter.Status.PAUSED)  # when its time has come


class Incomplete(NotAllowed):
    """The letter lacks something that publishing needs; `missing` says what, in words."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(
            _("Before it can be published the letter still needs %(missing)s.") % {"missing": ", ".join(missing)}
        )
        self.missing = missing


@transaction.atomic
def begin(*, owner: User, body: str, milestones: list[int], **fields: Any) -> Letter:
    """Start a draft; its maker becomes its owner.

    Args:
        owner: the first member of the team.
        body: the text in Markdown.
        milestones: numbers of listed signatories to wait for.
        fields: the letter's own fields.
    """
    letter = Letter.objects.create(**fields)
    Version.objects.create(letter=letter, body=body)
    Membership.objects.create(letter=letter, user=owner, role=Role.OWNER)
    _set_milestones(letter, milestones)
    return letter


@transaction.atomic
def edit(
    letter: Letter,
    *,
    body: str,
    milestones: list[int],
    seen: int | None = None,
    by: User | None = None,
    **fields: Any,
) -> None:
    """Change the first draft of a letter, its frame included.

    Args:
        letter: never published.
        body: the text in Markdown.
        milestones: numbers of listed signatories to wait for.
        seen: how often the draft had been saved when the writer loaded it; None skips the question.
        by: who writes.
        fields: the letter's own fields.

    Raises:
        NotAllowed: the text is published, and what people signed stays as it is; or the draft is discarded.
        versions.Conflict: somebody else saved in between; nothing was changed.
    """
    _take(letter)
    _refuse_discarded(letter)
    if letter.version is not None:
        raise NotAllowed(_("The text is published and cannot be changed."))
    versions.save(letter, body=body, seen=seen, by=by)
    Letter.objects.filter(pk=letter.pk).update(**fields)
    _set_milestones(letter, milestones)
    letter.refresh_from_db()
    versions.forget_wordings(letter)


@transaction.atomic
def adjust(letter: Letter, *, actor: User, milestones: list[int], **fields: Any) -> None:
    """Change what nobody has signed: contact, interests, times and milestones; it is kept in the history.

    Raises:
        NotAllowed: it is a draft, which is edited as a whole.
    """
    _take(letter)
    _refuse_discarded(letter)
    if letter.status == Letter.Status.DRAFT:
        raise NotAllowed(_("A draft is edited as a whole."))
    changed = sorted(name for name, value in fields.items() if getattr(letter, name) != value)
    Letter.objects.filter(pk=letter.pk).update(**fields)
    _set_milestones(letter, milestones)
    if changed:
        reason = f"adjusted: {', '.join(changed)}"
        letter.events.create(was=letter.status, now=letter.status, actor=actor, reason=reason[:40])
    letter.refresh_from_db()


def missing(letter: Letter) -> list[str]:
    """Return what publishing still needs, in words; an empty list when it is complete."""
    draft = letter.draft or letter.version
    wanted = {
        _("a title"): letter.title,
        _("an addressee"): letter.addressees,
        _("the ask in one sentence"): letter.ask,
        _("its text"): draft and draft.body.strip(),
        _("an organiser"): letter.organiser,
        _("a contact address"): letter.contact,
        _("a disclaimer"): letter.disclaimer,
        _("a closing time that has not passed"): letter.closes_at is None or letter.closes_at > patience.now(),
    }
    lacking = [what for what, value in wanted.items() if not value]
    if letter.status == Letter.Status.FOUNDING and letter.least_founders:
        listed = letter.signatures.listed().filter(source="invitation").count()
        if listed < letter.least_founders:
            needed = ngettext(
                "%(n)s listed founder (%(listed)s so far)",
                "%(n)s listed founders (%(listed)s so far)",
                letter.least_founders,
            )
            lacking.append(needed % {"n": letter.least_founders, "listed": listed})
    return lacking


def unset(letter: Letter) -> list[str]:
    """Return what may still be added, in words: none of it keeps a letter from being published."""
    frame = {
        _("who may sign"): letter.eligibility,
        _("disciplines"): letter.disciplines,
        _("a source for every addressee"): all(one.get("source") for one in letter.addressees),
    }
    optional = {
        **(frame if letter.status == Letter.Status.DRAFT else {}),
        _("the organiser’s interests"): letter.interests,
        _("a closing time"): letter.closes_at,
        _("until when signers’ data are kept"): letter.keep_until,
    }
    return [what for what, value in optional.items() if not value]


@transaction.atomic
def discard(letter: Letter, *, actor: User | None = None) -> None:
    """Lay a draft aside: it is on no list and is not published, also not at an hour that was set; it can be taken back.

    Raises:
        NotAllowed: somebody may have read and signed it.
    """
    _take(letter)
    move(letter, Letter.Status.DISCARDED, actor=actor, publish_at=None)


def take_back(letter: Letter, *, actor: User | None = None) -> None:
    """Make a discarded draft a draft again."""
    if letter.status != Letter.Status.DISCARDED:
        raise NotAllowed(_("This letter is not discarded."))
    move(letter, Letter.Status.DRAFT, actor=actor)


@transaction.atomic
def found(letter: Letter, *, actor: User | None = None, seen: int | None = None) -> None:
    """Freeze the text and begin the founders' phase: only invited people read and sign it.

    Args:
        letter: a draft.
        actor: who freezes it.
        seen: how often it had been saved when its words were shown to them; None skips the question.

    Raises:
        Incomplete: something is missing.
        NotAllowed: it is no draft any more.
        versions.Conflict: somebody saved other words since.
    """
    _take(letter)
    versions.refuse_unseen(letter, seen)
    _check_complete(letter)
    move(letter, Letter.Status.FOUNDING, actor=actor)
    versions.freeze(letter)


@transaction.atomic
def publish(letter: Letter, *, actor: User | None = None, seen: int | None = None) -> None:
    """Open the letter to readers and signers, under the text that its founders saw if there were any.

    Args:
        letter: a draft, or with its founders.
        actor: who publishes it.
        seen: as for `found`.

    Raises:
        Incomplete: something is missing.
        NotAllowed: it is published already.
        versions.Conflict: somebody saved other words since.
    """
    _take(letter)
    if letter.status not in {Letter.Status.DRAFT, Letter.Status.FOUNDING}:
        raise NotAllowed(_("This letter is published already."))
    was_draft = letter.status == Letter.Status.DRAFT
    if was_draft:
        versions.refuse_unseen(letter, seen)
    _check_complete(letter)
    move(letter, Letter.Status.OPEN, actor=actor, opened_at=patience.now(), publish_at=None)
    if was_draft:
        versions.freeze(letter)


@transaction.atomic
def schedule(letter: Letter, *, at: datetime | None, least_founders: int, actor: User) -> None:
    """Have the scheduler publish a letter at an hour, or at none.

    Args:
        letter: not public yet.
        at: in the future, or None to publish by hand.
        least_founders: listed founders without whom it stays shut.
        actor: who decides.

    Raises:
        Incomplete: it is a draft that lacks something.
        NotAllowed: it is public already or discarded, the hour has passed, or it is after the closing time.
    """
    _take(letter)  # the clock may be publishing it in this very moment
    _refuse_discarded(letter)
    if letter.is_public:
        raise NotAllowed(_("This letter is published already."))
    if at is not None and at <= patience.now():
        raise NotAllowed(_("That hour has passed."))
    if at is not None and letter.closes_at and at >= letter.closes_at:
        raise NotAllowed(_("The letter would be closed at that hour already."))
    if at is not None and letter.status == Letter.Status.DRAFT:
        _check_complete(letter)
    Letter.objects.filter(pk=letter.pk).update(publish_at=at, least_founders=least_founders)
    reason = f"scheduled: {at:{history.HOUR}}" if at else "not scheduled"
    letter.events.create(was=letter.status, now=letter.status, actor=actor, reason=reason)
    letter.refresh_from_db()


def publish_due(*, now: datetime | None = None) -> int:
    """Publish the letters whose hour has come; return how many. Safe to run at any time and twice.

    One that cannot be published then is left as it is, its hour is dropped, and its history says why.
    """
    now = now or patience.now()
    due = Letter.objects.filter(status__in=[Letter.Status.DRAFT, Letter.Status.FOUNDING], publish_at__lte=now)
    return sum(_publish_due(letter, now) for letter in due)


@transaction.atomic
def _publish_due(letter: Letter, now: datetime) -> int:
    _take(letter)
    if letter.publish_at is None or letter.publish_at > now:  # taken back or moved since the clock looked
        return 0
    try:
        publish(letter)
    except NotAllowed as problem:
        Letter.objects.filter(pk=letter.pk).update(publish_at=None)
        reason = f"not published: {problem}"[:40]
        letter.events.create(was=letter.status, now=letter.status, reason=reason)
        return 0
    return 1


def pause(letter: Letter, *, actor: User | None = None) -> None:
    """Take no signatures for now; the page stays, and whoever signed may still confirm or withdraw."""
    move(letter, Letter.Status.PAUSED, actor=actor)


def reopen(letter: Letter, *, actor: User | None = None) -> None:
    """Take signatures again, after a pause or after closing; a closing time that has passed is dropped."""
    if letter.status not in {Letter.Status.PAUSED, Letter.Status.CLOSED}:
        raise NotAllowed(_("Only a paused or closed letter can be reopened."))
    passed = letter.closes_at is not None and letter.closes_at <= patience.now()
    move(letter, Letter.Status.OPEN, actor=actor, closes_at=None if passed else letter.closes_at)


def close(letter: Letter, *, actor: User | None = None) -> None:
    """End the collection of signatures; the page and withdrawing stay."""
    move(letter, Letter.Status.CLOSED, actor=actor)


def close_due(*, now: datetime | None = None) -> int:
    """Close the letters whose closing time has come; return how many. Safe to run at any time and twice."""
    now = now or patience.now()
    due = Letter.objects.filter(status__in=CLOSES, closes_at__lte=now)
    return sum(_close_due(letter, now) for letter in due)


@transaction.atomic
def _close_due(letter: Letter, now: datetime) -> int:
    _take(letter)
    if letter.status not in CLOSES or letter.closes_at is None or letter.closes_at > now:
        return 0  # closed by somebody, or its time was moved, since the clock looked
    move(letter, Letter.Status.CLOSED, reason="closing_time")
    return 1


def _take(letter: Letter) -> None:
    """Lock the letter's row until the transaction ends, and see it as it is now, not as the page showed it."""
    letter.refresh_from_db(from_queryset=Letter.objects.select_for_update())
    versions.forget_wordings(letter)


def _refuse_discarded(letter: Letter) -> None:
    if letter.status == Letter.Status.DISCARDED:
        raise NotAllowed(_("This draft is discarded. Take it back before you change it."))


def _check_complete(letter: Letter) -> None:
    lacking = missing(letter)
    if lacking:
        raise Incomplete(lacking)


def _set_milestones(letter: Letter, numbers: list[int]) -> None:
    letter.milestones.filter(reached_at__isnull=True).exclude(number__in=numbers).delete()
    present = set(letter.milestones.values_list("number", flat=True))
    letter.milestones.bulk_create(
        [letter.milestones.model(letter=letter, number=number) for number in set(numbers) - present]
    )
