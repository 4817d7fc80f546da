"""A load generator in a process of its own: keep-alive connections that send requests which were made beforehand."""

import heapq
import pickle
import selectors
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

LOST = 599  # the connection ended in place of an answer


@dataclass
class Job:
    """What to send.

    Attributes:
        port: of the server on this machine.
        requests: whole requests as bytes; sent in order, and from the first again where `repeat` is set.
        connections: how many are kept open, each with one request under way.
        seconds: how long new requests are begun.
        rate: requests a second, begun on time whatever the server does; 0: each as soon as a connection is free.
        repeat: whether requests may be sent again.
    """

    port: int
    requests: Sequence[bytes]
    connections: int = 32
    seconds: float = 3.0
    rate: float = 0.0
    repeat: bool = True


@dataclass
class Result:
    """What came of it; times in seconds."""

    seconds: float = 0.0
    done: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)
    left: int = 0  # requests that were due and never begun

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.done / self.seconds

    def percentile(self, share: float) -> float:
        """The time within which that share of answers came, in milliseconds."""
        return 1000 * statistics.quantiles(self.times, n=1000, method="inclusive")[round(share * 1000) - 1]


def run(job: Job) -> Result:
    """Do a job in a process of its own."""
    command = [sys.executable, "-c", "from bench import loads; loads.serve()"]
    done = subprocess.run(command, input=pickle.dumps(job), stdout=subprocess.PIPE, check=True)
    result = pickle.loads(done.stdout)
    assert isinstance(result, Result)
    return result


class _Link:
    """One connection."""

    def __init__(self, port: int) -> None:
        self.port, self.due, self.got, self.need = port, 0.0, b"", 0
        self.socket = self._open()

    def _open(self) -> socket.socket:
        link = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return link

    def send(self, request: bytes, due: float) -> None:
        self.due, self.got, self.need = due, b"", 0
        self.socket.sendall(request)

    def read(self) -> int:
        """Take in what came; return the status once the answer is whole, or 0."""
        more = self.socket.recv(1 << 20)
        if not more:
            raise ConnectionResetError
        self.got = self.got + more if self.got else more
        if not self.need:
            end = self.got.find(b"\r\n\r\n")
            if end < 0:
                return 0
            head = self.got[:end].lower()
            at = head.find(b"\r\ncontent-length:")
            if at < 0 and self.got[9:12] != b"304":
                raise ValueError("An answer does not say how long it is.")
            length = int(head[at + 17 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            self.need = end + 4 + length
        return int(self.got[9:12]) if len(self.got) >= self.need else 0

    def again(self) -> None:
        """Open it anew."""
        self.socket.close()
        self.socket = self._open()


def _work(job: Job) -> Result:
    result, chosen = Result(), selectors.DefaultSelector()
    links = [_Link(job.port) for _ in range(job.connections)]
    free = deque(links)
    for link in links:
        chosen.register(link.socket, selectors.EVENT_READ, link)
    began = now = time.perf_counter()
    sent, most = 0, len(job.requests) if not job.repeat else sys.maxsize
    due: list[float] = [began + n / job.rate for n in range(int(job.seconds * job.rate))]
    heapq.heapify(due)
    while True:
        now = time.perf_counter()
        while (
            free and sent < most and (due[0] <= now if job.rate and due else not job.rate and now < began + job.seconds)
        ):
            link = free.popleft()
            link.send(job.requests[sent % len(job.requests)], heapq.heappop(due) if job.rate else now)
            sent += 1
        over = now > began + job.seconds or sent >= most or (job.rate and not due)
        if over and len(free) == len(links):
            break
        if now > began + job.seconds + 30:
            break
        wait = max(0.0, min(due[0] - now, 0.1)) if job.rate and due and free else 0.1
        for key, _ in chosen.select(wait):
            link = key.data
            try:
                status = link.read()
            except ConnectionResetError:
                chosen.unregister(link.socket)
                link.again()
                chosen.register(link.socket, selectors.EVENT_READ, link)
                status = 0 if link in free else LOST  # a server may close what is kept open and not used
            if status:
                result.done += 1
                result.statuses[status] += 1
                result.times.append(time.perf_counter() - link.due)
                free.append(link)
    result.seconds, result.left = time.perf_counter() - began, len(due)
    return result


def serve() -> None:
    """Do the job on the standard input."""
    sys.stdout.buffer.write(pickle.dumps(_work(pickle.load(sys.stdin.buffer))))
