"""A load generator in a process of its own: keep-alive connections that send requests which were made beforehand."""

import pickle
import selectors
import socket
import ssl
import statistics
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

LOST = 599  # the connection ended in place of an answer
UNANSWERED = 598  # half a minute after the end
IDLE = 0.02  # seconds
IN_PIECES = -1  # an answer that does not say how long it is, because nginx compresses it on the way


@dataclass
class Job:
    """What to send.

    Attributes:
        port: of the server on this machine.
        requests: whole requests as bytes; sent in order, and from the first again where `repeat` is set. More may be
            put behind them while the job is done in this process.
        connections: how many are kept open, each with one request under way.
        seconds: how long new requests are begun.
        rate: requests a second, begun on time whatever the server does; 0: each as soon as a connection is free.
        repeat: whether requests may be sent again.
        tls: whether the server speaks it; its certificate is not looked at.
        each: of how many answers the time of one is kept.
    """

    port: int
    requests: Sequence[bytes]
    connections: int = 32
    seconds: float = 3.0
    rate: float = 0.0
    repeat: bool = True
    tls: bool = False
    each: int = 1


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


class Link:
    """One connection, which is asked and does not wait."""

    def __init__(self, port: int, *, tls: bool = False) -> None:
        self.port, self.tls, self.due, self.got, self.need = port, tls, 0.0, b"", 0
        self.is_last = False  # whether the server closes it behind this answer
        self.socket = self._open()

    def _open(self) -> socket.socket:
        link = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.tls:
            trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
            link = trusting.wrap_socket(link)
        link.setblocking(False)
        return link

    def send(self, request: bytes, due: float) -> None:
        """Ask; the answer before this one has come as a whole."""
        self.due, self.got, self.need = due, b"", 0
        self.socket.sendall(request)

    def read(self) -> int:
        """Take in what came; return the status once the answer is whole, or 0."""
        while not self._is_whole():
            try:
                more = self.socket.recv(1 << 20)
            except (ssl.SSLWantReadError, BlockingIOError):
                return 0
            if not more:
                raise ConnectionResetError
            self.got = self.got + more if self.got else more
            if not self.need:
                self._measure()
        return int(self.got[9:12])

    def _is_whole(self) -> bool:
        if self.need == IN_PIECES:
            return self.got.endswith(b"\r\n0\r\n\r\n")
        return 0 < self.need <= len(self.got)

    def _measure(self) -> None:
        """Find out how long the answer is, once its head is there."""
        end = self.got.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self.got[:end].lower()
        self.is_last = b"\r\nconnection: close" in head
        at = head.find(b"\r\ncontent-length:")
        if at < 0 and self.got[9:12] != b"304":
            self.need = IN_PIECES
            return
        length = int(head[at + 17 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        self.need = end + 4 + length

    def again(self) -> None:
        """Open it anew."""
        self.socket.close()
        self.socket, self.is_last, self.got, self.need = self._open(), False, b"", 0


class Links:
    """All connections of a job, those that are free, and what became of the requests."""

    def __init__(self, job: Job) -> None:
        self.job, self.result, self.chosen = job, Result(), selectors.DefaultSelector()
        self.all = [Link(job.port, tls=job.tls) for _ in range(job.connections)]
        self.free = deque(self.all)
        for link in self.all:
            self.chosen.register(link.socket, selectors.EVENT_READ, link)

    def read(self, seconds: float) -> None:
        """Take in what comes within that time."""
        for key, _ in self.chosen.select(seconds):
            link = key.data
            try:
                status = link.read()
            except (ConnectionError, ssl.SSLError):
                self._again(link)
                status = 0 if link in self.free else LOST  # a server may close what is kept open and not used
            if status:
                self._note(link, status)

    def _note(self, link: Link, status: int) -> None:
        result = self.result
        result.done += 1
        result.statuses[status] += 1
        if result.done % self.job.each == 0:
            result.times.append(time.perf_counter() - link.due)
        if link.is_last:
            self._again(link)
        self.free.append(link)

    def _again(self, link: Link) -> None:
        self.chosen.unregister(link.socket)
        link.again()
        self.chosen.register(link.socket, selectors.EVENT_READ, link)

    def close(self) -> None:
        """Close all of them."""
        self.chosen.close()
        for link in self.all:
            link.socket.close()


def work(job: Job) -> Result:
    """Do a job in this process."""
    links, requests, sent = Links(job), job.requests, 0
    most = int(job.seconds * job.rate) if job.rate else sys.maxsize
    began = now = time.perf_counter()
    while True:
        there = most if job.repeat else min(most, len(requests))
        while links.free and sent < there:
            now = time.perf_counter()
            due = began + sent / job.rate if job.rate else now
            if due > now or now > began + job.seconds:
                break
            links.free.popleft().send(requests[sent % len(requests)], due)
            sent += 1
        is_over = now > began + job.seconds or sent >= most or not (job.rate or job.repeat or sent < len(requests))
        if is_over and (len(links.free) == len(links.all) or now > began + job.seconds + 30):
            break
        is_next = links.free and sent < there and not is_over
        next_due = began + sent / job.rate if job.rate and is_next else now + IDLE
        links.read(max(0.0, min(next_due - now, IDLE)))
        now = time.perf_counter()
    links.close()
    result = links.result
    if unanswered := len(links.all) - len(links.free):
        result.statuses[UNANSWERED] = unanswered
    result.seconds = time.perf_counter() - began
    result.left = max(0, most - sent) if job.rate else 0
    return result


def serve() -> None:
    """Do the job on the standard input."""
    sys.stdout.buffer.write(pickle.dumps(work(pickle.load(sys.stdin.buffer))))
