"""What signers do with their own data: a copy, corrections, consents, leaving. A code to the mailbox comes first."""

import contextlib
import json
from typing import Any

from django import forms
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from petition.forms import UNPROCESSABLE, posted
from petition.moves import NotAllowed
from signatories import codes, privacy
from signatories import own_data as data
from signatories.forms import own_data
from signatories.models import Signature
from signatories.views import links, own

WRONG = gettext_lazy(
    "This is not the code from our newest mail. Please copy its six digits; a code is good for an hour."
)
OTHER = gettext_lazy("This is not the address that signed.")


@csrf_exempt
@require_POST
def change(request: HttpRequest, token: str) -> HttpResponse:
    """Choose what to do; the code for it goes to the mailbox, and the next page asks for it."""
    signature = links.signature_behind(token)
    form = own_data.ChangeForm(signature, request.POST)
    asked = _ask(signature, token, form.cleaned_data["what"], form) if form.is_valid() else None
    return asked or own.mine_page(request, signature, token, change=form)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str, what: str) -> HttpResponse:
    """One change: what it does, what it needs to know, and the code. Opening the page changes nothing."""
    signature = links.signature_behind(token)
    if what not in own_data.open_to(signature):
        return redirect("signatories:mine", token)
    form = _form(signature, what, posted(request))
    if form.is_valid():
        try:
            codes.prove(signature, form.cleaned_data["code"])
        except codes.WrongCode:
            form.add_error("code", WRONG)
        else:
            return _do(signature, token, what, form)
    return _show(request, signature, token, what, form=form)


@csrf_exempt
@require_POST
def send(request: HttpRequest, token: str, what: str) -> HttpResponse:
    """Send a code for one change, the first or another one."""
    signature = links.signature_behind(token)
    form = own_data.SendForm(signature, request.POST)
    asked = _ask(signature, token, what, form) if form.is_valid() else None
    return asked or _show(request, signature, token, what, send=form)


@csrf_exempt
@require_POST
def take_back(request: HttpRequest, token: str, purpose: str) -> HttpResponse:
    """Take back what is sent or handed on; whoever holds the link may stop that, as the link in each mail does."""
    signature = links.signature_behind(token)
    form = own_data.TakeBackForm(request.POST)
    if not form.is_valid():
        return own.mine_page(request, signature, token, taken=form, purpose=purpose)
    privacy.agree(signature, purpose=purpose, given=False)
    return redirect(reverse("signatories:mine", args=[token]) + "#data")


def _form(signature: Signature, what: str, sent: Any) -> forms.Form:
    made: dict[str, Any] = {
        "copy": lambda: own_data.CopyForm(sent),
        "correct": lambda: own_data.CorrectForm(signature.letter, sent, initial=signature.typed),
        "agree": lambda: own_data.AgreeForm(signature, sent),
        "hide": lambda: own_data.HideForm(sent),
        "withdraw": lambda: own_data.WithdrawForm(sent),
        "erase": lambda: own_data.EraseForm(sent),
    }
    form: forms.Form = made[what]()
    return form


def _do(signature: Signature, token: str, what: str, form: Any) -> HttpResponse:
    """Call the verb: the mailbox is proven."""
    if what == "copy":
        return _download(signature)
    if what == "correct":
        privacy.correct(signature, typed=form.typed())
    elif what == "agree":
        for purpose in form.given():
            privacy.agree(signature, purpose=purpose, given=True, wording=form.cleaned_data["wording"])
    elif what == "hide":
        privacy.be_named(signature, publish=False)
    elif what == "withdraw":
        with contextlib.suppress(NotAllowed):  # sent twice at once: the other request has done it
            privacy.withdraw(signature)
    else:
        privacy.erase(signature, no_more_mail=form.cleaned_data["no_more_mail"])
    return own.done(token, what)


def _download(signature: Signature) -> HttpResponse:
    with translation.override("en"):  # a file for programs too, as every export
        text = json.dumps(data.copy(signature), cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
    name = f'attachment; filename="my-data-{signature.letter.slug}.json"'
    return HttpResponse(text + "\n", content_type="application/json", headers={"Content-Disposition": name})


def _ask(signature: Signature, token: str, what: str, form: forms.Form) -> HttpResponse | None:
    """Owe the code and go where it is typed, which says whether a new one comes; the link is the signer's own.

    Where the address that was typed is another one, that stands beside its field.
    """
    try:
        comes = codes.ask(signature, what=what, address=form.cleaned_data.get("email", ""))
    except codes.OtherMailbox:
        form.add_error("email", OTHER)
        return None
    return redirect(_page(token, what) + ("?sent" if comes else "?none"))


def _show(request: HttpRequest, signature: Signature, token: str, what: str, **shown: Any) -> HttpResponse:
    if what not in own_data.open_to(signature):
        raise Http404
    context = {
        "letter": signature.letter,
        "signature": signature,
        "token": token,
        "what": what,
        "title": own_data.WHAT[what],
        "form": _form(signature, what, None),
        "send": own_data.SendForm(signature),
        "asked": codes.is_asked(signature),
        "mailed": codes.mailed(signature),
        "sent": "sent" in request.GET,
        "none": "none" in request.GET,
        "page": _page(token, what),
        "code_page": _page(token, f"{what}_code"),
        **shown,
    }
    wrong = any(form.errors for form in shown.values())
    return render(request, "signatories/change.html", context, status=UNPROCESSABLE if wrong else 200)


def _page(token: str, what: str) -> str:
    return reverse(f"signatories:{what}", args=[token])
