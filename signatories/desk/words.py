"""Evidence and flags in the words of the desk: what each proves, and what was seen."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from signatories.models import Evidence, Flag, Signature
from signatories.reasons import Family, FlagKind

PROVES = {
    Family.MAILBOX: "They read mail at a host of the organisation.",
    Family.FEDERATED: "They can log in to this account.",
    Family.WEB: "They control this page.",
    Family.KEY: "They hold the key that this account publishes.",
    Family.RECORD: "A public page that a vetter has seen.",
    Family.VOUCH: "Somebody at level 3 or 4 answers for them.",
    Family.OUT_OF_BAND: "Reached through an address that they did not supply.",
}
SEEN: dict[str, str] = {
    "names": "Looks like {}",
    "words": "In {}",
    "looks_like": "Looks like {}",
    "host": "Mail host {}",
    "organisation": "“{}”",
    "seconds": "{} seconds after the mail was handed on",
    "from": "From one {}",
}
HIDDEN = {"watch", "others"}
# Under each flag, what to do about it.
LOOK_FOR = {
    FlagKind.WATCH_NAME: "Reach the person through an address they did not supply. Two people decide.",
    FlagKind.IMPOSTOR: "Whoever has this mailbox signed in another name before. Two people decide.",
    FlagKind.LOOKALIKE: "Compare the host letter by letter with the organisation's own.",
    FlagKind.MIXED_SCRIPTS: "One word has letters that only look like others.",
    FlagKind.BURST: "Look at the others of that hour.",
    FlagKind.DEVICE: "Colleagues at one computer, or one person with many names.",
    FlagKind.DUPLICATE: "Compare with the other entry; one person is listed once.",
    FlagKind.FREE_MAIL: "Ask for a work address, or find a public page.",
    FlagKind.UNKNOWN_ORGANISATION: "Find out that it exists, and that they are there.",
    FlagKind.SECONDS: "Quicker than people read. A script may have typed the code.",
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
            LOOK_FOR[FlagKind(flag.kind)],
            [found[pk] for pk in flag.details.get("others", []) if pk in found],
        )
        for flag in shown
    ]


def evidence(rows: Iterable[Evidence], by_hand: set[Family]) -> list[Proof]:
    """Return evidence with what it proves."""
    return [
        Proof(row, PROVES[Family(row.family)], row.details.get("says") or in_words(row.details), row.family in by_hand)
        for row in rows
    ]


def in_words(details: dict[str, Any]) -> str:
    """Return details as one line, whatever collector wrote them."""
    said = []
    for name, value in details.items():
        if name in HIDDEN or value in (None, "", [], {}):
            continue
        plain = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        said.append(SEEN[name].format(plain) if name in SEEN else f"{name.replace('_', ' ')}: {plain}")
    return " · ".join(said)


def searches(signature: Signature) -> list[tuple[str, str]]:
    """Return where a vetter looks first: a label, and an address that opens a search in another tab."""
    if not signature.name:
        return []
    plain = f"{signature.name} {signature.organisation}".strip()
    quoted = f'"{signature.name}" {signature.organisation}'.strip()
    return [
        ("Staff page", "https://duckduckgo.com/?" + urlencode({"q": quoted})),
        ("ORCID", "https://orcid.org/orcid-search/search?" + urlencode({"searchQuery": plain})),
        ("Scholar", "https://scholar.google.com/scholar?" + urlencode({"q": quoted})),
        ("GitHub", "https://github.com/search?" + urlencode({"type": "users", "q": signature.name})),
    ]
