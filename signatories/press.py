"""What a journalist needs to quote a letter: counts with their definitions, a sentence, and how to cite it."""

from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from petition.models import Letter, Tally
from petition.tally import SMALLEST_CELL
from signatories import reasons, sentences
from signatories.sentences import apart

AMONG = 3  # the largest disciplines that the sentence names


@dataclass(frozen=True)
class Figure:
    """A number and what exactly it counts."""

    n: int
    what: str
    means: str


def figures(letter: Letter, tally: Tally) -> list[Figure]:
    """Return the counts that may be quoted, each with its definition."""
    counted = tally.figures
    levels = [
        Figure(n, str(reasons.LEVELS[int(level)]), str(reasons.LEVEL_MEANINGS[int(level)]))
        for level, n in sorted(counted["levels"].items(), reverse=True)
    ]
    means = _("Each is one person, whose name stands on the public list.")
    shown = [Figure(counted["listed"], _("Listed by name"), means)]
    shown += levels
    if letter.listing != Letter.Listing.CONFIRMED:
        means = _("A code sent to their mailbox came back. They are not on the list, and the two are never added up.")
        shown.append(Figure(counted["confirmed"], _("Further supporters"), means))
    if counted["unnamed"] >= SMALLEST_CELL:
        means = _("Checked like those who are listed. They asked not to be named.")
        shown.append(Figure(counted["unnamed"], _("Not named by choice"), means))
    return shown


def sentence(letter: Letter, tally: Tally) -> str:
    """Return the count in one sentence that can be printed as it stands."""
    counted = tally.figures
    mass = letter.listing == Letter.Listing.CONFIRMED
    review = counted.get("listed_review", 0) if mass else 0  # of whom the breakdown does not know
    n = counted["listed"] - review if mass else counted["experts"]
    among = [
        _("%(number)s in %(discipline)s")
        % {"number": sentences.grouped(some), "discipline": apart(_in_a_sentence(letter, key))}
        for key, some in ([] if review else counted["disciplines"][:AMONG])
    ]
    said = {
        "time": _moment(tally),
        "number": sentences.grouped(n),
        "title": apart(letter.title),
        "to": apart("; ".join(letter.addressee_lines)),
        "organiser": apart(letter.organiser),
        "among": sentences.joined(among),
    }
    signed = _signed(n, mass=mass, among=bool(among)) % said
    further = 0 if mass else counted["confirmed"]
    return f"{signed} {_further(further)}" if further else signed


def _signed(n: int, *, mass: bool, among: bool) -> str:
    """The sentence, with places for who and what; it is one for each way to say it, because languages differ."""
    # Translators: %(among)s is a list such as "12 in medicine, 5 in law and 3 in physics".
    if mass and among:
        return ngettext(
            "As of %(time)s, %(number)s person who confirmed by email, among them %(among)s, has signed “%(title)s”, "
            "an open letter to %(to)s, organised by %(organiser)s.",
            "As of %(time)s, %(number)s people who confirmed by email, among them %(among)s, have signed “%(title)s”, "
            "an open letter to %(to)s, organised by %(organiser)s.",
            n,
        )
    if mass:
        return ngettext(
            "As of %(time)s, %(number)s person who confirmed by email has signed “%(title)s”, "
            "an open letter to %(to)s, organised by %(organiser)s.",
            "As of %(time)s, %(number)s people who confirmed by email have signed “%(title)s”, "
            "an open letter to %(to)s, organised by %(organiser)s.",
            n,
        )
    # Translators: %(among)s is a list such as "12 in medicine, 5 in law and 3 in physics".
    if among:
        return ngettext(
            "As of %(time)s, %(number)s expert whose affiliation or identity was checked, among them %(among)s, "
            "has signed “%(title)s”, an open letter to %(to)s, organised by %(organiser)s.",
            "As of %(time)s, %(number)s experts whose affiliation or identity was checked, among them %(among)s, "
            "have signed “%(title)s”, an open letter to %(to)s, organised by %(organiser)s.",
            n,
        )
    return ngettext(
        "As of %(time)s, %(number)s expert whose affiliation or identity was checked "
        "has signed “%(title)s”, an open letter to %(to)s, organised by %(organiser)s.",
        "As of %(time)s, %(number)s experts whose affiliation or identity was checked "
        "have signed “%(title)s”, an open letter to %(to)s, organised by %(organiser)s.",
        n,
    )


def _further(n: int) -> str:
    said = ngettext(
        "%(number)s further supporter confirmed by email and is not listed.",
        "%(number)s further supporters confirmed by email and are not listed.",
        n,
    )
    return said % {"number": sentences.grouped(n)}


def citation(letter: Letter, tally: Tally, *, address: str) -> str:
    """Return a reference to the list as of the moment of the count.

    Args:
        letter: whose list.
        tally: the count.
        address: of the list as of that moment.
    """
    n = tally.figures["listed"]
    said = ngettext(
        "“%(title)s”, open letter organised by %(organiser)s. List of signatories: %(number)s name as of %(time)s. "
        "%(address)s",
        "“%(title)s”, open letter organised by %(organiser)s. List of signatories: %(number)s names as of %(time)s. "
        "%(address)s",
        n,
    )
    named = {"title": apart(letter.title), "organiser": apart(letter.organiser), "address": apart(address)}
    return said % {**named, "number": sentences.grouped(n), "time": _moment(tally)}


def _in_a_sentence(letter: Letter, discipline: str) -> str:
    """An English label begins small inside a sentence, unless its first word is an abbreviation."""
    label = str(letter.disciplines.get(discipline, discipline))
    plain = letter.language.startswith("en") and label[1:2].islower()
    return label[0].lower() + label[1:] if plain else label


def _moment(tally: Tally) -> str:
    return date_format(tally.as_of, "DATETIME_FORMAT")
