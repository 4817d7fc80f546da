"""Charts and numbers of a tally, as accessible SVG with the table it was drawn from."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from babel import Locale, UnknownLocaleError
from django import template
from django.db.models import F
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from petition.models import Letter, Tally, Update, Version
from petition.tally import SMALLEST_CELL, earlier

register = template.Library()
SHOWN = 12
POINTS = 96  # of the line of growth: four days by the hour, or fewer points of a longer time
MARKS = 12
LANES = 3  # rows of numbers above the chart, so that marks close to each other stay apart
APART = 4.0  # per cent of the width
LANE, PLOT, FOOT = 24, 176, 26  # heights in pixels


@dataclass(frozen=True)
class Mark:
    """Something that happened to the letter, and where its number stands in the chart: per cent and pixels."""

    number: int
    at: datetime
    label: str
    x: float
    y: int


@register.inclusion_tag("petition/_chart.html")
def chart(title: str, description: str, rows: list[list[Any]], total: int) -> dict[str, Any]:
    """Draw ranked bars; whatever is not among the largest is summed up in one last row without a bar.

    Args:
        title: what is counted.
        description: what the reader should know about it.
        rows: label and number, largest first.
        total: of what the percentages are.
    """
    shown = [(str(label), int(n)) for label, n in rows[:SHOWN]]
    largest = max((n for _, n in shown), default=0)
    bars = [
        {
            "label": label,
            "n": n,
            "width": round(100 * n / largest, 1),
            "share": round(100 * n / total) if total else 0,
        }
        for label, n in shown
    ]
    rest = sum(int(n) for _, n in rows[SHOWN:])
    if rest:
        share = round(100 * rest / total) if total else 0
        bars.append({"label": _("%(n)s others") % {"n": len(rows) - SHOWN}, "n": rest, "width": None, "share": share})
    return {"title": title, "description": description, "bars": bars}


@register.inclusion_tag("petition/_growth.html")
def growth(letter: Letter) -> dict[str, Any]:
    """Draw the number of listed names since publication as steps, from the tallies by hour."""
    points = _points(letter)
    if len(points) < 2:
        return {"letter": letter, "points": points}
    first, last = points[0], points[-1]
    top = _round_up(max(n for _, n in points))
    marks = _marks(letter, first[0], last[0])
    above = max((mark.y + LANE // 2 for mark in marks), default=0) + 2
    steps = [f"H{10 * _place(at, first[0], last[0]):.1f}V{100 - 100 * n / top:.2f}" for at, n in points[1:]]
    return {
        "letter": letter,
        "points": points,
        "first": first,
        "last": last,
        "ends": "H:i e" if first[0].date() == last[0].date() else "DATE_FORMAT",
        "line": f"M0 {100 - 100 * first[1] / top:.2f}{''.join(steps)}",
        "grid": [{"n": n, "y": round(above + PLOT * (1 - n / top))} for n in (0, top // 2, top)],
        "marks": marks,
        "above": above,
        "plot": PLOT,
        "bottom": above + PLOT,
        "height": above + PLOT + FOOT,
    }


@register.filter
def large_enough(n: int) -> bool:
    """Whether a count of people who are not named may be shown."""
    return n >= SMALLEST_CELL


@register.filter
def counted(tally: Tally) -> int:
    """Who is listed, without those under review: they stay on the list, and leave the count until somebody looked."""
    return int(tally.figures["listed"]) - int(tally.figures.get("listed_review", 0))


@register.filter
def under_review(tally: Tally) -> int:
    """How many are confirmed and in none of the counts until somebody has looked."""
    return sum(int(tally.figures.get(name, 0)) for name in ("review", "listed_review"))


@register.simple_tag
def earlier_versions(tally: Tally | None, version: int) -> list[tuple[int, int]]:
    """Which earlier wordings some of those who are listed have signed, and how many."""
    return earlier(tally.figures, version) if tally else []


@register.simple_tag
def smallest_cell() -> int:
    """The smallest count of people who are not named that is shown."""
    return SMALLEST_CELL


@register.filter
def moment(at: datetime) -> str:
    """A time as it stands in an address: in UTC, exact."""
    exact = at.astimezone(UTC).isoformat(timespec="microseconds" if at.microsecond else "seconds")
    return exact.replace("+00:00", "Z")


@register.simple_tag
def discipline_rows(letter: Letter, rows: list[list[Any]]) -> list[list[Any]]:
    """Counts by discipline, in the letter's own words."""
    return [[letter.disciplines.get(key, key), n] for key, n in rows]


def _points(letter: Letter) -> list[tuple[datetime, int]]:
    """When it was counted since publication and how many were listed, evenly thinned out to what a chart can show."""
    if letter.opened_at is None:
        return []
    tallies = letter.tallies.filter(as_of__gte=letter.opened_at)
    keys = list(tallies.order_by("hour").values_list("pk", flat=True))
    if len(keys) > POINTS:
        step = (len(keys) - 1) / (POINTS - 1)
        keys = [keys[round(number * step)] for number in range(POINTS)]
    chosen = letter.tallies.filter(pk__in=keys).order_by("hour")
    return list(chosen.values_list("as_of", "figures__listed"))


def _marks(letter: Letter, first: datetime, last: datetime) -> list[Mark]:
    """The newest of the texts, milestones and closings that fall into the time of the chart."""
    moves = letter.events.exclude(was=F("now")).filter(now__in=[Letter.Status.CLOSED, Letter.Status.DELIVERED])
    versions = letter.versions.filter(number__gt=1)
    ended: dict[str, str] = {
        Letter.Status.CLOSED: pgettext("happened to a letter", "Closed"),
        Letter.Status.DELIVERED: pgettext("happened to a letter", "Delivered"),
    }
    happened = [
        *((one.published_at, _("Version %(n)s of the text") % {"n": one.number}) for one in versions),
        *((one.reached_at, _names(one.number)) for one in letter.milestones.all()),
        *((one.at, ended[one.now]) for one in moves),
    ]
    inside = sorted((at, label) for at, label in happened if at and first <= at <= last)[-MARKS:]
    free = [-APART] * LANES  # where the last number of each lane stands
    marks = []
    for number, (at, label) in enumerate(inside, start=1):
        x = _place(at, first, last)
        lane = next((lane for lane in range(LANES) if x - free[lane] >= APART), free.index(min(free)))
        free[lane] = x
        marks.append(Mark(number, at, label, round(x, 2), lane * LANE + LANE // 2))
    return marks


def _names(n: int) -> str:
    return ngettext("%(n)s name", "%(n)s names", n) % {"n": number_format(n)}


def _place(at: datetime, first: datetime, last: datetime) -> float:
    return 100 * (at - first) / (last - first) if last > first else 0.0


def _round_up(n: int) -> int:
    """The end of a scale with a whole number in its middle: an even digit or a ten, and noughts; at least 4."""
    power = 1
    while True:
        for digit in (1, 2, 4, 6, 8):
            if digit * power >= max(n, 4):
                return digit * power
        power *= 10


@register.simple_tag
def listed_under(tally: Tally | None, version: Version) -> int:
    """How many listed signatories stand under one version, by the newest count."""
    figures = tally.figures.get("versions", {}) if tally else {}
    return int(figures.get(str(version.number), 0))


@register.simple_tag
def text_languages(letter: Letter) -> list[str]:
    """The languages into which the version that is signed today is translated."""
    return list(letter.version.translations.values_list("language", flat=True)) if letter.version else []


@register.simple_tag
def newest_update(letter: Letter) -> Update | None:
    """The newest published news."""
    return letter.updates.filter(published_at__isnull=False).first()


@register.filter
def name_of_language(code: str, language: str = "") -> str:
    """The name of a language, in itself or in another one."""
    try:
        return str(Locale.parse(code, sep="-").get_display_name(language or code) or code)
    except (UnknownLocaleError, ValueError):
        return code


@register.filter
def direction(code: str) -> str:
    """Which way a language is written: ltr or rtl."""
    try:
        return "rtl" if Locale.parse(code, sep="-").character_order == "right-to-left" else "ltr"
    except (UnknownLocaleError, ValueError):
        return "ltr"
