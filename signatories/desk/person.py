"""One person on one screen: what they claim, what is known, and what to decide."""

import uuid
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from petition.access import team
from petition.forms import UNPROCESSABLE
from petition.models import Letter, Power, User
from signatories import proving, reasons, vetting
from signatories.desk import words
from signatories.desk.queue import asked_in
from signatories.evidence import changing
from signatories.evidence.found import BY_HAND
from signatories.forms import desk
from signatories.models import Decision, Signature
from signatories.vetting import company, waiting

Outcome = Decision.Outcome
REASONS = {
    "hold": reasons.HOLD_REASONS,
    "decline": reasons.DECLINE_REASONS,
    "hide": reasons.HIDE_REASONS,
    "back": reasons.BACK_REASONS,
}
# What undoes the decision that a signature stands under, and the reason to begin with: the first that may be taken.
UNDONE_BY = {
    Outcome.BACK: "decided_by_mistake",
    Outcome.HIDE: "listed_by_mistake",
    Outcome.HOLD: "needs_second_look",
}


@team
@require_GET
def person(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """One signature: claims on the left, what is known beside them, the decision on the right."""
    letter = get_object_or_404(Letter.objects.run_by(request.user), slug=slug)
    return page(request, letter, find(letter, pk))


def find(letter: Letter, pk: uuid.UUID) -> Signature:
    """Return a signature of a letter, or answer 404."""
    signature = get_object_or_404(letter.signatures.select_related("version"), pk=pk)
    signature.letter = letter
    return signature


@team
@require_POST
def claim(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Take or renew the claim on what one has open; the answer says who has it."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.VET), slug=slug)
    signature = find(letter, pk)
    assert isinstance(request.user, User)
    vetting.claim(signature.pk, vetter=request.user)
    context = {"letter": letter, "signature": signature, "holder": vetting.holder(signature), "asked": ""}
    return render(request, "signatories/desk/_claim.html", context)


def page(
    request: HttpRequest,
    letter: Letter,
    signature: Signature,
    shown: dict[str, forms.Form] | None = None,
    status: int = 0,
) -> HttpResponse:
    """Show a signature; forms that were not valid are shown again as they were sent.

    Args:
        request: whose page it is.
        letter, signature: what it shows.
        shown: forms by name (`list`, `ask`, `hold`, …, `record`, `contact`, `key`, `recuse`) that are shown again.
        status: of the answer; default: 422 where a form is shown again.
    """
    assert isinstance(request.user, User)
    member = letter.members.get(user=request.user.pk)
    own, recused = vetting.is_own(signature, request.user), vetting.has_recused(signature, request.user)
    standing = vetting.standing(signature)
    asked = asked_in(request, letter)
    context = {
        "letter": letter,
        "member": member,
        "signature": signature,
        "standing": standing,
        "carried": reasons.LEVELS[standing.carried],
        "may": member.may(Power.VET) and not own and not recused,
        "is_own": own,
        "recused": recused,
        "holder": vetting.holder(signature),
        "asked": asked,
        "place": waiting.Place.of(signature),
        "back_to": reverse("signatories:queue", args=[letter.slug]) + f"?{asked.query}",
        **_known(signature, standing),
        **_forms(signature, standing, shown or {}, undone="undo" in request.GET),
        "then": "here" if "undo" in request.GET or request.POST.get("then") == "here" else "next",
        "company": company.of(signature),
    }
    status = status or (UNPROCESSABLE if shown else 200)
    return render(request, "signatories/desk/person.html", context, status=status)


def _known(signature: Signature, standing: vetting.Standing) -> dict[str, Any]:
    flags = list(signature.flags.select_related("released_by"))
    decisions = list(signature.decisions.select_related("vetter", "second_vetter"))
    proposed = vetting.proposal(signature)
    level = proposed.level if proposed else standing.carried
    return {
        "flags": words.flags(signature, [flag for flag in flags if not flag.released_at]),
        "released": [flag for flag in flags if flag.released_at],
        "evidence": words.evidence(signature.evidence.select_related("checked_by"), BY_HAND),
        "proofs": [(one, proving.waiting_key(one)) for one in signature.proofs.all()],
        "decisions": decisions,
        "proposed": proposed,
        "two": vetting.why_two(signature, level=level, flags=flags),
        "history": signature.events.select_related("actor"),
        "mails": signature.mails.order_by("created_at"),
        "searches": words.searches(signature),
        "named": next((one.answer_url for one in reversed(decisions) if one.answer_url), signature.profile_url),
    }


def _forms(
    signature: Signature, standing: vetting.Standing, shown: dict[str, forms.Form], *, undone: bool
) -> dict[str, Any]:
    seen = {"seen": vetting.mark(signature)}
    may = {verb for verb in Outcome if signature.status in vetting.TAKEN_FROM.get(verb, set())}
    found: dict[str, Any] = {}
    if Outcome.LIST in may:
        initial = {**desk.preset(standing, signature), **seen}
        found["list"] = desk.ListForm(signature, standing, initial=initial, auto_id="list_%s")
    if Outcome.ASK in may:
        found["ask"] = desk.AskForm(initial=seen, auto_id="ask_%s")
    undo = next((verb for verb in UNDONE_BY if undone and verb in may), None)
    begun = {undo: {"reason": UNDONE_BY[undo], **seen}} if undo else {}
    verbs: list[tuple[str, forms.Form]] = [
        (verb, desk.ReasonForm(choices, initial=begun.get(Outcome(verb), seen), auto_id=f"{verb}_%s"))
        for verb, choices in REASONS.items()
        if Outcome(verb) in may
    ]
    verbs = [(verb, shown.get(verb, form)) for verb, form in verbs]
    line = {"line": changing.seen(signature)}
    named = {"url": signature.profile_url if signature.profile_url.startswith("http") else ""}
    return {
        "list_form": shown.get("list", found.get("list")),
        "ask_form": shown.get("ask", found.get("ask")),
        "verbs": verbs,
        "record_form": shown.get("record") or desk.RecordForm(initial={**named, **line}, auto_id="record_%s"),
        "contact_form": shown.get("contact") or desk.ContactForm(initial=line, auto_id="contact_%s"),
        "key_form": shown.get("key") or desk.KeyForm(auto_id="key_%s"),
        "recuse_form": shown.get("recuse") or desk.RecuseForm(auto_id="recuse_%s"),
        "shown": {*shown, undo},
        "refused": list(shown.values()),
    }
