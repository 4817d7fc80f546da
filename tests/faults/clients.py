"""Signers, as the public face sees them: they sign, read their mail, confirm, withdraw, and insist until answered."""

import heapq
import http.client
import itertools
import random
import re
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.faults import people, sink
from tests.faults.house import HOST, SLUG
from tests.faults.stage import Stage

CODE = re.compile(r"Your code is\s+(\d{6})")
LINK = re.compile(rf"https://{re.escape(HOST)}(/\S+)")
CHANGE = "Subject: A code for your own page"
SCANNED = 40  # a mail scanner stands before one mailbox in so many
MINE = re.compile(r"/mine/([\w-]+)/")
TOO_SOON = 3.2  # seconds; whoever types a code sooner after its mail is flagged
PATIENCE = 15.0  # seconds for one answer
SERVER_ERROR, NOT_NOW = 500, 503


@dataclass
class Answer:
    """What came back: `ok` and `fail` are certain, `unknown` is everything after which nobody knows."""

    verdict: str
    status: int = 0
    location: str = ""
    retry_after: str = ""
    body: bytes = b""


class Clients:
    """Some signers, on some threads."""

    def __init__(self, stage: Stage, signs: int, *, first: int = 0, threads: int = 8) -> None:
        self.stage, self.house, self.journal, self.signs = stage, stage.house, stage.operations, signs
        self.first, self.accepted = first, stage.accepted
        self.leaving: dict[int, str] = {}  # the own page of whoever asked for the code that leaving wants
        self.may_sign: Callable[[int], bool] = lambda _: True  # the nemesis keeps step
        self.started = self.done = 0
        self.last_way_out: float | None = None  # after this moment nobody insists any more
        self._jobs: list[tuple[float, int, Callable[[], None]]] = []
        self._order, self._lock, self._busy = itertools.count(), threading.Lock(), 0
        self._ending = threading.Event()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(threads)]
        self._threads.append(threading.Thread(target=self._read_mail, daemon=True))

    def start(self) -> None:
        """Begin to sign."""
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Stop everybody."""
        self._ending.set()
        for thread in self._threads:
            thread.join(PATIENCE + 5)

    @property
    def all_have_signed(self) -> bool:
        """Whether everybody was answered about signing."""
        return self.done >= self.signs

    @property
    def at_rest(self) -> bool:
        """Whether nobody has anything left to do."""
        with self._lock:
            return self.all_have_signed and not self._jobs and not self._busy

    def later(self, seconds: float, job: Callable[[], None]) -> None:
        """Do something on one of the threads, not before that many seconds have passed."""
        with self._lock:
            heapq.heappush(self._jobs, (time.monotonic() + seconds, next(self._order), job))

    def _work(self) -> None:
        while not self._ending.is_set():
            job = self._next()
            if job is None:
                time.sleep(0.02)
                continue
            try:
                job()
            finally:
                with self._lock:
                    self._busy -= 1

    def _next(self) -> Callable[[], None] | None:
        with self._lock:
            if self._jobs and self._jobs[0][0] <= time.monotonic():
                job = heapq.heappop(self._jobs)[2]
            elif self.started < self.signs and self.may_sign(self.started):
                number = self.first + self.started
                self.started += 1
                job = lambda: self._sign(number)  # noqa: E731
            else:
                return None
            self._busy += 1
            return job

    # --- what one person does -----------------------------------------------------------------------

    def _sign(self, number: int) -> None:
        who = people.person(self.house.seed, number)
        path = f"/letters/{SLUG}/sign/"
        if who.looks_first:
            self.ask("look", who, "GET", f"/letters/{SLUG}/")
        if number % 25 == 0:
            self._do_it_wrong(number)
        if who.twice:
            self.later(random.random(), lambda: self._again(who))
        answer = self.insist("sign", who, path, who.form)
        if answer.verdict == "ok":
            self.accepted[who.address] = answer.location
        with self._lock:
            self.done += 1

    def _again(self, who: people.Person) -> None:
        answer = self.insist("sign", who, f"/letters/{SLUG}/sign/", who.form)
        if answer.verdict == "ok":
            self.accepted.setdefault(who.address, answer.location)

    def _do_it_wrong(self, number: int) -> None:
        kind, address, form = people.broken(self.house.seed, number)
        slug = "no-such-letter" if kind == "no letter" else SLUG
        who = people.person(self.house.seed, number)
        self.ask("wrong", who, "POST", f"/letters/{slug}/sign/", form, told=address, key=uuid.uuid4().hex)

    def _read_mail(self) -> None:
        place, seen = 0, set()
        while not self._ending.is_set():
            mails, place = sink.read(self.house.store, place)
            for mail in mails:
                found = CODE.search(mail["text"])
                number = people.number_of(mail["to"])
                if not found or not self.first <= number < self.first + self.signs:
                    continue
                who = people.person(self.house.seed, number)
                if CHANGE in mail["text"] and (mine := self.leaving.pop(number, "")):
                    self._withdraw_later(who, mine, found[1])
                if number in seen:
                    continue
                seen.add(number)
                if number % SCANNED == 0:
                    self.later(0, lambda who=who, text=mail["text"]: self._scan(who, text))  # type: ignore[misc]
                if who.confirms:
                    self._confirm_later(who, found[1], mail["at"])
            time.sleep(0.1)

    def _scan(self, who: people.Person, text: str) -> None:
        """Open every link of a mail, as mail scanners do."""
        for path in LINK.findall(text):
            self.ask("scan", who, "GET", path)

    def _confirm_later(self, who: people.Person, code: str, at: float) -> None:
        self.later(max(0, at + TOO_SOON - time.time()), lambda: self._confirm(who, code))

    def _confirm(self, who: people.Person, code: str) -> None:
        tab = self.accepted.get(who.address)
        if tab is None:  # the mail was faster than the answer
            if not self._out_of_time():
                self.later(0.5, lambda: self._confirm(who, code))
            return
        answer = self.insist("confirm", who, tab, {"code": code})
        if answer.verdict == "ok" and (mine := MINE.search(answer.location)) and who.withdraws:
            self.later(1 + 3 * random.random(), lambda: self._ask_to_leave(who, mine[0]))

    def _ask_to_leave(self, who: people.Person, mine: str) -> None:
        self.leaving[who.number] = mine
        self.insist("ask to leave", who, f"{mine}change/", {"what": "withdraw"})

    def _withdraw_later(self, who: people.Person, mine: str, code: str) -> None:
        self.later(0, lambda: self.insist("withdraw", who, f"{mine}withdraw/", {"code": code, "sure": "on"}))

    # --- asking -------------------------------------------------------------------------------------

    def insist(self, do: str, who: people.Person, path: str, form: dict[str, str]) -> Answer:
        """Ask until the answer is certain, always with the same key; a whole operation is one entry of the journal."""
        key = str(uuid.UUID(int=random.Random(f"{self.house.seed} {do} {who.number}").getrandbits(128), version=4))
        number = self.journal.begin(do=f"all of {do}", who=who.address)
        tries = 0
        while True:
            tries += 1
            answer = self.ask(do, who, "POST", path, form, key=key)
            if answer.verdict != "unknown" or self._out_of_time():
                break
            time.sleep(min(0.2 * tries, 1.0))
        self.journal.end(number, result=answer.verdict, status=answer.status, tries=tries)
        return answer

    def _out_of_time(self) -> bool:
        return self._ending.is_set() or (self.last_way_out is not None and time.monotonic() > self.last_way_out)

    def ask(self, do: str, who: people.Person, method: str, path: str, form: Any = None, **more: str) -> Answer:
        """One request, written down before it goes out and after it was answered."""
        number = self.journal.begin(do=do, who=more.get("told") or who.address)
        answer = request(self.house.port["web"], method, path, form, client=who.client, key=more.get("key", ""))
        self.journal.end(number, result=answer.verdict, status=answer.status, retry_after=answer.retry_after)
        return answer


def request(
    port: int,
    method: str,
    path: str,
    form: dict[str, str] | None = None,
    *,
    client: str = "10.99.99.99",
    key: str = "",
    patience: float = PATIENCE,
) -> Answer:
    """Ask as the proxy in front of the site would."""
    headers = {"Host": HOST, "X-Forwarded-For": client, "X-Forwarded-Proto": "https", "Connection": "close"}
    body = None
    if form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = urlencode(form)
    if key:
        headers["Idempotency-Key"] = key
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=patience)
    try:
        link.request(method, path, body, headers)
        response = link.getresponse()
        content = response.read()
    except (OSError, http.client.HTTPException):
        return Answer("unknown")
    finally:
        link.close()
    location = urlsplit(response.headers.get("Location", ""))
    where = location.path + (f"?{location.query}" if location.query else "")
    verdict = "unknown" if response.status >= SERVER_ERROR else "fail" if response.status >= 400 else "ok"
    return Answer(verdict, response.status, where, response.headers.get("Retry-After", ""), content)
