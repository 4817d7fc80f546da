"""Charts and numbers of a tally, as accessible SVG with the table it was drawn from."""

from typing import Any

from babel import Locale, UnknownLocaleError
from django import template

from petition.models import Letter, Tally, Update, Version

register = template.Library()
SHOWN = 12


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
        bars.append({"label": f"{len(rows) - SHOWN} others", "n": rest, "width": None, "share": share})
    return {"title": title, "description": description, "bars": bars}


@register.simple_tag
def discipline_rows(letter: Letter, rows: list[list[Any]]) -> list[list[Any]]:
    """Counts by discipline, in the letter's own words."""
    return [[letter.disciplines.get(key, key), n] for key, n in rows]


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
def language_name(code: str, language: str = "") -> str:
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
