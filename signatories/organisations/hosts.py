"""What can be said of a host by looking at it alone: its plain form, who may have a mailbox there, what it resembles.

The registered label and its skeleton serve to find imitations. They never prove anything: `mail.cs.example.edu` is not
`example.edu`.
"""

import functools
import re
import unicodedata
from pathlib import Path

import idna
from confusable_homoglyphs import confusables
from django.utils.translation import gettext as _
from publicsuffixlist import PublicSuffixList

from signatories import addresses

FREE_MAIL_FILE = Path(__file__).parent.parent / "data" / "free_mail.txt"
# Where many people and organisations have a page under one host. A page there is nobody's mail server.
SHARED_SITES = {
    *("facebook.com", "sites.google.com", "linkedin.com", "twitter.com", "x.com", "instagram.com", "youtube.com"),
    *("business.site", "wixsite.com", "wix.com", "weebly.com", "wordpress.com", "blogspot.com", "blogger.com"),
    *("squarespace.com", "jimdo.com", "jimdofree.com", "webnode.com", "webnode.page", "tripod.com", "angelfire.com"),
    *("geocities.com", "github.io", "gitlab.io", "netlify.app", "vercel.app", "herokuapp.com", "web.app", "tumblr.com"),
    *("medium.com", "substack.com", "googlepages.com", "godaddysites.com", "strikingly.com", "carrd.co", "notion.site"),
    *("researchgate.net", "academia.edu", "wikipedia.org", "vk.com", "weixin.qq.com", "linktr.ee", "yolasite.com"),
}
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
# Pairs of small letters that read as one at a glance, as in rnit.edu; Unicode TS 39 has the first.
_PAIRS = (("rn", "m"), ("vv", "w"))
_DIGITS = str.maketrans({"0": "o", "1": "l"})


def exact(host: str) -> str:
    """Return a host in small letters and IDNA A-labels, or an empty string where it is none.

    Args:
        host: as typed or as a file has it, in any script.
    """
    host = unicodedata.normalize("NFC", host).strip().rstrip(".").lower()
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode()
        except (idna.IDNAError, UnicodeError):
            return ""
    labels = host.split(".")
    if len(host) > 253 or len(labels) < 2 or labels[-1].isdigit():
        return ""
    return host if all(_LABEL.fullmatch(label) for label in labels) else ""


@functools.cache
def free_mail() -> frozenset[str]:
    """The hosts at which anybody can have a mailbox."""
    lines = FREE_MAIL_FILE.read_text(encoding="utf-8").split("\n")
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def is_free_mail(host: str) -> bool:
    """Whether anybody can have a mailbox at this exact host, so that it says nothing about an employer."""
    return exact(host) in free_mail()


def is_shared_site(host: str) -> bool:
    """Whether many have their pages under this host."""
    return any(parent in SHARED_SITES for parent in above(host))


def is_public_suffix(host: str) -> bool:
    """Whether strangers register names under this host, as under `edu.cn`, `ac.uk` and `github.io`.

    The list is publicsuffix.org's, its private section included.
    """
    return _suffixes().publicsuffix(host) == host


def problem(host: str) -> str:
    """Return why no organisation can be known by this host, or an empty string.

    Args:
        host: as `exact` returns it.
    """
    if not host:
        return _("This is not a host. Please give the part of an address after the @, such as example.org.")
    if host in free_mail():
        return _("Anybody can have a mailbox at %(host)s, so it belongs to no organisation.") % {"host": host}
    if addresses.is_disposable(host):
        return _("Mail to %(host)s is thrown away, so it belongs to no organisation.") % {"host": host}
    if is_public_suffix(host):
        said = _("Names under %(host)s belong to different owners, so it belongs to no organisation.")
        return said % {"host": host}
    return ""


def above(host: str) -> list[str]:
    """Return the host and everything above it, the top level left out."""
    labels = host.split(".")
    return [".".join(labels[start:]) for start in range(len(labels) - 1)]


def registrable(host: str) -> str:
    """Return what somebody registered: one label under a public suffix. The host itself where there is none."""
    return str(_suffixes().privatesuffix(host) or host)


def label(host: str) -> str:
    """Return the label that somebody registered, in its own script: `bücher` of `mail.xn--bcher-kva.example`."""
    first = registrable(host).partition(".")[0]
    if not first.startswith("xn--"):
        return first
    try:
        return idna.decode(first)
    except (idna.IDNAError, UnicodeError):
        return first


@functools.lru_cache(maxsize=20_000)
def skeleton(word: str) -> str:
    """Return a label as the eye sees it: look-alikes of other scripts, accents and digits mapped.

    After the skeletons of Unicode TS 39, section 4, with the confusables of the package of that name; only small
    letters are compared, because hosts have no others.
    """
    bare = "".join(_plain(character) for character in unicodedata.normalize("NFKD", word.lower()))
    bare = bare.translate(_DIGITS)
    for pair, one in _PAIRS:
        bare = bare.replace(pair, one)
    return bare[:63]


def _plain(character: str) -> str:
    if character.isascii():
        return character
    if unicodedata.combining(character):
        return ""
    for like in confusables.confusables_data.get(character, []):
        shown = str(like["c"]).lower()
        if len(shown) == 1 and shown.isascii() and shown.isalnum():
            return shown
    return character


@functools.cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
