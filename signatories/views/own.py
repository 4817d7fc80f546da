"""A signer's own page: where the signature stands, answering, withdrawing, disowning."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from petition.forms import UNPROCESSABLE
from signatories import privacy, vetting
from signatories.forms import signers
from signatories.models import Signature
from signatories.views import links


@csrf_exempt
@require_safe
def mine(request: HttpRequest, token: str) -> HttpResponse:
    """A signer's own page: where the signature stands, and what they can do."""
    return _mine_page(request, _signature(token), token)


@csrf_exempt
@require_POST
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """Leave the letter."""
    signature = _signature(token)
    form = signers.WithdrawForm(request.POST)
    if not form.is_valid():
        return _mine_page(request, signature, token, withdraw=form)
    if signature.may_be_withdrawn:
        privacy.withdraw(signature)
    return redirect("signatories:mine", token)


@csrf_exempt
@require_POST
def disown(request: HttpRequest, token: str) -> HttpResponse:
    """I did not sign this."""
    signature = _signature(token)
    form = signers.DisownForm(request.POST)
    if not form.is_valid():
        return _mine_page(request, signature, token, disown=form)
    privacy.disown(signature, no_more_mail=form.cleaned_data["no_more_mail"])
    return render(request, "signatories/disowned.html", {"letter": signature.letter})


@csrf_exempt
@require_POST
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Answer the team's question."""
    signature = _signature(token)
    form = signers.AnswerForm(request.POST)
    if not form.is_valid():
        return _mine_page(request, signature, token, answer=form)
    vetting.answer(signature, text=form.cleaned_data["answer"], url=form.cleaned_data["url"])
    return redirect("signatories:mine", token)


def _mine_page(request: HttpRequest, signature: Signature, token: str, **shown: Any) -> HttpResponse:
    context = {
        "letter": signature.letter,
        "signature": signature,
        "token": token,
        "history": signature.events.all(),
        "question": vetting.open_question(signature),
        "withdraw": signers.WithdrawForm(),
        "disown": signers.DisownForm(),
        "answer": signers.AnswerForm(),
        **shown,
    }
    return render(request, "signatories/mine.html", context, status=UNPROCESSABLE if shown else 200)


def _signature(token: str) -> Signature:
    return get_object_or_404(Signature.objects.select_related("letter", "version"), pk=links.read("mine", token))
