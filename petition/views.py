"""What readers see. The same bytes for every visitor: no session, no cookie, nothing personal."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from petition import finding, replica
from petition.models import Letter
from petition.versions import compare, shortened

PAGE = 50  # letters
# A shared cache may answer for this long. Each process keeps such pages as well (config/kept.py) and sees within
# another second that a name was hidden, so it is gone from every page within two.
MAX_AGE = 1
View = Callable[..., HttpResponse]
Page = TypeVar("Page", bound=HttpResponseBase)


def shared(view: View) -> View:
    """Mark a page that is the same for everybody: a shared cache may answer, and a standby of the database is read."""
    return cache_control(public=True, max_age=MAX_AGE)(replica.public(view))


def any_query(view: View) -> View:
    """Say that the query makes no other page of it: other sites put theirs behind the links that lead here.

    Nothing on the page repeats it, for the next reader is given the same page. The header is that of
    draft-ietf-httpbis-no-vary-search.
    """

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.META["QUERY_STRING"], request.GET = "", QueryDict()
        response = view(request, *args, **kwargs)
        response.headers["No-Vary-Search"] = "params"
        return response

    return inner


@require_safe
@shared
def index(request: HttpRequest) -> HttpResponse:
    """The letters that are public, or those in which `q` stands."""
    typed = request.GET.get("q", "").strip()[: finding.LONGEST]
    page = Paginator(finding.find(typed), PAGE).get_page(request.GET.get("page"))
    finding.count(page.object_list)
    return render(request, "petition/index.html", {"page": page, "typed": typed})


@require_safe
@shared
@any_query
def letter(request: HttpRequest, slug: str) -> HttpResponse:
    """The letter with its numbers, its form and its first signatories."""
    found = get_object_or_404(Letter.objects.public(), slug=slug)
    return render(request, "petition/letter.html", {"letter": found, "tally": found.latest_tally})


def unsearched(letter: Letter, page: Page) -> Page:
    """Ask search engines to leave out a page with names, if its letter says so; its head says the same."""
    if letter.names_unsearchable:
        page["X-Robots-Tag"] = "noindex"
    return page


@require_safe
@shared
def coalition(request: HttpRequest, slug: str) -> HttpResponse:
    """What the coalition adds up to, as charts with their data tables."""
    found = get_object_or_404(Letter.objects.public(), slug=slug)
    return render(request, "petition/coalition.html", {"letter": found, "tally": found.latest_tally})


@require_safe
@shared
@any_query
def translation(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """The letter in another language, with the authoritative text one step away; it is signed from here too."""
    found = get_object_or_404(Letter.objects.public(), slug=slug)
    shown = found.version and found.version.translations.filter(language=language).first()
    if shown is None:
        raise Http404
    context = {"letter": found, "tally": found.latest_tally, "translation": shown}
    return render(request, "petition/letter.html", context)


@require_safe
@shared
def versions(request: HttpRequest, slug: str) -> HttpResponse:
    """Every published wording, why it came, and how many stand under each."""
    found = get_object_or_404(Letter.objects.public(), slug=slug)
    published = found.versions.filter(published_at__isnull=False).order_by("-number")
    context = {"letter": found, "versions": published, "tally": found.latest_tally}
    return render(request, "petition/versions.html", context)


@require_safe
@shared
def version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One published wording, with its canonical text and hash and what it changed, for ever at this address."""
    found = get_object_or_404(Letter.objects.public(), slug=slug)
    published = found.versions.filter(published_at__isnull=False)
    wording = get_object_or_404(published, number=number)
    before = published.filter(number__lt=number).order_by("-number").first()
    context = {
        "letter": found,
        "version": wording,
        "before": before,
        "changes": shortened(compare(before.text, wording.text)) if before else [],
        "tally": found.latest_tally,
    }
    return render(request, "petition/version.html", context)


@require_safe
@shared
def updates(request: HttpRequest, slug: str) -> HttpResponse:
    """News about the letter, newest first."""
    found = get_object_or_404(Letter.objects.public(), slug=slug)
    context = {"letter": found, "updates": found.updates.filter(published_at__isnull=False)[:200]}
    return render(request, "petition/updates.html", context)


@require_safe
@shared
def updates_feed(request: HttpRequest, slug: str) -> HttpResponse:
    """The same as an Atom feed (RFC 4287)."""
    found = get_object_or_404(Letter.objects.public(), slug=slug)
    page = settings.SITE_URL + reverse("petition:all_updates", args=[slug])
    feed = Atom1Feed(found.title, page, found.ask, language=found.language, feed_url=f"{page[:-1]}.atom")
    for one in found.updates.filter(published_at__isnull=False)[:50]:
        feed.add_item(
            one.title,
            f"{page}#{one.pk}",
            one.html,
            author_name=found.organiser,
            unique_id=f"urn:uuid:{one.pk}",
            pubdate=one.published_at,
            updateddate=one.published_at,
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})
