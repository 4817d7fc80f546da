"""Other people's servers for the tests: a web server that answers as badly as it is told to, and a name server."""

import datetime
import ipaddress
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dns.message
import dns.rdatatype
import dns.rrset
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

Write = Callable[[bytes], Any]
Page = bytes | Callable[[Write], None]


@dataclass
class Site:
    """A web server: what it answers at each path, in bytes or by a function; what it was asked, and what was sent."""

    port: int
    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        """The paths that were asked for, in order."""
        return [request.split(" ")[1] for request in self.asked]

    def url(self, path: str = "/", host: str = "127.0.0.1", scheme: str = "http") -> str:
        """The address of a page here, by any host name."""
        return f"{scheme}://{host}:{self.port}{path}"


def answer(body: str | bytes = b"", *, status: str = "200 OK", head: str = "Content-Type: text/html") -> bytes:
    """One whole answer in bytes, as it goes over the wire."""
    body = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *filter(None, [head]), "", ""]
    return "\r\n".join(lines).encode() + body


def moved(to: str, status: str = "302 Found") -> bytes:
    """An answer that leads on."""
    return answer(status=status, head=f"Location: {to}")


def drip(whole: bytes, pause: float = 0.1) -> Callable[[Write], None]:
    """Send a byte at a time, for ever when it is not stopped."""

    def send(write: Write) -> None:
        for position in range(len(whole)):
            write(whole[position : position + 1])
            time.sleep(pause)

    return send


@contextmanager
def website(certificate: Path | None = None) -> Iterator[Site]:
    """Run a web server on a free port of 127.0.0.1, with TLS where a certificate is given."""

    class Handler(socketserver.StreamRequestHandler):
        timeout = 20

        def handle(self) -> None:
            lines = []
            while (line := self.rfile.readline(4096)) not in {b"\r\n", b""}:
                lines.append(line.decode("latin-1").rstrip())
            if not lines:
                return
            length = [line.partition(":")[2] for line in lines if line.lower().startswith("content-length:")]
            site.bodies.append(self.rfile.read(int(length[0])) if length else b"")
            site.asked.append("\n".join(lines))
            page = site.pages.get(site.paths[-1], answer("nothing here", status="404 Not Found"))
            try:
                page(self.wfile.write) if callable(page) else self.wfile.write(page)
            except OSError:
                pass  # the client has gone, as it should

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads, block_on_close = True, False

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass  # a client that breaks off a handshake

    server = Server(("127.0.0.1", 0), Handler)
    site = Site(server.server_address[1])
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    with _serving(server):
        yield site


@dataclass
class Names:
    """A name server: for each name and type several answers, given one after the other; the last one stays."""

    port: int
    records: dict[tuple[str, str], list[list[str]]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def set(self, name: str, kind: str, *answers: list[str]) -> None:
        """Say what is at a name: `set("a.example.org", "A", ["192.0.2.1"])`."""
        self.records[name, kind] = list(answers)


@contextmanager
def name_server() -> Iterator[Names]:
    """Run a name server over UDP on a free port of 127.0.0.1."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            data, wire = self.request
            query = dns.message.from_wire(data)
            question = query.question[0]
            name, kind = question.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(question.rdtype)
            names.asked.append((name, kind))
            reply = dns.message.make_response(query)
            if not any(known == name for known, _ in names.records):
                reply.set_rcode(dns.rcode.NXDOMAIN)
            answers = names.records.get((name, kind), [[]])
            values = answers.pop(0) if len(answers) > 1 else answers[0]
            if values:
                reply.answer.append(dns.rrset.from_text(question.name, 0, "IN", kind, *values))
            wire.sendto(reply.to_wire(), self.client_address)

    server = socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler)
    names = Names(server.server_address[1])
    with _serving(server):
        yield names


def certificate(folder: Path, host: str) -> Path:
    """Make a self-signed certificate for a host, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([_general_name(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{host}.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(made.public_bytes(Encoding.PEM) + secret)
    return path


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


@contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
