"""Countries by their ISO 3166-1 alpha-2 code, with names from Unicode's CLDR."""

from functools import cache

from babel import Locale

# CLDR also names regions that are no country of ISO 3166-1.
NO_COUNTRY = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"}


@cache
def names(language: str = "en") -> dict[str, str]:
    """Return code to name, in the order of the names."""
    territories = Locale.parse(language).territories
    countries = {c: n for c, n in territories.items() if len(c) == 2 and c.isalpha() and c not in NO_COUNTRY}
    return dict(sorted(countries.items(), key=lambda item: item[1]))
