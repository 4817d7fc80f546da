"""The bar of a letter on the desk: the pages in groups, and of them those that a member's role opens."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.translation import pgettext_lazy

from petition.models import Letter, Membership, Power
from signatories.models import Batch

register = template.Library()
# Each group with its pages: how a template calls it, the words, the address, and the power that its view asks for.
GROUPS = {
    pgettext_lazy("pages of the desk", "Letter"): [
        ("letter", pgettext_lazy("pages of the desk", "Overview"), "petition:desk_letter", Power.SEE),
        ("versions", pgettext_lazy("pages of the desk", "Versions"), "petition:versions", Power.SEE),
        ("updates", pgettext_lazy("pages of the desk", "News"), "petition:updates", Power.EDIT),
        ("founders", pgettext_lazy("pages of the desk", "Founders"), "signatories:founders", Power.SEE),
        ("team", pgettext_lazy("pages of the desk", "Team"), "signatories:members", Power.MANAGE),
    ],
    pgettext_lazy("pages of the desk", "Signatures"): [
        ("vetting", pgettext_lazy("pages of the desk", "Vetting"), "signatories:queue", Power.SEE),
        ("cases", pgettext_lazy("pages of the desk", "Cases"), "signatories:cases", Power.SEE),
        ("batches", pgettext_lazy("pages of the desk", "Batches"), "signatories:batches", Power.SEE),
        ("work", pgettext_lazy("pages of the desk", "Work"), "signatories:work", Power.SEE),
        ("mails", pgettext_lazy("pages of the desk", "Mails"), "signatories:mails", Power.SEE),
        ("retention", pgettext_lazy("pages of the desk", "Data"), "signatories:retention", Power.SEE),
        ("watchlist", pgettext_lazy("pages of the desk", "Watchlist"), "signatories:watchlist", Power.VET),
        (
            "organisations",
            pgettext_lazy("pages of the desk", "Organisations"),
            "signatories:desk_organisations",
            Power.VET,
        ),
    ],
    pgettext_lazy("pages of the desk", "Handing over"): [
        ("delivery", pgettext_lazy("pages of the desk", "Delivery"), "petition:delivery", Power.EXPORT),
        ("export", pgettext_lazy("pages of the desk", "Export"), "signatories:export", Power.EXPORT),
        ("webhooks", pgettext_lazy("pages of the desk", "Webhooks"), "signatories:webhooks", Power.MANAGE),
    ],
}

# What waits for somebody on a page, and is told by no mail and by no queue.
WAITING: dict[str, Callable[[Letter], int]] = {
    "cases": lambda letter: letter.cases.filter(closed_at=None).count(),
    "batches": lambda letter: letter.batches.filter(state=Batch.State.WAITING).count(),
}


@dataclass(frozen=True)
class Section:
    """One page of the bar, and how much waits there for somebody."""

    name: str
    label: str
    url: str
    here: bool
    waiting: int = 0


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
            Section(name, str(words), reverse(url, args=[letter.slug]), name == here)
            for name, words, url, power in pages
            if member is not None and member.may(power)
        ]
        here_ = any(section.here for section in open_)
        if here_:  # no other group shows its pages
            open_ = [replace(one, waiting=WAITING[one.name](letter)) if one.name in WAITING else one for one in open_]
        if open_:
            groups.append(Group(str(label), here_, open_))
    return groups
