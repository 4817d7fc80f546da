"""The one client for requests to other people's servers: public addresses only, five seconds and 1 MB in all.

What signers type decides where it goes, so it must not reach into the network it runs in (server-side request
forgery): a name is resolved once, every address of the answer is checked, and the connection is made to the checked
address itself. Each redirect goes through the same door. There are no cookies, no credentials and no proxies.
"""

import http.client
import io
import ipaddress
import re
import socket
import ssl
import time
import zlib
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

import idna
from django.conf import settings
from django.utils.translation import gettext_noop as _

from signatories.evidence import resolving
from signatories.evidence.outcome import Away, Refused
from signatories.evidence.resolving import Address

SECONDS = 5.0  # for everything: names, connections, redirects and the last byte
MAX_BODY = 1024 * 1024  # bytes, after decompression
MAX_HEAD = 64 * 1024  # bytes of status line and headers, all together
MAX_URL = 2000
REDIRECTS = 3
MOVED = {301, 302, 303, 307, 308}
TRY_AGAIN = {408, 425, 429}  # RFC 9110, 8470 and 6585: not now

LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
# What the WHATWG URL standard reads as an IPv4 address where the last part of a host looks like this.
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
# IANA's special-purpose and multicast registries, read in November 2026. Of IPv6 only 2000::/3 is given to anyone.
NOT_PUBLIC = [
    ipaddress.ip_network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        # IETF protocols with Teredo, documentation, 6to4, documentation again.
        *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    )
]
GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: holds an IPv4 address, where a network has only IPv6


@dataclass(frozen=True)
class Answer:
    """What a server answered in the end.

    Attributes:
        url: where it was, after redirects.
        status: below 400.
        headers: with small names; of a header that came twice, the first.
        body: decompressed.
    """

    url: str
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text. What we look for is ASCII, which UTF-8 finds in nearly every encoding of the web."""
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True)
class Target:
    """An address that was taken apart and may be asked for, if its host is public."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        """The address in its one spelling."""
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def authority(self) -> str:
        """Host and port, without the port where it goes without saying."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == {"http": 80, "https": 443}[self.scheme] else f"{host}:{self.port}"


def fetch(
    url: str,
    *,
    accept: str = "*/*",
    data: bytes | None = None,
    headers: dict[str, str] | None = None,
    most: int = MAX_BODY,
) -> Answer:
    """Ask for an address and follow it to where it leads.

    Args:
        url: as a person typed it or a page gave it.
        accept: which media types are wanted.
        data: sent by POST, which follows no redirect; with None it is a GET.
        headers: further ones; names and values in ASCII.
        most: bytes that are taken, after decompression; more only from a server that the settings name.

    Raises:
        Refused: it may not be asked, is not there, or answers what is not taken.
        Away: it did not answer well now, and may do so later.
    """
    deadline = time.monotonic() + SECONDS
    sent = {"User-Agent": f"Undersigned (+{settings.SITE_URL})", "Accept": accept, **(headers or {})}
    for _hop in range(REDIRECTS + 1):
        there = target(url)
        try:
            answer = _ask(there, sent, data, most, deadline)
        except ssl.SSLCertVerificationError as problem:
            raise Refused(
                _("The certificate of %(host)s is not valid: %(problem)s."),
                host=there.host,
                problem=problem.verify_message,
            ) from None
        except (TimeoutError, ssl.SSLError, OSError, http.client.HTTPException, zlib.error) as problem:
            raise _failure(problem, there.host) from None
        if answer.status not in MOVED:
            return _good(answer, there.host)
        if data is not None or "location" not in answer.headers:
            raise Refused(_("%(host)s leads on to another address instead of answering."), host=there.host)
        url = _next(answer)
    raise Refused(_("The address leads on to other addresses more than %(number)s times."), number=REDIRECTS)


def post(url: str, data: bytes, *, headers: dict[str, str], most: int) -> Answer:
    """Send something and return what is answered, whatever the status is; a redirect is an answer like any other.

    Args:
        url: where to.
        data: the body.
        headers: `Content-Type` and further ones; names and values in ASCII.
        most: bytes of the answer that are read; of a longer one, or one that breaks off, its beginning.

    Raises:
        Refused: it may not be asked, or answers in a way that is not understood.
        Away: it did not answer now.
    """
    deadline, there = time.monotonic() + SECONDS, target(url)
    sent = {"User-Agent": f"Undersigned (+{settings.SITE_URL})", "Accept": "*/*", **headers}
    try:
        wire = _connect(there, deadline)
        try:
            response, found = _request(wire, there, sent, data)
            plain = found.get("content-encoding", "identity").strip().lower() == "identity"
            return Answer(there.url, response.status, found, _beginning(response, wire, most) if plain else b"")
        finally:
            wire.close()
    except ssl.SSLCertVerificationError as problem:
        raise Refused(f"The certificate of {there.host} is not valid: {problem.verify_message}.") from None
    except (OSError, http.client.HTTPException) as problem:
        raise _failure(problem, there.host) from None


def target(url: str) -> Target:
    """Take an address apart; where a name leads is not looked up yet.

    Raises:
        Refused: it is no address of a public web page.
    """
    url = url.strip()
    if len(url) > MAX_URL or any(ord(c) <= 32 or ord(c) == 127 or c == "\\" for c in url):
        raise Refused(_("This is not a web address: it is too long or holds spaces."))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Refused(_("This is not a web address.")) from None
    if parts.scheme not in {"http", "https"}:
        raise Refused(_("Only addresses that start with https:// or http:// are opened."))
    if "@" in parts.netloc:
        raise Refused(_("An address with a user name or a password in it is not opened."))
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._", errors="replace")
    if parts.query:
        path += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]", errors="replace")
    there = Target(parts.scheme, host_name(parts.hostname or ""), _port(parts.scheme, port), path)
    _refuse_what_is_not_public(there, _literal(there.host))
    return there


def host_name(host: str) -> str:
    """Return a host in small letters and A-labels, or an IP address in its one spelling.

    Raises:
        Refused: it is no full host name, or an address spelt in a way that only some programs understand.
    """
    name = host.strip().lower().removesuffix(".")
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode().lower()
        except (idna.IDNAError, UnicodeError):
            raise Refused(_("This is not a host name.")) from None
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        labels = name.split(".")
    if NUMBER.fullmatch(labels[-1]):
        raise Refused(_("A host that is written as a number is not opened."))
    if len(name) > 253 or len(labels) < 2 or not all(LABEL.fullmatch(label) for label in labels):
        raise Refused(_("This is not a full host name, such as www.example.org."))
    return name


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet, also where it holds another one inside."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address in NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if address not in GLOBAL_UNICAST or address.scope_id:
            return False
    return not any(address in network for network in NOT_PUBLIC if network.version == address.version)


def _port(scheme: str, port: int | None) -> int:
    port = {"http": 80, "https": 443}[scheme] if port is None else port
    if port not in settings.FETCH_PORTS and port not in {allowed for network, allowed in settings.FETCH_ALLOW}:
        raise Refused(_("We open the usual ports only, not port %(port)s."), port=port)
    return port


def _addresses(there: Target, deadline: float) -> list[Address]:
    """Resolve a host, once; refuse it when any of its addresses is not public."""
    found = _literal(there.host) or resolving.addresses(there.host, seconds=_left(deadline))
    _refuse_what_is_not_public(there, found)
    return found[: resolving.MOST]


def _literal(host: str) -> list[Address]:
    try:
        return [ipaddress.ip_address(host)]
    except ValueError:
        return []


def _refuse_what_is_not_public(there: Target, addresses: list[Address]) -> None:
    for address in addresses:
        allowed = (str(address), there.port) in settings.FETCH_ALLOW
        if not allowed and not (is_public(address) and there.port in settings.FETCH_PORTS):
            raise Refused(_("%(host)s is not on the public internet, so it is not opened."), host=there.host)


def _ask(there: Target, sent: dict[str, str], data: bytes | None, most: int, deadline: float) -> Answer:
    wire = _connect(there, deadline)
    try:
        response, headers = _request(wire, there, sent, data)
        if response.status in MOVED:
            return Answer(there.url, response.status, headers, b"")
        wire.allowance = 2 * most  # chunked coding may double the bytes, and no more than that
        return Answer(there.url, response.status, headers, _body(response, headers.get("content-encoding", ""), most))
    finally:
        wire.close()


def _request(
    wire: "_Wire", there: Target, sent: dict[str, str], data: bytes | None
) -> tuple[http.client.HTTPResponse, dict[str, str]]:
    """Send a request, and read the answer up to its body."""
    head = {"Host": there.authority, **sent, "Accept-Encoding": "identity", "Connection": "close"}
    if data is not None:
        head["Content-Length"] = str(len(data))
    lines = [f"{'GET' if data is None else 'POST'} {there.path} HTTP/1.1", *(f"{k}: {v}" for k, v in head.items())]
    wire.sendall("\r\n".join([*lines, "", ""]).encode("ascii") + (data or b""))
    response = http.client.HTTPResponse(wire, method="GET")  # type: ignore[arg-type]  # reads by makefile() alone
    response.begin()
    return response, {name.lower(): value for name, value in reversed(response.getheaders())}


def _beginning(response: http.client.HTTPResponse, wire: "_Wire", most: int) -> bytes:
    """Read what comes of a body, which matters less than its status."""
    wire.allowance, found = MAX_HEAD, b""
    try:
        while len(found) < most and (piece := response.read1(most - len(found))):
            found += piece
    except (OSError, http.client.HTTPException, Refused):
        pass
    return found


def _body(response: http.client.HTTPResponse, coding: str, most: int) -> bytes:
    """Read at most so many bytes, also of a body that was compressed though nobody asked for it."""
    coding = coding.strip().lower()
    if coding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
        raise Refused(_("The page is compressed in a way that is not understood (%(coding)s)."), coding=coding[:20])
    raw = response.read(most + 1)
    if response.length and len(raw) <= most:
        raise http.client.IncompleteRead(raw, response.length)
    if coding in {"", "identity"}:
        body = raw
    else:
        unpacking = zlib.decompressobj(wbits=47)  # gzip or zlib, whichever it is
        body = unpacking.decompress(raw, most + 1)
        if not unpacking.eof and len(body) <= most:
            raise zlib.error("incomplete")
    if len(raw) > most or len(body) > most:
        raise Refused(_("The page is larger than %(number)s MB."), number=most // 1024**2)
    return body


def _connect(there: Target, deadline: float) -> "_Wire":
    problem: OSError = OSError()
    found = _addresses(there, deadline)
    for number, address in enumerate(found):
        share = _left(deadline) / (len(found) - number)  # one address that is deaf leaves time for the next
        try:
            plain = socket.create_connection((str(address), there.port), timeout=share)
        except OSError as failed:
            problem = failed
            continue
        try:
            plain.settimeout(_left(deadline))
            if there.scheme == "http":
                return _Wire(plain, deadline)
            secure = ssl.create_default_context().wrap_socket(plain, server_hostname=there.host)
            return _Wire(secure, deadline)
        except BaseException:
            plain.close()
            raise
    raise problem


class _Wire(io.RawIOBase):
    """A connection that ends at the deadline, however slowly the other side drips, and after so many bytes."""

    def __init__(self, plain: socket.socket, deadline: float) -> None:
        self._socket, self._deadline = plain, deadline
        self.allowance = MAX_HEAD

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # io hands over a memoryview
        if self.allowance <= 0:
            raise Refused(_("The server answers with more than is taken."))
        self._socket.settimeout(_left(self._deadline))
        got = self._socket.recv_into(buffer, min(len(buffer), self.allowance))
        self.allowance -= got
        return got

    def sendall(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            self._socket.settimeout(_left(self._deadline))
            rest = rest[self._socket.send(rest) :]

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def close(self) -> None:
        self._socket.close()
        super().close()


def _left(deadline: float) -> float:
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def _good(answer: Answer, host: str) -> Answer:
    if answer.status >= 500 or answer.status in TRY_AGAIN:
        raise Away(
            _("%(host)s answered that it cannot serve the page now (%(status)s)."), host=host, status=answer.status
        )
    if answer.status >= 400:
        gone = _("There is no page at this address: %(host)s answered %(status)s.")
        kept = _("The page is not shown to us: %(host)s answered %(status)s.")
        raise Refused(gone if answer.status in {404, 410} else kept, host=host, status=answer.status)
    if answer.status >= 300 or answer.status < 200:
        raise Refused(_("%(host)s answered %(status)s, which is no page."), host=host, status=answer.status)
    return answer


def _next(answer: Answer) -> str:
    # Headers are read as Latin-1; a location in UTF-8 is what browsers understand.
    location = answer.headers["location"].encode("latin-1", "replace").decode("utf-8", "replace")
    try:
        return urljoin(answer.url, location)
    except ValueError:
        raise Refused(_("The address leads on to something that is not a web address.")) from None


def _failure(problem: Exception, host: str) -> Exception:
    """Put a failure into words, and say whether trying again may help."""
    if isinstance(problem, TimeoutError):
        return Away(_("%(host)s did not answer within %(number)s seconds."), host=host, number=f"{SECONDS:.0f}")
    if isinstance(problem, http.client.IncompleteRead | ConnectionError):
        return Away(_("%(host)s broke off the connection."), host=host)
    if isinstance(problem, ssl.SSLError):
        return Refused(_("%(host)s offers no secure connection that is understood."), host=host)
    if isinstance(problem, http.client.HTTPException | zlib.error):
        return Refused(_("%(host)s answered in a way that is not understood."), host=host)
    return Away(_("%(host)s cannot be reached."), host=host)
