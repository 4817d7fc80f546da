"""What else looks like a signature: the same name, organisation, host or network."""

import difflib
from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q

from petition.text import fold
from signatories.models import KNOWN, Decision, Origin, Signature

FEW = 6
CANDIDATES = 60  # names of the same organisation that are compared
ALIKE = 0.75  # of difflib's ratio; a hint for the eye, no flag
MOST_COUNTED = 1000
DECIDED = ("declined", "hidden", "listed")


@dataclass(frozen=True)
class Company:
    """The others that a vetter should see beside a signature.

    Attributes:
        same_name: who has exactly this name, folded.
        alike: who has a similar name in the same organisation.
        by_status: how many write from the same host, by where they stand.
        of_host: some of them with a decision, the refused ones first.
        network: from which network it was typed, as long as that is kept.
        from_network: how many others were typed there, counted up to a thousand.
    """

    same_name: list[Signature]
    alike: list[Signature]
    by_status: list[tuple[str, int]]
    of_host: list[Signature]
    network: str
    from_network: int


def of(signature: Signature) -> Company:
    """Return what is around a signature of the same letter."""
    same_name = _same_name(signature)
    origin = Origin.objects.filter(signature=signature).first()
    return Company(
        same_name,
        _alike(signature, {one.pk for one in same_name}),
        _by_status(signature),
        _of_host(signature),
        origin.network if origin else "",
        _from_network(signature, origin) if origin else 0,
    )


def _same_name(signature: Signature) -> list[Signature]:
    key = fold(signature.name)[:160]
    others = signature.letter.signatures.known().filter(sort_key=key).exclude(pk=signature.pk)
    return list(others[:FEW]) if key else []


def _alike(signature: Signature, known: set[object]) -> list[Signature]:
    """Who shares a word of the name within the organisation, and is similar on the whole."""
    name = fold(signature.name)
    words = [word for word in name.split() if len(word) > 2 or not word.isascii()]
    if not signature.organisation_key or not words:
        return []
    shares = Q()
    for word in words[:6]:
        shares |= Q(search__contains=word)
    others = signature.letter.signatures.filter(
        shares, status__in=KNOWN, organisation_key=signature.organisation_key
    ).exclude(pk=signature.pk)
    scored = [
        (difflib.SequenceMatcher(None, name, fold(one.name)).ratio(), one)
        for one in others[:CANDIDATES]
        if one.pk not in known
    ]
    return [one for score, one in sorted(scored, key=lambda pair: -pair[0]) if score >= ALIKE][:FEW]


def _by_status(signature: Signature) -> list[tuple[str, int]]:
    if not signature.host:
        return []
    rows = signature.letter.signatures.known().filter(host=signature.host).exclude(pk=signature.pk)
    found = dict(rows.order_by().values_list("status").annotate(n=Count("pk")))
    return [(str(Signature.Status(status).label), found[status]) for status in KNOWN if status in found]


def _of_host(signature: Signature) -> list[Signature]:
    if not signature.host:
        return []
    rows = signature.letter.signatures.known().filter(host=signature.host, status__in=DECIDED)
    decisions = Prefetch("decisions", queryset=Decision.objects.select_related("vetter"), to_attr="decided")
    return list(rows.exclude(pk=signature.pk).order_by("status").prefetch_related(decisions)[:FEW])


def _from_network(signature: Signature, origin: Origin) -> int:
    others = Origin.objects.filter(letter=signature.letter_id, network=origin.network)
    return others.exclude(pk=signature.pk)[:MOST_COUNTED].count()
