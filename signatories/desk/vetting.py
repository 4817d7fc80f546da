"""Where a team decides about signatures."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from petition.access import team
from petition.forms import UNPROCESSABLE
from petition.models import Letter, Power, User
from signatories import reasons, vetting
from signatories.forms import desk
from signatories.models import Decision, Mail, Signature

PAGE = 50


Status = Signature.Status


TABS = (
    *(Status.CONFIRMED, Status.ASKED, Status.HELD, Status.LISTED),
    *(Status.DECLINED, Status.HIDDEN, Status.PENDING, Status.WITHDRAWN),
)


@dataclass(frozen=True)
class Verb:
    """One button of the desk: what it does, why, and what it leads to."""

    name: str
    label: str
    take: Callable[..., Decision]
    reasons: dict[str, str]
    to: Signature.Status


VERBS = {
    verb.name: verb
    for verb in (
        Verb("ask", "Ask", vetting.ask, reasons.ASK_REASONS, Status.ASKED),
        Verb("hold", "Hold", vetting.hold, reasons.HOLD_REASONS, Status.HELD),
        Verb("decline", "Decline", vetting.decline, reasons.DECLINE_REASONS, Status.DECLINED),
        Verb("hide", "Hide", vetting.hide, reasons.HIDE_REASONS, Status.HIDDEN),
        Verb("back", "Back to the queue", vetting.back, reasons.BACK_REASONS, Status.CONFIRMED),
    )
}


@team
@require_GET
def queue(request: HttpRequest, slug: str) -> HttpResponse:
    """The signatures of a letter by where they stand, oldest first."""
    letter = get_object_or_404(Letter.objects.run_by(request.user), slug=slug)
    status = request.GET.get("status", Status.CONFIRMED)
    status = status if status in TABS else Status.CONFIRMED
    counts = dict(letter.signatures.order_by().values_list("status").annotate(n=Count("pk")))
    rows = letter.signatures.filter(status=status).order_by("pk")
    if after := _uuid(request.GET.get("after", "")):
        rows = rows.filter(pk__gt=after)
    found = list(rows[: PAGE + 1])
    context = {
        "letter": letter,
        "member": letter.members.get(user=request.user.pk),
        "status": status,
        "tabs": [(tab, tab.label, counts.get(tab, 0)) for tab in TABS],
        "signatures": found[:PAGE],
        "after": found[PAGE - 1].pk if len(found) > PAGE else "",
        "failed": Mail.objects.filter(signature__letter=letter, state=Mail.State.FAILED).count(),
    }
    return render(request, "signatories/desk/queue.html", context)


@team
@require_GET
def person(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """One signature: claims on the left, what is known on the right, decisions below."""
    letter = get_object_or_404(Letter.objects.run_by(request.user), slug=slug)
    return _person(request, letter, get_object_or_404(letter.signatures, pk=pk))


@team
@require_POST
def list_(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """List a name at a level."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.VET), slug=slug)
    signature = get_object_or_404(letter.signatures, pk=pk)
    form = desk.ListForm(reasons.LIST_REASONS, request.POST)
    if not form.is_valid():
        return _person(request, letter, signature, list_form=form)
    assert isinstance(request.user, User)
    decision = vetting.list_(signature, vetter=request.user, **form.cleaned_data)
    if decision.outcome == Decision.Outcome.PROPOSE:
        messages.info(request, "Proposed for level 4. A second person has to list it at level 4 too.")
    else:
        messages.success(request, f"{signature.name} is listed.")
    return _next(request, letter)


@team
@require_POST
def decide(request: HttpRequest, slug: str, pk: uuid.UUID, verb: str) -> HttpResponse:
    """Ask, hold, decline, hide, or put back into the queue."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.VET), slug=slug)
    signature = get_object_or_404(letter.signatures, pk=pk)
    chosen = VERBS[verb]
    form = desk.ReasonForm(chosen.reasons, request.POST)
    if not form.is_valid():
        return _person(request, letter, signature, verb_forms={verb: form})
    chosen.take(signature, vetter=request.user, **form.cleaned_data)
    messages.success(request, f"{signature.name}: {signature.get_status_display().lower()}.")
    return _next(request, letter)


def _person(request: HttpRequest, letter: Letter, signature: Signature, **shown: Any) -> HttpResponse:
    member = letter.members.get(user=request.user.pk)
    invalid = shown.pop("verb_forms", {})
    may = member.may("vet") and not vetting.is_own(signature, member.user)
    verbs = [verb for verb in VERBS.values() if verb.to in signature.MOVES[signature.status]]
    context = {
        "letter": letter,
        "member": member,
        "signature": signature,
        "may_decide": may,
        "is_own": vetting.is_own(signature, member.user),
        "may_list": Status.LISTED in signature.MOVES[signature.status],
        "list_form": desk.ListForm(reasons.LIST_REASONS, auto_id="list_%s"),
        "verbs": [
            (verb, invalid.get(verb.name) or desk.ReasonForm(verb.reasons, auto_id=f"{verb.name}_%s")) for verb in verbs
        ],
        "invalid": set(invalid),
        "history": signature.events.select_related("actor"),
        "decisions": signature.decisions.select_related("vetter", "second_vetter"),
        "evidence": signature.evidence.select_related("checked_by"),
        "mails": signature.mails.order_by("created_at"),
        "neighbours": _neighbours(signature),
        **shown,
    }
    return render(request, "signatories/desk/person.html", context, status=UNPROCESSABLE if shown or invalid else 200)


def _neighbours(signature: Signature) -> list[Signature]:
    """Others of the same mail domain, who tell whether it is an organisation's."""
    domain = signature.address.rpartition("@")[2]
    if not domain:
        return []
    others = signature.letter.signatures.filter(address__endswith=f"@{domain}").exclude(pk=signature.pk)
    return list(others.order_by("pk")[:8])


def _next(request: HttpRequest, letter: Letter) -> HttpResponse:
    """Go on with the next name that waits, or back to the queue when none does."""
    waiting = letter.signatures.filter(status=Status.CONFIRMED).order_by("pk").first()
    if waiting is None or request.POST.get("then") != "next":
        return redirect("signatories:queue", letter.slug)
    return redirect("signatories:person", letter.slug, waiting.pk)


def _uuid(value: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(value)
    except ValueError:
        return None
