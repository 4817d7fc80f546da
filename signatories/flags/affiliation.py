"""Flags that follow from the organisation after a name and the host of the mailbox. Only reading; others raise them."""

import uuid
from typing import Any

from django.db.models import Q
from rapidfuzz.distance import OSA

from petition.lines import names_nobody
from signatories import organisations
from signatories.models import OrganisationDomain, Signature
from signatories.organisations import hosts
from signatories.reasons import FlagKind

# The providers that are imitated. Smaller ones have honest neighbours: terra and Terna, rogers and Rodgers.
IMITATED_PROVIDERS = (
    *("gmail.com", "googlemail.com", "yahoo.com", "hotmail.com", "outlook.com", "icloud.com", "protonmail.com"),
)
NEAR = 5  # letters of a label before one wrong letter is an imitation; among shorter ones too many are neighbours
MOST_READ = 200  # rows; a hundred ministries have one name, and more are not needed to hold one line
# Words that imitations put before or after a name.
AFFIXES = (
    *("edu", "ac", "com", "net", "org", "gov", "mail", "email", "webmail", "login", "signin", "account", "accounts"),
    *("secure", "security", "support", "portal", "online", "official", "staff", "hr", "team", "web", "www", "info"),
    *("uni", "univ", "university", "college", "group", "inc", "corp", "ltd", "gmbh", "us", "uk", "usa"),
)


def look(signature: Signature) -> dict[FlagKind, dict[str, Any]]:
    """Return the flags that the line and the mailbox of a signature ask for, with what a vetter should see.

    Args:
        signature: with the line and host it has now; nothing is written.
    """
    found: dict[FlagKind, dict[str, Any]] = {}
    employer = "" if names_nobody(signature.organisation) else signature.organisation
    named = organisations.named_in(employer) if employer else set()
    if employer and not signature.former and organisations.is_free_mail(signature.host):
        found[FlagKind.FREE_MAIL] = {"host": signature.host}
    if employer and not named:
        found[FlagKind.UNKNOWN_ORGANISATION] = {"organisation": employer}
    if imitated := _imitated(hosts.exact(signature.host), named):
        found[FlagKind.LOOKALIKE] = {"host": signature.host, "looks_like": imitated}
    return found


def _imitated(host: str, named: set[uuid.UUID]) -> str:
    """Return the host that this one looks like, or an empty string.

    A host that is known, or lies under the same registered name as one that is known, imitates nobody: one owner
    registers both. That it is not known itself proves nothing for it either.
    """
    registrable = hosts.registrable(host)
    if not host or {host, registrable} & hosts.free_mail():
        return ""
    label, inside = hosts.label(host), _carried(host, registrable)
    alike = Q(registrable__in={registrable, *inside}) | Q(skeleton=hosts.skeleton(label))
    known = OrganisationDomain.objects.filter(alike, removed_at=None).values_list("registrable", flat=True)
    rows = list(known[:MOST_READ])
    if registrable in rows:
        return ""
    carried = [registered for registered in rows if registered in inside] or sorted(inside & hosts.free_mail())
    same_to_the_eye = [registered for registered in rows if registered not in inside]
    if any(hosts.label(one) == label for one in same_to_the_eye):
        same_to_the_eye = []  # one name at two top levels is common: only with the employer is it an imitation
    return _provider(label) or min(carried or same_to_the_eye, default="") or _near_the_employer(label, named)


def _provider(label: str) -> str:
    """A provider of free mail, misspelt, in look-alike letters, or at another top level."""
    for provider in IMITATED_PROVIDERS:
        theirs = hosts.label(provider)
        if hosts.skeleton(label) == hosts.skeleton(theirs) or (len(label) >= NEAR and OSA.distance(label, theirs) == 1):
            return provider
    return ""


def _carried(host: str, registrable: str) -> set[str]:
    """Hosts that are written into another one: `mit-edu.org`, `stanford.edu.example.com`."""
    left = host.removesuffix(registrable).strip(".").split(".")
    words = registrable.partition(".")[0].split("-")
    return {".".join(run[start:end]) for run in (left, words) for start, end in _stretches(len(run))}


def _stretches(length: int) -> list[tuple[int, int]]:
    return [(start, end) for start in range(length) for end in range(start + 2, length + 1)]


def _near_the_employer(label: str, named: set[uuid.UUID]) -> str:
    """A neighbour of a host of the organisation that is printed: other top level, one wrong letter, a word more."""
    if not named:
        return ""
    theirs = OrganisationDomain.objects.filter(organisation__in=named, removed_at=None)
    for registered in theirs.values_list("registrable", flat=True)[:MOST_READ]:
        known = hosts.label(registered)
        one_wrong = min(len(label), len(known)) >= NEAR and OSA.distance(label, known) == 1
        if one_wrong or known in label.split("-") or _affixed(label, known):
            return registered
    return ""


def _affixed(label: str, known: str) -> bool:
    bare, words = label.replace("-", ""), known.replace("-", "")
    return bare == words or any(bare in {words + affix, affix + words} for affix in AFFIXES)
