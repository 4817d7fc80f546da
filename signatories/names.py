"""How names are compared: what looks like a watched name to a reader is found, however it is written."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import groupby, permutations
from typing import TypeVar

from confusable_homoglyphs import categories, confusables
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

T = TypeVar("T")

# One letter more, less or other is a slip or a trick in names this long; in shorter ones it is another name. What a
# reader's eye skips, two letters exchanged or one doubled, counts in shorter ones too.
LONG, LONG_ENOUGH = 10, 6
MOST_ORDERED = 4  # words of a watched name that are looked for in every order; longer names are only turned round
ALIKE = 92  # of 100 in rapidfuzz's ratio of the sorted words: from here on two names may be one person's
ROUGHLY = 60  # of 100 as they are written: below this no accent and no spelling makes two names alike

# What tells nobody apart; and what is a name as well, so that it is a title only behind a name.
_TITLES = (
    "dr prof professor professorin phd dphil msc bsc mba llm llb esq mr mrs ms mx sir hon rev mme mlle herr frau doc "
    "emeritus emerita frs frse fba freng fmedsci obe cbe mbe kbe facm fieee cissp cism oscp dring drhabil univprof "
    "dipling privdoz dott dottssa profssa csc drsc acad др проф докт доц акад кфмн дфмн ктн дтн"
)
_AFTER_NAMES = "ma ba bs md jd do jr sr ii iii iv mag ing"
TITLES, AFTER_NAMES = set(_TITLES.split()), set(_AFTER_NAMES.split())
HONORIFICS = re.compile(r"(?<=\w{2})(?:教授|博士|先生|女士|院士|老师|老師|様|氏|さん|씨|교수|박사)$")
SPLIT_TITLES = re.compile(r"\b(ph|[mb])\.\s+(d|sc|a|eng)\b", re.IGNORECASE)
NO_SPACE = re.compile(r"\.(?=\w{2})")
OPEN, CLOSE = '([（［【「『“„«"', ')]）］】」』”“»"'
BRACKETED = re.compile(f"[{re.escape(OPEN)}][^{re.escape(CLOSE)}]*[{re.escape(CLOSE)}]")
PARTS = re.compile(rf"[{re.escape(OPEN + CLOSE)}/;]|\baka\b|\balias\b", re.IGNORECASE)
# What stands before or behind these may be where somebody works, and the rest the whole name; or the first two parts
# are family name and given name.
APART = re.compile(r"[,，、:|–—]|\s-\s")
INITIALS = re.compile(r"(?:\w\.)*\w\.?")
LETTERS = {0, 8, 9}  # combining classes of what is no accent: letters, kana voicing, virama (Unicode, section 4.3)

# One letter in two spellings that Unicode keeps apart.
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
SAME = {"ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ß": "ss", "ŋ": "n", "ə": "e"}
SAME |= {"ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ـ": ""}
# Digits and signs that pose as letters; a capital I looks like l and 1, so that i is of their class.
POSING = str.maketrans("0134578@$€|i", "oleastbasell")
LETTER_IN_NAME = re.compile(r"(?:LATIN (?:CAPITAL |SMALL )?LETTER (?:SMALL CAPITAL )?|SYMBOL LETTER )([A-Z])$")

# Scripts that a word may mix: none looks like the other (UTS 39, section 5.2, "highly restrictive").
TOGETHER = ({"LATIN", "HAN", "HIRAGANA", "KATAKANA"}, {"LATIN", "HAN", "HANGUL"}, {"LATIN", "HAN", "BOPOMOFO"})
NO_SCRIPT = {"COMMON", "INHERITED", "UNKNOWN"}
IDEOGRAPHIC = {"HAN", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"}
WORD = re.compile(r"[^\W_]+")


@lru_cache(maxsize=2_000)
def keys(name: str) -> frozenset[str]:
    """Return a name as it is compared: without case, accents, spaces, titles, and letters that pose as others.

    A name written in two forms, such as 李雷 (Li Lei), has a key for each. Names of a crowd are compared with each
    other again and again, so some are kept.
    """
    return frozenset(key for words in _readings(name) for key in _squeezed(words))


def watch_keys(name: str) -> set[str]:
    """Return the keys of a watched name: its words in every order, so that a signer's key meets one of them.

    The signer's own spaces say nothing then: “Le Cun Yann” and “L e C u n Yann” are one key.
    """
    return {key for words in _readings(name) for order in _orders(words) for key in _squeezed(order)}


def match(name: str, watched: Mapping[T, Collection[str]]) -> list[T]:
    """Return which watched names a signer's name looks like.

    Args:
        name: as the signer typed it.
        watched: whatever stands for a watched name, with its `watch_keys`.
    """
    owners: list[T] = []
    theirs: list[str] = []
    for one, watch in watched.items():
        owners += [one] * len(watch)
        theirs += watch
    found = (place for key in keys(name) for place in _meeting(key, theirs))
    return list(dict.fromkeys(owners[place] for place in sorted(found)))


def alike(name: str, others: Sequence[str]) -> list[int]:
    """Return which of the other names may be the same person's: nearly equal, or with a name more or less.

    Returns:
        Their places.
    """
    folded = [other.casefold() for other in others]
    worth_it = process.extract(name.casefold(), folded, scorer=fuzz.token_set_ratio, score_cutoff=ROUGHLY, limit=None)
    return sorted(place for _, _, place in worth_it if _alike(name, others[place]))


def _alike(one: str, other: str) -> bool:
    words, others = (max(_readings(name), key=len, default=[]) for name in (one, other))
    if not words or not others:
        return False
    if fuzz.ratio("".join(sorted(words)), "".join(sorted(others))) >= ALIKE:
        return True
    fewer, more = sorted((set(words), set(others)), key=len)
    return len(fewer) >= 2 and fewer <= more


def mixed(name: str) -> list[str]:
    """Return the words of a name whose letters come from scripts that nobody mixes in one word."""
    return [word for word in WORD.findall(unicodedata.normalize("NFC", name)) if _is_mixed(word)]


def _is_mixed(word: str) -> bool:
    scripts = {_script(char) for char in word} - NO_SCRIPT
    return len(scripts) > 1 and not any(scripts <= allowed for allowed in TOGETHER)


def _meeting(key: str, watched: Sequence[str]) -> Iterator[int]:
    """Where a key stands among others, as it is or with a slip in it."""
    for other, _, place in process.extract(key, watched, scorer=OSA.distance, score_cutoff=1, limit=None):
        longer = max(len(key), len(other))
        eye_skips = longer >= LONG_ENOUGH and (sorted(key) == sorted(other) or _undoubled(key) == _undoubled(other))
        if key == other or longer >= LONG or eye_skips:
            yield place


def _undoubled(key: str) -> str:
    return "".join(char for char, _ in groupby(key))


def _orders(words: list[str]) -> Iterator[tuple[str, ...]]:
    if len(words) <= MOST_ORDERED:
        yield from permutations(words)
    else:
        yield from ((*words[turn:], *words[:turn]) for turn in range(len(words)))


def _squeezed(words: Iterable[str]) -> set[str]:
    """The words in one, as they are and with two letters that look like one read as that one."""
    key = "".join(words)
    return {key, key.replace("rn", "m").replace("vv", "w")} - {""}


def _readings(name: str) -> Iterator[list[str]]:
    """The ways to read a name, each as its words: whole or a part, with a title or without, in one script or two."""
    lower = unicodedata.normalize("NFC", name).lower()
    for spelled in {name, lower.translate(UMLAUTS)} if lower != lower.translate(UMLAUTS) else {name}:
        for form in _forms(SPLIT_TITLES.sub(r"\1\2", NO_SPACE.sub(". ", spelled))):
            for typed in _untitled(form):
                bare = [_bare(word) for word in typed]
                yield _words(bare, _shape)
                if any(char.isalnum() and not char.isascii() for word in bare for char in word):
                    # As it stands, too: capitals of another script pose as other letters than its small ones.
                    yield _words(bare, str.casefold)


def _forms(name: str) -> set[str]:
    whole, outside = PARTS.sub(" ", name), BRACKETED.sub(" ", name)
    by_script = [" ".join(run) for _, run in groupby(whole.split(), key=_is_ideographic)]
    parts = APART.split(name)
    apart = [part for part in (*parts, " ".join(parts[:2])) if len(part.split()) > 1]
    return {" ".join(form.split()) for form in (whole, outside, *PARTS.split(name), *by_script, *apart)} - {""}


def _untitled(form: str) -> Iterator[list[str]]:
    """The words of one form without titles, and once more without what may be a title or an initial."""
    typed = [HONORIFICS.sub("", word) for word in re.split(r"[\s,，、]+", form) if word]
    words = [word for word in typed if _plain(word) not in TITLES] or typed
    yield words
    fewer = list(words)
    while len(fewer) > 1 and _plain(fewer[-1]) in AFTER_NAMES:
        fewer.pop()
    named = [word for word in fewer if not (INITIALS.fullmatch(word) and word.lower() != word.upper())]
    for shorter in (fewer, named):
        if 2 <= len(shorter) < len(words):
            yield shorter


def _words(bare: list[str], read: Callable[[str], str]) -> list[str]:
    """Each word read letter by letter, without what is no letter; digits alone are no word."""
    words = ["".join(map(read, word)) for word in bare if not word.isdigit()]
    kept = ["".join(char for char in word if char.isalnum() or unicodedata.combining(char)) for word in words]
    return [word for word in kept if word]


def _plain(word: str) -> str:
    return "".join(char for char in _bare(word).casefold() if char.isalnum())


def _bare(text: str) -> str:
    """Return text without accents and without characters that only join."""
    decomposed = unicodedata.normalize("NFKD", text)
    kept = (c for c in decomposed if unicodedata.combining(c) in LETTERS and unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFC", "".join(kept))


@cache
def _shape(char: str) -> str:
    """Return the Latin letters that a character looks like, or the character itself, folded."""
    if char in SAME or char.casefold() in SAME:
        return SAME.get(char) or SAME[char.casefold()]
    latin = next(filter(None, map(_latin, (char, char.upper()))), char)
    return latin.casefold().translate(POSING)


def _latin(char: str) -> str:
    """What Unicode's table of confusables, or its name, says about a character; nothing for most."""
    if char.isascii():
        return char
    for entry in confusables.confusables_data.get(char, ()):
        looks = _bare(entry["c"])
        if looks.isascii() and looks.isalnum():
            return looks
    named = LETTER_IN_NAME.search(unicodedata.name(char, "")) if len(char) == 1 else None
    return named[1] if named else ""


@cache
def _script(char: str) -> str:
    return str(categories.alias(char))


def _is_ideographic(word: str) -> bool:
    return any(_script(char) in IDEOGRAPHIC for char in word)
