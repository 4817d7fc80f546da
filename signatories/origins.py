"""From where a request comes: the client's address behind trusted proxies, its network, and its device."""

import hashlib
import hmac
import ipaddress
import re
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

UNKNOWN = "0.0.0.0"  # where a server is asked through a socket that has no address
# What one household or office is given: one IPv4 address is one client, of IPv6 it is a /64 (RFC 6177).
CLIENT_PREFIX = {4: 32, 6: 64}
NETWORK_PREFIX = {4: 24, 6: 48}
# What proxies write of a hop besides a bare address: [2001:db8::1]:443 and 192.0.2.1:443, the zone of a link.
HOP = re.compile(r"\[([^\]%]*)(?:%[^\]]*)?\](?::\d*)?|([\d.]+):\d*")


@dataclass(frozen=True)
class From:
    """Where somebody is.

    Attributes:
        client: what limits count: an IPv4 address or an IPv6 /64.
        network: what vetters see: an IPv4 /24 or an IPv6 /48.
        device: a keyed hash of client and browser, good for one day (UTC).
    """

    client: str
    network: str
    device: str


def of(request: HttpRequest) -> From:
    """Return from where a request comes.

    The address is counted by trusted proxies from the right of X-Forwarded-For, so that what a client writes into
    that header itself changes nothing.
    """
    address = _address(request)
    client = _network(address, CLIENT_PREFIX)
    browser = "\n".join(request.headers.get(name, "") for name in ("User-Agent", "Accept-Language"))
    secret = f"{timezone.now():%Y-%m-%d}{settings.ADDRESS_KEY}".encode()
    device = hmac.new(secret, f"{client}\n{browser}".encode(errors="replace"), hashlib.sha256).hexdigest()[:32]
    return From(client, _network(address, NETWORK_PREFIX), device)


def _address(request: HttpRequest) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    trusted = settings.TRUSTED_PROXIES
    # The last proxy wrote the last hop; with fewer hops than proxies somebody came past them.
    said = hops[-trusted] if 0 < trusted <= len(hops) else request.META.get("REMOTE_ADDR", "")
    found = HOP.fullmatch(said)
    try:
        address = ipaddress.ip_address((found[1] or found[2]) if found else said.partition("%")[0])
    except ValueError:
        return ipaddress.ip_address(UNKNOWN)
    return getattr(address, "ipv4_mapped", None) or address


def _network(address: ipaddress.IPv4Address | ipaddress.IPv6Address, prefix: dict[int, int]) -> str:
    network = ipaddress.ip_network((address, prefix[address.version]), strict=False)
    return str(network).removesuffix("/32")
