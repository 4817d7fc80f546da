"""Which level a set of signals carries. One pure function of evidence, flags and people; no database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from signatories.reasons import Family

IDENTITY, AFFILIATION = "identity", "affiliation"
FLAG_OPEN = cast(str, gettext_lazy("A flag is open. Look at it, and tick it off, before the name is listed."))


@dataclass(frozen=True)
class Signal:
    """One thing that was checked and found to be so.

    Attributes:
        family: one of `reasons.Family`.
        claim: `identity` or `affiliation`.
        account: what it comes down to, such as `github:ada`; an empty one is like no other.
        public_before: whether it is tied to an identity that was public before the signature.
    """

    family: str
    claim: str
    account: str = ""
    public_before: bool = False


def independent(signals: Iterable[Signal]) -> int:
    """Return how many signals count: each family once, and each account once.

    Two signals that come down to one account are one, however different their families look: a key that a GitHub
    account publishes and a login with that account prove the same account. This is a maximum matching of families
    and accounts, found by augmenting paths (Kuhn 1955); there are seven families at the most.
    """
    accounts: dict[str, set[object]] = {}
    for number, signal in enumerate(signals):
        accounts.setdefault(signal.family, set()).add(signal.account or number)
    taken: dict[object, str] = {}

    def place(family: str, seen: set[object]) -> bool:
        for account in accounts[family] - seen:
            seen.add(account)
            if account not in taken or place(taken[account], seen):
                taken[account] = family
                return True
        return False

    return sum(place(family, set()) for family in accounts)


def carried(signals: Sequence[Signal], *, confirmed: bool, open_flags: int, prints_affiliation: bool) -> int:
    """Return the highest level that this evidence carries (PRACTICE, "Evidence: what verified means").

    Args:
        signals: those that support a claim.
        confirmed: whether the code came back from the mailbox.
        open_flags: how many flags nobody has released.
        prints_affiliation: whether an organisation is printed after the name; then it must be supported too,
            because readers take the level for the whole line.
    """
    if not confirmed:
        return 0
    affiliated = any(signal.claim == AFFILIATION for signal in signals)
    if open_flags or (prints_affiliation and not affiliated):
        return 1
    if independent(signals) >= 2 and any(signal.public_before for signal in signals):
        return 4 if any(signal.family == Family.OUT_OF_BAND for signal in signals) else 3
    return 2 if affiliated else 1


def problem(
    level: int, signals: Sequence[Signal], *, confirmed: bool, open_flags: int, prints_affiliation: bool
) -> str:
    """Return why a name cannot be listed at this level, or an empty string when it can."""
    if not confirmed:
        return _("The mailbox is not confirmed.")
    if not 2 <= level <= 4:
        return _("A name is listed at level 2, 3 or 4.")
    if open_flags:
        return str(FLAG_OPEN)
    if carried(signals, confirmed=True, open_flags=0, prints_affiliation=prints_affiliation) >= level:
        return ""
    if prints_affiliation and not any(signal.claim == AFFILIATION for signal in signals):
        return _("Nothing supports the organisation that is printed yet.")
    if level == 2:
        return _("Level 2 needs a signal that the person belongs to the organisation.")
    if independent(signals) < 2:
        return _("Levels 3 and 4 need two signals of different families that do not come down to one account.")
    if not any(signal.public_before for signal in signals):
        return _("Levels 3 and 4 need a signal that is tied to an identity that was public before.")
    return _("Level 4 needs direct contact through an address that the signer did not supply.")
