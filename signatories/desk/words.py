"""Evidence and flags in the words of the desk: what each proves, and what was seen."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext_lazy

from petition import stored
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
# What collectors call other details.
NAMES = {
    "dated": pgettext_lazy("detail of evidence", "dated"),
    "fingerprint": pgettext_lazy("detail of evidence", "fingerprint"),
    "how": pgettext_lazy("detail of evidence", "how"),
    "kind": pgettext_lazy("detail of evidence", "kind"),
    "level": pgettext_lazy("detail of evidence", "level"),
    "login": pgettext_lazy("detail of evidence", "login"),
    "name": pgettext_lazy("detail of evidence", "name"),
    "on": pgettext_lazy("detail of evidence", "on"),
    "organisations": pgettext_lazy("detail of evidence", "organisations"),
    "provider": pgettext_lazy("detail of evidence", "provider"),
    "ror": pgettext_lazy("detail of evidence", "ror"),
    "since": pgettext_lazy("detail of evidence", "since"),
    "source": pgettext_lazy("detail of evidence", "source"),
    "uid": pgettext_lazy("detail of evidence", "uid"),
    "url": pgettext_lazy("detail of evidence", "url"),
    "voucher": pgettext_lazy("detail of evidence", "voucher"),
}
# From one of these came a burst.
SOURCES = {
    "network": pgettext_lazy("from one …", "network"),
    "host": pgettext_lazy("from one …", "host"),
}
# What a look at a host said, as it is kept with the evidence; the longest first.
SAYS = (
    gettext_noop("%(host)s is a host for %(kind)s of %(organisation)s, which does not support a former role there."),
    gettext_noop("%(host)s is a host for %(kind)s of %(organisation)s, which does not support a present role there."),
    gettext_noop("%(host)s is a host for %(kind)s of %(organisation)s; no organisation is printed."),
    gettext_noop(
        "%(host)s is a host for %(kind)s of %(organisation)s; the line does not clearly name that organisation."
    ),
    gettext_noop("%(host)s is a host for %(kind)s of %(organisation)s."),
    gettext_noop("%(host)s is no longer known as an organisation's host."),
)
# Whose mailboxes a host holds, within such a sentence.
KINDS = (gettext_noop("staff"), gettext_noop("alumni"), gettext_noop("students"))
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
    return [Proof(row, _(PROVES[Family(row.family)]), _says(row), row.family in by_hand) for row in rows]


def _says(row: Evidence) -> str:
    says = row.details.get("says")
    return stored.said(says, SAYS, words=["kind"]) if says else in_words(row.details)


def in_words(details: dict[str, Any]) -> str:
    """Return details as one line, whatever collector wrote them."""
    said = []
    for name, value in details.items():
        if name in HIDDEN or value in (None, "", [], {}):
            continue
        several = value if isinstance(value, list) else [value]
        plain = ", ".join(str(SOURCES.get(one, one)) if name == "from" else str(one) for one in several)
        said.append(
            _(SEEN[name]).format(plain) if name in SEEN else f"{NAMES.get(name, name.replace('_', ' '))}: {plain}"
        )
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
