"""The reader's language: by the address of a page, or else by what the browser prefers. No cookie, no session."""

from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.utils.cache import patch_vary_headers
from django.utils.encoding import escape_uri_path
from django.utils.translation import get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header

from petition import languages

# First parts of addresses that are pages for people. Programs ask the one address that everything else has.
PAGES = {
    *("", "letters", "confirm", "mine", "invitation", "signed", "mailbox", "reach", "unsubscribe", "embargo"),
    *("received", "organisations", "desk", "accounts"),
}
EXPLAINED = "/api/"  # the one page for people about what programs can ask for
PROGRAMS = {"api", "static", "admin", "dev", "healthz", "readyz", "metrics", "oembed"}
View = Callable[[HttpRequest], HttpResponse]


def speaks(get_response: View) -> View:
    """Speak the language of the address; without one, the best of ours that the browser asks for, and say so.

    Every reader of an address in a language gets the same bytes, and of one without, the same for the same wish: a
    shared cache needs to know nothing else.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        code, request.path_info = _addressed(request.path_info)
        if code and not request.path_info:
            return HttpResponsePermanentRedirect(f"/{code}/")
        page = _is_page(request.path_info)
        spoken = code if page else ""
        wished = "" if code or not page else wish(request.headers.get("Accept-Language", ""))
        request.speaks = spoken or wished  # type: ignore[attr-defined]
        # What the page's own links to its other languages are made of; empty where it has none.
        own = page and _has_languages(request.path_info)
        request.page = escape_uri_path(request.path_info) if own else ""  # type: ignore[attr-defined]
        with languages.speaking(spoken or wished, prefixed=bool(spoken)):
            response = get_response(request)
        if page and not spoken:
            patch_vary_headers(response, ["Accept-Language"])
        if response.get("Content-Type", "").startswith("text/html"):
            response.headers["Content-Language"] = spoken or wished or settings.LANGUAGE_CODE
        return response

    return middleware


def _addressed(path: str) -> tuple[str, str]:
    """Return the language that an address begins with and the address without it; no language if it is no page."""
    code, slash, rest = path[1:].partition("/")
    if code not in languages.SPOKEN:
        return "", path
    inside = f"{slash}{rest}"
    return (code, inside) if not inside or _has_languages(inside) else ("", path)


def _has_languages(path: str) -> bool:
    return path == EXPLAINED or path[1:].partition("/")[0] in PAGES


def _is_page(path: str) -> bool:
    """Whether people read it: files below a letter, such as its feed, are the same in all languages."""
    first, last = path[1:].partition("/")[0], path.rpartition("/")[2]
    return path == EXPLAINED or (first not in PROGRAMS and "." not in last)


@lru_cache(maxsize=2_000)
def wish(accepted: str) -> str:
    """Return the first of our languages among those that a browser prefers (RFC 9110, section 12.5.4), or none."""
    for code, _ in parse_accept_lang_header(accepted):
        if code == "*":
            break
        try:
            return get_supported_language_variant(code)
        except LookupError:
            continue
    return ""
