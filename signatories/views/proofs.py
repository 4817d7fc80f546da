"""What signers do to strengthen their signature, and the public page that their own pages link to."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from petition.forms import UNPROCESSABLE, posted
from petition.moves import NotAllowed
from petition.views import shared
from signatories import proving, tokens, vouching, workmail
from signatories.evidence import keys
from signatories.forms import proofs, signers
from signatories.models import Mail, Signature
from signatories.views import limited, links, own

SECTION = "#proofs"
TOO_MANY = gettext_lazy("That is more than %(number)s in a day. Please go on tomorrow.")


@csrf_exempt
@require_POST
@limited.limited("proof")
def offer(request: HttpRequest, token: str, kind: str) -> HttpResponse:
    """Have a page, a file, a domain or a key checked."""
    signature = links.signature_behind(token)
    form = proofs.OFFERED[kind](signature, request.POST)
    if form.is_valid():
        try:
            proving.offer(signature, **form.offered())
        except proving.TooMany:
            form.refuse(TOO_MANY % {"number": proving.DAILY})
    return _back(request, signature, token, kind, form)


@csrf_exempt
@require_POST
@limited.limited("work mailbox")
def mailbox(request: HttpRequest, token: str) -> HttpResponse:
    """Have a code sent to another mailbox; the answer is the same whether one goes out or not."""
    signature = links.signature_behind(token)
    form = proofs.MailboxForm(signature, request.POST)
    if form.is_valid():
        workmail.ask(signature, address=form.cleaned_data["address"])
    return _back(request, signature, token, "mailbox", form)


@csrf_exempt
@require_POST
@limited.limited("code")
def mailbox_code(request: HttpRequest, token: str) -> HttpResponse:
    """Prove the other mailbox by its code."""
    signature = links.signature_behind(token)
    form = signers.CodeForm(request.POST)
    if form.is_valid():
        try:
            workmail.confirm(signature, code=form.cleaned_data["code"])
        except workmail.WrongCode:
            form.add_error("code", _wrong_code())
        except NotAllowed as problem:
            form.add_error("code", str(problem))
    return _back(request, signature, token, "code", form)


@csrf_exempt
@require_POST
def vouch_code(request: HttpRequest, token: str) -> HttpResponse:
    """Make the code that a signer gives to colleagues."""
    signature = links.signature_behind(token)
    form = proofs.AskVouchForm(request.POST)
    if form.is_valid():
        vouching.code_for(signature)
    return _back(request, signature, token, "ask_vouch", form)


@csrf_exempt
@require_POST
@limited.limited("vouch")
def vouch(request: HttpRequest, token: str) -> HttpResponse:
    """Vouch for a colleague: first the code, then their line and a tick."""
    voucher = links.signature_behind(token)
    typed = proofs.VouchCodeForm(request.POST)
    if not typed.is_valid():
        return _back(request, voucher, token, "vouch", typed)
    code = typed.cleaned_data["vouch_code"]
    form = proofs.VouchForm(request.POST if "again" in request.POST else None, initial={"vouch_code": code})
    try:
        if form.is_valid():
            vouching.vouch(voucher, code=code, line=form.cleaned_data["line"])
            return redirect(links.mine_path(voucher) + SECTION)
        shown = vouching.find(voucher, code=code)
        context = {"voucher": voucher, "token": token, "signature": shown, "form": form, "line": vouching.seen(shown)}
    except vouching.NoSuchCode:
        typed.add_error("vouch_code", _("No colleague under this letter has this code. Please compare it once more."))
    except vouching.TooMany:
        typed.add_error("vouch_code", _("That was tried too often today. Please go on tomorrow."))
    else:
        return render(request, "signatories/vouch.html", context, status=UNPROCESSABLE if form.errors else 200)
    return _back(request, voucher, token, "vouch", typed)


@csrf_exempt
@require_safe
def statement(request: HttpRequest, token: str) -> HttpResponse:
    """The exact text that a signer's key signs, as a file."""
    signature = links.signature_behind(token)
    if signature.status not in proving.MAY_PROVE:
        raise Http404
    name = keys.file_name(signature)
    return HttpResponse(
        keys.statement(signature),
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@require_safe
@shared
def signed(request: HttpRequest, token: str) -> HttpResponse:
    """The page that signers link to from pages of theirs.

    Until the name is public it is the same page for every address, made here or not: a link on somebody's page must
    not tell that its owner signed something before the letter does.
    """
    return render(request, "signatories/signed.html", {"signature": _public(token)})


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Who reads a mailbox that a signer typed wants no more mail."""
    mail = links.mail_behind("stop", token)
    if mail is None or mail.kind != Mail.Kind.MAILBOX:
        raise Http404
    form = proofs.StopForm(posted(request))
    asked = form.is_valid()
    done = asked and workmail.stop(mail)
    assert mail.signature is not None
    context = {"letter": mail.signature.letter, "form": form, "asked": asked, "done": done}
    status = UNPROCESSABLE if form.errors else links.GONE if asked and not done else 200
    return render(request, "signatories/stop.html", context, status=status)


def _public(token: str) -> Signature | None:
    try:
        pk = tokens.read("signed", token)
    except tokens.Invalid:
        return None
    found = Signature.objects.listed().select_related("letter").filter(pk=pk).first()
    return found if found is not None and found.letter.is_public else None


def _back(request: HttpRequest, signature: Signature, token: str, name: str, form: forms.Form) -> HttpResponse:
    """Go back to the signer's own page, or show it with what is wrong."""
    if form.errors:
        return own.mine_page(request, signature, token, proof_forms={name: form})
    return redirect(links.mine_path(signature) + SECTION)


def _wrong_code() -> str:
    said = _(
        "That did not match. Please copy the six digits from the newest mail; after %(number)s tries "
        "you need a new one."
    )
    return said % {"number": workmail.MAX_TRIES}
