"""Names to addresses and texts: the one place that asks the domain name system."""

import ipaddress
from collections.abc import Callable
from typing import Any

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver
from django.conf import settings
from django.utils.translation import gettext_noop as _

from signatories.evidence.outcome import Away, Refused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
MOST = 8  # addresses or texts of one name that are looked at


def addresses(host: str, *, seconds: float) -> list[Address]:
    """Return the addresses of a host, IPv4 first.

    Args:
        host: a full host name in A-labels.
        seconds: how long it may take in all.

    Raises:
        Refused: there is no host of this name.
        Away: the name servers did not answer.
    """
    answers = _ask(host, lambda resolver, name: resolver.resolve_name(name, lifetime=seconds))
    found = [ipaddress.ip_address(text) for text in answers.addresses()]
    return sorted(found, key=lambda address: address.version)


def texts(name: str, *, seconds: float) -> list[str]:
    """Return the TXT records at a name.

    Raises:
        Refused: there is no such record.
        Away: the name servers did not answer.
    """
    answers = _ask(name, lambda resolver, name: resolver.resolve(name, dns.rdatatype.TXT, lifetime=seconds))
    return [b"".join(record.strings).decode(errors="replace") for record in list(answers)[:MOST]]


def _ask(name: str, ask: Callable[[dns.resolver.Resolver, dns.name.Name], Any]) -> Any:
    try:
        # The name is absolute, so no search list of this machine is tried.
        return ask(_resolver(), dns.name.from_text(name))
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.resolver.YXDOMAIN):
        raise Refused(_("The domain name system knows nothing at %(name)s."), name=name) from None
    except (dns.name.LabelTooLong, dns.name.NameTooLong, dns.name.EmptyLabel, dns.name.BadEscape):
        raise Refused(_("%(name)s is not a host name."), name=name) from None
    except dns.exception.DNSException:
        raise Away(_("The name servers of %(name)s did not answer."), name=name) from None


def _resolver() -> dns.resolver.Resolver:
    if settings.DNS_SERVER is None:
        return dns.resolver.Resolver()
    resolver = dns.resolver.Resolver(configure=False)
    server, resolver.port = settings.DNS_SERVER
    resolver.nameservers = [server]
    return resolver
