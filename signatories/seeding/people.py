"""Invented people for a seeded letter: names in many scripts, where they work, and how that is spelled for a search."""

import random
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from petition.text import fold

NAMES = Path(settings.BASE_DIR) / "demo" / "names.txt"
HOUSES = Path(settings.BASE_DIR) / "demo" / "houses.txt"
ROLES = (
    *("Professor of optics", "Lecturer", "Postdoctoral researcher", "Engineer", "Head of operations", "Nurse"),
    *("Software engineer", "Director", "Member of the works council", "Professorin", "Ingénieure", "Profesora titular"),
    *(
        "Chief executive",
        "Research fellow",
        "Teacher",
        "教授",
        "研究員",
        "инженер",
        "أستاذ",
        "Öğretim üyesi",
        "Retired",
    ),
)
FREE_MAIL = ("mail.example.com", "post.example.net", "inbox.example.org")
# One in seven names no organisation; of the others the commonest has about a hundred times as many as the median.
WITHOUT = 7
SKEW = 0.8


class House(NamedTuple):
    """An organisation: its name as printed and as searched, the host of its mailboxes, and its country."""

    name: str
    folded: str
    host: str
    country: str


class Person(NamedTuple):
    """What somebody types, with the folded spellings; empty `house` for somebody who names none."""

    name: str
    folded: str
    role: str
    house: House


def houses() -> list[House]:
    """Return the organisations, the commonest first."""
    found: list[House] = []
    for line in HOUSES.read_text(encoding="utf-8").split("\n\n")[1].splitlines():
        countries, patterns, towns = (part.strip() for part in line.split("|"))
        for pattern in patterns.split("; "):
            for town in towns.split():
                name = pattern.format(town.replace("~", " "))
                country = countries.split()[len(found) % len(countries.split())]
                found.append(House(name, fold(name), f"h{len(found)}.example.org", country))
    random.Random("houses").shuffle(found)
    return found


class Crowd:
    """Draws people; the same seed draws the same ones."""

    def __init__(self, seed: str) -> None:
        self.dice = random.Random(seed)
        self.houses = houses()
        self.weights = list(accumulate((place + 1) ** -SKEW for place in range(len(self.houses))))
        self.languages = list(_languages())
        countries = sorted({house.country for house in self.houses} | {"IS", "MT", "LI", "FJ"})
        self.nobodies = [House("", "", host, country) for host in FREE_MAIL for country in countries]

    def draw(self, number: int) -> Iterator[Person]:
        """Yield that many people."""
        dice = self.dice
        languages = dice.choices(self.languages, k=number)
        at = dice.choices(self.houses, cum_weights=self.weights, k=number)
        for place, (pairs, joins) in enumerate(languages):
            given, family = dice.choice(pairs[0]), dice.choice(pairs[1])
            first, last = (given, family) if joins != FAMILY_FIRST else (family, given)
            house = at[place] if place % WITHOUT else dice.choice(self.nobodies)
            role = ROLES[int(dice.random() * len(ROLES))]
            yield Person(f"{first[0]} {last[0]}", f"{first[1]} {last[1]}", role, house)


GIVEN_FIRST, FAMILY_FIRST = "given", "family"
Part = tuple[str, str]  # as written, as folded


def _languages() -> Iterator[tuple[tuple[Sequence[Part], Sequence[Part]], str]]:
    """Yield the given and family names of each language, and which of them comes first."""
    blocks = NAMES.read_text(encoding="utf-8").split("\n\n")[1:]
    for block, order in zip(blocks, (GIVEN_FIRST, FAMILY_FIRST), strict=True):
        for line in block.splitlines():
            given, family = (
                [(part.replace("~", " "), fold(part.replace("~", " "))) for part in names.split()]
                for names in line.partition(": ")[2].split("|")
            )
            yield (given, family), order
