"""How the names of a letter are checked, for everybody to read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from petition.models import Letter
from petition.views import shared
from signatories import batches, reasons, sampling, sentences
from signatories import methods as rules


@require_safe
@shared
def methods(request: HttpRequest, slug: str) -> HttpResponse:
    """The letter's own rules, with the counts at each level."""
    letter = get_object_or_404(Letter.objects.public(), slug=slug)
    context = {
        "letter": letter,
        "tally": letter.latest_tally,
        "levels": rules.levels(letter),
        "families": rules.families(),
        "flags": rules.flags(),
        "audit": rules.audit(letter),
        "alone": batches.ALONE,
        "least": sampling.LEAST,
        "share": 100 // sampling.SHARE,
        "hidden_for": "; ".join(map(sentences.inside, reasons.HIDE_REASONS.values())),
        "policy": reasons.POLICY,
    }
    return render(request, "signatories/methods.html", context)
