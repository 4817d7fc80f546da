"""What a page says about itself to machines."""

import json
from typing import Any
from urllib.parse import quote

from django import template
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from petition.languages import address
from petition.models import Letter
from petition.sharing.pages import oembed_address, snippet

register = template.Library()
# With these, nothing in the data can end the element that it stands in.
ESCAPES = {ord(sign): f"\\u{ord(sign):04X}" for sign in "<>&"}
register.filter("oembed_address", oembed_address)
register.filter("snippet", snippet)


@register.simple_tag
def site() -> str:
    """The public address of this site, without a slash at its end."""
    return str(settings.SITE_URL)


@register.simple_tag
def linked_data(letter: Letter) -> SafeString:
    """Describe a letter in the words of schema.org, as JSON-LD; it is data, and no script is run."""
    about: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Message",
        "name": letter.title,
        "headline": letter.title,
        "abstract": letter.ask,
        "url": address("petition:letter", letter.slug),
        "image": address("petition:card", letter.slug),
        "inLanguage": letter.language,
        "sender": {"@type": "Organization", "name": letter.organiser},
        "recipient": [{"@type": "ContactPoint", "name": line} for line in letter.addressee_lines],
        "datePublished": letter.opened_at.isoformat() if letter.opened_at else None,
        "version": letter.version.number if letter.version else None,
    }
    data = json.dumps(about, ensure_ascii=False).translate(ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{data}</script>')


@register.filter
def letter_address(letter: Letter, language: str = "") -> str:
    """The whole address of a letter, or of its translation into a language if there is one, to pass on."""
    if language and letter.version and letter.version.translations.filter(language=language).exists():
        return address("petition:translation", letter.slug, language)
    return address("petition:letter", letter.slug)


@register.filter
def mail_about(letter: Letter, language: str = "") -> str:
    """A link that begins a mail about a letter in the reader's own mail program (RFC 6068)."""
    body = f"{letter.ask}\n\n{letter_address(letter, language)}\n".replace("\n", "\r\n")
    return f"mailto:?subject={quote(letter.title)}&body={quote(body)}"
