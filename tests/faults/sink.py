"""An SMTP server that keeps a mail with fsync before it answers, and misbehaves by a seed.

`python -m tests.faults.sink PORT FILE SEED`. While the file `FILE.calm` exists it behaves. What it does to a mail
depends on the seed, the reader's address and how often it has seen that address, so a seed can be repeated.
"""

import asyncio
import json
import os
import random
import re
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

# How often, of all mails. Every one but the last is gone when it is tried again.
CHANCES = {"451": 0.01, "dropped": 0.005, "unanswered": 0.003, "hang": 0.0005}
REFUSED = 0.01  # of all addresses: nobody has that mailbox
HANG = 12.0  # seconds
ADDRESS = re.compile(rb"<([^>]*)>")
TO = re.compile(rb'^\{"at": [\d.e+]+, "to": "([^"]*)"', re.MULTILINE)


class Sink:
    """Where the mails go."""

    def __init__(self, path: Path, seed: str) -> None:
        self.path, self.seed = path, seed
        # One that was killed goes on where it was, or it would do the same to the same mail for ever.
        written = path.read_bytes() if path.exists() else b""
        self.seen = Counter(to.decode() for to in TO.findall(written))
        self.calm = path.with_suffix(".calm")
        self.file = path.open("ab")

    def chosen(self, to: str) -> str:
        """What is done to the next mail for an address."""
        self.seen[to] += 1
        if self.calm.exists():
            return ""
        dice = random.Random(f"{self.seed} {to} {self.seen[to]}")
        number = dice.random()
        for name, chance in CHANCES.items():
            if number < chance:
                return name
            number -= chance
        return ""

    def keep(self, to: str, body: bytes, did: str) -> None:
        """Write a mail down so that it outlives a power cut."""
        line = {"at": time.time(), "to": to, "did": did, "text": body.decode(errors="replace")}
        self.file.write(json.dumps(line).encode() + b"\n")
        self.file.flush()
        os.fsync(self.file.fileno())

    def note_refusal(self, to: str) -> None:
        """Write down that a mail was refused for good."""
        with self.path.with_suffix(".refused").open("a") as file:
            file.write(to + "\n")

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak with one sender."""
        try:
            await Talk(self, reader, writer).go()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


class Talk:
    """One connection."""

    def __init__(self, sink: Sink, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.sink, self.reader, self.writer = sink, reader, writer
        self.to = ""

    async def say(self, line: str) -> None:
        self.writer.write(line.encode() + b"\r\n")
        await self.writer.drain()

    async def go(self) -> None:
        await self.say("220 sink")
        while line := await self.reader.readline():
            verb = line[:4].upper()
            if verb == b"QUIT":
                await self.say("221 bye")
                return
            if verb == b"RCPT":
                await self.recipient(line)
            elif verb == b"DATA":
                if not await self.data():
                    return
            else:
                await self.say("250 ok")

    async def recipient(self, line: bytes) -> None:
        found = ADDRESS.search(line)
        self.to = found[1].decode() if found else ""
        if refused(self.sink.seed, self.to):
            self.sink.note_refusal(self.to)
            await self.say("550 no such mailbox")
        else:
            await self.say("250 ok")

    async def data(self) -> bool:
        """Take one mail; return whether the connection goes on."""
        await self.say("354 go on")
        body = await self.reader.readuntil(b"\r\n.\r\n")
        did = self.sink.chosen(self.to)
        if did == "451":
            await self.say("451 try later")
        elif did == "dropped":
            return False
        elif did == "hang":
            await asyncio.sleep(HANG)
            return False
        else:
            self.sink.keep(self.to, body, did)
            if did == "unanswered":
                return False
            await self.say("250 kept")
        return True


def refused(seed: str, address: str) -> bool:
    """Whether nobody has this mailbox, in a run with that seed."""
    return address.startswith("s") and random.Random(f"{seed} refused {address}").random() < REFUSED


def read(path: Path, start: int = 0) -> tuple[list[dict[str, Any]], int]:
    """Return the mails that were kept since a place in the file, and the next place."""
    if not path.exists():
        return [], start
    with path.open("rb") as file:
        file.seek(start)
        whole, newline, _rest = file.read().rpartition(b"\n")
    mails = []
    for line in whole.splitlines():
        try:
            mails.append(json.loads(line))
        except ValueError:  # half a line of a sink that was killed; that mail was never accepted
            continue
    return mails, start + len(whole) + len(newline)


def message_id(mail: dict[str, Any]) -> str:
    """What makes two copies of a mail the same one."""
    found = re.search(r"^Message-ID:\s*(<[^>]+>)", mail["text"], re.MULTILINE | re.IGNORECASE)
    return found[1] if found else ""


async def main(port: int, path: Path, seed: str) -> None:
    """Serve for ever."""
    if path.exists() and not path.read_bytes().endswith(b"\n"):
        with path.open("ab") as file:
            file.write(b"\n")
    sink = Sink(path, seed)
    server = await asyncio.start_server(sink.serve, "127.0.0.1", port, limit=2**20)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
