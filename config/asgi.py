"""The ASGI application."""

import os
from typing import Any

from django.core.asgi import get_asgi_application

from config import media_types
from config.postgresql.base import PAGE, DatabaseWrapper

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

DatabaseWrapper.patience = PAGE
django_application = get_asgi_application()


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Let Django answer what it can read."""
    given = [value.decode("latin-1") for name, value in scope.get("headers", []) if name == b"content-type"]
    try:
        readable = [media_types.without_charset(value) for value in given]
    except media_types.Refused:
        headers = [(name.lower().encode(), value.encode()) for name, value in media_types.REFUSED_HEADERS]
        await send({"type": "http.response.start", "status": 400, "headers": headers})
        await send({"type": "http.response.body", "body": media_types.REFUSED})
        return
    others = [pair for pair in scope.get("headers", []) if pair[0] != b"content-type"]
    kept = [(b"content-type", value.encode("latin-1")) for value in readable[:1]]
    await django_application({**scope, "headers": [*others, *kept]}, receive, send)
