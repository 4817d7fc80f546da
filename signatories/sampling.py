"""The weekly audit: some listed names, drawn at random, are asked again whether all is right."""

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from petition.models import Letter
from petition.moves import LostRace
from signatories import cases, outbox, privacy
from signatories.models import Case, Draw, Mail, Signature

LEAST = 20
SHARE = 20  # one in twenty: 5 %
LEVELS = (2, 3)
# Nobody is asked again within half a year while enough others are there.
REST = timedelta(weeks=26)
AUDITED = (Letter.Status.OPEN, Letter.Status.PAUSED, Letter.Status.CLOSED)
chance = secrets.SystemRandom()  # so that nobody can know or choose who is drawn


@dataclass(frozen=True)
class Rate:
    """How many were drawn, how many of them answered, and how many of those denied."""

    drawn: int
    answered: int
    denied: int

    @property
    def percent(self) -> float | None:
        """Denied of answered in percent; None while nobody answered."""
        return 100 * self.denied / self.answered if self.answered else None


def week_of(moment: datetime) -> date:
    """Return the Monday of a moment's week, in UTC."""
    day = moment.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())


def draw_due(*, now: datetime | None = None) -> int:
    """Draw for every letter that has not drawn this week; return how many names. Safe to run twice and at once."""
    return sum(len(draw(letter, now=now)) for letter in Letter.objects.filter(status__in=AUDITED).order_by("pk"))


@transaction.atomic
def draw(letter: Letter, *, now: datetime | None = None) -> list[Draw]:
    """Draw max(20, 5 %) of the names at level 2 and 3 that were listed when the week began, and owe them a mail.

    Once a letter and week: who comes second waits for the first, and finds the draw made.
    """
    week = week_of(now or timezone.now())
    Letter.objects.select_for_update(no_key=True).get(pk=letter.pk)
    if letter.draws.filter(week=week).exists():
        return []
    begun = datetime(week.year, week.month, week.day, tzinfo=UTC)
    names = letter.signatures.listed().filter(level__in=LEVELS, checked_at__lt=begun).order_by()
    lately = Exists(Draw.objects.filter(signature=OuterRef("pk"), week__gt=week - REST))
    rested = list(names.filter(~lately).values_list("pk", flat=True))
    tired = list(names.filter(lately).values_list("pk", flat=True))
    number = min(max(LEAST, -(-(len(rested) + len(tired)) // SHARE)), len(rested) + len(tired))
    chosen = chance.sample(rested, min(number, len(rested)))
    chosen += chance.sample(tired, number - len(chosen))
    draws = [
        Draw(signature=one, letter=letter, week=week, level=one.level)
        for one in Signature.objects.filter(pk__in=chosen)
    ]
    Draw.objects.bulk_create(draws)
    for made in draws:
        outbox.owe(Mail.Kind.AUDIT, signature=made.signature, key=f"{week:%G-W%V}")
    return draws


def open_draw(signature: Signature) -> Draw | None:
    """Return the question that is open, while the name is listed."""
    if signature.status != Signature.Status.LISTED:
        return None
    newest = signature.draws.order_by("-week").first()
    return newest if newest is not None and not newest.answer else None


@transaction.atomic
def confirm(drawn: Draw) -> None:
    """Keep that the owner of the mailbox says that all is right.

    Raises:
        LostRace: it was answered before.
    """
    _answer(drawn, Draw.Answer.CONFIRMED)


@transaction.atomic
def deny(drawn: Draw, *, mine: bool, text: str = "") -> None:
    """Keep that something is not right, and open a case.

    Args:
        drawn: the open question.
        mine: whether they did sign, so that only the line is wrong; otherwise the name is off the letter at once.
        text: what is wrong, in their words.

    Raises:
        LostRace: it was answered before.
    """
    _answer(drawn, Draw.Answer.DENIED)
    if mine:
        cases.open_(drawn.signature, kind=Case.Kind.AUDIT, text=text)
    else:
        privacy.disown(drawn.signature, kind=Case.Kind.AUDIT, text=text)


def _answer(drawn: Draw, answer: Draw.Answer) -> None:
    rows = Draw.objects.filter(pk=drawn.pk, answer="")
    if not rows.update(answer=answer, answered_at=timezone.now()):
        raise LostRace(_("You have answered this question already."))


ANSWERED, DENIED = ~Q(answer=""), Q(answer=Draw.Answer.DENIED)


def rate(letter: Letter) -> Rate:
    """Return the figures of all weeks."""
    answered, denied = Count("pk", filter=ANSWERED), Count("pk", filter=DENIED)
    return Rate(**letter.draws.aggregate(drawn=Count("pk"), answered=answered, denied=denied))


def by_week(letter: Letter, *, weeks: int) -> list[tuple[date, Rate]]:
    """Return the figures of the last weeks that had a draw, newest first."""
    answered, denied = Count("pk", filter=ANSWERED), Count("pk", filter=DENIED)
    rows = letter.draws.order_by("-week").values("week").annotate(n=Count("pk"), answered=answered, denied=denied)
    return [(row["week"], Rate(row["n"], row["answered"], row["denied"])) for row in rows[:weeks]]
