"""Where a team delivers its letter, and follows what becomes of it."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET, require_POST

from petition import stored
from petition.access import team
from petition.delivery import amending, bundling, pages, received
from petition.delivery.forms import DeliverForm, EnteredReplyForm, LinkForm
from petition.desk import letters as desk
from petition.forms import UNPROCESSABLE
from petition.models import Delivery, Letter, Opening, Power, Reply, User

# What the typesetter notes about a document is kept with it, in English.
NOTES = (
    gettext_noop("No font here has these characters, so they are printed as boxes: %(some)s. See FONT_DIR."),
    gettext_noop("With more than %(number)s names the PDF has no tags for screen readers."),
    gettext_noop("The list is too long to be printed here; the PDF names the founders and refers to it."),
    gettext_noop("The PDF could not be made to PDF/UA-1: %(problem)s"),
)


@team
@require_GET
def delivery(request: HttpRequest, slug: str) -> HttpResponse:
    """What will be frozen, or what became of what was delivered."""
    return page(request, get_object_or_404(Letter.objects.run_by(request.user, Power.EXPORT), slug=slug))


@team
@require_POST
def download(request: HttpRequest, slug: str, what: str) -> HttpResponseBase:
    """Take the document or the bundle out of the house; who did is recorded."""
    found = _delivery(request, slug, Power.EXPORT)
    try:
        response = pages.download(found, what)
    except bundling.Damaged as problem:
        messages.error(request, str(problem))
        return redirect("petition:delivery", slug)
    status = found.letter.status
    found.letter.events.create(was=status, now=status, actor=_actor(request), reason=f"downloaded_{what}")
    return response


@team
@require_POST
def again(request: HttpRequest, slug: str) -> HttpResponse:
    """Let a bundle that could not be made be tried again."""
    bundling.again(_delivery(request, slug, Power.MANAGE).bundle)
    return redirect("petition:delivery", slug)


@team
@require_POST
def make_link(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a link for an addressee."""
    found = _delivery(request, slug, Power.MANAGE)
    form = LinkForm(found, request.POST, auto_id="link_%s")
    if not form.is_valid():
        return page(request, found.letter, link_form=form)
    received.make_link(found, actor=_actor(request), **form.cleaned_data)
    messages.success(request, _("The link is made. Send it to the addressee; it is theirs alone."))
    return redirect(reverse("petition:delivery", args=[slug]) + "#links")


@team
@require_POST
def revoke(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Close a link."""
    received.revoke(get_object_or_404(_delivery(request, slug, Power.MANAGE).links, pk=pk))
    messages.success(request, _("The link opens nothing any more."))
    return redirect(reverse("petition:delivery", args=[slug]) + "#links")


@team
@require_POST
def sent(request: HttpRequest, slug: str) -> HttpResponse:
    """Note that the amendment on the page was sent."""
    found = _delivery(request, slug, Power.MANAGE)
    up_to = request.POST.get("up_to", "")
    number = int(up_to) if up_to.isascii() and up_to.isdigit() and len(up_to) < 19 else 0
    if amending.mark_sent(found, up_to=number, actor=_actor(request)):
        messages.success(request, _("Noted as sent."))
    return redirect(reverse("petition:delivery", args=[slug]) + "#amendments")


@team
@require_POST
def enter_reply(request: HttpRequest, slug: str) -> HttpResponse:
    """Enter a reply that was received elsewhere."""
    found = _delivery(request, slug, Power.MANAGE)
    form = EnteredReplyForm(found, request.POST, auto_id="entered_%s")
    if not form.is_valid():
        return page(request, found.letter, reply_form=form)
    received.enter_reply(found, actor=_actor(request), **form.cleaned_data)
    messages.success(request, _("The reply stands on the letter’s page."))
    return redirect(reverse("petition:delivery", args=[slug]) + "#replies")


@team
@require_POST
def hide_reply(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Take a reply off the letter's page."""
    received.hide(_reply(request, slug, pk), actor=_actor(request))
    return redirect(reverse("petition:delivery", args=[slug]) + "#replies")


@team
@require_POST
def show_reply(request: HttpRequest, slug: str, pk: uuid.UUID) -> HttpResponse:
    """Put a reply back on the letter's page."""
    received.show(_reply(request, slug, pk))
    return redirect(reverse("petition:delivery", args=[slug]) + "#replies")


def page(request: HttpRequest, letter: Letter, **bound: Any) -> HttpResponse:
    """Return the page of a letter's delivery, with the form that has something to correct."""
    member = letter.members.get(user=request.user.pk)
    context: dict[str, Any] = {"letter": letter, "member": member, "may_manage": member.may(Power.MANAGE)}
    found = Delivery.objects.select_related("bundle", "version", "actor").filter(letter=letter).first()
    context |= _after(found) if found else _before(letter)
    return render(request, "petition/desk/delivery.html", {**context, **bound}, status=UNPROCESSABLE if bound else 200)


def _before(letter: Letter) -> dict[str, Any]:
    return {
        "form": DeliverForm(),
        "listed": letter.signatures.listed().count() if letter.version else 0,
        "waiting": letter.signatures.further().count(),
        "unnamed": letter.signatures.unnamed().count(),
        "close": desk.STEPS["close"] if letter.status in desk.STEPS["close"].after else None,
    }


def _after(found: Delivery) -> dict[str, Any]:
    notices = amending.to_send(found)
    links = found.links.prefetch_related("openings")
    return {
        **pages.about(found),
        "bundle": found.bundle,
        "stage": stored.said(found.bundle.stage, [bundling.TYPESETTING]),
        "problem": stored.said(found.bundle.problem),
        "notes": [stored.said(note, NOTES) for note in found.bundle.notes],
        "notices": notices,
        "amendment": amending.text(found, notices) if notices else "",
        "up_to": max((one["notice"].pk for one in notices), default=0),
        "sent": found.amendments.exclude(sent_at=None).select_related("sent_by")[: amending.SHOWN],
        "links": [(link, settings.SITE_URL + _path(link)) for link in links],
        "replies": found.replies.select_related("entered_by", "hidden_by", "link"),
        "link_form": LinkForm(found, auto_id="link_%s"),
        "reply_form": EnteredReplyForm(found, auto_id="entered_%s"),
    }


def _path(link: Any) -> str:
    return reverse("petition:received", args=[received.token(link)])


def _delivery(request: HttpRequest, slug: str, power: Power) -> Delivery:
    letter = get_object_or_404(Letter.objects.run_by(request.user, power), slug=slug)
    return get_object_or_404(Delivery.objects.select_related("bundle", "letter"), letter=letter)


def _reply(request: HttpRequest, slug: str, pk: uuid.UUID) -> Reply:
    return get_object_or_404(_delivery(request, slug, Power.MANAGE).replies, pk=pk)


def _actor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


WHAT = tuple(what for what in Opening.What if what != Opening.What.PAGE)
