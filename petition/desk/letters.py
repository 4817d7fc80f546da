"""A letter on the desk: write it, publish it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from petition import lifecycle, text, versions
from petition.access import team
from petition.forms import CONFLICT, UNPROCESSABLE, LetterForm, NewLetterForm, SureForm, posted
from petition.forms.versions import ScheduleForm
from petition.models import Letter, Membership, Power, User, Version
from petition.moves import NotAllowed

FREEZES = ("publish", "found")  # steps after which the words that stood on the page cannot be changed


@dataclass(frozen=True)
class Step:
    """One button in the life of a letter; `sure` is the tick of one that is not taken back by another button."""

    verb: str
    label: str
    take: Callable[..., None]
    said: str
    after: set[str]
    sure: str = ""

    def form(self, data: QueryDict | None = None) -> SureForm | None:
        """Return the tick that it takes, if it takes one."""
        return SureForm(_(self.sure), data, auto_id=f"{self.verb}_%s") if self.sure else None


Status = Letter.Status
STEPS = {
    step.verb: step
    for step in (
        # Translators: the labels are buttons: publish this letter, pause it, close it
        Step(
            "publish",
            gettext_noop("Publish"),
            lifecycle.publish,
            gettext_noop("It is open for signatures."),
            {Status.DRAFT, Status.FOUNDING},
            gettext_noop("Publish it now: everybody can read and sign it, and its words cannot be changed any more."),
        ),
        Step(
            "found",
            gettext_noop("Freeze for founders"),
            lifecycle.found,
            gettext_noop("The text is frozen. Invite the founders."),
            {Status.DRAFT},
            gettext_noop("Freeze it now: its words cannot be changed any more, and only those you invite can read it."),
        ),
        Step(
            "reopen",
            gettext_noop("Reopen"),
            lifecycle.reopen,
            gettext_noop("It is open again."),
            {Status.PAUSED, Status.CLOSED},
        ),
        Step(
            "pause",
            gettext_noop("Stop taking signatures"),
            lifecycle.pause,
            gettext_noop("It is paused."),
            {Status.OPEN},
        ),
        Step(
            "close",
            gettext_noop("Close"),
            lifecycle.close,
            gettext_noop("It is closed."),
            {Status.OPEN, Status.PAUSED},
            gettext_noop("Close it now: nobody can sign it any more."),
        ),
        Step(
            "discard",
            gettext_noop("Discard the draft"),
            lifecycle.discard,
            gettext_noop("It is discarded. It stands below your letters, and can be taken back."),
            {Status.DRAFT},
        ),
        Step(
            "restore",
            gettext_noop("Take the draft back"),
            lifecycle.take_back,
            gettext_noop("It is a draft again."),
            {Status.DISCARDED},
        ),
    )
}


@team
@require_GET
def letters(request: HttpRequest) -> HttpResponse:
    """The letters this person works on."""
    mine = Membership.objects.filter(user=request.user.pk).select_related("letter").order_by("-letter__created_at")
    owns = getattr(request.user, "is_superuser", False) or any(member.may(Power.MANAGE) for member in mine)
    discarded = [member for member in mine if member.letter.status == Status.DISCARDED]
    context = {
        "memberships": [member for member in mine if member not in discarded],
        "discarded": discarded,
        "sees_status": owns,
    }
    return render(request, "petition/desk/letters.html", context)


@team
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begin a letter."""
    form = NewLetterForm(posted(request))
    if form.is_valid():
        assert isinstance(request.user, User)
        try:
            with transaction.atomic():
                letter = lifecycle.begin(owner=request.user, **form.cleaned_data)
        except IntegrityError:
            form.add_error("slug", _("Another letter took this address just now."))
        else:
            messages.success(request, _("Saved as a draft. Nobody but your team can read it."))
            return redirect("petition:desk_letter", letter.slug)
    return _letter_form(request, form, None)


@team
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change a draft."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.EDIT), slug=slug)
    form = LetterForm(posted(request), initial=initial(letter))
    if request.method == "GET" and letter.status != Status.DRAFT:
        return redirect("petition:desk_letter", letter.slug)  # which says why
    if form.is_valid():
        try:
            _save(letter, form, request.user)
        except versions.Conflict as conflict:
            data = request.POST.copy()
            data["edits"] = str(conflict.theirs.edits)
            letter.refresh_from_db()
            return _letter_form(request, LetterForm(data, initial=initial(letter)), letter, theirs=conflict.theirs)
        except NotAllowed as problem:  # nothing of what was typed is lost to somebody who was quicker
            form.add_error(None, str(problem))
            return _letter_form(request, form, letter, status=CONFLICT)
        messages.success(request, _("Saved."))
        return redirect("petition:desk_letter", letter.slug)
    return _letter_form(request, form, letter)


@team
@require_POST
def autosave(request: HttpRequest, slug: str) -> HttpResponse:
    """Save a draft while it is written, and say how that went in one line."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.EDIT), slug=slug)
    form = LetterForm(request.POST, initial=initial(letter))
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        try:
            context["saved"] = _save(letter, form, request.user)
        except versions.Conflict as conflict:
            context["theirs"] = conflict.theirs
    return render(request, "petition/desk/_saved.html", context)


@team
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """The text as readers will see it, while it is written."""
    try:
        body = text.clean(request.POST.get("body", ""), multiline=True)
    except ValidationError as problem:
        return render(request, "petition/desk/_preview.html", {"problem": problem.message})
    return render(request, "petition/desk/_preview.html", {"html": text.to_html(body[:60_000])})


@team
@require_GET
def letter(request: HttpRequest, slug: str) -> HttpResponse:
    """Where a letter stands and what can be done next."""
    return _overview(request, get_object_or_404(Letter.objects.run_by(request.user), slug=slug))


@team
@require_POST
def step(request: HttpRequest, slug: str, verb: str) -> HttpResponse:
    """Take one step in the life of a letter, such as to publish it."""
    found = get_object_or_404(Letter.objects.run_by(request.user, Power.MANAGE), slug=slug)
    chosen = STEPS[verb]
    form = chosen.form(request.POST)
    if form is not None and not form.is_valid() and found.status in chosen.after:
        return _overview(request, found, {verb: form})
    shown = {"seen": form.cleaned_data.get("seen")} if form is not None and verb in FREEZES else {}
    try:
        chosen.take(found, actor=request.user, **shown)
    except lifecycle.Incomplete as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _(chosen.said))
    return redirect("petition:desk_letter", slug)


@team
@require_http_methods(["GET", "POST"])
def schedule(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose the hour at which the scheduler publishes, and how many founders it waits for."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.MANAGE), slug=slug)
    form = ScheduleForm(posted(request), initial={"at": letter.publish_at, "least_founders": letter.least_founders})
    if form.is_valid():
        assert isinstance(request.user, User)
        data = form.cleaned_data
        try:
            lifecycle.schedule(letter, at=data["at"], least_founders=data["least_founders"], actor=request.user)
        except NotAllowed as problem:
            form.add_error("at", str(problem))
        else:
            messages.success(request, _("Saved."))
            return redirect("petition:desk_letter", slug)
    context = {"letter": letter, "form": form}
    return render(request, "petition/desk/schedule.html", context, status=UNPROCESSABLE if form.errors else 200)


def initial(letter: Letter) -> dict[str, Any]:
    """What the forms of a letter begin with."""
    fields = {name: getattr(letter, name) for name in LetterForm.base_fields if hasattr(letter, name)}
    wording = letter.draft or letter.version
    numbers = list(letter.milestones.values_list("number", flat=True))
    saved = {"body": wording.body, "edits": wording.edits} if wording else {}
    return {**fields, **saved, "milestones": numbers}


def _overview(request: HttpRequest, letter: Letter, shown: dict[str, SureForm] | None = None) -> HttpResponse:
    """Show a letter; a step that was not ticked is shown again."""
    member, shown = letter.members.get(user=request.user.pk), shown or {}
    steps = [step for step in STEPS.values() if letter.status in step.after] if member.may("manage") else []
    unpublished = letter.status in STEPS["publish"].after
    context = {
        "letter": letter,
        "member": member,
        "unpublished": unpublished,
        "steps": [(step, shown.get(step.verb) or step.form()) for step in steps],
        "missing": lifecycle.missing(letter) if unpublished else [],
        "unset": lifecycle.unset(letter) if unpublished else [],
        "html": text.to_html(letter.draft.body) if letter.draft else "",
        "tally": letter.latest_tally,
    }
    return render(request, "petition/desk/letter.html", context, status=UNPROCESSABLE if shown else 200)


def _save(letter: Letter, form: LetterForm, user: Any) -> Version | None:
    fields = dict(form.cleaned_data)
    lifecycle.edit(letter, seen=fields.pop("edits"), by=user, **fields)
    return letter.draft


def _letter_form(
    request: HttpRequest, form: LetterForm, letter: Letter | None, theirs: Version | None = None, *, status: int = 0
) -> HttpResponse:
    context = {"form": form, "letter": letter, "theirs": theirs, "differ": _differ(form) if theirs else []}
    status = status or (CONFLICT if theirs else UNPROCESSABLE if form.errors else 200)
    return render(request, "petition/desk/edit.html", context, status=status)


def _differ(form: LetterForm) -> list[tuple[Any, Any]]:
    """Return what else is saved otherwise than it stands in a form: the name of each field, and the saved value."""
    names = [name for name in form.changed_data if name not in {"body", "edits"}]
    saved = {name: form.fields[name].prepare_value(form[name].initial) for name in names}
    return [(form.fields[name].label, "✓" if value is True else value or "–") for name, value in saved.items()]
