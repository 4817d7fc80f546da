"""Refuse a Content-Type that Django would stumble over before any of its handlers can answer.

Django decodes forms, and the query of the address too, in whatever charset a client names, when it makes the request
object: `hex`, `undefined` or a zero byte then end in an answer of 500, and `unicode_escape` smuggles in half
characters. Our pages are in UTF-8, and browsers answer in it (WHATWG HTML, form submission): nothing else is let in.
"""

import re

LONGEST = 300
TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # RFC 9110, section 5.6.2
PARAMETER = rf'\s*;\s*([0-9A-Za-z_-]+)=({TOKEN}|"(?:[^"\\\x00-\x1f\x7f-\U0010ffff]|\\[\x20-\x7e])*")'
WHOLE = re.compile(rf"{TOKEN}/{TOKEN}(?:{PARAMETER})*\s*;?\s*", re.ASCII)
CHARSET = re.compile(r'\s*;\s*charset=("?)([^";\s]*)\1', re.ASCII | re.IGNORECASE)
OURS = {"utf-8", "utf8", "us-ascii"}
REFUSED = b"This Content-Type cannot be understood. Forms are sent in UTF-8.\n"
REFUSED_HEADERS = [
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'"),
]


class Refused(ValueError):
    """The header follows no grammar, or names another charset than UTF-8."""


def without_charset(header: str) -> str:
    """Return a Content-Type as Django may read it: as it came, without a charset, which is UTF-8.

    Raises:
        Refused: it is not one of ours.
    """
    if not header:
        return ""
    if len(header) > LONGEST or not WHOLE.fullmatch(header):
        raise Refused
    if any(name.lower() not in OURS for _, name in CHARSET.findall(header)):
        raise Refused
    return CHARSET.sub("", header)
