"""A reader says that a name is wrong."""

import uuid
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from petition.forms import UNPROCESSABLE, posted
from petition.models import Letter
from petition.views import shared
from signatories import cases, origins
from signatories.forms.cases import ReportForm
from signatories.limits import clients
from signatories.models import Case
from signatories.views import limited

NOT_FOUND = 404
AN_HOUR = 5  # reports of one client, whatever they are about; of its network twice as many


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Tell the team that a name is wrong; it stays on the letter until they have looked."""
    letter = get_object_or_404(Letter.objects.public(), slug=slug)
    signature = letter.signatures.listed().filter(pk=pk).first()
    if signature is None:  # off the list while somebody wrote, or never on it: nothing tells which
        return render(request, "signatories/report_gone.html", {"letter": letter}, status=NOT_FOUND)
    signature.letter = letter
    form = ReportForm(posted(request))
    context = {"letter": letter, "signature": signature, "form": form}
    if not form.is_valid():
        status = UNPROCESSABLE if form.errors else 200
        return render(request, "signatories/report.html", context, status=status)
    taken = clients.take("report", origins.of(request), most=AN_HOUR, window=timedelta(hours=1))
    if not taken.allowed:
        context["wait"] = limited.minutes(taken.retry_after)
        page = render(request, "signatories/report.html", context, status=limited.TOO_MANY)
        return limited.with_wait(page, taken.retry_after)
    cases.open_(signature, kind=Case.Kind.REPORT, text=form.cleaned_data["text"])
    return redirect("signatories:reported", letter.slug)


@require_safe
@shared
def reported(request: HttpRequest, slug: str) -> HttpResponse:
    """Thank you, the same for everybody."""
    letter = get_object_or_404(Letter.objects.public(), slug=slug)
    return render(request, "signatories/reported.html", {"letter": letter})
