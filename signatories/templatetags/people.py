"""What the letter's pages show of the people; petition's templates load these tags and know no model of ours."""

from typing import Any

from django import template
from django.forms import BaseForm
from django.template import Context

from petition.models import POWERS, Letter, Power
from signatories import countries, reasons, roll, vetting
from signatories.forms import signers

register = template.Library()


@register.inclusion_tag("signatories/_sign_box.html")
def sign_box(letter: Letter) -> dict[str, Any]:
    """The form beside the text, or why there is none."""
    if not letter.takes_signatures or letter.version is None:
        return {"letter": letter}
    return {"letter": letter, "form": signers.SignForm(letter, initial={"version": letter.version.number})}


@register.inclusion_tag("signatories/_first_signatories.html")
def first_signatories(letter: Letter) -> dict[str, Any]:
    """The first page of the list, as it stands under the letter."""
    return {"letter": letter, "page": roll.page(letter)}


@register.simple_tag
def queue_length(letter: Letter) -> int:
    """How many signatures wait for a decision."""
    return letter.signatures.waiting().count()


@register.inclusion_tag("signatories/desk/_switches.html", takes_context=True)
def switches(context: Context, letter: Letter) -> dict[str, Any]:
    """What is switched off or on, and how far the listing is, on top of every desk page of a letter."""
    user, progress = context["request"].user, vetting.progress(letter)
    shown = letter.hold_new or not letter.publishing or progress.ready
    owns = bool(shown) and letter.members.filter(user=user, role__in=POWERS[Power.MANAGE]).exists()
    return {
        "letter": letter,
        "progress": progress,
        "owns": owns,
        "turned": {one.reason: one for one in letter.events.select_related("actor")} if shown else {},
        "csrf_token": context.get("csrf_token"),
    }


@register.filter
def country_name(code: str) -> str:
    """The name of a country, or the code itself where there is none."""
    return countries.names().get(code, code)


@register.simple_tag
def levels() -> list[tuple[int, str, str]]:
    """The levels that can be public, with what each one means."""
    return [(level, reasons.LEVELS[level], meaning) for level, meaning in reasons.LEVEL_MEANINGS.items()]


@register.simple_tag
def level_rows(counts: dict[str, int]) -> list[list[Any]]:
    """Counts by level, strongest first, in public words."""
    return [[reasons.LEVELS[int(level)], n] for level, n in sorted(counts.items(), reverse=True)]


@register.simple_tag
def country_rows(rows: list[list[Any]]) -> list[list[Any]]:
    """Counts by country, with their names."""
    return [[country_name(code), n] for code, n in rows]


@register.simple_tag
def ids(form: BaseForm, name: str) -> str:
    """Give a form's fields ids of their own, on a page where another form has fields of the same names."""
    form.auto_id = f"{name}_%s"
    return ""
