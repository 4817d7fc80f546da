"""A signer who was drawn for the audit answers whether all is right."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from petition.forms import UNPROCESSABLE, posted
from signatories import sampling
from signatories.forms.auditing import AuditForm
from signatories.models import Signature
from signatories.views import links


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def audit(request: HttpRequest, token: str) -> HttpResponse:
    """Restate the line, and ask. Opening the page answers nothing."""
    rows = Signature.objects.select_related("letter", "version")
    signature = get_object_or_404(rows, pk=links.read("mine", token))
    drawn = sampling.open_draw(signature)
    if drawn is None:
        return render(request, "signatories/audited.html", {"letter": signature.letter, "token": token})
    form = AuditForm(posted(request))
    if form.is_valid():
        answer, text = form.cleaned_data["answer"], form.cleaned_data["text"]
        if answer == "right":
            sampling.confirm(drawn)
        else:
            sampling.deny(drawn, mine=answer == "wrong", text=text)
        return redirect("signatories:audit", token)
    context = {"letter": signature.letter, "signature": signature, "form": form, "token": token}
    return render(request, "signatories/audit.html", context, status=UNPROCESSABLE if form.errors else 200)
