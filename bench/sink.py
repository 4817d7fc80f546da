"""A mail server that takes every mail and keeps none: `python -m bench.sink SECONDS [ADDRESS]`.

It takes so many seconds for each mail, and does not count those to the address.

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

    def __init__(self, seconds: float, apart: str) -> None:
        self.seconds, self.apart = seconds, apart

    async def handle_EHLO(self, _server: Any, session: Any, _envelope: Any, host: str, answers: list[str]) -> list[str]:
        """Somebody called."""
        session.host_name = host
        self.connections += 1
        return answers

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """A mail came."""
        if self.seconds:
            await asyncio.sleep(self.seconds)
        self.mails += envelope.rcpt_tos != [self.apart]
        return "250 taken"


async def serve(seconds: str, apart: str = "") -> None:
    """Take mails until nobody asks any more."""
    taking, loop = Taking(float(seconds), apart), asyncio.get_running_loop()
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
def sink(apart: str = "", *, seconds: float = 0) -> Iterator[Sink]:
    """Run it in a process of its own, which takes so long for each mail, and does not count those to one address."""
    command = [sys.executable, "-m", "bench.sink", str(seconds), apart]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Sink(int(process.stdout.readline()), process)
        process.kill()


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]))
