"""A small IMAP4rev1 server (RFC 3501) on this machine: as much of it as a reader of one mailbox asks for."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ssl import SSLContext
from typing import Any

USER, PASSWORD = "bounces", "p@ss word"


@dataclass
class Postbox:
    """What lies in the mailbox, and what the server was asked."""

    port: int = 0
    messages: dict[int, bytes] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    silent: bool = False  # hangs up on everybody

    def put(self, *messages: bytes) -> None:
        """Deliver messages."""
        for one in messages:
            self.messages[max(self.messages, default=0) + 1] = one

    def url(self, scheme: str = "imap", password: str = "p%40ss%20word") -> str:
        """Its address for BOUNCE_MAILBOX."""
        return f"{scheme}://{USER}:{password}@127.0.0.1:{self.port}/INBOX"

    def answer(self, verb: str, rest: str) -> tuple[list[bytes], str]:
        """Return the untagged lines and the tagged answer to one command."""
        if verb == "LOGIN":
            right = rest == f'{USER} "{PASSWORD}"'
            return [], "OK welcome" if right else "NO [AUTHENTICATIONFAILED] who are you"
        if verb == "SELECT":
            return [
                b"%d EXISTS" % len(self.messages)
            ], "OK selected" if rest.upper() == '"INBOX"' else "NO no such folder"
        if verb == "UID":
            return self.by_uid(*rest.partition(" ")[::2])
        if verb == "EXPUNGE":
            self.messages = {uid: one for uid, one in self.messages.items() if uid not in self.deleted}
        return {"CAPABILITY": [b"CAPABILITY IMAP4rev1"], "LOGOUT": [b"BYE"]}.get(verb, []), "OK done"

    def by_uid(self, verb: str, rest: str) -> tuple[list[bytes], str]:
        """Search, fetch and store."""
        if verb == "SEARCH":
            kept = [str(uid) for uid in self.messages if uid not in self.deleted]
            return [f"SEARCH {' '.join(kept)}".encode()], "OK done"
        uid, _, what = rest.partition(" ")
        if verb == "STORE":
            assert what == r"+FLAGS.SILENT (\Deleted)"
            self.deleted.add(int(uid))
            return [], "OK done"
        most = re.fullmatch(r"\(BODY\.PEEK\[\]<0\.(\d+)>\)", what)
        assert most, what
        raw = self.messages[int(uid)][: int(most[1])]
        return [b"1 FETCH (UID %d BODY[]<0> {%d}\r\n%s)" % (int(uid), len(raw), raw)], "OK done"


class _Session(socketserver.StreamRequestHandler):
    timeout = 10

    def handle(self) -> None:
        box: Postbox = self.server.box  # type: ignore[attr-defined]
        if box.silent:
            return
        self.wfile.write(b"* OK IMAP4rev1 at your service\r\n")
        for line in self.rfile:
            tag, verb, *rest = line.decode().strip().split(" ", 2)
            box.asked.append(verb.upper())
            untagged, answer = box.answer(verb.upper(), rest[0] if rest else "")
            self.wfile.write(b"".join(b"* " + one + b"\r\n" for one in untagged) + f"{tag} {answer}\r\n".encode())
            if verb.upper() == "LOGOUT":
                return


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    box: Postbox
    context: SSLContext | None = None

    def get_request(self) -> tuple[Any, Any]:
        link, peer = super().get_request()
        return (self.context.wrap_socket(link, server_side=True) if self.context else link), peer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news."""


@contextmanager
def server(context: SSLContext | None = None) -> Iterator[Postbox]:
    """Run it; with a context it speaks TLS from the beginning."""
    with _Server(("127.0.0.1", 0), _Session) as running:
        running.box, running.context = Postbox(port=running.server_address[1]), context
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield running.box
        finally:
            running.shutdown()
            thread.join()
