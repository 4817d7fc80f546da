"""Which organisation is meant: by the exact host of a mailbox, by what was typed, by how a name begins."""

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, F, Value, When

from signatories.models import Organisation, OrganisationDomain, OrganisationName
from signatories.organisations import hosts, keys

SHORTEST = 2  # letters before anything is suggested; one is enough in scripts whose letters are words
SPARE = 4  # names of one organisation may begin alike, so more are read than are suggested


@dataclass(frozen=True)
class Named:
    """An organisation that a typed name may mean, and by which of its names."""

    organisation: Organisation
    kind: str

    @property
    def by_acronym(self) -> bool:
        """Whether only its acronym was typed, which others may have too."""
        return self.kind == OrganisationName.Kind.ACRONYM


@dataclass(frozen=True)
class Suggestion:
    """What the form offers: the name that is filled in, the name that matched where it is another, and the country."""

    name: str
    also: str
    country: str


def by_host(host: str) -> list[OrganisationDomain]:
    """Return the organisations whose people have mailboxes at exactly this host, oldest entry first.

    A host may belong to several, such as a university and its hospital. Nothing is guessed from the hosts above it.
    """
    rows = OrganisationDomain.objects.filter(host=hosts.exact(host), removed_at=None)
    return list(rows.select_related("organisation").order_by("pk"))


def by_name(text: str) -> list[Named]:
    """Return the organisations that have this name, those that have it as acronym last.

    An acronym is weaker than a name: ask `unmistakable` before anything rests on it.

    Args:
        text: as typed; case, accents, punctuation, "the" and legal forms do not matter.
    """
    return _with_keys([keys.key(text)]).get(keys.key(text), [])


def meant_by(text: str) -> list[Organisation]:
    """Return the organisations that a printed line can only mean, so that evidence may rest on it.

    The whole line is a name of theirs, or every part of it is: `Name (OTHER NAME)`. A part that is nobody's, such as a
    department or a second employer, would be printed unproven, so a person has to look at it. An acronym by itself
    counts only if exactly one organisation is known by it: a dozen are known as MIT.
    """
    found, whole = _with_keys([keys.key(text), *keys.parts(text)]), keys.key(text)
    if whole in found:
        return unmistakable(found[whole])
    each = [found.get(part, []) for part in keys.parts(text)]
    if not each or not all(each):
        return []
    common = set.intersection(*({one.organisation.pk for one in named} for named in each))
    by_name_too = {one.organisation.pk for named in each for one in named if not one.by_acronym}
    return [one.organisation for one in each[0] if one.organisation.pk in common & by_name_too]


def by_sector(named: list[tuple[str, int]]) -> dict[str, int]:
    """Count by the sector of what is named, the largest first.

    Args:
        named: each organisation as it is printed, with how many name it. Whatever is not known here, and a name whose
            owners are of different sectors, is in no sector.
    """
    by_key = [(keys.key(text), n) for text, n in named]
    found = _with_keys(key for key, _ in by_key)
    counted: Counter[str] = Counter()
    for key, n in by_key:
        sectors = {one.sector for one in unmistakable(found.get(key, []))}
        if len(sectors) == 1:
            counted[sectors.pop()] += n
    return {sector: n for sector, n in counted.most_common() if sector}


def unmistakable(named: list[Named]) -> list[Organisation]:
    """Return those that have it as a name; an acronym alone counts only where nobody else has it."""
    strong = [one.organisation for one in named if not one.by_acronym]
    return strong or ([named[0].organisation] if len(named) == 1 else [])


def named_in(lines: Iterable[str]) -> dict[str, set[uuid.UUID]]:
    """Return for each line the ids of all organisations that it, or a part of it, may name; nothing rests on that."""
    wanted = {line: _asked([keys.key(line), *keys.parts(line)]) for line in lines}
    rows = OrganisationName.objects.filter(key__in=set().union(*wanted.values())).values_list("key", "organisation_id")
    found: dict[str, set[uuid.UUID]] = defaultdict(set)
    for key, organisation in rows:
        found[key].add(organisation)
    return {line: set().union(*(found[key] for key in asked if key in found)) for line, asked in wanted.items()}


def is_known(text: str) -> bool:
    """Whether what was typed, or a part of it, is a name or acronym of an organisation that is known here."""
    return bool(named_in([text])[text])


def suggest(prefix: str, limit: int = 8) -> list[Suggestion]:
    """Return organisations with a name that begins like this, the better known first.

    How well known one is comes from the number of organisations that ROR relates it to. Whoever types a full name in
    their own language is offered it in that language; an acronym or a nickname leads to the full name.
    """
    offered: dict[object, Suggestion] = {}
    for row in _beginning(keys.key(prefix), limit * SPARE):
        one = row.organisation
        name, also = (row.name, one.name) if row.kind == OrganisationName.Kind.LABEL else (one.name, row.name)
        suggestion = Suggestion(name, "" if keys.key(name) == keys.key(also) else also, one.country)
        if suggestion not in offered.values():
            offered.setdefault(one.pk, suggestion)
    return list(offered.values())[:limit]


def look_up(text: str, limit: int = 20) -> list[Organisation]:
    """Return the organisations that a host, a name, or a word of one may mean. Made for a person at the desk.

    Those that were known by a host before are among them, so that its history can be read. Words inside a name are
    looked for only where its beginning finds too little, because that reads every name.
    """
    start = keys.key(text)
    rows = OrganisationDomain.objects.filter(host=hosts.exact(text.rpartition("@")[2])).order_by("pk")
    found = [row.organisation for row in rows.select_related("organisation")[:limit]]
    found += [one.organisation for one in by_name(text)]
    found += [name.organisation for name in _beginning(start, limit * SPARE)]
    if start and len(found) < limit:
        inside = OrganisationName.objects.filter(key__contains=f" {start}").select_related("organisation")
        found += [name.organisation for name in inside.order_by("-weight", "key")[: limit * SPARE]]
    return list({one.pk: one for one in found}.values())[:limit]


def _beginning(start: str, limit: int) -> list[OrganisationName]:
    if len(start) < SHORTEST and start.isascii():
        return []
    rows = OrganisationName.objects.filter(key__begins=start).order_by(
        Case(When(key=start, then=Value(0)), default=Value(1)), F("weight").desc(), "key", "organisation"
    )
    # Chosen by what the index holds; only the few that are offered are then read.
    chosen = list(rows.values_list("organisation_id", "key")[:limit])
    offered = OrganisationName.objects.filter(
        organisation__in={pk for pk, _ in chosen}, key__in={key for _, key in chosen}
    ).select_related("organisation")
    read = {(name.organisation_id, name.key): name for name in offered}
    return [read[one] for one in chosen if one in read]


def _with_keys(wanted: Iterable[str]) -> dict[str, list[Named]]:
    """Look several names up in one query; those who have one as acronym come last."""
    rows = OrganisationName.objects.filter(key__in=_asked(wanted)).select_related("organisation").order_by("pk")
    found: dict[str, list[Named]] = {}
    for row in sorted(rows, key=lambda row: row.kind == OrganisationName.Kind.ACRONYM):
        found.setdefault(row.key, []).append(Named(row.organisation, row.kind))
    return found


def _asked(wanted: Iterable[str]) -> set[str]:
    return {one for one in wanted if one}
