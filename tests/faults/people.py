"""Who signs in a run: everything about a person follows from the seed and a number."""

import random
import re
from dataclasses import dataclass

PER_HOST, PER_NETWORK = 10, 20  # below what the product takes for a burst (signatories/flags/bursts.py)
SYLLABLES = [first + second for first in "bdfgklmnprstvz" for second in ("a", "e", "i", "o", "u", "ai", "eo", "ou")]


@dataclass(frozen=True)
class Person:
    """One signer, and what they do."""

    number: int
    address: str
    name: str
    client: str
    looks_first: bool
    twice: bool
    confirms: bool
    withdraws: bool

    @property
    def form(self) -> dict[str, str]:
        """What they type."""
        return {"name": self.name, "email": self.address, "discipline": "optics", "publish": "on"}


def person(seed: str, number: int) -> Person:
    """Who signs as that number in a run with that seed."""
    dice = random.Random(f"{seed} person {number}")
    network = number // PER_NETWORK
    return Person(
        number=number,
        address=f"s{number}@h{number // PER_HOST}.example.org",
        name=f"{_word(dice, 3)} {_word(dice, 4)}",
        client=f"10.{network // 250}.{network % 250}.{number % PER_NETWORK + 1}",
        looks_first=dice.random() < 0.08,
        twice=dice.random() < 0.05,
        confirms=dice.random() < 0.25,
        withdraws=dice.random() < 0.15,
    )


def number_of(address: str) -> int:
    """Which person has an address."""
    found = re.match(r"s(\d+)@", address)
    return int(found[1]) if found else -1


def broken(seed: str, number: int) -> tuple[str, str, dict[str, str]]:
    """A request that must be answered 4xx, as kind, address and form."""
    dice = random.Random(f"{seed} broken {number}")
    address = f"wrong{number}@h{number // PER_HOST}.example.org"
    form = {"name": f"{_word(dice, 3)} {_word(dice, 3)}", "email": address, "discipline": "optics", "publish": "on"}
    kind = dice.choice(["no name", "no discipline", "web address", "no letter", "old version"])
    if kind == "no name":
        del form["name"]
    elif kind == "no discipline":
        form["discipline"] = "alchemy"
    elif kind == "web address":
        form["name"] = "www.buy-this.example.com"
    elif kind == "old version":
        form["version"] = "0"
    return kind, address, form


def _word(dice: random.Random, syllables: int) -> str:
    return "".join(dice.choice(SYLLABLES) for _ in range(syllables)).capitalize()
