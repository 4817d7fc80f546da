"""The languages of a page: its other addresses, and the words by which a reader changes between them."""

from typing import Any

from django import template
from django.conf import settings
from django.template import Context
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from petition import languages
from petition.languages import SPOKEN

register = template.Library()
register.simple_tag(languages.path, name="plain_url")


@register.simple_tag(takes_context=True)
def alternates(context: Context) -> SafeString:
    """Name the addresses of a public page in every language, and the one that asks the browser.

    Only of what everybody sees: an answer to a question, and a page that is about one reader, has no alternates.
    """
    request: Any = context.get("request")
    page = getattr(request, "page", "")
    if not page or request.GET or (not page.startswith(("/letters/", "/api/")) and page != "/"):
        return SafeString()
    there = [("x-default", page), *((code, f"/{code}{page}") for code in SPOKEN)]
    link = '<link rel="alternate" hreflang="{}" href="{}{}">'
    return format_html_join("\n", link, ((code, settings.SITE_URL, path) for code, path in there))


@register.inclusion_tag("ui/_tongues.html", takes_context=True)
def tongues(context: Context) -> dict[str, Any]:
    """Lead to the same page in each language; nowhere from an answer to something that was sent."""
    request: Any = context.get("request")
    page = getattr(request, "page", "")
    if not page or request.method not in {"GET", "HEAD"}:
        return {}
    asked = request.META.get("QUERY_STRING", "")
    here = f"{page}{'?' if asked else ''}{asked}"
    return {"tongues": [(code, name, f"/{code}{here}", code == get_language()) for code, name in SPOKEN.items()]}
