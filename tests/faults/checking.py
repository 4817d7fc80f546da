"""What must hold at the end of a run: each promise is a function that says what is wrong, or nothing."""

import csv
import io
import itertools
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from tests.faults import people, sink
from tests.faults.clients import SERVER_ERROR, request
from tests.faults.house import SLUG, House
from tests.faults.nemesis import OF_A_SENDER, OF_THE_DATABASE, Nemesis
from tests.faults.stage import Stage
from tests.faults.watching import AWAY

AT_ONCE, BACKLOG = 100_000, 6  # whose act it is, in acts.py
BACK = 2.0  # seconds after the return of a backend in which a request may still be answered 503
AMBIGUOUS = {"unanswered"}
MOST_EXTRA, MOST_TO_ONE = 0.01, 3
NUMBER = re.compile(rb'class="number"><strong[^>]*>([\d,. ]+)</strong>')
ADDRESS_IN_LOG = re.compile(rb"(?:s|wrong)\d+(?:@|%40)h\d+\.example\.org")


@dataclass
class Seen:
    """Everything the checks look at, read once."""

    stage: Stage
    nemesis: Nemesis
    operations: list[dict[str, Any]]
    faults: list[dict[str, Any]]
    mails: list[dict[str, Any]]
    rows: list[tuple[str, str]]  # hash, status

    @property
    def by_hash(self) -> Counter[str]:
        return Counter(hashed for hashed, _ in self.rows)

    @property
    def house(self) -> House:
        return self.stage.house

    @property
    def accepted(self) -> dict[str, str]:
        return self.stage.accepted

    def hashed(self, address: str) -> str:
        return self.house.hashed(address)

    def refused(self, address: str) -> bool:
        """Whether the mail server refuses it for good."""
        return sink.refused(self.house.seed, address)

    def mails_to(self, kind: str) -> Counter[str]:
        """How many different mails of a kind each reader has, by their Message-IDs."""
        ids = {(mail["to"], sink.message_id(mail)) for mail in self.mails if kind in mail["text"]}
        return Counter(to for to, _ in ids)


def look(stage: Stage, nemesis: Nemesis) -> Seen:
    """Read the database, the mails and the journals."""
    house = stage.house
    with psycopg.connect(house.database()) as link:
        rows = link.execute("SELECT address_hash, status FROM signatories_signature").fetchall()
    operations, faults = stage.operations.entries(), stage.faults.entries()
    return Seen(stage, nemesis, operations, faults, sink.read(house.store)[0], rows)


def p1(seen: Seen) -> Iterator[str]:
    """No accepted signature is lost, and no confirmation or withdrawal either."""
    there = seen.by_hash
    lost = [one for one in seen.accepted if not there[seen.hashed(one)]]
    if lost:
        yield f"{len(lost)} accepted signatures are not in the database, such as {lost[0]}"
    status = dict(seen.rows)
    done = {do: accepted(seen, do) for do in ("confirm", "withdraw")}
    pending = [one for one in done["confirm"] if status.get(seen.hashed(one)) in {"pending", "expired"}]
    if pending:
        yield f"{len(pending)} confirmed signatures are still pending, such as {pending[0]}"
    back = [one for one in done["withdraw"] if status.get(seen.hashed(one)) != "withdrawn"]
    if back:
        yield f"{len(back)} withdrawn signatures are not withdrawn, such as {back[0]}"


def accepted(seen: Seen, do: str) -> list[str]:
    """For whom an operation was answered with a yes."""
    return sorted({one["who"] for one in seen.operations if one.get("do") == do and one.get("result") == "ok"})


def p2(seen: Seen) -> Iterator[str]:
    """One row a letter and mailbox."""
    many = [hashed for hashed, number in seen.by_hash.items() if number > 1]
    if many:
        yield f"{len(many)} mailboxes have more than one row"


def p3(seen: Seen) -> Iterator[str]:
    """What was answered 4xx has left nothing."""
    there = seen.by_hash
    wrong = {one["who"] for one in seen.operations if one.get("do") == "wrong"}
    left = [one for one in wrong if there[seen.hashed(one)]]
    if left:
        yield f"{len(left)} refused requests left a row, such as {left[0]}"
    taken = [one for one in seen.operations if one.get("do") == "wrong" and one.get("result") == "ok"]
    if taken:
        yield f"{len(taken)} requests that should be refused were accepted"


def without_mail(seen: Seen) -> list[str]:
    """Accepted signers to whom no mail with a code went."""
    written = {mail["to"] for mail in seen.mails}
    return [one for one in seen.accepted if one not in written and not seen.refused(one)]


def p4(seen: Seen) -> Iterator[str]:
    """Everybody who was accepted has the mail 60 seconds after the last fault."""
    missing = without_mail(seen)
    if missing:
        yield f"{len(missing)} accepted signers have no mail, such as {missing[0]}"
    confirmed = set(accepted(seen, "confirm"))
    told = seen.mails_to("Subject: You have signed")
    receipts = [one for one in confirmed if not told[one] and one not in accepted(seen, "withdraw")]
    if receipts:
        yield f"{len(receipts)} confirmed signers have no receipt, such as {receipts[0]}"


def p5(seen: Seen) -> Iterator[str]:
    """A mail is repeated only where its sender or the answer was lost."""
    copies = Counter((mail["to"], sink.message_id(mail)) for mail in seen.mails)
    extra = sum(number - 1 for number in copies.values())
    excuses = seen.stage.killed_senders + sum(mail["did"] in AMBIGUOUS for mail in seen.mails)
    excuses += sum(number for name, number in seen.nemesis.delivered.items() if name in OF_A_SENDER)
    if extra > excuses:
        yield f"{extra} extra mails, but only {excuses} ambiguous answers and killed senders"
    if extra > max(1, MOST_EXTRA * len(seen.accepted)) and extra > 5:
        yield f"{extra} extra mails are more than 1 % of {len(seen.accepted)} signers"
    backlog = {key: number for key, number in copies.items() if people.number_of(key[0]) // 100_000 == BACKLOG}
    extra = sum(number - 1 for number in backlog.values())
    if extra > seen.stage.killed_senders:
        yield f"{extra} extra mails after {seen.stage.killed_senders} senders died in the middle of a batch"
    most = max(copies.values(), default=0)
    if most > MOST_TO_ONE:
        yield f"one mail went out {most} times"
    several = [one for one, number in seen.mails_to("Subject: Your code").items() if number > 2]
    if several:
        yield f"{len(several)} signers got more than two different mails with a code, such as {several[0]}"


def p8(seen: Seen) -> Iterator[str]:
    """A mail that is refused for good is tried once."""
    path = seen.house.store.with_suffix(".refused")
    tries = Counter(path.read_text().split() if path.exists() else [])
    again = [one for one, number in tries.items() if number > 1 + ("s" not in one)]
    if len(again) > sum(seen.nemesis.delivered.values()):
        yield f"{len(again)} refused mailboxes were tried again, such as {again[0]}"
    most = max(tries.values(), default=0)
    if most > MOST_TO_ONE:
        yield f"one refused mailbox was tried {most} times"


def consent(seen: Seen) -> Iterator[str]:
    """Nobody is confirmed but by typing a code, whoever opens the links."""
    typed = {seen.hashed(one["who"]) for one in seen.operations if one.get("do") == "confirm"}
    known = {seen.hashed(one) for one in seen.accepted if "@" in one and one.startswith("s")}
    other = {seen.hashed(people.person(seen.house.seed, AT_ONCE).address)}
    states = {"confirmed", "held", "asked", "declined", "listed", "hidden", "withdrawn"}
    found = [hashed for hashed, status in seen.rows if status in states and hashed in known - typed - other]
    if found:
        yield f"{len(found)} signatures were confirmed though nobody typed a code"


def p9(seen: Seen) -> Iterator[str]:
    """Page, exports, tally, feed and replayed history say the same number."""
    numbers = counts(seen.house)
    if len(set(numbers.values())) != 1:
        yield f"the counts differ: {numbers}"
    falls = unexplained_falls(seen.house)
    if falls:
        yield f"the count fell without a withdrawal or removal: {falls}"


def counts(house: House) -> dict[str, int]:
    """How many names are on the letter, by every way there is to ask."""
    port = house.port["web"]
    found = {"tally": int(json.loads(house.manage("tally", SLUG))["listed"])}
    page = NUMBER.search(request(port, "GET", f"/letters/{SLUG}/").body)
    found["page"] = int(re.sub(rb"\D", b"", page[1])) if page else 0
    found["csv"] = len(list(csv.DictReader(io.StringIO(house.manage("export", SLUG, "--format", "csv")))))
    exported = json.loads(house.manage("export", SLUG, "--format", "json"))
    found["json"] = len(exported["signatories"] if isinstance(exported, dict) else exported)
    found["api"] = int(json.loads(request(port, "GET", f"/api/v1/letters/{SLUG}/count").body)["listed"])
    found["feed"] = sum({"listed": 1, "withdrawn": -1, "removed": -1}.get(one["kind"], 0) for one in feed(port))
    with psycopg.connect(house.database()) as link:
        ask = "SELECT count(*) FILTER (WHERE stands) - count(*) FILTER (WHERE stood) FROM signatories_signatureevent"
        found["history"] = link.execute(ask).fetchone()[0]  # type: ignore[index]
        ask = "SELECT count(*) FROM signatories_signature WHERE status = 'listed' AND publish"
        found["rows"] = link.execute(ask).fetchone()[0]  # type: ignore[index]
    return found


def feed(port: int) -> list[dict[str, Any]]:
    """The whole public change feed, newest first."""
    entries, path = [], f"/letters/{SLUG}/changes.json"
    while path:
        page = json.loads(request(port, "GET", path).body)
        entries += page["changes"]
        path = page.get("next") or ""
        path = path[path.index("/letters/") :] if path else ""
    return entries


def unexplained_falls(house: House) -> str:
    """Where the count that was shown fell further than the feed has withdrawals and removals."""
    with psycopg.connect(house.database()) as link:
        ask = "SELECT (figures->>'listed')::int FROM petition_tally ORDER BY as_of"
        shown = [number for (number,) in link.execute(ask)]
    left = sum(one["kind"] in {"withdrawn", "removed"} for one in feed(house.port["web"]))
    fell = sum(max(0, before - after) for before, after in itertools.pairwise(shown))
    return f"by {fell}, explained are {left}" if fell > left else ""


def p11(seen: Seen) -> Iterator[str]:
    """No 500; 503 only while the database is away and shortly after, and always with Retry-After."""
    answered = [one for one in seen.operations if one.get("status", 0) >= SERVER_ERROR and not is_whole(one)]
    broken = Counter(one["status"] for one in answered if one["status"] != 503)
    if broken:
        yield f"answers that must not be: {dict(broken)}"
    silent = [one for one in answered if one["status"] == 503 and not one.get("retry_after")]
    if silent:
        yield f"{len(silent)} answers 503 without Retry-After"
    away = [fault for fault in seen.faults if fault["fault"] in {AWAY, *OF_THE_DATABASE}]
    late = [one for one in answered if one["status"] == 503 and not excused(one, away)]
    if late:
        yield f"{len(late)} answers 503 while the database was there, such as at {late[0]['at']:.1f}"


def excused(one: dict[str, Any], away: list[dict[str, Any]]) -> bool:
    """Whether the database was away during an operation or until two seconds before it."""
    return any(
        fault.get("since", fault["at"]) <= one["ended"] and one["at"] <= fault.get("ended", 1e12) + BACK
        for fault in away
    )


def is_whole(one: dict[str, Any]) -> bool:
    """Whether an entry stands for all tries together."""
    return str(one.get("do", "")).startswith("all of ")


def logs(seen: Seen) -> Iterator[str]:
    """No address in any log of the product."""
    for path in sorted((seen.house.folder / "logs").glob("*.log")):
        if path.name.startswith(("web", "worker", "mail.", "slow", "beat")):
            found = ADDRESS_IN_LOG.findall(path.read_bytes())
            if found:
                yield f"{path.name} holds {len(found)} addresses"


PROMISES: dict[str, Callable[[Seen], Iterator[str]]] = {
    "P1": p1,
    "P2": p2,
    "P3": p3,
    "P4": p4,
    "P5": p5,
    "P8": p8,
    "P9": p9,
    "consent": consent,
    "P11": p11,
    "logs": logs,
}


def overlap(seen: Seen) -> float:
    """The share of operations under fire, each with all its tries, during which something was broken."""
    started = max((fault.get("ended", 0) for fault in seen.faults), default=0)
    whole = [one for one in seen.operations if is_whole(one) and one["at"] <= started]
    spans = [(fault["at"], fault.get("ended", 1e12)) for fault in seen.faults if fault.get("done")]
    hit = sum(any(start <= one.get("ended", 1e12) and one["at"] <= end for start, end in spans) for one in whole)
    return hit / len(whole) if whole else 0.0
