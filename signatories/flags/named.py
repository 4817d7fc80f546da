"""Looks at a signature's name and mailbox: watched names, former impostors, letters that pose as others."""

from signatories import names
from signatories.flags.around import Around, Found
from signatories.models import Signature
from signatories.reasons import FlagKind


def look(signature: Signature, around: Around) -> Found:
    """Return what the letter's watchlist and the letters of the name say."""
    found: Found = {}
    watched = around.watched[signature.letter_id]
    matches = names.match(signature.name, {one: one.keys for one in watched if one.name})
    if matches:
        found[FlagKind.WATCH_NAME] = {
            "names": sorted({one.name for one in matches}),
            "watch": sorted(one.pk for one in matches),
        }
    impostors = [one for one in watched if one.address_hash == signature.address_hash]
    if impostors:
        found[FlagKind.IMPOSTOR] = {"watch": sorted(one.pk for one in impostors)}
    if mixed := names.mixed(signature.name):
        found[FlagKind.MIXED_SCRIPTS] = {"words": sorted(mixed)}
    return found
