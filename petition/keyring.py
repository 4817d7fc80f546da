"""The keys of the site: the one in use, and those before it that still open what they closed."""

from django.conf import settings


def secrets() -> list[str]:
    """Return SECRET_KEY and then its fallbacks: the first one closes, each of them opens."""
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
