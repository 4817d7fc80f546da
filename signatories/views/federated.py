"""Link an account elsewhere to a signature: from the own page to the provider, back, and one more yes."""

import json
import logging
import secrets
from typing import Any
from urllib.parse import urlencode

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST
from requests import RequestException

from petition.languages import plainly
from signatories import tokens
from signatories.evidence.federated import Account, bind
from signatories.models import KNOWN, Signature
from signatories.views import links

log = logging.getLogger(__name__)
SESSION = "linked_account"
BAD_REQUEST = 400  # somebody else failed, but no input of a visitor may look like a failure of ours


@csrf_exempt  # nothing is bound by it: the signer says yes on the page they come back to, and that one is protected
@require_POST
def begin(request: HttpRequest, token: str, provider: str) -> HttpResponse:
    """Send the signer to the provider's log-in."""
    signature = _signature(token)
    try:
        chosen = get_adapter(request).get_provider(request, provider)
        with plainly():  # a provider knows one address to send people back to
            answer: HttpResponse = chosen.redirect(
                request, process=AuthProcess.REDIRECT, data={"signature": str(signature.pk)}
            )
    except SocialApp.DoesNotExist:
        raise Http404 from None
    except (RequestException, KeyError, ValueError) as problem:
        log.warning("%s does not answer: %s", provider, type(problem).__name__)
        return failed(request, signature, chosen)
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def linked(request: HttpRequest, token: str) -> HttpResponse:
    """Is this account yours, and this signature too? Asked where no other site can answer for the signer.

    Without it a stranger's page could send a visitor, logged in at the provider, through the whole way unseen, and
    have the visitor's account stand behind the stranger's signature.
    """
    signature = _signature(token)
    kept = _offered(request)
    if kept.get("signature") != str(signature.pk):
        return redirect("signatories:mine", token)
    account = Account(**kept["account"])
    if request.method == "POST":
        del request.session[SESSION]
        if "yes" in request.POST:
            bind(signature, account)
        return redirect(reverse("signatories:mine", args=[token]) + "#proofs")
    context = {"letter": signature.letter, "signature": signature, "account": account, "token": token}
    context["offer"] = request.GET["offer"]
    return render(request, "signatories/linked.html", context)


def ask(request: HttpRequest, signature: Signature, account: Account) -> HttpResponse:
    """Carry what the provider said, encrypted, until the signer says yes; nothing of it is stored until then.

    The session of this browser knows the one word that opens it, so that nobody else can be led here with it.
    """
    request.session[SESSION] = word = secrets.token_urlsafe(16)
    said = {"word": word, "signature": str(signature.pk), "account": account.as_dict()}
    there = reverse("signatories:linked", args=[tokens.make("mine", signature.pk)])
    return redirect(f"{there}?{urlencode({'offer': tokens.seal(json.dumps(said))})}")


def _offered(request: HttpRequest) -> dict[str, Any]:
    """Return what this browser came back with, or nothing."""
    try:
        kept: dict[str, Any] = json.loads(tokens.unseal(request.GET.get("offer", "")))
    except (tokens.Invalid, ValueError):
        return {}
    return kept if kept.get("word") and kept["word"] == request.session.get(SESSION) else {}


def failed(request: HttpRequest, signature: Signature | None, provider: Any) -> HttpResponse:
    """Say that the log-in did not work, and lead back."""
    token = tokens.make("mine", signature.pk) if signature else ""
    context = {"provider": provider.app.name or provider.name, "token": token}
    return render(request, "signatories/not_linked.html", context, status=BAD_REQUEST)


def _signature(token: str) -> Signature:
    rows = Signature.objects.select_related("letter", "version").filter(status__in=KNOWN)
    return get_object_or_404(rows, pk=links.read("mine", token))
