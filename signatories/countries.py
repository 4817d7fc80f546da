"""Countries by their ISO 3166-1 alpha-2 code, with names from Unicode's CLDR."""

from functools import cache

from babel import Locale
from django.utils.translation import get_language

from petition.text import fold

# CLDR also names regions that are no country of ISO 3166-1.
NO_COUNTRY = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"}


def names(language: str = "") -> dict[str, str]:
    """Return code to name, in the order of the names.

    Args:
        language: in which they are; empty: the one that is spoken.
    """
    return _names(language or get_language() or "en")


@cache
def _names(language: str) -> dict[str, str]:
    territories = Locale.parse(language, sep="-").territories
    countries = {c: n for c, n in territories.items() if len(c) == 2 and c.isalpha() and c not in NO_COUNTRY}
    return dict(sorted(countries.items(), key=lambda item: fold(item[1])))
