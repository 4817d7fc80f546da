"""Looks at the company that a signature keeps: others from its device, others like it; and at the clock."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from signatories import names
from signatories.flags.around import DEVICE_NAMES, Around, Found
from signatories.models import Origin, Signature
from signatories.reasons import FlagKind

# More than a family takes, and it keeps people apart who have the same browser behind the same address on one day.
DEVICE_WITHIN = timedelta(hours=1)
# From seeing a mail arrive to having typed six digits takes a quick person longer than this.
SECONDS = timedelta(seconds=3)
MOST_OTHERS = 200  # names from one device that are read
MOST_SHOWN = 10  # others named in a flag


def look(signature: Signature, around: Around) -> Found:
    """Return what others and the clock say about a signature."""
    return {**_seconds(signature, around), **_device(signature, around), **_duplicate(signature, around)}


def _seconds(signature: Signature, around: Around) -> Found:
    sent, confirmed = around.handed_on.get(signature.pk), signature.confirmed_at
    if sent is None or confirmed is None or not timedelta(0) <= confirmed - sent < SECONDS:
        return {}
    return {FlagKind.SECONDS: {"seconds": round((confirmed - sent).total_seconds(), 1)}}


def _device(signature: Signature, around: Around) -> Found:
    """Three or more names from one device, unless the mailbox is a known organisation's: a campus is one address."""
    mine = around.origins.get(signature.pk)
    if mine is None or mine.device not in around.shared_devices or signature.host in around.known_hosts:
        return {}
    near = Origin.objects.filter(device=mine.device, at__range=(mine.at - DEVICE_WITHIN, mine.at + DEVICE_WITHIN))
    near = near.exclude(pk=mine.pk).order_by("at")
    # A few are mostly enough: where a script signs a thousand times, each would be looked at beside hundreds. They are
    # read before their names are, in the order of their index, however old PostgreSQL's statistics are.
    for most in (2 * MOST_SHOWN, MOST_OTHERS):
        chosen = near.values("pk")[:most]
        rows = Signature.objects.filter(pk__in=chosen, letter=signature.letter_id).exclude(name="").order_by("pk")
        others = list(rows.values_list("pk", "name"))
        people = _people(signature, others)
        if len(people) >= MOST_SHOWN:
            break
    else:
        if len(people) + 1 < DEVICE_NAMES and len(near[:MOST_OTHERS]) == MOST_OTHERS:  # most are on other letters
            rows = Signature.objects.filter(origin__in=near, letter=signature.letter_id).exclude(name="")
            people = _people(signature, rows.values_list("pk", "name")[:MOST_OTHERS])
    return {FlagKind.DEVICE: {"others": people[:MOST_SHOWN]}} if len(people) + 1 >= DEVICE_NAMES else {}


def _people(signature: Signature, rows: Iterable[tuple[UUID, str]]) -> list[str]:
    """The first signature of each other person among some, in their order."""
    found: dict[frozenset[str], str] = {names.keys(signature.name): ""}
    for pk, name in rows:
        found.setdefault(names.keys(name), str(pk))
    return [pk for pk in found.values() if pk]


def _duplicate(signature: Signature, around: Around) -> Found:
    """An earlier signature of nearly the same name in the same organisation, or from the same work mail host.

    A name alone is no duplicate: on a long letter every common name of a country occurs many times. One mailbox is:
    whoever has proven it for another signature is the same person.
    """
    near = [*around.colleagues(signature, "organisation_key"), *around.colleagues(signature, "host")]
    earlier = {pk: name for pk, name in near if pk < signature.pk}
    places = list(earlier)
    same = around.proven_elsewhere.get((signature.letter_id, signature.address_hash), [])
    alike = [places[place] for place in names.alike(signature.name, list(earlier.values()))]
    others = sorted({str(pk) for pk in [*same, *alike] if pk != signature.pk})
    return {FlagKind.DUPLICATE: {"others": others[:MOST_SHOWN]}} if others else {}
