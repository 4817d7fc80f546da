"""Flags that follow from the organisation after a name and the host of the mailbox. Only reading; others raise them."""

import uuid
from collections import defaultdict
from collections.abc import Collection
from functools import cached_property
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
# Words that imitations put before or after a name.
AFFIXES = (
    *("edu", "ac", "com", "net", "org", "gov", "mail", "email", "webmail", "login", "signin", "account", "accounts"),
    *("secure", "security", "support", "portal", "online", "official", "staff", "hr", "team", "web", "www", "info"),
    *("uni", "univ", "university", "college", "group", "inc", "corp", "ltd", "gmbh", "us", "uk", "usa"),
)


class Known:
    """What is known of the organisations on some lines and of their mailboxes' hosts, read once for all of them."""

    def __init__(self, signatures: Collection[Signature]) -> None:
        self._signatures = signatures
        self._hosts = {hosts.exact(signature.host) for signature in signatures} - {""}

    @cached_property
    def named(self) -> dict[str, set[uuid.UUID]]:
        """The organisations that each line may name."""
        return organisations.named_in({_employer(signature) for signature in self._signatures} - {""})

    def alike(self, registrable: str, inside: set[str], label: str) -> list[str]:
        """Registered names of known hosts: this one, those that are written into it, and what looks like it."""
        skeleton = hosts.skeleton(label)
        return sorted(self._registered & {registrable, *inside} | self._by_skeleton[skeleton])

    @cached_property
    def _registered(self) -> set[str]:
        return {registered for registered, _ in self._near}

    @cached_property
    def _by_skeleton(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for registered, skeleton in self._near:
            found[skeleton].add(registered)
        return found

    @cached_property
    def _near(self) -> list[tuple[str, str]]:
        registrable = {host: hosts.registrable(host) for host in self._hosts}
        carried = set().union(*(_carried(host, under) for host, under in registrable.items()))
        alike = Q(registrable__in={*registrable.values(), *carried})
        alike |= Q(skeleton__in={hosts.skeleton(hosts.label(host)) for host in self._hosts})
        rows = OrganisationDomain.objects.filter(alike, removed_at=None).order_by()
        return list(rows.values_list("registrable", "skeleton").distinct())

    def hosts_of(self, named: set[uuid.UUID]) -> list[str]:
        """Registered names of the hosts of some organisations that are named."""
        return sorted(set().union(*(self._theirs[organisation] for organisation in named)))

    @cached_property
    def _theirs(self) -> dict[uuid.UUID, set[str]]:
        rows = OrganisationDomain.objects.filter(
            organisation__in=set().union(*self.named.values()), removed_at=None
        ).order_by()
        found: dict[uuid.UUID, set[str]] = defaultdict(set)
        for organisation, registered in rows.values_list("organisation_id", "registrable").distinct():
            found[organisation].add(registered)
        return found


def look(signature: Signature, known: Known | None = None) -> dict[FlagKind, dict[str, Any]]:
    """Return the flags that the line and the mailbox of a signature ask for, with what a vetter should see.

    Args:
        signature: with the line and host it has now; nothing is written.
        known: of this one and others.
    """
    known = known or Known([signature])
    found: dict[FlagKind, dict[str, Any]] = {}
    employer = _employer(signature)
    named = known.named.get(employer, set())
    if employer and not signature.former and organisations.is_free_mail(signature.host):
        found[FlagKind.FREE_MAIL] = {"host": signature.host}
    if employer and not named:
        found[FlagKind.UNKNOWN_ORGANISATION] = {"organisation": employer}
    if imitated := _imitated(hosts.exact(signature.host), named, known):
        found[FlagKind.LOOKALIKE] = {"host": signature.host, "looks_like": imitated}
    return found


def _employer(signature: Signature) -> str:
    return "" if names_nobody(signature.organisation) else signature.organisation


def _imitated(host: str, named: set[uuid.UUID], known: Known) -> str:
    """Return the host that this one looks like, or an empty string.

    A host that is known, or lies under the same registered name as one that is known, imitates nobody: one owner
    registers both. That it is not known itself proves nothing for it either.
    """
    registrable = hosts.registrable(host)
    if not host or {host, registrable} & hosts.free_mail():
        return ""
    label, inside = hosts.label(host), _carried(host, registrable)
    rows = known.alike(registrable, inside, label)
    if registrable in rows:
        return ""
    carried = [registered for registered in rows if registered in inside] or sorted(inside & hosts.free_mail())
    same_to_the_eye = [registered for registered in rows if registered not in inside]
    if any(hosts.label(one) == label for one in same_to_the_eye):
        same_to_the_eye = []  # one name at two top levels is common: only with the employer is it an imitation
    alike = _provider(label) or min(carried or same_to_the_eye, default="")
    return alike or _near_the_employer(label, known.hosts_of(named))


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


def _near_the_employer(label: str, theirs: Collection[str]) -> str:
    """A neighbour of a host of the organisation that is printed: other top level, one wrong letter, a word more."""
    for registered in theirs:
        known = hosts.label(registered)
        one_wrong = min(len(label), len(known)) >= NEAR and OSA.distance(label, known) == 1
        if one_wrong or known in label.split("-") or _affixed(label, known):
            return registered
    return ""


def _affixed(label: str, known: str) -> bool:
    bare, words = label.replace("-", ""), known.replace("-", "")
    return bare == words or any(bare in {words + affix, affix + words} for affix in AFFIXES)
