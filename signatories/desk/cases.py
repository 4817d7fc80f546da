"""Where a team looks at the names that somebody says are wrong."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from petition.access import team
from petition.forms import CONFLICT, UNPROCESSABLE
from petition.models import Letter, Power, User
from petition.moves import NotAllowed
from signatories import cases, vetting
from signatories.forms.cases import CloseForm
from signatories.models import Case

ROWS = 100


@team
@require_GET
def cases_(request: HttpRequest, slug: str) -> HttpResponse:
    """The open cases of a letter, oldest first, and those closed last."""
    letter = get_object_or_404(Letter.objects.run_by(request.user), slug=slug)
    rows = letter.cases.select_related("signature", "closed_by")
    waiting = rows.filter(closed_at=None)
    context = {
        "letter": letter,
        "cases": waiting[:ROWS],
        "number": waiting.count(),
        "closed": rows.exclude(closed_at=None).order_by("-closed_at")[:ROWS],
    }
    return render(request, "signatories/desk/cases.html", context)


@team
@require_GET
def case(request: HttpRequest, slug: str, case: int) -> HttpResponse:
    """What was said, and the signature beside it."""
    letter = get_object_or_404(Letter.objects.run_by(request.user), slug=slug)
    found = get_object_or_404(letter.cases.select_related("signature", "closed_by"), pk=case)
    return _case(request, letter, found, CloseForm(found))


@team
@require_POST
def close(request: HttpRequest, slug: str, case: int) -> HttpResponse:
    """End a case with an outcome."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.VET), slug=slug)
    found = get_object_or_404(letter.cases.select_related("signature", "closed_by"), pk=case)
    form = CloseForm(found, request.POST)
    if not form.is_valid():
        return _case(request, letter, found, form)
    assert isinstance(request.user, User)
    try:
        cases.close(found, by=request.user, **form.cleaned_data)
    except NotAllowed as problem:  # nothing of what was typed is lost to somebody who was quicker
        found = letter.cases.select_related("signature", "closed_by").get(pk=found.pk)
        sent = request.POST.copy()
        sent["seen"] = cases.mark(found)
        form = CloseForm(found, sent)
        form.add_error(None, str(problem))
        return _case(request, letter, found, form, status=CONFLICT)
    messages.success(request, _("Closed: %(outcome)s.") % {"outcome": found.outcome_label})
    return redirect("signatories:cases", slug)


def _case(
    request: HttpRequest, letter: Letter, case: Case, form: CloseForm, *, status: int = UNPROCESSABLE
) -> HttpResponse:
    member = letter.members.get(user=request.user.pk)
    signature = case.signature
    signature.letter = letter
    own, recused = vetting.is_own(signature, member.user), vetting.has_recused(signature, member.user)
    may_close = member.may(Power.VET) and not (own or recused)
    context = {
        "letter": letter,
        "case": case,
        "signature": signature,
        "is_own": own,
        "recused": recused,
        "form": form if may_close and (case.closed_at is None or form.errors) else None,
        "others": signature.cases.exclude(pk=case.pk).order_by("-opened_at"),
        "history": signature.events.select_related("actor"),
        "evidence": signature.evidence.all(),
    }
    return render(request, "signatories/desk/case.html", context, status=status if form.errors else 200)
