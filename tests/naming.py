"""A labelled set of names: invented people, and the ways in which an impostor writes a watched name.

Nobody here is a real person: ordinary names are drawn by a seeded generator from common name parts of many languages,
and watched names are half such combinations and half family names that nobody bears. The tables of look-alikes are
written by hand, so that they are not the ones by which names are compared.
"""

import random
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

_BLOCKS = (Path(__file__).parent.parent / "demo" / "names.txt").read_text().split("\n\n")[1:]


def _languages(block: str) -> dict[str, tuple[list[str], list[str]]]:
    rows = (line.partition(": ") for line in block.splitlines())
    return {language: tuple(part.split() for part in names.split("|")) for language, _, names in rows}  # type: ignore[misc]


GIVEN_FIRST, FAMILY_FIRST = map(_languages, _BLOCKS)
TITLED = ("Dr. {}", "Prof. {}", "{}, PhD", "Prof. Dr. {}", "{} (she/her)", "{}, M.D.", "Ing. {}", "{} MSc")
# Family names that nobody bears, so that an ordinary name that meets one is an error.
_INVENTED = (
    "Ada Lecunova|Yorick Lebrandt|Mira Hollowick|Tobin Ashgrove|Ines Quillfeather|Otis Brambleford|Nora Vantresque|"
    "Silas Okonquist|Petra Lindenhof|Ravi Chandrapore|Elodie Marchambault|Jonas Weidenkamp|Thea Papadorakis|Ivo Kral|"
    "Leila Farouzani|Hugo de Montclairval|Saskia van der Wolkenberg|Bo Ek|Kofi Asantewah|Marisol Quintavilla|"
    "Anselm O’Garrity|Wanda Zielonogora|Emre Yildizhan|Freya Sundgaardsen|Caspian Thorneycroft"
)
INVENTED = _INVENTED.split("|")


def combined(seed: str, number: int) -> list[str]:
    """Names of invented people of many languages, as people write themselves into forms."""
    dice = random.Random(seed)
    languages = [*GIVEN_FIRST, *FAMILY_FIRST]
    names: dict[str, None] = {}
    while len(names) < number:
        names[_one(dice.choice(languages), dice)] = None
    return list(names)


def _one(language: str, dice: random.Random) -> str:
    given, family = {**GIVEN_FIRST, **FAMILY_FIRST}[language]
    first, last = dice.choice(given), dice.choice(family).replace("~", " ")
    joined = f"{last} {first}" if language in FAMILY_FIRST else f"{first} {last}"
    if language in {"Chinese", "Japanese", "Korean"} and dice.random() < 0.7:
        joined = f"{last}{first}"
    how = dice.random()
    if how < 0.08 and language in GIVEN_FIRST and joined[0].isascii():
        return f"{first} {dice.choice('ABCDEHJKLMPRST')}. {last}"
    if how < 0.16 and language in {"English", "Spanish", "Portuguese", "Filipino", "French"}:
        return f"{first} {dice.choice(given)} {last}"
    if how < 0.24:
        return dice.choice(TITLED).format(joined)
    if how < 0.4 and f"{language}, Latin" in FAMILY_FIRST:
        return f"{joined} ({_one(f'{language}, Latin', random.Random(dice.random()))})"
    return joined


def watched() -> list[str]:
    """The watchlist of the labelled set: 25 names that nobody bears and 25 that honest people may bear."""
    plain = [name for name in combined("watched", 400) if not set(name) & set(".,()") and " " in name]
    latin = [name for name in plain if unicodedata.normalize("NFKD", name)[0].isascii()]
    return INVENTED + latin[:25]


# What each trick does to a name. Letters of other scripts that look like Latin ones, by hand.
CYRILLIC = dict(zip("aceiopsxyjhABCEHIKMOPTXYS", "асеіорѕхујһАВСЕНІКМОРТХУЅ", strict=True))
GREEK = dict(zip("ovAEIKMNOTXYZBHP", "ονΑΕΙΚΜΝΟΤΧΥΖΒΗΡ", strict=True))
ARMENIAN = {"o": "օ", "u": "ս", "n": "ո", "h": "հ", "q": "զ", "g": "ց", "S": "Տ", "O": "Օ", "U": "Ս"}
DIGITS = {"o": "0", "O": "0", "l": "1", "i": "1", "I": "1", "e": "3", "a": "4", "s": "5"}
ACCENTS = {"a": "á", "e": "ė", "i": "ī", "o": "ő", "u": "ų", "n": "ñ", "c": "ç", "l": "ł", "d": "đ", "s": "ş"}


def _swap(table: dict[str, str], most: int) -> Callable[[str, random.Random], str]:
    def swap(name: str, dice: random.Random) -> str:
        places = [place for place, char in enumerate(name) if char in table]
        chosen = dice.sample(places, min(most, len(places)))
        return "".join(table[char] if place in chosen else char for place, char in enumerate(name))

    return swap


def _alphabet(capital: int, small: int) -> Callable[[str, random.Random], str]:
    def write(name: str, _dice: random.Random) -> str:
        table = {65 + place: capital + place for place in range(26)} | {
            97 + place: small + place for place in range(26)
        }
        return name.translate(table)

    return write


def _place(name: str, dice: random.Random, behind: int = 1) -> int:
    """A place in the longest word, behind its first letter, where two letters differ."""
    word = max(name.split(), key=len)
    start = name.index(word)
    places = [p for p in range(start + 1, start + len(word) - behind) if name[p] != name[p + 1]]
    return dice.choice(places or [start + 1])


def _transpose(name: str, dice: random.Random) -> str:
    place = _place(name, dice)
    return name[:place] + name[place + 1] + name[place] + name[place + 2 :]


def _double(name: str, dice: random.Random) -> str:
    place = _place(name, dice)
    return name[:place] + name[place] + name[place:]


def _drop(name: str, dice: random.Random) -> str:
    place = _place(name, dice)
    return name[:place] + name[place + 1 :]


def _replace(name: str, dice: random.Random) -> str:
    place = _place(name, dice)
    return name[:place] + dice.choice("aeioutrsn".replace(name[place].lower(), "")) + name[place + 1 :]


def _split(name: str, dice: random.Random) -> str:
    word = max(name.split(), key=len)
    place = dice.randrange(2, len(word) - 1) if len(word) > 3 else 1
    return name.replace(word, f"{word[:place]} {word[place:].capitalize()}")


def _family_first(name: str, between: str = " ") -> str:
    given, _, family = name.rpartition(" ")
    return f"{family}{between}{given}"


def _behind(name: str, dice: random.Random) -> str:
    return name + dice.choice([", PhD", " Ph.D.", ", M.D.", " MSc", ", Jr.", ", FRS"])


def _titled(name: str, dice: random.Random) -> str:
    return f"{dice.choice(['Dr.', 'Prof.', 'Professor', 'Sir', 'Mr', 'Univ.-Prof. Dr.'])} {name}"


def _apostrophe(name: str, dice: random.Random) -> str:
    place = _place(name, dice)
    return f"{name[:place]}’{name[place:]}"


def _unaccented(name: str, _dice: random.Random) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))


TRICKS: dict[str, Callable[[str, random.Random], str]] = {
    "as it is": lambda name, _: name,
    "capitals": lambda name, _: name.upper(),
    "small letters": lambda name, _: name.lower(),
    "family name first": lambda name, _: _family_first(name),
    "family name first, comma": lambda name, _: _family_first(name, ", "),
    "no spaces": lambda name, _: name.replace(" ", ""),
    "spaced out": lambda name, _: " ".join(name),
    "one word split": _split,
    "hyphens": lambda name, _: name.replace(" ", "-"),
    "dots": lambda name, _: name.replace(" ", "."),
    "apostrophe": _apostrophe,
    "accents": _swap(ACCENTS, 2),
    "no accents": _unaccented,
    "one Cyrillic letter": _swap(CYRILLIC, 1),
    "all Cyrillic": _swap(CYRILLIC, 99),
    "two Greek letters": _swap(GREEK, 2),
    "all Greek": _swap(GREEK, 99),
    "two Armenian letters": _swap(ARMENIAN, 2),
    "Cyrillic and Greek": lambda name, dice: _swap(GREEK, 2)(_swap(CYRILLIC, 2)(name, dice), dice),
    "fullwidth": _alphabet(0xFF21, 0xFF41),
    "mathematical bold": _alphabet(0x1D400, 0x1D41A),
    "mathematical sans": _alphabet(0x1D5A0, 0x1D5BA),
    "circled": _alphabet(0x24B6, 0x24D0),
    "digits": _swap(DIGITS, 2),
    "one digit": _swap(DIGITS, 1),
    "capital I for l": lambda name, _: name.replace("l", "I"),
    "rn for m": lambda name, _: name.replace("m", "rn"),
    "vv for w": lambda name, _: name.replace("w", "vv").replace("W", "VV"),
    "two letters exchanged": _transpose,
    "a letter doubled": _double,
    "a letter dropped": _drop,
    "a letter replaced": _replace,
    "a title": _titled,
    "letters behind the name": _behind,
    "an initial": lambda name, dice: name.replace(" ", f" {dice.choice('ABCDEFGHJ')}. ", 1),
    "two forms": lambda name, _: f"李雷 ({name})",
    "behind other words": lambda name, _: f"Somebody Else aka {name}",
    "a number behind": lambda name, _: f"{name} 2",
    "Cyrillic and family name first": lambda name, dice: _swap(CYRILLIC, 3)(_family_first(name), dice),
    "digits, title and capitals": lambda name, dice: f"DR {_swap(DIGITS, 2)(name, dice).upper()}",
}


def impersonations(seed: str) -> Iterator[tuple[str, str, str]]:
    """Each watched name written in each way: the trick, the watched name, and what the impostor types."""
    dice = random.Random(seed)
    for name in watched():
        for trick, write in TRICKS.items():
            yield trick, name, write(name, dice)
