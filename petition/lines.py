"""What a line may say: no web address where a name belongs, and only a name in a mail that a stranger can cause."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from petition.text import fold

LONGEST_IN_MAIL = 60
# Endings by which people, and the programs that turn words into links, know a web address. Not every one there is:
# .med, .ing or .phil would refuse "Dr.med." and "Dipl.Ing.", and a mail takes every dotted word apart in any case.
ENDINGS = (
    "com|net|org|info|biz|edu|gov|mil|int|io|app|dev|xyz|top|site|online|shop|store|club|live|link|click|icu|vip|blog|"
    "cloud|space|website|tech|fun|world|today|news|email|page|wiki|digital|agency|support|services|finance|bank|money"
)
SCHEME = re.compile(r"://|\b(?:https?|ftp|mailto|tel|sms|javascript|data)\s*:", re.IGNORECASE)
WWW = re.compile(r"\bwww\d*\.", re.IGNORECASE)
WITH_PATH = re.compile(rf"[\w-]{{2,}}\.(?:{ENDINGS}|(?![jt]s\b)[a-z]{{2}})(?::\d+)?/", re.IGNORECASE)
SHORT_WITH_PATH = re.compile(r"(?<![\w.])[a-z0-9]\.[a-z]{2}(?::\d+)?/")  # t.me/x, but not B.Sc/M.Sc
TECHNOLOGY = re.compile(r"\b(?:asp|vb|ado|ml)\.net\b", re.IGNORECASE)
BARE = re.compile(rf"[\w-]+\.(?:{ENDINGS})\b", re.IGNORECASE)
BARE_NATIONAL = re.compile(r"(?<![\w.])[a-z0-9-]{3,}\.[a-z]{2}(?![\w.])")
DOTS = str.maketrans(dict.fromkeys("\u3002\uff0e\uff61\u2024\ufe52", "."))
SLASHES = str.maketrans(dict.fromkeys("\u2044\u2215\uff0f\u29f8", "/") | {"\uff1a": ":", "\ufe55": ":", "\uff20": "@"})
# What people type where no organisation is meant, in the languages of the house.
NOBODY = {
    *("independent", "independent researcher", "independent scholar", "independent consultant", "independent expert"),
    *("self", "self employed", "freelance", "freelancer", "retired", "none", "na", "n a", "private", "private citizen"),
    *("unaffiliated", "no affiliation", "citizen", "individual", "student", "unemployed", "personal", "myself"),
    *("unabhangig", "selbstandig", "selbststandig", "freiberuflich", "im ruhestand", "keine", "privat", "privatperson"),
    *("independant", "independante", "retraite", "retraitee", "aucune", "sans affiliation", "a titre personnel"),
    *("independiente", "autonomo", "autonoma", "jubilado", "jubilada", "ninguna", "sin afiliacion", "particular"),
    *("مستقل", "مستقلة", "متقاعد", "متقاعدة", "لا يوجد"),
}


def names_nobody(organisation: str) -> bool:
    """Whether what was typed as organisation says that there is none."""
    words = re.sub(r"[\W_]+", " ", fold(organisation)).strip()
    return not words or words in NOBODY


def refuse_web_address(text: str, *, bare: bool) -> str:
    """Return the text, or refuse a web address in it.

    Args:
        text: one line, cleaned.
        bare: whether a bare domain is refused too: in a name, but not where an organisation may be called by it.

    Raises:
        ValidationError: it holds one.
    """
    plain = TECHNOLOGY.sub("", text.translate(DOTS).translate(SLASHES))
    found = any(pattern.search(plain) for pattern in (SCHEME, WWW, WITH_PATH, SHORT_WITH_PATH))
    if bare and not found:
        found = "@" in plain or bool(BARE.search(plain) or BARE_NATIONAL.search(plain))
    if found:
        raise ValidationError(_("Please leave web and mail addresses out here; there is a field for a page of yours."))
    return text


def name_in_mail(name: str) -> str:
    """Return what a mail that anybody can cause may say of a typed name: at most 60 characters that link nowhere.

    Letters, marks and the signs of names stay; words with signs of an address in them go, digits go where there are
    more than two, and a dot ends a word, so that no program makes a link of it.
    """
    words = name.translate(DOTS).translate(SLASHES).split()
    kept = " ".join(word for word in words if not re.search(r"[/@:\\]|^www\d*\.", word, re.IGNORECASE))
    signs = "".join(c if unicodedata.category(c)[0] in "LMN" or c in "'’ʻʼ-‐‑.,()·\u200c\u200d" else " " for c in kept)
    parted = re.sub(r"\.(?=[^\s.,)])", ". ", re.sub(r"\d{3,}", "", signs))
    line = " ".join(parted.split())
    return line if len(line) <= LONGEST_IN_MAIL else line[: LONGEST_IN_MAIL - 1].rstrip() + "…"
