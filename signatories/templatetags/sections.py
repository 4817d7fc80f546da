"""The bar of a letter on the desk: the pages in groups, and of them those that a member's role opens."""

from dataclasses import dataclass

from django import template
from django.template import Context
from django.urls import reverse

from petition.models import Letter, Membership, Power

register = template.Library()
# Each group with its pages: how a template calls it, the words, the address, and the power that its view asks for.
GROUPS = {
    "Letter": [
        ("letter", "Overview", "petition:desk_letter", Power.SEE),
        ("versions", "Versions", "petition:versions", Power.SEE),
        ("updates", "News", "petition:updates", Power.EDIT),
        ("founders", "Founders", "signatories:founders", Power.SEE),
        ("team", "Team", "signatories:members", Power.MANAGE),
    ],
    "Signatures": [
        ("vetting", "Vetting", "signatories:queue", Power.SEE),
        ("cases", "Cases", "signatories:cases", Power.SEE),
        ("batches", "Batches", "signatories:batches", Power.SEE),
        ("work", "Work", "signatories:work", Power.SEE),
        ("mails", "Mails", "signatories:mails", Power.SEE),
        ("retention", "Data", "signatories:retention", Power.SEE),
        ("watchlist", "Watchlist", "signatories:watchlist", Power.VET),
        ("organisations", "Organisations", "signatories:desk_organisations", Power.VET),
    ],
    "Handing over": [
        ("delivery", "Delivery", "petition:delivery", Power.EXPORT),
        ("export", "Export", "signatories:export", Power.EXPORT),
        ("webhooks", "Webhooks", "signatories:webhooks", Power.MANAGE),
    ],
}


@dataclass(frozen=True)
class Section:
    """One page of the bar."""

    label: str
    url: str
    here: bool


@dataclass(frozen=True)
class Group:
    """The pages that belong together; its own link leads to the first of them."""

    label: str
    here: bool
    sections: list[Section]


@register.simple_tag(takes_context=True)
def sections(context: Context, letter: Letter, here: str) -> list[Group]:
    """Return the groups of the bar with the pages that whoever is logged in may open."""
    member: Membership | None = context.get("member")
    if member is None:
        member = letter.members.filter(user=context["request"].user.pk).first()
    groups = []
    for label, pages in GROUPS.items():
        open_ = [
            Section(words, reverse(url, args=[letter.slug]), name == here)
            for name, words, url, power in pages
            if member is not None and member.may(power)
        ]
        if open_:
            groups.append(Group(label, any(section.here for section in open_), open_))
    return groups
