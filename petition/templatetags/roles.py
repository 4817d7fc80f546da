"""What a member of a team may do, so that no page offers what it would refuse."""

from django import template

from petition.models import Membership

register = template.Library()


@register.filter
def may(member: Membership | None, power: str) -> bool:
    """Whether somebody's role has a power."""
    return member is not None and member.may(power)
