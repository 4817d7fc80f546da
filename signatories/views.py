"""What signers and readers do. These forms carry no session: a code or a personal link is the proof."""

import uuid
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from petition.forms import posted
from petition.models import Letter
from petition.views import shared
from signatories import countries, forms, invitations, outbox, privacy, roll, signing, tokens, vetting
from signatories.models import LINE, Invitation, Mail, Signature

UNPROCESSABLE, GONE = 422, 410
View = Callable[..., HttpResponse]


@require_safe
@shared
def signatories(request: HttpRequest, slug: str) -> HttpResponse:
    """The list, with search and filters."""
    letter = get_object_or_404(Letter.objects.public(), slug=slug)
    asked = {name: request.GET.get(name, "") for name in ("search", "discipline", "country", "after")}
    try:
        page = roll.page(letter, **asked)
    except roll.BadCursor:
        return HttpResponseBadRequest("This place in the list does not exist. Please start from its first page.")
    asked["search"] = asked["search"][:200]
    context = {
        "letter": letter,
        "tally": letter.latest_tally,
        "page": page,
        "asked": asked,
        "filtered": any(asked[name] for name in ("search", "discipline", "country")),
        "countries": countries.names(),
    }
    return render(request, "signatories/signatories.html", context)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest, slug: str) -> HttpResponse:
    """The form. Every address gets the same answer; the difference goes to its mailbox."""
    letter = get_object_or_404(Letter.objects.public(), slug=slug)
    if not letter.takes_signatures:
        status = 409 if request.method == "POST" else 200
        return render(request, "signatories/not_open.html", {"letter": letter}, status=status)
    assert letter.version is not None
    form = forms.SignForm(letter, posted(request), initial={"version": letter.version.number})
    if request.method == "POST" and form.is_valid():
        mail = signing.sign(letter, address=form.cleaned_data["email"], typed=form.typed())
        return redirect(_sent(letter, tokens.make("tab", mail.pk)))
    context = {"letter": letter, "form": form}
    return render(request, "signatories/sign.html", context, status=UNPROCESSABLE if form.errors else 200)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def sent(request: HttpRequest, slug: str) -> HttpResponse:
    """The tab of signing: it asks for the code from the mail."""
    letter = get_object_or_404(Letter.objects.public(), slug=slug)
    token = request.GET.get("t", "")
    mail_id = _read("tab", token)
    form = forms.CodeForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            confirmed = signing.confirm(mail_id, form.cleaned_data["code"], in_tab=True)
        except signing.WrongCode:
            form.add_error("code", _wrong_in_tab())
        except signing.Gone:
            return render(request, "signatories/gone.html", {"letter": letter}, status=GONE)
        else:
            return redirect(_mine(confirmed.signature))
    context = {"letter": letter, "form": form, "token": token, "again": "again" in request.GET}
    return render(request, "signatories/sent.html", context, status=UNPROCESSABLE if form.errors else 200)


@csrf_exempt
@require_POST
def again(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for the mail once more; the answer is the same whether one goes out or not."""
    letter = get_object_or_404(Letter.objects.public(), slug=slug)
    token = request.GET.get("t", "")
    signing.send_again(_read("tab", token))
    return redirect(_sent(letter, token) + "&again")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the mail's link. Opening it changes nothing; it wants the code and a tick."""
    mail = _mail("confirm", token)
    if mail is None or mail.signature is None or mail.signature.status in {"expired", "withdrawn"}:
        letter = mail.signature.letter if mail and mail.signature else None
        return render(request, "signatories/gone.html", {"letter": letter}, status=GONE)
    form = forms.ConfirmForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            confirmed = signing.confirm(mail.pk, form.cleaned_data["code"], in_tab=False)
        except signing.WrongCode:
            form.add_error("code", "This is not the code from that mail. Please copy its six digits.")
        except signing.Gone:
            return render(request, "signatories/gone.html", {"letter": mail.signature.letter}, status=GONE)
        else:
            return redirect(_mine(confirmed.signature))
    signature = outbox.proposed(mail)
    context = {
        "letter": signature.letter,
        "signature": signature,
        "form": form,
        "token": token,
        "disown": forms.DisownForm(),
        "mine_token": tokens.make("mine", signature.pk),
    }
    return render(request, "signatories/confirm.html", context, status=UNPROCESSABLE if form.errors else 200)


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
    form = forms.WithdrawForm(request.POST)
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
    form = forms.DisownForm(request.POST)
    if not form.is_valid():
        return _mine_page(request, signature, token, disown=form)
    privacy.disown(signature, no_more_mail=form.cleaned_data["no_more_mail"])
    return render(request, "signatories/disowned.html", {"letter": signature.letter})


@csrf_exempt
@require_POST
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Answer the team's question."""
    signature = _signature(token)
    form = forms.AnswerForm(request.POST)
    if not form.is_valid():
        return _mine_page(request, signature, token, answer=form)
    vetting.answer(signature, text=form.cleaned_data["answer"])
    return redirect("signatories:mine", token)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """A founder's own page: the frozen text, their line, the code from the mail."""
    mail = _mail("invitation", token)
    if mail is None or mail.invitation is None:
        raise Http404
    invited = mail.invitation
    problem = invitations.problem_with(invited)
    if problem:
        context = {"letter": invited.letter, "problem": problem}
        return render(request, "signatories/invitation_over.html", context, status=GONE)
    form = forms.InvitationForm(invited.letter, posted(request), initial=_known(invited))
    if request.method == "POST" and form.is_valid():
        try:
            signature = invitations.accept(mail.pk, code=form.cleaned_data["code"], typed=form.typed())
        except signing.WrongCode:
            form.add_error("code", "This is not the code from your invitation. Please copy its six digits.")
        else:
            return redirect(_mine(signature))
    context = {"letter": invited.letter, "invitation": invited, "form": form, "token": token}
    return render(request, "signatories/invitation.html", context, status=UNPROCESSABLE if form.errors else 200)


@csrf_exempt
@require_POST
def decline_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """A founder steps back before signing; it wants one tick, as leaving does."""
    mail = _mail("invitation", token)
    if mail is None or mail.invitation is None:
        raise Http404
    if "sure" not in request.POST:
        return redirect("signatories:invitation", token)
    invitations.decline(mail.invitation)
    return redirect("signatories:invitation", token)


def _mine_page(request: HttpRequest, signature: Signature, token: str, **shown: Any) -> HttpResponse:
    context = {
        "letter": signature.letter,
        "signature": signature,
        "token": token,
        "history": signature.events.all(),
        "question": signature.decisions.filter(outcome="ask", answered_at=None).last(),
        "withdraw": forms.WithdrawForm(),
        "disown": forms.DisownForm(),
        "answer": forms.AnswerForm(),
        **shown,
    }
    return render(request, "signatories/mine.html", context, status=UNPROCESSABLE if shown else 200)


def _known(invited: Invitation) -> dict[str, Any]:
    return {name: getattr(invited, name) for name in LINE if hasattr(invited, name)}


def _read(purpose: tokens.Purpose, token: str) -> uuid.UUID:
    try:
        return tokens.read(purpose, token)
    except tokens.Invalid:
        raise Http404 from None


def _mail(purpose: tokens.Purpose, token: str) -> Mail | None:
    rows = Mail.objects.select_related("signature__letter", "signature__version", "invitation__letter")
    return rows.filter(pk=_read(purpose, token)).first()


def _signature(token: str) -> Signature:
    return get_object_or_404(Signature.objects.select_related("letter", "version"), pk=_read("mine", token))


def _sent(letter: Letter, token: str) -> str:
    return reverse("signatories:sent", args=[letter.slug]) + f"?t={token}"


def _mine(signature: Signature) -> str:
    return reverse("signatories:mine", args=[tokens.make("mine", signature.pk)])


def _wrong_in_tab() -> str:
    return (
        f"That did not match. Please copy the six digits from the newest mail; after {signing.MAX_TAB_TRIES} "
        "tries this page stops accepting codes, and the link in the mail goes on working."
    )
