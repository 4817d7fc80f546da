"""Sentences that are stored in English, said in the language that is spoken."""

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

PLACE = re.compile(r"%\\\((\w+)\\\)s")  # as re.escape writes %(name)s


def said(text: str, sentences: Iterable[str] = (), *, words: Iterable[str] = ()) -> str:
    """Return a stored sentence in the language that is spoken, or as it is when nobody has translated it.

    Args:
        text: as it is stored; an empty one stays empty.
        sentences: those with places such as %(host)s that it may have been made of, the longest first.
        words: the places whose values are words of ours and translated too.
    """
    for sentence in sentences:
        if found := re.fullmatch(PLACE.sub(r"(?P<\1>.+)", re.escape(sentence)), text, re.DOTALL):
            values = {name: _(value) if name in words else value for name, value in found.groupdict().items()}
            return _(sentence) % values
    return _(text) if text else ""
