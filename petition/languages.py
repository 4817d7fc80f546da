"""In which language the house speaks to somebody, and the addresses of its pages in that language.

A page's address in a language is its address behind the code of the language: /de/letters/x/. Django's script prefix
carries it, so that whatever reverse() and {% url %} give while a language is spoken leads on in that language.
"""

from collections.abc import Iterator
from contextlib import _GeneratorContextManager, contextmanager
from typing import Any

from django.conf import global_settings, settings
from django.http import HttpRequest
from django.urls import get_script_prefix, reverse, set_script_prefix
from django.utils import translation
from django.utils.translation import gettext_lazy

SPOKEN = dict(settings.LANGUAGES)
ROOT = "/"
# A letter may be written in many more languages than the house speaks; Django brings their names in all of ours.
OF_TEXTS = [(code, gettext_lazy(name)) for code, name in global_settings.LANGUAGES]


@contextmanager
def speaking(code: str, *, prefixed: bool = True) -> Iterator[None]:
    """Speak a language for a while, as a mail to a signer does, and lead to the pages in that language.

    Args:
        code: of a language in settings.LANGUAGES; for any other, and for none, it is the default language, and the
            addresses have no prefix, so that each page asks the reader's browser.
        prefixed: whether addresses lead to the pages in that language, or to the ones that ask the browser.
    """
    known, before = code in SPOKEN, get_script_prefix()
    set_script_prefix(f"/{code}/" if known and prefixed else ROOT)
    try:
        with translation.override(code if known else settings.LANGUAGE_CODE):
            yield
    finally:
        set_script_prefix(before)


def plainly() -> _GeneratorContextManager[None]:
    """Speak the default language without prefixes, as files and frozen records do, whoever has them made."""
    return speaking("")


def path(name: str, *args: Any) -> str:
    """Return the address of a page on this site without a language, which is its one address for programs."""
    return ROOT + reverse(name, args=args).removeprefix(get_script_prefix())


def address(name: str, *args: Any) -> str:
    """Return the whole address of a page, without a language: it reads the same wherever it was made."""
    return f"{settings.SITE_URL}{path(name, *args)}"


def told(request: HttpRequest) -> str:
    """Return the language that a reader's address or browser has asked for; empty if neither named one of ours."""
    return str(getattr(request, "speaks", ""))
