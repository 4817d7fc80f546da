"""What is done with the data of who signs this letter, for them to read before they sign."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from petition.models import Letter
from petition.views import shared
from signatories import retention, wordings

# What a signer wants to know; the others are about the team and the machinery, and stand in docs/privacy.md.
FOR_SIGNERS = ("unconfirmed", "rejected", "networks", "evidence", "questions", "cases", "mails", "invitations")


@require_safe
@shared
def privacy(request: HttpRequest, slug: str) -> HttpResponse:
    """The notice, made of the letter's own facts and the table of retention."""
    letter = get_object_or_404(Letter.objects.public(), slug=slug)
    consents = [wordings.text(purpose, wordings.shown()) for purpose in wordings.PURPOSES]
    rules = [rule for rule in retention.RULES if rule.name in FOR_SIGNERS]
    context = {"letter": letter, "consents": consents, "rules": rules}
    return render(request, "signatories/privacy.html", context)
