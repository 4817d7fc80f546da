"""Parts of public pages that come out alike whenever they are made of the same rows, kept by each process.

A letter that many sign at once changes every second, so its page is made anew every second (`config.kept`): but its
form and the first names of its list are mostly what they were.
"""

import hashlib
import threading
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.template.loader import render_to_string
from django.urls import get_script_prefix
from django.utils.translation import get_language

MOST = 64  # parts of a process; a hundred names are about 60 kB
_kept: dict[bytes, str] = {}
_lock = threading.Lock()


def part(template: str, context: dict[str, Any], *, made_of: Iterable[Any]) -> str:
    """Render a template, or return what it gave when it was made of the same, in the same language and with its links.

    Args:
        template: its name.
        context: what it is rendered with; nothing about a request.
        made_of: all that it shows: rows, with all that is stored of them, and plain values.
    """
    if settings.DEBUG:  # whoever works on a template sees what it gives
        return render_to_string(template, context)
    stored = [_stored(one) if isinstance(one, models.Model) else one for one in made_of]
    key = hashlib.sha256(repr((template, get_language(), get_script_prefix(), stored)).encode()).digest()
    found = _kept.get(key) or render_to_string(template, context)
    with _lock:
        _kept.pop(key, None)
        _kept[key] = found  # the last ones asked for stay
        while len(_kept) > MOST:
            del _kept[next(iter(_kept))]
    return found


def _stored(row: models.Model) -> list[Any]:
    return [getattr(row, field.attname) for field in row._meta.concrete_fields]
