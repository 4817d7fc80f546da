"""The next wording of a letter, its translations, and what may change after publication."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from petition import lifecycle, text, versions
from petition.access import team
from petition.desk.letters import initial
from petition.forms import CONFLICT, UNPROCESSABLE, SeenForm, SureForm, posted
from petition.forms.versions import AdjustForm, BeginForm, LanguageForm, TranslationForm, VersionForm
from petition.languages import OF_TEXTS
from petition.models import Letter, Power, User, Version
from petition.versions import compare, shortened


@team
@require_GET
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    """Every wording so far, the one that is being written, and the translations."""
    letter = get_object_or_404(Letter.objects.run_by(request.user), slug=slug)
    return _overview(request, letter)


@team
@require_POST
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin the next wording."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.EDIT), slug=slug)
    form = BeginForm(request.POST)
    if not form.is_valid():
        return _overview(request, letter, begin=form)
    assert isinstance(request.user, User)
    versions.begin(letter, by=request.user, **form.cleaned_data)
    return redirect("petition:next_version", slug)


@team
@require_http_methods(["GET", "POST"])
def write(request: HttpRequest, slug: str) -> HttpResponse:
    """Write the next wording."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.EDIT), slug=slug)
    draft = letter.draft
    if draft is None or draft.number == 1:
        raise Http404
    first = {"reason": draft.reason, "note": draft.note, "body": draft.body, "edits": draft.edits}
    form = VersionForm(posted(request), initial=first)
    if form.is_valid():
        assert isinstance(request.user, User)
        data = form.cleaned_data
        try:
            versions.save(letter, seen=data.pop("edits"), by=request.user, **data)
        except versions.Conflict as conflict:
            return _write(request, letter, _onto(VersionForm, request, conflict), theirs=conflict.theirs)
        messages.success(request, _("Saved. Nobody but your team can read it."))
        return redirect("petition:versions", slug)
    return _write(request, letter, form)


@team
@require_POST
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    """Freeze the next wording and make it the one that is signed."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.MANAGE), slug=slug)
    assert isinstance(request.user, User)
    form = _sure(letter, request.POST)
    if not form.is_valid() and letter.draft:
        return _overview(request, letter, sure=form)
    published = versions.publish(letter, actor=request.user, seen=form.cleaned_data.get("seen"))
    messages.success(
        request,
        _("Version %(number)s is the text now. Everybody who signed before hears of it.")
        % {"number": published.number},
    )
    return redirect("petition:versions", slug)


@team
@require_POST
def discard(request: HttpRequest, slug: str) -> HttpResponse:
    """Throw the next wording away."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.EDIT), slug=slug)
    form = SeenForm(request.POST)
    form.is_valid()
    versions.discard(letter, seen=form.cleaned_data.get("seen"))
    messages.success(request, _("The next version is thrown away. The published text stands as it was."))
    return redirect("petition:versions", slug)


@team
@require_POST
def begin_translation(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose the language of a translation."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.EDIT), slug=slug)
    form = LanguageForm(letter, request.POST)
    if not form.is_valid() or letter.version is None:
        return _overview(request, letter, language=form)
    return redirect("petition:translate", slug, letter.version.number, form.cleaned_data["language"])


@team
@require_http_methods(["GET", "POST"])
def translate(request: HttpRequest, slug: str, number: int, language: str) -> HttpResponse:
    """Write or review a translation of one version."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.EDIT), slug=slug)
    version = get_object_or_404(letter.versions.filter(published_at__isnull=False), number=number)
    if language not in dict(OF_TEXTS) or language == letter.language:
        raise Http404
    found = version.translations.filter(language=language).first()
    first = {name: getattr(found, name) for name in TranslationForm.base_fields if name != "seen"} if found else {}
    form = TranslationForm(posted(request), initial=first)
    if form.is_valid():
        assert isinstance(request.user, User)
        versions.translate(version, language=language, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved. Readers can choose it on the letter’s page."))
        return redirect("petition:versions", slug)
    context = {"letter": letter, "version": version, "language": language, "form": form}
    context["name"] = dict(OF_TEXTS)[language]
    return render(request, "petition/desk/translation.html", context, status=UNPROCESSABLE if form.errors else 200)


@team
@require_http_methods(["GET", "POST"])
def adjust(request: HttpRequest, slug: str) -> HttpResponse:
    """Change what nobody has signed: contact, interests, times, milestones."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.MANAGE), slug=slug)
    form = AdjustForm(posted(request), initial=initial(letter))
    if form.is_valid():
        assert isinstance(request.user, User)
        lifecycle.adjust(letter, actor=request.user, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("petition:desk_letter", slug)
    context = {"letter": letter, "form": form}
    return render(request, "petition/desk/adjust.html", context, status=UNPROCESSABLE if form.errors else 200)


def _overview(request: HttpRequest, letter: Letter, **shown: Any) -> HttpResponse:
    published = letter.versions.filter(published_at__isnull=False).prefetch_related("translations").order_by("-number")
    before = letter.version
    draft = letter.draft if before else None
    context = {
        "letter": letter,
        "member": letter.members.get(user=request.user.pk),
        "versions": published,
        "draft": draft,
        "changes": shortened(compare(before.text, versions.text_of(letter, draft))) if before and draft else [],
        "sure": _sure(letter),
        "begin": BeginForm(),
        "language": LanguageForm(letter),
        **shown,
    }
    return render(request, "petition/desk/versions.html", context, status=UNPROCESSABLE if shown else 200)


def _sure(letter: Letter, data: QueryDict | None = None) -> SureForm:
    number = letter.draft.number if letter.draft else ""
    label = _("Publish version %(number)s now. It cannot be changed or taken back.") % {"number": number}
    return SureForm(label, data, auto_id="publish_%s")


def _write(request: HttpRequest, letter: Letter, form: VersionForm, theirs: Version | None = None) -> HttpResponse:
    context = {
        "letter": letter,
        "form": form,
        "theirs": theirs,
        "html": text.to_html(letter.draft.body) if letter.draft else "",
    }
    status = CONFLICT if theirs else UNPROCESSABLE if form.errors else 200
    return render(request, "petition/desk/next.html", context, status=status)


def _onto(form: type[VersionForm], request: HttpRequest, conflict: versions.Conflict) -> VersionForm:
    """The same words once more, to be saved knowingly onto what the other person wrote."""
    data = request.POST.copy()
    data["edits"] = str(conflict.theirs.edits)
    return form(data)
