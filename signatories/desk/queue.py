"""The queue of a letter: who waits, in groups or one by one, and who has what open."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from petition.access import team
from petition.models import Letter, Power, User
from signatories import vetting
from signatories.forms.desk import TABS, FilterForm
from signatories.models import Decision, Evidence, Flag, Mail, Signature
from signatories.vetting import waiting

GROUPED = {
    "host": gettext_lazy("By mail host"),
    "organisation": gettext_lazy("By organisation"),
    "duplicate": gettext_lazy("Likely duplicates"),
}


@team
@require_GET
def queue(request: HttpRequest, slug: str) -> HttpResponse:
    """The signatures of a letter by where they stand: what waits by risk and age."""
    letter = get_object_or_404(Letter.objects.run_by(request.user), slug=slug)
    form = FilterForm(letter, request.GET)
    asked = form.asked()
    counts = waiting.counts(letter)
    by = request.GET.get("by", "")
    member = letter.members.get(user=request.user.pk)
    context = {
        "letter": letter,
        "member": member,
        "form": form,
        "asked": asked,
        "tabs": [(tab, label, counts.get(tab, 0)) for tab, label in TABS.items() if tab != "ready" or counts[tab]],
        "counts": counts,
        "most": waiting.MOST_COUNTED,
        "oldest": waiting.oldest(letter),
        "may_vet": member.may(Power.VET),
        "failed": Mail.objects.filter(signature__letter=letter, state=Mail.State.FAILED).count(),
        "by": by,
        "grouped": GROUPED,
    }
    if by in GROUPED:
        context["groups"] = waiting.groups(letter, by)
    else:
        context |= _rows(waiting.page(letter, asked, after=request.GET.get("after", "")))
    return render(request, "signatories/desk/queue.html", context)


def _rows(page: waiting.Page) -> dict[str, Any]:
    """What stands beside each name, in one query a kind."""
    shown = page.signatures
    flags: dict[Any, list[Flag]] = {}
    for flag in Flag.objects.filter(signature__in=shown, released_at=None):
        flags.setdefault(flag.signature_id, []).append(flag)
    families: dict[Any, list[Evidence]] = {}
    for row in Evidence.objects.filter(signature__in=shown, result=True).order_by("family"):
        kept = families.setdefault(row.signature_id, [])
        if row.family not in {one.family for one in kept}:
            kept.append(row)
    last = {one.signature_id: one for one in Decision.objects.filter(signature__in=shown).select_related("vetter")}
    holders = vetting.holders(shown)
    rows = [
        (one, flags.get(one.pk, []), families.get(one.pk, []), last.get(one.pk), holders.get(one.pk)) for one in shown
    ]
    return {"rows": rows, "after": page.after}


@team
@require_POST
def next_(request: HttpRequest, slug: str) -> HttpResponse:
    """Open and claim whoever is next in what this vetter works through."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.VET), slug=slug)
    behind = waiting.Place.read(request.POST.get("behind", ""))
    assert isinstance(request.user, User)
    if behind:
        vetting.let_go(behind.pk, vetter=request.user)
    return go_on(request, letter, behind)


def asked_in(request: HttpRequest, letter: Letter) -> waiting.Filter:
    """Return what a vetter works through, as the page or the form they come from says."""
    said = request.GET if request.method == "GET" else QueryDict(request.POST.get("filter", "")[:4000])
    return FilterForm(letter, said).asked()


def go_on(request: HttpRequest, letter: Letter, behind: waiting.Place | None) -> HttpResponse:
    """Lead on to the next signature, or back to the queue when nothing is left."""
    assert isinstance(request.user, User)
    asked = asked_in(request, letter)
    found = waiting.next_for(request.user, letter, asked, behind=behind)
    if found is None:
        messages.info(request, _("Nothing else waits for you here."))
        return redirect(at(reverse("signatories:queue", args=[letter.slug]), asked))
    return redirect(person_path(found, asked))


def person_path(signature: Signature, asked: waiting.Filter) -> str:
    """Return the page of a signature, which remembers what the vetter works through."""
    return at(reverse("signatories:person", args=[signature.letter.slug, signature.pk]), asked)


def at(path: str, asked: waiting.Filter) -> str:
    """Return an address with a filter behind it."""
    return f"{path}?{asked.query}" if asked.query else path
