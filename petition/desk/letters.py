"""A letter on the desk: write it, publish it, run its team."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from petition import lifecycle, text, versions
from petition.access import team
from petition.forms import UNPROCESSABLE, LetterForm, MemberForm, NewLetterForm, posted
from petition.forms.versions import ScheduleForm
from petition.models import Letter, Membership, Power, Role, User, Version
from petition.moves import NotAllowed

CONFLICT = 409  # RFC 9110, section 15.5.10


@dataclass(frozen=True)
class Step:
    """One button in the life of a letter."""

    verb: str
    label: str
    take: Callable[..., None]
    said: str
    after: set[str]


Status = Letter.Status
STEPS = {
    step.verb: step
    for step in (
        Step(
            "publish",
            "Publish",
            lifecycle.publish,
            "It is open for signatures.",
            {Status.DRAFT, Status.FOUNDING},
        ),
        Step(
            "found",
            "Freeze for founders",
            lifecycle.found,
            "The text is frozen. Invite the founders.",
            {Status.DRAFT},
        ),
        Step("reopen", "Reopen", lifecycle.reopen, "It is open again.", {Status.PAUSED, Status.CLOSED}),
        Step("pause", "Pause", lifecycle.pause, "It is paused.", {Status.OPEN}),
        Step("close", "Close", lifecycle.close, "It is closed.", {Status.OPEN, Status.PAUSED}),
    )
}


@team
@require_GET
def letters(request: HttpRequest) -> HttpResponse:
    """The letters this person works on."""
    mine = Membership.objects.filter(user=request.user.pk).select_related("letter").order_by("-letter__created_at")
    owns = getattr(request.user, "is_superuser", False) or any(member.may(Power.MANAGE) for member in mine)
    return render(request, "petition/desk/letters.html", {"memberships": mine, "sees_status": owns})


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
            form.add_error("slug", "Another letter took this address just now.")
        else:
            messages.success(request, "Saved as a draft. Nobody but your team can read it.")
            return redirect("petition:desk_letter", letter.slug)
    return _letter_form(request, form, None)


@team
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change a draft."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.EDIT), slug=slug)
    form = LetterForm(posted(request), initial=initial(letter))
    if form.is_valid():
        try:
            _save(letter, form, request.user)
        except versions.Conflict as conflict:
            data = request.POST.copy()
            data["edits"] = str(conflict.theirs.edits)
            return _letter_form(request, LetterForm(data), letter, theirs=conflict.theirs)
        messages.success(request, "Saved.")
        return redirect("petition:desk_letter", letter.slug)
    return _letter_form(request, form, letter)


@team
@require_POST
def autosave(request: HttpRequest, slug: str) -> HttpResponse:
    """Save a draft while it is written, and say how that went in one line."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.EDIT), slug=slug)
    form = LetterForm(request.POST)
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
    found = get_object_or_404(Letter.objects.run_by(request.user), slug=slug)
    member = found.members.get(user=request.user.pk)
    context = {
        "letter": found,
        "member": member,
        "steps": [step for step in STEPS.values() if found.status in step.after] if member.may("manage") else [],
        "missing": lifecycle.missing(found) if found.draft else [],
        "unset": [] if found.is_public else lifecycle.unset(found),
        "html": text.to_html(found.draft.body) if found.draft else "",
        "tally": found.latest_tally,
    }
    return render(request, "petition/desk/letter.html", context)


@team
@require_POST
def step(request: HttpRequest, slug: str, verb: str) -> HttpResponse:
    """Take one step in the life of a letter: found, publish, pause, reopen, close."""
    found = get_object_or_404(Letter.objects.run_by(request.user, Power.MANAGE), slug=slug)
    chosen = STEPS[verb]
    try:
        chosen.take(found, actor=request.user)
    except lifecycle.Incomplete as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, chosen.said)
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
        lifecycle.schedule(letter, at=data["at"], least_founders=data["least_founders"], actor=request.user)
        messages.success(request, "Saved.")
        return redirect("petition:desk_letter", slug)
    context = {"letter": letter, "form": form}
    return render(request, "petition/desk/schedule.html", context, status=UNPROCESSABLE if form.errors else 200)


@team
@require_http_methods(["GET", "POST"])
def members(request: HttpRequest, slug: str) -> HttpResponse:
    """The team of a letter: who does what, and adding somebody."""
    found = get_object_or_404(Letter.objects.run_by(request.user, Power.MANAGE), slug=slug)
    form = MemberForm(posted(request))
    if form.is_valid():
        _add_member(found, **form.cleaned_data)
        messages.success(request, "They can log in with a code by mail now.")
        return redirect("petition:members", slug)
    context = {"letter": found, "form": form, "members": found.members.select_related("user").order_by("pk")}
    return render(request, "petition/desk/members.html", context, status=UNPROCESSABLE if form.errors else 200)


@team
@require_POST
def remove_member(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take somebody off the team; a letter keeps at least one owner."""
    found = get_object_or_404(Letter.objects.run_by(request.user, Power.MANAGE), slug=slug)
    with transaction.atomic():
        owners = list(found.members.select_for_update().filter(role=Role.OWNER).values_list("pk", flat=True))
        if owners == [pk]:
            messages.error(request, "A letter keeps at least one owner.")
        elif found.members.filter(pk=pk).delete()[0]:
            messages.success(request, "They are off the team.")
    return redirect("petition:members", slug)


def _add_member(letter: Letter, *, email: str, name: str, role: str) -> None:
    with transaction.atomic():
        owners = list(letter.members.select_for_update().filter(role=Role.OWNER).values_list("user_id", flat=True))
        user = User.objects.filter(email__iexact=email).first() or User.objects.create_user(email, name=name)
        if role != Role.OWNER and owners == [user.pk]:
            raise NotAllowed("A letter keeps at least one owner.")
        Membership.objects.update_or_create(letter=letter, user=user, defaults={"role": role})


def initial(letter: Letter) -> dict[str, Any]:
    """What the forms of a letter begin with."""
    fields = {name: getattr(letter, name) for name in LetterForm.base_fields if hasattr(letter, name)}
    wording = letter.draft or letter.version
    numbers = list(letter.milestones.values_list("number", flat=True))
    saved = {"body": wording.body, "edits": wording.edits} if wording else {}
    return {**fields, **saved, "milestones": numbers}


def _save(letter: Letter, form: LetterForm, user: Any) -> Version | None:
    fields = dict(form.cleaned_data)
    lifecycle.edit(letter, seen=fields.pop("edits"), by=user, **fields)
    return letter.draft


def _letter_form(
    request: HttpRequest, form: LetterForm, letter: Letter | None, theirs: Version | None = None
) -> HttpResponse:
    context = {"form": form, "letter": letter, "theirs": theirs}
    status = CONFLICT if theirs else UNPROCESSABLE if form.errors else 200
    return render(request, "petition/desk/edit.html", context, status=status)
