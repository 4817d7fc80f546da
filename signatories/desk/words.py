"""Evidence and flags in the words of the desk: what each proves, and what was seen."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from signatories.models import Evidence, Flag, Signature
from signatories.reasons import Family, FlagKind

PROVES = {
    Family.MAILBOX: gettext_noop("They read mail at a host of the organisation."),
    Family.FEDERATED: gettext_noop("They can log in to this account."),
    Family.WEB: gettext_noop("They control this page."),
    Family.KEY: gettext_noop("They hold the key that this account publishes."),
    Family.RECORD: gettext_noop("A public page that a vetter has seen."),
    Family.VOUCH: gettext_noop("Somebody at level 3 or 4 answers for them."),
    Family.OUT_OF_BAND: gettext_noop("Reached through an address that they did not supply."),
}
SEEN: dict[str, str] = {
    "names": gettext_noop("Looks like {}"),
    "words": gettext_noop("In {}"),
    "looks_like": gettext_noop("Looks like {}"),
    "host": gettext_noop("Mail host {}"),
    "organisation": "“{}”",
    "seconds": gettext_noop("{} seconds after the mail was handed on"),
    "from": gettext_noop("From one {}"),
}
HIDDEN = {"watch", "others"}
# Under each flag, what to do about it.
LOOK_FOR = {
    FlagKind.WATCH_NAME: gettext_noop("Reach the person through an address they did not supply. Two people decide."),
    FlagKind.IMPOSTOR: gettext_noop("Whoever has this mailbox signed in another name before. Two people decide."),
    FlagKind.LOOKALIKE: gettext_noop("Compare the host letter by letter with the organisation's own."),
    FlagKind.MIXED_SCRIPTS: gettext_noop("One word has letters that only look like others."),
    FlagKind.BURST: gettext_noop("Look at the others of that hour."),
    FlagKind.DEVICE: gettext_noop("Colleagues at one computer, or one person with many names."),
    FlagKind.DUPLICATE: gettext_noop("Compare with the other entry; one person is listed once."),
    FlagKind.FREE_MAIL: gettext_noop("Ask for a work address, or find a public page."),
    FlagKind.UNKNOWN_ORGANISATION: gettext_noop("Find out that it exists, and that they are there."),
    FlagKind.SECONDS: gettext_noop("Quicker than people read. A script may have typed the code."),
}


@dataclass(frozen=True)
class Seen:
    """One flag with what it saw."""

    flag: Flag
    words: str
    look_for: str
    others: list[Signature]


@dataclass(frozen=True)
class Proof:
    """One piece of evidence with what it proves and what was found."""

    row: Evidence
    proves: str
    found: str
    by_hand: bool


def flags(signature: Signature, rows: Iterable[Flag]) -> list[Seen]:
    """Return the flags of a signature with what they saw; others are named from the same letter only."""
    shown = list(rows)
    pks = {pk for flag in shown for pk in flag.details.get("others", [])}
    found = {str(one.pk): one for one in signature.letter.signatures.filter(pk__in=pks)} if pks else {}
    return [
        Seen(
            flag,
            in_words(flag.details),
            _(LOOK_FOR[FlagKind(flag.kind)]),
            [found[pk] for pk in flag.details.get("others", []) if pk in found],
        )
        for flag in shown
    ]


def evidence(rows: Iterable[Evidence], by_hand: set[Family]) -> list[Proof]:
    """Return evidence with what it proves."""
    return [
        Proof(
            row, _(PROVES[Family(row.family)]), row.details.get("says") or in_words(row.details), row.family in by_hand
        )
        for row in rows
    ]


def in_words(details: dict[str, Any]) -> str:
    """Return details as one line, whatever collector wrote them."""
    said = []
    for name, value in details.items():
        if name in HIDDEN or value in (None, "", [], {}):
            continue
        plain = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        said.append(_(SEEN[name]).format(plain) if name in SEEN else f"{_(name.replace('_', ' '))}: {plain}")
    return " · ".join(said)


def searches(signature: Signature) -> list[tuple[str, str]]:
    """Return where a vetter looks first: a label, and an address that opens a search in another tab."""
    if not signature.name:
        return []
    plain = f"{signature.name} {signature.organisation}".strip()
    quoted = f'"{signature.name}" {signature.organisation}'.strip()
    return [
        (_("Staff page"), "https://duckduckgo.com/?" + urlencode({"q": quoted})),
        ("ORCID", "https://orcid.org/orcid-search/search?" + urlencode({"searchQuery": plain})),
        ("Scholar", "https://scholar.google.com/scholar?" + urlencode({"q": quoted})),
        ("GitHub", "https://github.com/search?" + urlencode({"type": "users", "q": signature.name})),
    ]
