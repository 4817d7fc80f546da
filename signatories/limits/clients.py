"""How often one client may post: the limits that are told to whoever meets them."""

from datetime import timedelta

from django.conf import settings

from signatories import origins
from signatories.limits import Taken, Use, take_all

WINDOW = timedelta(minutes=10)
# Somebody with a /48 has 65,536 clients (RFC 6177), and an IPv4 /24 may be one office: a little more for all of them.
NETWORK_TIMES = 2


def uses(purpose: str, origin: origins.From, most: int, window: timedelta = WINDOW) -> list[Use]:
    """Return what one post of a client counts for: the client, and the network it is in."""
    most *= settings.LIMIT_FACTOR
    return [
        Use(purpose, origin.client, most, window),
        Use(f"{purpose} network", origin.network, most * NETWORK_TIMES, window),
    ]


def take(purpose: str, origin: origins.From, *, most: int, window: timedelta = WINDOW) -> Taken:
    """Count one post of a client.

    Args:
        purpose: what is posted.
        origin: from where.
        most: posts of one client in the window; of its network twice as many.
        window: in whole seconds.
    """
    if not settings.LIMIT_FACTOR:
        return Taken(True, 0)
    return worst(take_all(uses(purpose, origin, most, window)))


def worst(taken: list[Taken]) -> Taken:
    """Return the one that is refused for longest, or one that is allowed."""
    refused = [one for one in taken if not one.allowed]
    return max(refused or taken, key=lambda one: one.retry_after)
