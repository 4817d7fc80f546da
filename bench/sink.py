"""A mail server that takes every mail and keeps none: `python -m bench.sink`.

It prints its port, and for each line on its standard input how many connections and mails there were.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from aiosmtpd.smtp import SMTP


class Taking:
    """Counts and forgets."""

    connections = mails = 0

    async def handle_EHLO(self, _server: Any, session: Any, _envelope: Any, host: str, answers: list[str]) -> list[str]:
        """Somebody called."""
        session.host_name = host
        self.connections += 1
        return answers

    async def handle_DATA(self, *_: Any) -> str:
        """A mail came."""
        self.mails += 1
        return "250 taken"


async def serve() -> None:
    """Take mails until nobody asks any more."""
    taking, loop = Taking(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(taking), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(taking.connections, taking.mails, flush=True)


@dataclass(frozen=True)
class Sink:
    """The running mail server."""

    port: int
    process: subprocess.Popen[str]

    def counts(self) -> tuple[int, int]:
        """Connections and mails so far."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        connections, mails = self.process.stdout.readline().split()
        return int(connections), int(mails)


@contextmanager
def sink() -> Iterator[Sink]:
    """Run it in a process of its own."""
    command = [sys.executable, "-m", "bench.sink"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Sink(int(process.stdout.readline()), process)
        process.kill()


if __name__ == "__main__":
    asyncio.run(serve())
