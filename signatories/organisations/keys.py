"""How names of organisations are compared: without case, accents, punctuation, articles and legal forms."""

import re
import unicodedata

from petition.text import fold

LONGEST = 300  # as long as OrganisationName.key
# Legal forms, as they are written after (or, in Chinese and Japanese, also before) a name, already folded. Common
# ones of the larger economies; a form that is missing only means that the name has to be typed with it.
LEGAL_FORMS = (
    *("inc", "incorporated", "corp", "corporation", "co", "company", "llc", "llp", "lp", "ltd", "limited", "plc"),
    *("pty", "pvt", "private", "pte", "sdn bhd", "bhd", "gmbh", "ggmbh", "mbh", "ag", "kg", "kgaa", "ug", "ev", "eg"),
    *("se", "sa", "s a", "sas", "sasu", "sarl", "spa", "srl", "sl", "slu", "sl u", "ltda", "bv", "nv", "vzw", "asbl"),
    *("ab", "as", "a s", "asa", "aps", "oy", "oyj", "hf", "ehf", "sp z oo", "spzoo", "kft", "zrt", "nyrt", "sro"),
    *("doo", "dd", "ooo", "oao", "zao", "ооо", "оао", "зао", "пао", "kk", "kabushiki kaisha", "株式会社", "有限会社"),
    *("合同会社", "股份有限公司", "有限责任公司", "有限公司", "주식회사", "유한회사"),
)
_FORMS = sorted((fold(form) for form in LEGAL_FORMS), key=len, reverse=True)
_WORD_FORMS = tuple(f" {form}" for form in _FORMS if form.isascii() or " " in form or form[0] in "опз")
_JOINED_FORMS = tuple(form for form in _FORMS if f" {form}" not in _WORD_FORMS)
# No accent that could be taken off, and still typed without by most.
_PLAIN = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
_SILENT = str.maketrans({**dict.fromkeys(".'’‘`´ʻʼʹ", ""), **_PLAIN, "&": " and ", "+": " and "})


def key(name: str) -> str:
    """Return a name as it is compared; two names with one key are the same name.

    `The Lantern & Works, Inc.` and `lantern and works` have one key. The empty string stands for no name at all.
    """
    text = fold(name).translate(_SILENT)
    text = "".join(_kept(character) for character in text)
    words = [word for word in text.split() if word != "the"]
    return (_without_form(" ".join(words)) or " ".join(text.split()))[:LONGEST].strip()


def parts(name: str) -> list[str]:
    """Return the keys of what stands side by side in one line: `Name (OTHER NAME)`, `Department, University`."""
    found = [key(part) for part in re.split(r"[,;|/()\[\]（）、，]| [-–—] ", name)]
    return [part for part in dict.fromkeys(found) if part and part not in _FORMS]


def _kept(character: str) -> str:
    category = unicodedata.category(character)
    if category[0] in "PSZ":
        return " "
    return "" if category[0] == "C" else character


def _without_form(text: str) -> str:
    """Take legal forms off the end, again and again: `co ltd` is two."""
    while True:
        shorter = text
        for form in _WORD_FORMS:
            shorter = shorter.removesuffix(form)
        for form in _JOINED_FORMS:
            shorter = shorter.removesuffix(form).removeprefix(form).strip()
        if not shorter or shorter == text:
            return text
        text = shorter
