"""What the desk says after a step is kept in the browser that did it: it may name people, and no table should."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage


class Notes(CookieStorage):
    """A signed cookie like the other ones, gone with the next page."""

    cookie_name = "__Host-notes" if settings.SECURE else "notes"
