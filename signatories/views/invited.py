"""A founder's own page behind the personal invitation."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from petition import languages
from petition.forms import UNPROCESSABLE, posted
from signatories import invitations, limits, outbox, signing
from signatories.forms import signers
from signatories.models import LINE, Invitation
from signatories.views import limited, links

TRIES = 20  # of each mail's code a day: in the 60 days somebody with the link alone guesses right with 12 in 10,000


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@limited.limited("code")
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """A founder's own page: the frozen text, their line, the code from the mail."""
    mail = links.mail_behind("invitation", token)
    if mail is None or mail.invitation is None:
        raise Http404
    invited = mail.invitation
    problem = invited.problem
    if problem:
        context = {"letter": invited.letter, "problem": problem}
        return render(request, "signatories/invitation_over.html", context, status=links.GONE)
    invitations.note_opening(invited)
    form = signers.InvitedForm(invited.letter, posted(request), initial=_known(invited))
    if request.method == "POST" and form.is_valid():
        try:
            if not limits.take("invitation code", str(mail.pk), most=TRIES, window=outbox.DAY).allowed:
                raise signing.WrongCode
            said = {"code": form.cleaned_data["code"], "read": form.cleaned_data["version"]}
            signature = invitations.accept(mail.pk, **said, typed=form.typed(), locale=languages.told(request))
        except signing.WrongCode:
            form.add_error("code", _("This is not the code from your invitation. Please copy its six digits."))
        else:
            return redirect(links.mine_path(signature))
    context = {"letter": invited.letter, "invitation": invited, "form": form, "token": token}
    return render(request, "signatories/invitation.html", context, status=UNPROCESSABLE if form.errors else 200)


@csrf_exempt
@require_POST
def decline_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """A founder steps back before signing; it wants one tick, as leaving does."""
    mail = links.mail_behind("invitation", token)
    if mail is None or mail.invitation is None:
        raise Http404
    if "sure" not in request.POST:
        return redirect("signatories:invitation", token)
    invitations.decline(mail.invitation)
    return redirect("signatories:invitation", token)


def _known(invited: Invitation) -> dict[str, Any]:
    version = invited.letter.version
    return {"version": version and version.number} | {
        name: getattr(invited, name) for name in LINE if hasattr(invited, name)
    }
