"""A TCP proxy that cuts connections at the worst moment.

`python -m tests.faults.proxy PORT TARGET commit|mail`. It reads orders from standard input: `answer N` cuts the next N
connections right after a COMMIT (or a whole mail) went out and before its answer is relayed, `bytes N` cuts the next
connection that answers after N more bytes, `all` cuts every connection now. Each cut is a line on standard output.
"""

import asyncio
import sys

MARKS = {"commit": b"COMMIT\x00", "mail": b"\r\n.\r\n"}
WAIT = 0.2  # seconds in which the server may do what it was told before the connection is gone


class Cutter:
    """What is to be cut, and everybody who is connected."""

    def __init__(self, mark: bytes) -> None:
        self.mark, self.answers, self.bytes = mark, 0, -1
        self.pairs: set[Client] = set()

    def order(self, line: str) -> None:
        verb, _, number = line.strip().partition(" ")
        if verb == "answer":
            self.answers += int(number)
        elif verb == "bytes":
            self.bytes = int(number)
        elif verb == "all":
            for client in list(self.pairs):
                client.cut("all")


class Client(asyncio.Protocol):
    """From the program that connects to us."""

    def __init__(self, cutter: Cutter, target: int) -> None:
        self.cutter, self.target, self.server = cutter, target, Server(self)
        self.transport: asyncio.Transport | None = None
        self.early, self.tail, self.mute = bytearray(), b"", False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.cutter.pairs.add(self)
        self.connecting = asyncio.ensure_future(self._connect())

    async def _connect(self) -> None:
        try:
            await asyncio.get_running_loop().create_connection(lambda: self.server, "127.0.0.1", self.target)
        except OSError:
            self.close()
            return
        if self.early and self.server.transport:
            self.server.transport.write(bytes(self.early))
            self.early.clear()

    def data_received(self, data: bytes) -> None:
        if self.server.transport is None:
            self.early += data
            return
        if self.cutter.answers and self.cutter.mark in self.tail + data:
            self.cutter.answers -= 1
            self.mute = True
            asyncio.get_running_loop().call_later(WAIT, self.cut, "answer")
        self.tail = data[-8:]
        self.server.transport.write(data)

    def answered(self, data: bytes) -> None:
        """Relay what the server said, unless it is never to arrive."""
        if self.mute or self.transport is None:
            return
        if 0 <= self.cutter.bytes <= len(data):
            self.transport.write(data[: self.cutter.bytes])
            self.cutter.bytes = -1
            self.mute = True
            asyncio.get_running_loop().call_soon(self.cut, "bytes")
            return
        if self.cutter.bytes >= 0:
            self.cutter.bytes -= len(data)
        self.transport.write(data)

    def cut(self, why: str) -> None:
        print(why, flush=True)
        self.close()

    def connection_lost(self, _problem: Exception | None) -> None:
        self.close()

    def close(self) -> None:
        self.cutter.pairs.discard(self)
        for transport in (self.transport, self.server.transport):
            if transport and not transport.is_closing():
                # What was written is still delivered; a server that waits for its client learns of its end.
                transport.close()


class Server(asyncio.Protocol):
    """From the real server."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.client.answered(data)

    def connection_lost(self, _problem: Exception | None) -> None:
        self.client.close()


async def main(port: int, target: int, mark: bytes) -> None:
    """Relay for ever."""
    loop = asyncio.get_running_loop()
    cutter = Cutter(mark)
    orders = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    server = await loop.create_server(lambda: Client(cutter, target), "127.0.0.1", port)
    async with server:
        while line := await orders.readline():
            cutter.order(line.decode())


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), MARKS[sys.argv[3]]))
