"""What other sites and crawlers fetch. The same bytes for everybody, kept by a shared cache."""

from typing import Any
from urllib.parse import urlencode, urlsplit

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.cache import get_conditional_response
from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from petition.languages import SPOKEN, address, path
from petition.models import Card, Letter
from petition.sharing.cards import headline

NOT_IMPLEMENTED = 501
DOORS = ("desk", "accounts")  # of the team, in every language
FRAME_WIDTH, FRAME_HEIGHT = 480, 300  # pixels of the frame on another site
# A picture or a frame elsewhere may be this old; what is hidden leaves the pages here sooner.
kept_elsewhere = cache_control(public=True, max_age=20)


@require_safe
@cache_control(public=True, max_age=300)
def card(request: HttpRequest, slug: str) -> HttpResponse:
    """The picture beside a shared link, 1200 by 630."""
    found = get_object_or_404(Card.objects.filter(letter__in=Letter.objects.public()), letter__slug=slug)
    answer = HttpResponse(bytes(found.png), content_type="image/png")
    answer["ETag"] = f'"{found.sha256[:32]}"'
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    return get_conditional_response(request, etag=answer["ETag"], response=answer) or answer


@require_safe
@kept_elsewhere
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]  # its types know views without arguments only
def embed(request: HttpRequest, slug: str) -> HttpResponse:
    """The count and a way to sign, for a frame on any other site; it has no form and no script."""
    letter = get_object_or_404(Letter.objects.public(), slug=slug)
    return render(request, "petition/sharing/embed.html", {"letter": letter, "count": headline(letter)})


@require_safe
@kept_elsewhere
def badge(request: HttpRequest, slug: str) -> HttpResponse:
    """The count as a small picture."""
    letter = get_object_or_404(Letter.objects.public(), slug=slug)
    n, words = headline(letter)
    said = f"{number_format(n)} {words}" if n else _("open letter")
    # Widths are guessed from the number of letters: a picture cannot measure the reader's font.
    context = {"letter": letter, "said": said, "width": 24 + round(6.4 * len(said)), "left": 104}
    answer = render(request, "petition/sharing/badge.svg", context, content_type="image/svg+xml")
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


@require_safe
@kept_elsewhere
def oembed(request: HttpRequest) -> HttpResponse:
    """Say how to show a letter, to a site on which somebody pasted its address (oembed.com, version 1.0)."""
    if request.GET.get("format", "json") != "json":
        return HttpResponse("Only JSON is given.", status=NOT_IMPLEMENTED, content_type="text/plain")
    letter = get_object_or_404(Letter.objects.public(), slug=_slug_in(request.GET.get("url", "")))
    width, height = (
        min(normal, _pixels(request.GET.get(name, ""), normal))
        for name, normal in (("maxwidth", FRAME_WIDTH), ("maxheight", FRAME_HEIGHT))
    )
    about: dict[str, Any] = {
        "version": "1.0",
        "type": "rich",
        "title": letter.title,
        "author_name": letter.organiser,
        "provider_name": "Undersigned",
        "provider_url": settings.SITE_URL,
        "cache_age": 60,
        "width": width,
        "height": height,
        "html": snippet(letter, width=width, height=height),
    }
    return JsonResponse(about)


def snippet(letter: Letter, *, width: int = FRAME_WIDTH, height: int = FRAME_HEIGHT) -> str:
    """Return the one line of HTML that shows a letter on another site; sizes are in pixels."""
    frame = address("petition:embed", letter.slug)
    context = {"letter": letter, "frame": frame, "width": width, "height": height}
    return render_to_string("petition/sharing/snippet.html", context).strip()


@require_safe
@cache_control(public=True, max_age=3600)
def robots(request: HttpRequest) -> HttpResponse:
    """What crawlers should leave alone (RFC 9309); personal pages are not named, and say so themselves."""
    shut = [f"Disallow: {prefix}/{door}/" for prefix in ("", *(f"/{code}" for code in SPOKEN)) for door in DOORS]
    lines = ["User-agent: *", *shut, "Disallow: /admin/", "Allow: /"]
    lines.append(f"Sitemap: {address('petition:sitemap')}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


class Letters(Sitemap):  # type: ignore[type-arg]
    """The pages of public letters, in each language with the others beside it, and the one that asks the browser."""

    i18n = alternates = x_default = True
    page = "petition:letter"

    def items(self) -> Any:
        return Letter.objects.public()

    def location(self, item: Letter) -> str:
        return f"/{get_language()}{path(self.page, item.slug)}"

    def get_domain(self, site: Any = None) -> str:
        """The host of SITE_URL, whatever a request says."""
        return urlsplit(settings.SITE_URL).netloc

    def get_protocol(self, protocol: str | None = None) -> str:
        """As in SITE_URL."""
        return urlsplit(settings.SITE_URL).scheme


class Lists(Letters):
    """The lists of names, but for letters whose team wants them left out of search engines."""

    page = "signatories:signatories"

    def items(self) -> Any:
        return Letter.objects.public().filter(names_unsearchable=False)


def _slug_in(url: str) -> str:
    """The slug in the address of a letter's page here."""
    if not url.startswith(f"{settings.SITE_URL}/"):
        raise Http404
    asked = url.removeprefix(settings.SITE_URL).partition("#")[0].partition("?")[0]
    code, slash, rest = asked[1:].partition("/")
    if slash and code in SPOKEN:
        asked = f"/{rest}"
    try:
        found = resolve(asked)
    except Resolver404:
        raise Http404 from None
    if found.view_name != "petition:letter":
        raise Http404
    return str(found.kwargs["slug"])


def _pixels(typed: str, normal: int) -> int:
    return max(1, int(typed)) if typed.isascii() and typed.isdigit() and len(typed) < 6 else normal


def oembed_address(letter: Letter) -> str:
    """Return where a site asks how to show a letter."""
    page = address("petition:letter", letter.slug)
    return f"{address('petition:oembed')}?{urlencode({'url': page})}"
