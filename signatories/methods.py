"""How the names of one letter are checked, said from the rules themselves and their figures."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from petition.models import Letter
from signatories import reasons, sampling


@dataclass(frozen=True)
class Level:
    """One level as readers see it, and how many names stand at it."""

    number: int
    label: str
    meaning: str
    names: int


FAMILIES = {
    reasons.Family.MAILBOX: _("The code came back from a mailbox at the organisation’s own mail domain."),
    reasons.Family.FEDERATED: _(
        "The person logged in with an account such as ORCID or GitHub that shows who they are."
    ),
    reasons.Family.WEB: _("A page or domain that is known as theirs points back to the signature."),
    reasons.Family.KEY: _("The text and the line were signed with a key that the person had published before."),
    reasons.Family.RECORD: _("The team found the person on a public page, such as a staff page."),
    reasons.Family.VOUCH: _("Somebody whose own identity was checked here vouches for the person."),
    reasons.Family.OUT_OF_BAND: _("The team reached the person through an address the signature did not supply."),
}


def levels(letter: Letter) -> list[Level]:
    """Return the levels that can be public with the counts of the newest tally, strongest first."""
    tally = letter.latest_tally
    counts = tally.figures["levels"] if tally else {}
    return [
        Level(number, str(reasons.LEVELS[number]), str(meaning), counts.get(str(number), 0))
        for number, meaning in sorted(reasons.LEVEL_MEANINGS.items(), reverse=True)
    ]


def families() -> list[tuple[str, str]]:
    """Return each kind of evidence, and what it means."""
    return [(str(family.label), str(FAMILIES[family])) for family in reasons.Family]


def flags() -> list[tuple[str, bool]]:
    """Return what makes the team look twice, and whether two people have to release it."""
    return [(str(kind.label), kind in reasons.BY_TWO) for kind in reasons.FlagKind]


def audit(letter: Letter) -> sampling.Rate:
    """Return what came of asking again."""
    return sampling.rate(letter)
