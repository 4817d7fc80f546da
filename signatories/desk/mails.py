"""Mails of a letter that nobody took: why, and once more."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from petition.access import team
from petition.models import Letter, Power
from signatories import outbox
from signatories.models import Mail, MailQuerySet

SHOWN = 200


@team
@require_GET
def mails(request: HttpRequest, slug: str) -> HttpResponse:
    """What was refused, newest first, and how much is owed."""
    letter = get_object_or_404(Letter.objects.run_by(request.user), slug=slug)
    refused = _of(letter).filter(state=Mail.State.FAILED).select_related("signature", "invitation")
    member = letter.members.get(user=request.user.pk)
    context = {
        "letter": letter,
        "refused": refused.order_by("-failed_at", "-pk")[:SHOWN],
        "number": refused.count(),
        "owed": _of(letter).filter(state=Mail.State.OWED).count(),
        "may_retry": member.may(Power.VET),
    }
    return render(request, "signatories/desk/mails.html", context)


@team
@require_POST
def again(request: HttpRequest, slug: str) -> HttpResponse:
    """Try all of them again, or the one that is named."""
    letter = get_object_or_404(Letter.objects.run_by(request.user, Power.VET), slug=slug)
    chosen = _of(letter)
    if "mail" in request.POST:
        chosen = chosen.filter(pk=_named(request.POST["mail"]))
    number = outbox.try_again(Mail.objects.filter(pk__in=chosen.values("pk")))
    if number:
        said = ngettext("%(number)s mail is tried again.", "%(number)s mails are tried again.", number) % {
            "number": number
        }
    else:
        said = _("There was nothing to try again.")
    messages.success(request, said)
    return redirect("signatories:mails", slug=slug)


def _named(typed: str) -> uuid.UUID:
    try:
        return uuid.UUID(typed)
    except ValueError:
        raise Http404 from None


def _of(letter: Letter) -> MailQuerySet:
    signers = Mail.objects.filter(signature__letter=letter)
    return signers | Mail.objects.filter(invitation__letter=letter)
