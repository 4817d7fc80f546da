"""The WSGI application."""

import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

from config import media_types
from config.postgresql.base import PAGE, DatabaseWrapper

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

DatabaseWrapper.patience = PAGE
django_application = get_wsgi_application()

from config import kept  # noqa: E402  # it knows models, which are there once Django is set up

application_with_pages = kept.Kept(django_application)


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Let Django, or what is kept of its pages, answer what it can read."""
    try:
        environ["CONTENT_TYPE"] = media_types.without_charset(environ.get("CONTENT_TYPE") or "")
    except media_types.Refused:
        start_response("400 Bad Request", media_types.REFUSED_HEADERS)
        return [media_types.REFUSED]
    return application_with_pages(environ, start_response)
