"""Sign and confirm. These forms carry no session: a code or a personal link is the proof."""

import secrets
import uuid

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from petition import languages, versions
from petition.forms import UNPROCESSABLE, posted
from petition.idempotency import once
from petition.models import Letter
from signatories import limits, origins, outbox, signing, tokens
from signatories.forms import signers
from signatories.limits import signing as pressure
from signatories.models import Signature
from signatories.views import limited, links


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@once
def sign(request: HttpRequest, slug: str) -> HttpResponse:
    """The form. Every address gets the same answer; the difference goes to its mailbox."""
    letter = _letter(slug)
    if not letter.takes_signatures:
        status = 409 if request.method == "POST" else 200
        return render(request, "signatories/not_open.html", {"letter": letter}, status=status)
    assert letter.version is not None
    form = signers.SignForm(letter, posted(request), initial={"version": letter.version.number})
    if request.method == "POST" and form.is_valid():
        return _take(request, letter, form)
    # The form on the letter's own page is the same bytes for everybody and has no key: there the content is the key.
    context = {"letter": letter, "form": form, "form_key": secrets.token_urlsafe(16)}
    return render(request, "signatories/sign.html", context, status=UNPROCESSABLE if form.errors else 200)


def _take(request: HttpRequest, letter: Letter, form: signers.SignForm) -> HttpResponse:
    """Take the signature, within the limits."""
    address, origin = form.cleaned_data["email"], origins.of(request)
    refused = _refused(request, letter, address, origin)
    if refused:
        return _ask_for_patience(request, letter, form, refused)
    language = form.cleaned_data["language"]
    mail = signing.sign(
        letter,
        address=address,
        typed=form.typed(),
        language=language,
        locale=languages.told(request),
        origin=origin,
    )
    return redirect(_sent(letter, tokens.make("tab", mail.pk, at=letter.slug)))


def _letter(slug: str) -> Letter:
    """The letter as it is now, with its newest version."""
    letter = versions.public(slug)
    if letter is None:
        raise Http404
    return letter


def _refused(request: HttpRequest, letter: Letter, address: str, origin: origins.From) -> pressure.Refused | None:
    host = address.rpartition("@")[2]
    solution, ticket = request.POST.get("altcha", ""), request.POST.get("ticket", "")
    return pressure.refuse(letter.slug, host=host, origin=origin, solution=solution, ticket=ticket)


def _ask_for_patience(
    request: HttpRequest, letter: Letter, form: signers.SignForm, refused: pressure.Refused
) -> HttpResponse:
    """The form with what was typed, and what opens it; only on this answer, so that the letter stays cacheable."""
    context = {"letter": letter, "form": form, "refused": refused, "wait": limited.minutes(refused.retry_after)}
    page = render(request, "signatories/sign.html", context, status=limited.TOO_MANY)
    return limited.with_wait(page, refused.retry_after)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@limited.limited("code")
def sent(request: HttpRequest, slug: str) -> HttpResponse:
    """The tab of signing: it asks for the code from the mail."""
    token = request.GET.get("t", "")
    mail_id = links.read("tab", token, at=slug)
    form, closed = signers.CodeForm(posted(request)), False
    if request.method == "POST" and form.is_valid():
        try:
            confirmed = signing.confirm(mail_id, form.cleaned_data["code"], in_tab=True)
        except signing.WrongCode:
            # Counted apart from the mail's own tries, which are none where the mailbox has signed: that is not shown.
            some = limits.take("tab", str(mail_id), most=signing.MAX_TAB_TRIES - 1, window=outbox.DAY)
            closed = not some.allowed
            form.add_error("code", _wrong_in_tab())
        except signing.Gone:
            return _gone(request, mail_id)
        else:
            return redirect(links.mine_path(confirmed.signature))
    context = {"letter": _letter(slug), "form": form, "closed": closed, "token": token, "again": "again" in request.GET}
    return render(request, "signatories/sent.html", context, status=UNPROCESSABLE if form.errors else 200)


@csrf_exempt
@require_POST
@limited.limited("mail again")
def again(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for the mail once more; the answer is the same whether one goes out or not."""
    letter = _letter(slug)
    token = request.GET.get("t", "")
    signing.send_again(links.read("tab", token, at=letter.slug))
    return redirect(_sent(letter, token) + "&again")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@limited.limited("code")
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the mail's link. Opening it changes nothing; it wants the code and a tick."""
    mail = links.mail_behind("confirm", token)
    if mail is None or mail.signature is None or mail.signature.status in {"expired", "withdrawn"}:
        return _gone(request, links.read("confirm", token))
    signature = outbox.proposed(mail)
    form = signers.ConfirmLineForm(signature.letter, _with_line(request, signature), initial=signature.typed)
    if request.method == "POST" and form.is_valid():
        try:
            confirmed = signing.confirm(mail.pk, form.cleaned_data["code"], in_tab=False, corrected=form.typed())
        except signing.WrongCode:
            form.add_error(
                "code", _("This is not a code from our mails. Please copy the six digits of the newest one.")
            )
        except signing.Gone:
            return _gone(request, mail.pk)
        else:
            return redirect(links.mine_path(confirmed.signature))
    context = {
        "letter": signature.letter,
        "signature": signature,
        "form": form,
        "token": token,
        "disown": signers.DisownForm(),
        "mine_token": tokens.make("mine", signature.pk),
    }
    return render(request, "signatories/confirm.html", context, status=UNPROCESSABLE if form.errors else 200)


def _gone(request: HttpRequest, mail_id: uuid.UUID) -> HttpResponse:
    """There is nothing to confirm, said to who has the link or the code of the mail: withdrawing is final."""
    signature = Signature.objects.select_related("letter").filter(mails=mail_id).first()
    context = {
        "letter": signature and signature.letter,
        "withdrawn": signature is not None and signature.status == Signature.Status.WITHDRAWN,
    }
    return render(request, "signatories/gone.html", context, status=links.GONE)


def _with_line(request: HttpRequest, signature: Signature) -> QueryDict | None:
    """What was sent; where the line is not in it, the line that the page shows stands for it."""
    data = posted(request)
    if data is None or "name" in data:
        return data
    data = data.copy()
    line = {name: "on" if value is True else value for name, value in signature.typed.items() if value is not False}
    data.update(line)
    return data


def _sent(letter: Letter, token: str) -> str:
    return reverse("signatories:sent", args=[letter.slug]) + f"?t={token}"


def _wrong_in_tab() -> str:
    said = _(
        "That did not match. Please copy the six digits from the newest mail; after %(number)s "
        "tries this page stops accepting codes, and the link in the mail goes on working."
    )
    return said % {"number": signing.MAX_TAB_TRIES}
