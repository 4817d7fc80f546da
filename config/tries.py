"""The names under which tries to log in are counted."""

import hashlib
import hmac

from django.conf import settings


def hashed(key: str, prefix: str, version: int) -> str:
    """Return the name of an entry of the cache: allauth's hold clients' addresses, which are not for keeping."""
    return hmac.new(settings.ADDRESS_KEY.encode(), f"{prefix}:{version}:{key}".encode(), hashlib.sha256).hexdigest()
