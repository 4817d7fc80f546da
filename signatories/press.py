"""What a journalist needs to quote a letter: counts with their definitions, a sentence, and how to cite it."""

from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format

from petition.models import Letter, Tally
from signatories import reasons

AMONG = 3  # the largest disciplines that the sentence names


@dataclass(frozen=True)
class Figure:
    """A number and what exactly it counts."""

    n: int
    what: str
    means: str


def figures(letter: Letter, tally: Tally, *, smallest_cell: int) -> list[Figure]:
    """Return the counts that may be quoted, each with its definition.

    Args:
        letter: whose.
        tally: the count.
        smallest_cell: people who are not named are left out where there are fewer.
    """
    counted = tally.figures
    levels = [
        Figure(n, reasons.LEVELS[int(level)], reasons.LEVEL_MEANINGS[int(level)])
        for level, n in sorted(counted["levels"].items(), reverse=True)
    ]
    shown = [Figure(counted["listed"], "Listed by name", "Each is one person, whose name stands on the public list.")]
    shown += levels
    if letter.listing != Letter.Listing.CONFIRMED:
        means = "A code sent to their mailbox came back. They are not on the list, and the two are never added up."
        shown.append(Figure(counted["confirmed"], "Further supporters", means))
    if counted["unnamed"] >= smallest_cell:
        means = "Checked like those who are listed. They asked not to be named."
        shown.append(Figure(counted["unnamed"], "Not named by choice", means))
    return shown


def sentence(letter: Letter, tally: Tally) -> str:
    """Return the count in one sentence that can be printed as it stands."""
    counted = tally.figures
    mass = letter.listing == Letter.Listing.CONFIRMED
    n = counted["listed"] - counted.get("listed_review", 0) if mass else counted["experts"]
    checked = "who confirmed by email" if mass else "whose affiliation or identity was checked"
    people = ("person" if n == 1 else "people") if mass else ("expert" if n == 1 else "experts")
    who = f"{n:,} {people} {checked}{_among(letter, counted)}"
    signed = f"{who} {'has' if n == 1 else 'have'} signed {_named(letter)}."
    further = counted["confirmed"]
    supporters = "supporter confirmed by email and is" if further == 1 else "supporters confirmed by email and are"
    more = f" {further:,} further {supporters} not listed." if further and not mass else ""
    return f"As of {_moment(tally)}, {signed}{more}"


def citation(letter: Letter, tally: Tally, *, address: str) -> str:
    """Return a reference to the list as of the moment of the count.

    Args:
        letter: whose list.
        tally: the count.
        address: of the list as of that moment.
    """
    n = tally.figures["listed"]
    names = f"{n:,} name{'' if n == 1 else 's'} as of {_moment(tally)}"
    return f"“{letter.title}”, open letter organised by {letter.organiser}. List of signatories: {names}. {address}"


def _named(letter: Letter) -> str:
    to = "; ".join(letter.addressee_lines)
    return f"“{letter.title}”, an open letter to {to}, organised by {letter.organiser}"


def _among(letter: Letter, counted: dict[str, Any]) -> str:
    parts = [f"{n:,} in {_in_a_sentence(letter, key)}" for key, n in counted["disciplines"][:AMONG]]
    if not parts:
        return ""
    named = f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]
    return f", among them {named},"


def _in_a_sentence(letter: Letter, discipline: str) -> str:
    """An English label begins small inside a sentence, unless its first word is an abbreviation."""
    label = str(letter.disciplines.get(discipline, discipline))
    plain = letter.language.startswith("en") and label[1:2].islower()
    return label[0].lower() + label[1:] if plain else label


def _moment(tally: Tally) -> str:
    return date_format(tally.as_of, "DATETIME_FORMAT")
