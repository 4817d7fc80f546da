"""A signer's own page: where the signature stands, answering, withdrawing, disowning."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from petition.forms import UNPROCESSABLE, posted
from signatories import announce, consents, privacy, reaching, reasons, vetting
from signatories.forms import signers
from signatories.forms.own_data import ChangeForm, TakeBackForm
from signatories.models import Signature, SignatureEvent
from signatories.views import links

# What came of signing as a founder by somebody who had signed in public before.
NOTICES = {
    "founder": _("You signed as a founder now. Your line is the one you had before."),
    "founder_line": _(
        "You signed as a founder now. The line below is the one you typed just now; it replaces the one "
        "from the public form, and the team looks at it before it is printed."
    ),
}
# What was done just now, by the word that the redirect carries: these pages keep no session. Nobody is told what a word
# in an address says and the signature does not.
DONE = {
    "answer": reasons.IN_HISTORY["answered"],
    "keep": reasons.IN_HISTORY["reaffirmed"],
    "correct": _("Done: your line is corrected."),
    "agree": _("Done: what you agreed to is noted."),
    "hide": _("Done: you are not named."),
    "withdraw": _("Done: your signature is withdrawn."),
    "erase": _("Done: everything about your mailbox is erased on this site."),
}


@csrf_exempt
@require_safe
def mine(request: HttpRequest, token: str) -> HttpResponse:
    """A signer's own page: where the signature stands, and what they can do."""
    return mine_page(request, _signature(token), token)


@csrf_exempt
@require_POST
def disown(request: HttpRequest, token: str) -> HttpResponse:
    """I did not sign this."""
    signature = _signature(token)
    form = signers.DisownForm(request.POST)
    if not form.is_valid():
        return mine_page(request, signature, token, disown=form)
    privacy.disown(signature, no_more_mail=form.cleaned_data["no_more_mail"])
    return render(request, "signatories/disowned.html", {"letter": signature.letter})


@csrf_exempt
@require_POST
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Answer the team's question."""
    signature = _signature(token)
    form = signers.AnswerForm(request.POST)
    if not form.is_valid():
        return mine_page(request, signature, token, answer=form)
    vetting.answer(signature, text=form.cleaned_data["answer"], url=form.cleaned_data["url"])
    return done(token, "answer")


@csrf_exempt
@require_POST
def keep(request: HttpRequest, token: str) -> HttpResponse:
    """The meaning of the text has changed: keep the name under the new words, or leave."""
    signature = _signature(token)
    form = signers.KeepForm(request.POST)
    if not form.is_valid():
        return mine_page(request, signature, token, keep=form)
    if form.cleaned_data["answer"] == "leave":
        return redirect("signatories:withdraw", token)
    announce.keep(signature, read=form.cleaned_data["version"])
    return done(token, "keep")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """No more news. Mail programs ask with one POST of their own (RFC 8058), people with a tick."""
    signature = get_object_or_404(Signature.objects.select_related("letter"), pk=links.read("news", token))
    one_click = request.POST.get("List-Unsubscribe") == "One-Click"
    form = signers.UnsubscribeForm(posted(request))
    if one_click or form.is_valid():
        announce.unsubscribe(signature)
        return render(request, "signatories/unsubscribed.html", {"letter": signature.letter})
    context = {"letter": signature.letter, "form": form}
    return render(request, "signatories/unsubscribe.html", context, status=UNPROCESSABLE if form.errors else 200)


@csrf_exempt
@require_POST
def again(request: HttpRequest, token: str) -> HttpResponse:
    """A mail had come back: ask for one that shows that mail arrives again."""
    reaching.ask(_signature(token))
    return redirect("signatories:mine", token)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def reach(request: HttpRequest, token: str) -> HttpResponse:
    """Mail arrives again: who has opened the link of such a mail says so."""
    mail = links.mail_behind("reach", token)
    if mail is None or mail.signature is None:
        raise Http404
    form = signers.ReachForm(posted(request))
    done = form.is_valid()
    if done:
        reaching.show(mail)
    context = {"letter": mail.signature.letter, "form": form, "done": done}
    return render(request, "signatories/reach.html", context, status=UNPROCESSABLE if form.errors else 200)


def mine_page(request: HttpRequest, signature: Signature, token: str, **shown: Any) -> HttpResponse:
    events = list(signature.events.all())
    context = {
        "letter": signature.letter,
        "signature": signature,
        "token": token,
        "history": _history(events),
        "kept": signature.reaffirmations.exists(),  # then it was signed under another version
        "notice": _done(request, signature) or NOTICES.get(events[-1].reason if events else ""),
        "question": vetting.open_question(signature),
        "consents": _consents(signature),
        "change": ChangeForm(signature),
        "taken": TakeBackForm(),
        "lost": reaching.lost(signature),
        "asked_again": reaching.asked(signature),
        "disown": signers.DisownForm(),
        "answer": signers.AnswerForm(),
        "changed": announce.change_of_meaning(signature),
        "keep": signers.KeepForm(),
        **shown,
    }
    return render(request, "signatories/mine.html", context, status=UNPROCESSABLE if shown else 200)


def done(token: str, what: str) -> HttpResponse:
    """Go back to the own page, which says that it was done."""
    return redirect(f"{reverse('signatories:mine', args=[token])}?done={what}")


def _done(request: HttpRequest, signature: Signature) -> object:
    what = request.GET.get("done", "")
    gone = signature.status == Signature.Status.WITHDRAWN
    if gone != (what in {"withdraw", "erase"}) or (what == "hide" and signature.publish):
        return ""
    return DONE.get(what, "")


def _consents(signature: Signature) -> list[dict[str, Any]]:
    """What was agreed to, with the words, and since when; what was never given is not among it."""
    rows = consents.standing(signature).values()
    return [{"consent": row, "ends_here": row.given and row.purpose != "publish"} for row in rows]


def _history(events: list[SignatureEvent]) -> list[tuple[datetime, str]]:
    """When something happened and what, in words for the signer; steps that read alike are one."""
    steps = [(event.at, reasons.in_history(event.now, event.reason)) for event in events]
    return [step for number, step in enumerate(steps) if number == 0 or step[1] != steps[number - 1][1]]


def _signature(token: str) -> Signature:
    return get_object_or_404(Signature.objects.select_related("letter", "version"), pk=links.read("mine", token))
