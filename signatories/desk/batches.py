"""Where a team decides about many signatures at once."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET, require_POST

from petition.access import DAY, MINUTES, ask_again, fresh, is_fresh, team
from petition.forms import UNPROCESSABLE
from petition.models import Letter, Power, User
from signatories import batches
from signatories.batches import choosing, previewing, rules
from signatories.forms.batches import ChoiceForm, StartForm, SureForm, VerbForm, carried
from signatories.models import Batch, BatchItem, Signature

ROWS = 50
Item = BatchItem.State


@dataclass(frozen=True)
class Step:
    """One button on the page of a batch: what it says, what is ticked, and what it does."""

    label: str
    tick: str
    take: Callable[..., None]
    said: str


STEPS = {
    "confirm": Step(
        gettext_noop("Confirm"),
        gettext_noop("I have looked at the names and agree"),
        batches.confirm,
        gettext_noop("Confirmed. It is being done."),
    ),
    "cancel": Step(
        gettext_noop("Call off"),
        gettext_noop("Call this batch off"),
        batches.cancel,
        gettext_noop("Called off. Nothing was moved."),
    ),
    "undo": Step(
        gettext_noop("Undo as a whole"),
        gettext_noop("Put everybody back where they stood"),
        batches.undo,
        gettext_noop("It is being undone."),
    ),
}


@team
@require_GET
def batches_(request: HttpRequest, slug: str) -> HttpResponse:
    """The batches of a letter, newest first."""
    letter = get_object_or_404(Letter.objects.run_by(request.user), slug=slug)
    context = {
        "letter": letter,
        "member": letter.members.get(user=request.user.pk),
        "batches": letter.batches.select_related("actor", "second", "undone_by")[:ROWS],
    }
    return render(request, "signatories/desk/batches.html", context)


@team
@require_GET
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose whom a batch is about, by a filter and by ticks."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.VET), slug=slug)
    asked = request.GET or QueryDict(f"status={Signature.Status.CONFIRMED}")
    return _choose(request, letter, ChoiceForm(letter, asked), VerbForm())


@team
@require_POST
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what a batch would do; nothing is changed."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.VET), slug=slug)
    choice, verb = ChoiceForm(letter, request.POST), VerbForm(request.POST)
    if not (choice.is_valid() and verb.is_valid()):
        return _choose(request, letter, choice, verb)
    seen = {**choice.choice(), "as_of": timezone.now().isoformat()}
    form = StartForm(rules.REASONS[verb.cleaned_data["verb"]], initial={"key": uuid.uuid4()})
    return _preview(request, letter, seen, verb, form)


@team
@fresh(DAY)
@require_POST
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin a batch; a task does it."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.VET), slug=slug)
    choice, verb = ChoiceForm(letter, request.POST), VerbForm(request.POST)
    if not (choice.is_valid() and verb.is_valid()):
        return _choose(request, letter, choice, verb)
    form = StartForm(rules.REASONS[verb.cleaned_data["verb"]], request.POST)
    if not form.is_valid():
        return _preview(request, letter, choice.choice(), verb, form)
    if verb.cleaned_data["verb"] in rules.TAKES_AWAY and not is_fresh(request, MINUTES):
        return ask_again(request)
    assert isinstance(request.user, User)
    try:
        batches.begin(letter, actor=request.user, choice=choice.choice(), **verb.cleaned_data, **form.cleaned_data)
    except IntegrityError:
        messages.info(request, _("This batch was begun already."))
    return redirect("signatories:batch", slug, form.cleaned_data["key"])


@team
@require_GET
def batch(request: HttpRequest, slug: str, batch: uuid.UUID) -> HttpResponse:
    """How far a batch is, and what became of each signature."""
    letter = get_object_or_404(Letter.objects.run_by(request.user), slug=slug)
    return _batch(request, letter, get_object_or_404(letter.batches, pk=batch))


@team
@fresh(DAY)
@require_POST
def step(request: HttpRequest, slug: str, batch: uuid.UUID, verb: str) -> HttpResponse:
    """Confirm a batch as the second person, call it off, or undo it."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.VET), slug=slug)
    found = get_object_or_404(letter.batches, pk=batch)
    chosen = STEPS[verb]
    form = SureForm(_(chosen.tick), request.POST)
    if not form.is_valid():
        return _batch(request, letter, found, **{verb: form})
    chosen.take(found, by=request.user)
    messages.success(request, _(chosen.said))
    return redirect("signatories:batch", slug, found.pk)


def _choose(request: HttpRequest, letter: Letter, form: ChoiceForm, verb: VerbForm) -> HttpResponse:
    form.is_valid()
    usable = not set(form.errors) - {"pk"}
    # The rows stay those of the filter, whatever is ticked among them; only a link names signatures one by one.
    choice = form.choice(ticks="only" not in form.data) if usable else {}
    standing = previewing.standing(letter, choice) if usable else {}
    context = {
        "letter": letter,
        "form": form,
        "verb": verb,
        "total": sum(standing.values()),
        "standing": [(Signature.Status(status).label, n) for status, n in standing.items()],
        "signatures": choosing.chosen(letter, choice).order_by("pk")[
            : choosing.MOST_TICKS if choice.get("pk") else ROWS
        ]
        if usable
        else [],
        "ticked": form.ticked,
        "only": form.data.get("only", "all"),
        "by_link": bool(choice.get("pk")),
        "carried": carried({name: value for name, value in choice.items() if name != "pk"}),
    }
    status = UNPROCESSABLE if form.errors or verb.errors else 200
    return render(request, "signatories/desk/batch_new.html", context, status=status)


def _preview(
    request: HttpRequest, letter: Letter, choice: dict[str, Any], verb: VerbForm, form: StartForm
) -> HttpResponse:
    assert isinstance(request.user, User)
    asked = verb.cleaned_data
    context = {
        "letter": letter,
        "form": form,
        "verb": Batch.Verb(asked["verb"]),
        "level": asked["level"] if asked["verb"] == Batch.Verb.LIST else 0,
        "words": choosing.words(letter, choice),
        "preview": previewing.preview(letter, actor=request.user, choice=choice, **asked),
        "carried": carried({**choice, **{name: str(value) for name, value in asked.items() if value}}),
        "alone": batches.ALONE,
    }
    return render(request, "signatories/desk/batch_preview.html", context, status=UNPROCESSABLE if form.errors else 200)


def _batch(request: HttpRequest, letter: Letter, batch: Batch, **shown: SureForm) -> HttpResponse:
    member = letter.members.get(user=request.user.pk)
    counts = dict(batch.items.order_by().values_list("state").annotate(n=Count("pk")))
    left = batch.items.exclude(problem="").order_by().values_list("problem").annotate(n=Count("pk")).order_by("-n")
    state = request.GET.get("show", "")
    state = state if state in Item.values else next((one for one in Item.values if counts.get(one)), Item.WAITING)
    items = batch.items.filter(state=state).select_related("signature").order_by("pk")
    if (after := request.GET.get("after", "")).isascii() and after.isdigit() and len(after) < 18:
        items = items.filter(pk__gt=int(after))
    found = list(items[: ROWS + 1])
    for item in found:
        item.problem = batches.said(item.problem)
    context = {
        "letter": letter,
        "batch": batch,
        "words": choosing.words(letter, batch.chosen),
        "through": batch.total - counts.get(Item.WAITING, 0),
        "tabs": [(one, Item(one).label, counts[one]) for one in Item.values if counts.get(one)],
        "show": state,
        "left": [(batches.said(problem), n) for problem, n in left[:20]],
        "items": found[:ROWS],
        "after": found[ROWS - 1].pk if len(found) > ROWS else "",
        "steps": [(name, STEPS[name], shown.get(name) or _sure(name)) for name in _open_steps(batch, member, counts)],
    }
    return render(request, "signatories/desk/batch.html", context, status=UNPROCESSABLE if shown else 200)


def _sure(name: str) -> SureForm:
    return SureForm(_(STEPS[name].tick), auto_id=f"{name}_%s")


def _open_steps(batch: Batch, member: Any, counts: dict[str, int]) -> list[str]:
    """What this member may do with a batch now."""
    if not member.may(Power.VET):
        return []
    if batch.state == Batch.State.WAITING:
        return ["cancel"] if batch.actor_id == member.user_id else ["confirm", "cancel"]
    moved = batch.state == Batch.State.DONE and counts.get(Item.DONE)
    return ["undo"] if moved or batch.state == Batch.State.DOING else []
