"""What the desk's pages show of alarms."""

from typing import Any

from django import template

from petition.models import Letter

register = template.Library()
SHOWN = 3


@register.inclusion_tag("signatories/desk/_alarms.html", takes_context=True)
def alarms(context: dict[str, Any], letter: Letter) -> dict[str, Any]:
    """The bursts that nobody has put aside, newest first."""
    member = context.get("member")
    return {
        "letter": letter,
        "alarms": letter.alarms.filter(seen_at=None)[:SHOWN],
        "may_vet": member is not None and member.may("vet"),
        "csrf_token": context.get("csrf_token"),
    }
