"""The buttons of one person's page: list, ask, hold, decline, hide, back, recuse, and the evidence one enters."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST

from petition.access import DAY, fresh, team
from petition.forms import CONFLICT
from petition.models import Letter, Power, User
from petition.moves import LostRace
from signatories import proving, vetting
from signatories.desk import person
from signatories.desk.queue import asked_in, at, go_on, person_path
from signatories.evidence import changing, found
from signatories.forms import desk
from signatories.models import Decision, Signature
from signatories.sentences import inside
from signatories.vetting.waiting import Filter, Place

LONG = 300  # characters of a filter that a note, which is a cookie, has no room for


@dataclass(frozen=True)
class Verb:
    """One button of the desk: its form, and what it does."""

    name: str
    take: Callable[..., Decision]

    def form(self, data: Any) -> forms.Form:
        """Return the form as it was sent."""
        if self.name == "ask":
            return desk.AskForm(data, auto_id="ask_%s")
        return desk.ReasonForm(person.REASONS[self.name], data, auto_id=f"{self.name}_%s")


VERBS = {
    verb.name: verb
    for verb in (
        Verb("ask", vetting.ask),
        Verb("hold", vetting.hold),
        Verb("decline", vetting.decline),
        Verb("hide", vetting.hide),
        Verb("back", vetting.back),
    )
}
SAID = {
    Decision.Outcome.LIST: gettext_noop("%(name)s is listed."),
    Decision.Outcome.READY: gettext_noop("%(name)s is ready, and listed when names are published again."),
    Decision.Outcome.PROPOSE: gettext_noop(
        "%(name)s is proposed for level %(level)s. A second person has to list it too."
    ),
}


@team
@fresh(DAY)
@require_POST
def list_(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """List a name at a level."""
    letter, signature = _find(request, slug, pk)
    form = desk.ListForm(signature, vetting.standing(signature), request.POST, auto_id="list_%s")
    if not form.is_valid():
        return person.page(request, letter, signature, {"list": form})
    return _take(request, signature, "list", form, vetting.list_)


@team
@fresh(DAY)
@require_POST
def decide(request: HttpRequest, slug: str, pk: uuid.UUID, verb: str) -> HttpResponse:
    """Ask, hold, decline, hide, or put back into the queue."""
    letter, signature = _find(request, slug, pk)
    form = VERBS[verb].form(request.POST)
    if not form.is_valid():
        return person.page(request, letter, signature, {verb: form})
    return _take(request, signature, verb, form, VERBS[verb].take)


@team
@fresh(DAY)
@require_POST
def recuse(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Leave the decision about somebody one knows to others."""
    letter, signature = _find(request, slug, pk)
    form = desk.RecuseForm(request.POST, auto_id="recuse_%s")
    if not form.is_valid():
        return person.page(request, letter, signature, {"recuse": form})
    vetting.recuse(signature, vetter=_me(request))
    messages.success(request, _("%(name)s is left to others.") % {"name": signature.name})
    return _on(request, signature, Place.of(signature))


@team
@fresh(DAY)
@require_POST
def record(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Enter a public record."""
    return _keep(request, slug, pk, "record", desk.RecordForm, found.record)


@team
@fresh(DAY)
@require_POST
def contact(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Enter how the person was reached."""
    return _keep(request, slug, pk, "contact", desk.ContactForm, found.contact)


@team
@fresh(DAY)
@require_POST
def key(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Recognise a key that the signer has signed with."""
    letter, signature = _find(request, slug, pk)
    form = desk.KeyForm(request.POST, auto_id="key_%s")
    if not form.is_valid():
        return person.page(request, letter, signature, {"key": form})
    proving.accept_key(signature, vetter=_me(request), **form.cleaned_data)
    return redirect(person_path(signature, asked_in(request, letter)))


@team
@fresh(DAY)
@require_POST
def strike(request: HttpRequest, slug: str, pk: uuid.UUID, number: int) -> HttpResponse:
    """Note that something entered by hand does not stand any more."""
    letter, signature = _find(request, slug, pk)
    row = get_object_or_404(signature.evidence, pk=number)
    vetting.refuse(signature, _me(request))
    found.strike(row, by=_me(request))
    return redirect(person_path(signature, asked_in(request, letter)))


def _find(request: HttpRequest, slug: str, pk: uuid.UUID) -> tuple[Letter, Signature]:
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.VET), slug=slug)
    return letter, person.find(letter, pk)


def _keep(
    request: HttpRequest,
    slug: str,
    pk: uuid.UUID,
    name: str,
    made: type[desk.FoundForm],
    keep: Callable[..., object],
) -> HttpResponse:
    """Keep what a vetter found; where the line was corrected meanwhile it is shown again beside the new one."""
    letter, signature = _find(request, slug, pk)
    form = made(request.POST, auto_id=f"{name}_%s")
    if not form.is_valid():
        return person.page(request, letter, signature, {name: form})
    vetting.refuse(signature, _me(request))
    data = {**form.cleaned_data}
    try:
        keep(signature, by=_me(request), supports=not data.pop("contradicts"), **data)
    except LostRace as corrected:
        now, sent = person.find(letter, signature.pk), request.POST.copy()
        sent["line"] = changing.seen(now)
        messages.warning(request, str(corrected))
        return person.page(request, letter, now, {name: made(sent, auto_id=f"{name}_%s")}, status=CONFLICT)
    return redirect(person_path(signature, asked_in(request, letter)))


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _take(
    request: HttpRequest, signature: Signature, name: str, form: forms.Form, take: Callable[..., Decision]
) -> HttpResponse:
    letter, place = signature.letter, Place.of(signature)
    try:
        decision = take(signature, vetter=_me(request), **form.cleaned_data)
    except ValidationError as problem:
        form.add_error("teaches", problem)
        return person.page(request, letter, person.find(letter, signature.pk), {name: form})
    except LostRace:
        if not form.cleaned_data["seen"]:
            raise
        messages.warning(
            request, _("Somebody changed this while you had it open. Please look again; nothing was sent.")
        )
        return person.page(request, letter, person.find(letter, signature.pk), status=CONFLICT)
    messages.success(request, _said(request, signature, decision))
    return _on(request, signature, place)


def _said(request: HttpRequest, signature: Signature, decision: Decision) -> str:
    """Say what was decided and why, with the way back to the person and to undoing it."""
    asked = asked_in(request, signature.letter)
    path = person_path(signature, asked if len(asked.query) < LONG else Filter())
    name = signature.name or _("(erased)")
    said = SAID.get(Decision.Outcome(decision.outcome), gettext_noop("%(name)s: %(status)s. Reason: %(reason)s."))
    status, reason = inside(signature.get_status_display()), decision.reason_label
    text = _(said) % {"name": name, "level": decision.level, "status": status, "reason": reason}
    before, name, after = text.partition(name)
    linked = format_html('{}<a href="{}" dir="auto">{}</a>{}', before, path, name, after)
    if decision.outcome == Decision.Outcome.BACK:
        return linked
    undo = f"{path}{'&' if '?' in path else '?'}undo=1"
    return format_html('{} <a href="{}" id="undo">{}</a>', linked, undo, _("Undo"))


def _on(request: HttpRequest, signature: Signature, place: Place) -> HttpResponse:
    """Go on with the next, stay with whom one has second thoughts about, or go back to the queue."""
    vetting.let_go(signature.pk, vetter=_me(request))
    if request.POST.get("then") == "here":
        return redirect(person_path(signature, asked_in(request, signature.letter)))
    if request.POST.get("then") == "next":
        return go_on(request, signature.letter, place)
    return redirect(at(reverse("signatories:queue", args=[signature.letter.slug]), asked_in(request, signature.letter)))
