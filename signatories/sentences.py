"""How words of ours fit into sentences of the reader's language, and which language that is."""

from collections.abc import Iterable

from babel import Locale
from babel.lists import format_list
from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import get_language, get_language_bidi, to_locale

# These begin a common noun small inside a sentence; German does not, and Arabic has no capitals.
SMALL_INSIDE = {"en", "fr", "es"}
OWN = {"en": "en_GB"}  # our English joins "one, two and three", without the comma before "and"


def spoken() -> str:
    """Return the language in which this is read, such as `de`."""
    return get_language() or settings.LANGUAGE_CODE


def inside(label: object) -> str:
    """Return a label, which begins with a capital where it stands alone, as it stands inside a sentence."""
    said = str(label)
    return said.lower() if spoken().partition("-")[0] in SMALL_INSIDE else said


def apart(text: str) -> str:
    """Set a text that may run the other way apart, in a sentence that runs from right to left (UAX #9, isolates)."""
    return f"\u2068{text}\u2069" if get_language_bidi() else text


def joined(parts: Iterable[object]) -> str:
    """Join as a sentence does: one, two and three."""
    return format_list([str(part) for part in parts], locale=locale())


def grouped(number: int) -> str:
    """Return a number as a sentence writes it: 12,345."""
    return number_format(number, use_l10n=True, force_grouping=True)


def locale() -> Locale:
    """Return what CLDR calls the language in which this is read."""
    plain = spoken()
    return Locale.parse(OWN.get(plain, to_locale(plain)))
