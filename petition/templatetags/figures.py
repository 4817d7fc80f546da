"""Charts and numbers of a tally, as accessible SVG with the table it was drawn from."""

from typing import Any

from django import template

from petition.models import Letter

register = template.Library()
SHOWN = 12


@register.inclusion_tag("petition/_chart.html")
def chart(title: str, description: str, rows: list[list[Any]], total: int) -> dict[str, Any]:
    """Draw ranked bars; whatever is not among the largest is summed up in one last bar.

    Args:
        title: what is counted.
        description: what the reader should know about it.
        rows: label and number, largest first.
        total: of what the percentages are.
    """
    shown = [(str(label), int(n)) for label, n in rows[:SHOWN]]
    rest = sum(int(n) for _, n in rows[SHOWN:])
    if rest:
        shown.append((f"{len(rows) - SHOWN} others", rest))
    largest = max((n for _, n in shown), default=0)
    bars = [
        {"label": label, "n": n, "width": round(100 * n / largest, 1), "share": round(100 * n / total) if total else 0}
        for label, n in shown
    ]
    return {"title": title, "description": description, "bars": bars}


@register.simple_tag
def labelled(rows: list[list[Any]], labels: dict[str, str]) -> list[list[Any]]:
    """Replace keys by their labels."""
    return [[labels.get(key, key), n] for key, n in rows]


@register.simple_tag
def discipline_rows(letter: Letter, rows: list[list[Any]]) -> list[list[Any]]:
    """Disciplines in the letter's own words."""
    return labelled(rows, letter.disciplines)


@register.filter
def percent_of(number: int, whole: int) -> int:
    """A share in whole percent, at most 100."""
    return min(100, round(100 * number / whole)) if whole else 0
