"""The acts of a run: signing under fire, everything at once, Redis frozen, no mail server, two of everything."""

import json
import re
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.faults import people, sink
from tests.faults.clients import CHANGE, CODE, MINE, TOO_SOON, Answer, Clients, request
from tests.faults.house import SLUG, House, procfile
from tests.faults.nemesis import Nemesis
from tests.faults.stage import Stage
from tests.faults.watching import Watch

SIGN = f"/letters/{SLUG}/sign/"
# People of one act are nobody's of another.
AT_ONCE, FROZEN, AWAY, DOUBLE, LOCKED, BACKLOG = (100_000 * place for place in range(1, 7))
FAST = 0.3  # seconds: p99 of signing while Redis is frozen (P7)
SOON = 180  # seconds in which everything is sent when the mail server is back (P8)
CLOCK = Path(__file__).parent / "clock"  # a sitecustomize that moves a process's clock
A_MINUTE = 60  # seconds in which drift is found
PATIENT = 2.0  # seconds in which a signer is answered while the mail server hangs


@dataclass(frozen=True)
class Size:
    """How much is done in a run."""

    signs: int
    kills: int
    at_once: int = 200  # requests that arrive at the same moment
    frozen: float = 8.0  # seconds without Redis
    owed: int = 100  # mails that wait for a mail server
    beside: int = 100  # signers of the acts in which nothing of theirs is measured in numbers

    @property
    def share(self) -> str:
        """The words of the command line for it."""
        return f"--signs {self.signs} --kills {self.kills}"


def fire(stage: Stage, size: Size, faults: tuple[str, ...] = ()) -> Nemesis:
    """Sign while everything falls over; `faults` narrows down what."""
    clients = Clients(stage, size.signs)
    nemesis = Nemesis(stage.house, stage.faults, size.kills, only=faults)
    if size.kills:
        # Neither runs far ahead of the other, however fast the machine is; and a kill comes while people have more to
        # sign, because one that strikes a house at rest proves nothing.
        clients.may_sign = lambda number: number / size.signs <= (nemesis.killed + LEAD) / size.kills
        nemesis.may_kill = lambda number: clients.done / size.signs >= (number + 0.5) / size.kills
    watch = Watch(stage.house, stage.faults)
    for one in (watch, clients, nemesis):
        one.start()
    while not (clients.all_have_signed and nemesis.is_done):
        time.sleep(0.1)
    stage.house.store.with_suffix(".calm").touch()  # the mail server behaves from now on
    wait_for_quiet(stage.house, clients, nemesis.last)
    clients.end()
    watch.end()
    return nemesis


LEAD = 4  # kills by which people may be ahead
QUIET = 60  # seconds after the last fault in which every mail must be out (P4)


def wait_for_quiet(house: House, clients: Clients, last: float) -> None:
    """Wait until everybody has their mail and nothing moves any more, at most 60 seconds after the last fault."""
    deadline = max(last, time.time() - 5) + QUIET
    clients.last_way_out = time.monotonic() + QUIET - 5
    still = 0
    while time.time() < deadline and still < 3:
        still = still + 1 if clients.at_rest and at_rest(house) else 0
        time.sleep(0.7)


def at_rest(house: House) -> bool:
    """Whether nothing is owed and nobody is waited for."""
    ask = """SELECT (SELECT count(*) FROM signatories_mail WHERE state = 'owed')
        + (SELECT count(*) FROM signatories_signature WHERE collect_after IS NOT NULL)"""
    try:
        return not number(house, ask)
    except psycopg.Error:
        return False


def number(house: House, ask: str, *values: Any) -> int:
    """Ask the database for one number."""
    with psycopg.connect(house.database(), connect_timeout=3) as link:
        row = link.execute(ask, values).fetchone()
    return int(row[0]) if row else 0


def at_the_same_time(times: int, ask: Callable[[], Answer]) -> list[Answer]:
    """Ask the same from many threads at one moment."""
    gate, answers = threading.Barrier(times), []

    def one() -> None:
        gate.wait(30)
        answers.append(ask())

    threads = [threading.Thread(target=one) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(100)
    return answers


def all_at_once(stage: Stage, size: Size) -> None:
    """Identical posts, confirmations and withdrawals at the same moment have one effect each (P2, P6)."""
    house, who = stage.house, people.person(stage.house.seed, AT_ONCE)

    def post(path: str, form: dict[str, str]) -> list[Answer]:
        port = house.port["web"]
        return at_the_same_time(size.at_once, lambda: request(port, "POST", path, form, client=who.client, patience=90))

    signed = post(SIGN, who.form)
    stage.expect("P2", alike(signed), f"identical posts were answered {outcomes(signed)}")
    tab = next((answer.location for answer in signed if answer.location), "")
    stage.accepted[who.address] = tab
    code = CODE.search(mail_to(house, who.address))
    stage.expect("P4", bool(code), "the mail of the identical posts never came")
    if not code:
        return
    time.sleep(TOO_SOON)
    confirmed = post(tab, {"code": code[1]})
    stage.expect("P6", alike(confirmed), f"the same code was answered {outcomes(confirmed)}")
    mine = next((found[0] for answer in confirmed if (found := MINE.search(answer.location))), "")
    asked = request(house.port["web"], "POST", f"{mine}change/", {"what": "withdraw"}, client=who.client, patience=90)
    leaving = CODE.search(mail_to(house, who.address, saying=CHANGE))
    stage.expect("P4", bool(leaving), f"the mail with the code for leaving never came ({asked.status})")
    withdrawn = post(f"{mine}withdraw/", {"code": leaving[1] if leaving else "", "sure": "on"})
    stage.expect("P6", alike(withdrawn), f"the same withdrawal was answered {outcomes(withdrawn)}")
    for now in ("confirmed", "withdrawn"):
        ask = """SELECT count(*) FROM signatories_signatureevent AS event JOIN signatories_signature AS one
            ON one.id = event.signature_id WHERE one.address_hash = %s AND event.now = %s AND event.was <> event.now"""
        rows = number(house, ask, house.hashed(who.address), now)
        stage.expect("P6", rows == 1, f"{size.at_once} times {now} wrote {rows} rows of history")


def alike(answers: list[Answer]) -> bool:
    """Whether everybody was answered the same: status and page; the tokens in addresses differ each time."""
    return len({(answer.status, page_of(answer.location)) for answer in answers}) == 1 and answers[0].verdict == "ok"


def page_of(location: str) -> str:
    return re.sub(r"/mine/[\w-]+", "/mine/", location.partition("?")[0])


def outcomes(answers: list[Answer]) -> dict[int, int]:
    """How many answers had which status."""
    found = [answer.status for answer in answers]
    return {status: found.count(status) for status in sorted(set(found))}


def mail_to(house: House, address: str, seconds: float = 60, saying: str = "") -> str:
    """Wait for a mail that says something, and return its text."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for mail in sink.read(house.store)[0]:
            if mail["to"] == address and saying in mail["text"]:
                return str(mail["text"])
        time.sleep(0.2)
    return ""


def redis_frozen(stage: Stage, size: Size) -> None:
    """Redis stands still, and signing is as fast as before (P7)."""
    redis = stage.house.kept["redis"]
    redis.send(signal.SIGSTOP)
    times: list[float] = []
    until, place = time.monotonic() + size.frozen, FROZEN
    try:
        while time.monotonic() < until:
            who = people.person(stage.house.seed, place)
            began = time.perf_counter()
            answer = request(stage.house.port["web"], "POST", SIGN, who.form, client=who.client)
            times.append(time.perf_counter() - began)
            stage.expect("P7", answer.status == 303, f"signing was answered {answer.status} while Redis was frozen")
            if answer.verdict == "ok":
                stage.accepted[who.address] = answer.location
            place += 1
            time.sleep(0.1)
    finally:
        redis.send(signal.SIGCONT)
    slowest = sorted(times)[int(len(times) * 0.99) - 1] if times else 0
    stage.figures["p99 of signing while Redis is frozen, ms"] = round(slowest * 1000)
    stage.expect("P7", slowest < FAST, f"p99 of signing was {slowest * 1000:.0f} ms while Redis was frozen")


def mail_server_away(stage: Stage, size: Size) -> None:
    """No mail server, and then there is one again: all is sent soon, oldest first; refusals stay refused (P8)."""
    house = stage.house
    house.kept["sink"].end(signal.SIGKILL)
    clients = Clients(stage, size.owed, first=AWAY)
    clients.start()
    while not clients.all_have_signed:
        time.sleep(0.2)
    time.sleep(3)
    before = sink.read(house.store)[1]
    house.kept["sink"].start()
    began = time.monotonic()
    wanted = {one for one in stage.accepted if AWAY <= people.number_of(one) < AWAY + size.owed}
    wanted = {one for one in wanted if not sink.refused(house.seed, one)}
    order: list[str] = []
    while time.monotonic() - began < SOON and not wanted <= set(order):
        time.sleep(0.5)
        order = [mail["to"] for mail in sink.read(house.store, before)[0] if CODE.search(mail["text"])]
    took = time.monotonic() - began
    clients.end()
    stage.figures[f"seconds until {size.owed} owed mails were sent"] = round(took, 1)
    stage.expect("P8", wanted <= set(order), f"{len(wanted - set(order))} owed mails were not sent in {SOON} s")
    late = out_of_order([people.number_of(to) for to in order if to in wanted])
    stage.figures["mails that overtook older ones by more than two batches"] = late
    stage.expect("P8", late == 0, f"{late} mails overtook others that were owed long before")


def killed_while_sending(stage: Stage, size: Size) -> None:
    """Whoever sends is killed in the middle of a batch, twice; each costs one repeated mail at most (P5).

    What they leave is due again when their leases are over, so the extra mails are counted at the end of the run.
    """
    house, workers = stage.house, [stage.house.kept[name] for name in ("mail", "worker")]
    for worker in workers:
        worker.end()
    clients = Clients(stage, size.beside, first=BACKLOG)
    clients.start()
    while not clients.all_have_signed:
        time.sleep(0.2)
    before = lines(house)
    for worker in workers:
        worker.start()
    for sent in (10, 25):
        deadline = time.monotonic() + 60
        while lines(house) < before + sent and time.monotonic() < deadline:
            time.sleep(0.005)
        children = [(worker, child) for worker in workers for child in worker.children()]
        stage.killed_senders += sum(worker.send(signal.SIGKILL, child) for worker, child in children)
    clients.end()


def mails_of(house: House, first: int) -> list[dict[str, Any]]:
    """The mails to the people of one act."""
    mails, _ = sink.read(house.store)
    return [mail for mail in mails if people.number_of(mail["to"]) // 100_000 == first // 100_000]


def lines(house: House) -> int:
    """How many mails the mail server has kept."""
    return house.store.read_bytes().count(b"\n") if house.store.exists() else 0


def out_of_order(order: list[int], reach: int = 150) -> int:
    """How many came more than a few batches before their turn; two senders share the line."""
    ranks = {number: place for place, number in enumerate(sorted(order))}
    return sum(ranks[number] - place > reach for place, number in enumerate(order))


def two_of_everything(stage: Stage, size: Size) -> None:
    """Two of everything, and one process for all with its clock ten minutes ahead: one mail each (P10)."""
    house, commands = stage.house, procfile()
    ahead = {"PYTHONPATH": f"{house.environ['PYTHONPATH']}:{CLOCK}", "MINUTES_AHEAD": "10"}
    others = [
        house.keep("beat 2", commands["beat"]),
        *(house.keep(f"{name} 2", commands[name].replace(f"{name}@", f"{name}2@")) for name in ("worker", "mail")),
        house.keep("drain ahead", [sys.executable, "manage.py", "drain", "--loop"], environ=ahead),
    ]
    clients = Clients(stage, size.beside, first=DOUBLE)
    time.sleep(8)
    clients.start()
    began = time.time()
    while not clients.all_have_signed:
        time.sleep(0.2)
    wait_for_quiet(house, clients, began)
    clients.end()
    for one in others:
        one.end()
        del house.kept[one.name]
    mails = mails_of(house, DOUBLE)
    extra = len(mails) - len({sink.message_id(mail) for mail in mails})
    stage.expect("P10", extra == 0, f"{extra} extra mails with two of everything and no fault")


def drift(stage: Stage, _size: Size) -> None:
    """A list that differs from its history is found and reported within a minute (P9)."""
    house = stage.house
    change = "UPDATE signatories_signature SET status = %s WHERE id = %s"
    with psycopg.connect(house.database(), autocommit=True) as link:
        one = link.execute(
            "SELECT id FROM signatories_signature WHERE status = 'listed' AND publish LIMIT 1"
        ).fetchone()
        if one is None:
            return
        link.execute(change, ["hidden", one[0]])
        began = time.monotonic()
        while not (found := readyz(house).get("drift")) and time.monotonic() - began < A_MINUTE:
            time.sleep(1)
        stage.figures["seconds until drift was found"] = round(time.monotonic() - began)
        stage.expect("P9", bool(found), "readyz did not report that list and history differ")
        said = house.manage("doctor", expect=None)
        stage.expect("P9", "history adds up to" in said, "doctor did not report that list and history differ")
        link.execute(change, ["listed", one[0]])


def readyz(house: House) -> dict[str, Any]:
    """How the house says it is."""
    body = request(house.port["web"], "GET", "/readyz").body
    return dict(json.loads(body)) if body.startswith(b"{") else {}


def mail_server_hangs(stage: Stage, size: Size) -> None:
    """The mail server takes mails and does not answer; whoever signs again does not wait for it (P8)."""
    house = stage.house
    who = [people.person(house.seed, LOCKED + place) for place in range(12)]
    house.kept["sink"].send(signal.SIGSTOP)
    slowest = 0.0
    try:
        until = time.monotonic() + 5
        while time.monotonic() < until:
            for one in who:
                began = time.perf_counter()
                answer = request(house.port["web"], "POST", SIGN, one.form, client=one.client)
                slowest = max(slowest, time.perf_counter() - began)
                if answer.verdict == "ok":
                    stage.accepted[one.address] = answer.location
            time.sleep(0.3)
    finally:
        house.kept["sink"].send(signal.SIGCONT)
    stage.figures["slowest signing while the mail server hangs, ms"] = round(slowest * 1000)
    stage.expect("P8", slowest < PATIENT, f"signing took {slowest:.1f} s while the mail server hung")
