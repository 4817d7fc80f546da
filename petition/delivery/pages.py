"""What readers see of a delivery, and the addressee's own pages. Those carry no session: the link is the proof."""

from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from petition.delivery import amending, bundling, received, typesetting
from petition.delivery.forms import AcknowledgeForm, ReplyForm
from petition.forms import UNPROCESSABLE
from petition.models import AddresseeLink, Delivery, Letter, Opening
from petition.tally import SMALLEST_CELL
from petition.views import shared

GONE = 410  # RFC 9110, section 15.5.11
AWAY = 503


@require_safe
@shared
def delivered(request: HttpRequest, slug: str) -> HttpResponse:
    """The record of a delivery: when, to whom, how many, its hashes and the replies."""
    letter = get_object_or_404(Letter.objects.public(), slug=slug)
    delivery = get_object_or_404(Delivery.objects.select_related("bundle", "version"), letter=letter)
    context = {"letter": letter, **about(delivery)}
    return render(request, "petition/delivered.html", context)


def about(delivery: Delivery) -> dict[str, Any]:
    """Return what a page says about a delivery."""
    return {
        "delivery": delivery,
        "counts": typesetting.counts(
            delivery.frame, delivery.figures, version=delivery.version.number, smallest=SMALLEST_CELL
        ),
        "gone": amending.gone(delivery),
    }


@csrf_exempt
@require_safe
def received_page(request: HttpRequest, token: str) -> HttpResponse:
    """The addressee's page; opening it is noted and changes nothing else."""
    link = _link(token)
    if link.is_open and request.method == "GET":
        received.opened(link, Opening.What.PAGE)
    return _page(request, link, token)


@csrf_exempt
@require_safe
def received_file(request: HttpRequest, token: str, what: str) -> HttpResponseBase:
    """The document or the bundle, as delivered, for the addressee."""
    link = _link(token)
    if not link.is_open:
        return _page(request, link, token)
    try:
        response = download(link.delivery, what)
    except bundling.Damaged:
        return render(request, "petition/received_later.html", {"link": link, "token": token}, status=AWAY)
    if request.method == "GET":
        received.opened(link, Opening.What(what))
    return response


@csrf_exempt
@require_POST
def acknowledge(request: HttpRequest, token: str) -> HttpResponse:
    """The addressee says that the letter has arrived."""
    link = _link(token)
    form = AcknowledgeForm(request.POST, auto_id="acknowledge_%s")
    if not link.is_open or not form.is_valid():
        return _page(request, link, token, acknowledge=form)
    received.acknowledge(link, by=form.cleaned_data["name"])
    return redirect("petition:received", token)


@csrf_exempt
@require_POST
def reply(request: HttpRequest, token: str) -> HttpResponse:
    """The addressee replies, for everyone to read."""
    link = _link(token)
    form = ReplyForm(request.POST, auto_id="reply_%s")
    if not link.is_open or not form.is_valid():
        return _page(request, link, token, reply=form)
    received.reply(link, author=form.cleaned_data["author"], text=form.cleaned_data["text"])
    return redirect("petition:received", token)


def download(delivery: Delivery, what: str) -> FileResponse:
    """Return the document or the bundle as a download, after its hash was checked.

    Raises:
        bundling.Damaged: there is none that may be handed out.
    """
    file = bundling.document(delivery.bundle) if what == Opening.What.PDF else bundling.open_checked(delivery.bundle)
    suffix = "pdf" if what == Opening.What.PDF else "zip"
    name = f"{delivery.letter.slug}-delivered-{delivery.as_of:%Y-%m-%d}.{suffix}"
    return FileResponse(file, as_attachment=True, filename=name)


def _link(token: str) -> AddresseeLink:
    link = received.behind(token)
    if link is None:
        raise Http404
    return link


def _page(request: HttpRequest, link: AddresseeLink, token: str, **bound: Any) -> HttpResponse:
    delivery = link.delivery
    context = {"letter": delivery.letter, "link": link, "token": token}
    if not link.is_open:
        return render(request, "petition/received_over.html", context, status=GONE)
    context |= {
        **about(delivery),
        "amendments": delivery.amendments.all()[: amending.SHOWN],
        "acknowledge": AcknowledgeForm(auto_id="acknowledge_%s"),
        "reply": ReplyForm(auto_id="reply_%s", initial={"author": link.addressee}),
        "may_reply": link.replies.count() < received.MOST_REPLIES,
        **bound,
    }
    return render(request, "petition/received.html", context, status=UNPROCESSABLE if bound else 200)
