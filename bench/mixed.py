"""The record of web petitions times ten, on this machine: signing, confirming and reading at once, behind nginx.

Everything runs by the Procfile, on a PostgreSQL that waits for its disk, with Redis and a mail server that takes every
mail; the load generator is on the same machine. Those confirm who have just signed and whose mail has arrived. Shares
of the target are tried in turn, and the largest that goes without an error, on time, is kept up for some minutes.
"""

import argparse
import json
import os
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone

from bench import Figure, loads, report, usage
from bench.filling import SLUG, fill  # makes Django ready
from bench.serving import HOST, Web, environ, gunicorn, processes
from bench.sign import forms
from bench.sink import Sink, sink
from petition import tally
from petition.models import Letter, Tally
from signatories import seeding, tokens
from signatories.models import AccountMail, Mail, Signature
from tests import fronting, servers

SIGNS, CONFIRMS, READS = 330, 300, 8_000  # a second
SHARES = "0.05,0.1,0.15,0.2,0.25,0.3,0.5,1"
LEAST = 0.95  # of what was offered has to be done, or the share is too much
ARRIVED = 0.7  # of the confirmations: the first mails take seconds to arrive, and nobody confirms before
SLOW, OUT = 500, 300  # milliseconds of signing (p99), seconds until all mails are out
UNDER_WAY = timedelta(seconds=5)  # from a form's first moment to its commit, at most
CLOCKWORK = ("worker", "mail", "slow", "beat")
PAGE, COUNT = f"/letters/{SLUG}/", f"/api/v1/letters/{SLUG}/count"
# As browsers ask, in two languages, and as the page asks while somebody looks at it.
READ = [
    (PAGE, {"Accept_Encoding": "gzip, deflate, br"}),
    (COUNT, {"Accept_Encoding": "gzip, deflate, br"}),
    (PAGE, {"Accept_Encoding": "gzip", "Accept_Language": "de-DE,de;q=0.8"}),
    (COUNT, {"Accept_Encoding": "gzip, deflate, br"}),
]


@dataclass(frozen=True)
class Step:
    """What came of one share of the target, kept up for some seconds."""

    share: float
    seconds: float
    signs: loads.Result
    confirms: loads.Result
    reads: loads.Result

    @property
    def wrong(self) -> Counter[str]:
        """Answers that were none, or refusals: how many, by what was asked and what came."""
        asked = {"signing": (self.signs, 303), "confirming": (self.confirms, 303), "reading": (self.reads, 200)}
        return Counter(
            {
                f"{what} {status}": number
                for what, (result, right) in asked.items()
                for status, number in result.statuses.items()
                if status != right
            }
        )

    @property
    def errors(self) -> int:
        """How many answers were wrong."""
        return self.wrong.total()

    @property
    def is_fine(self) -> bool:
        """Whether nothing failed, nothing was left, and nobody who signed waited."""
        offered = self.share * self.seconds
        done = min(self.signs.done / SIGNS, self.reads.done / READS) >= LEAST * offered
        confirmed = self.confirms.done / CONFIRMS >= ARRIVED * offered
        return not self.errors and done and confirmed and self.signs.percentile(0.99) < SLOW

    def line(self) -> str:
        """One line for the terminal."""
        rates = [f"{result.done / self.seconds:,.0f}" for result in (self.signs, self.confirms, self.reads)]
        late = f"signing p50 {self.signs.percentile(0.5):,.0f} ms, p99 {self.signs.percentile(0.99):,.0f} ms"
        verdict = "fine" if self.is_fine else f"too much {dict(self.wrong) or ''}"
        said = f"{self.share:.0%} for {self.seconds:.0f} s: {' / '.join(rates)} a second signed, confirmed, read"
        return f"  {said}; {late}; {self.errors} errors: {verdict}"


class Arriving:
    """Confirmations of those whose mail has arrived, as requests that are put behind the others of a list."""

    def __init__(self, front: Web, letter: Letter, since: datetime) -> None:
        # Moved on with the oldest that has not arrived, or looking would be the heaviest of all that is asked.
        self.front, self.letter, self.since = front, letter, first_key(since)
        self.known: set[object] = set()
        self.requests: list[bytes] = []
        self.ended = threading.Event()

    def watch(self) -> None:
        """Look for them until it is over."""
        while not self.ended.wait(0.3):
            self.look()
        connection.close()

    def look(self) -> None:
        """Look once."""
        key, codes = first_key(timezone.now() - UNDER_WAY), Mail.objects.filter(kind=Mail.Kind.CONFIRM)
        codes = codes.filter(pk__gte=self.since).order_by("pk")
        owed = codes.filter(state=Mail.State.OWED).values_list("pk", flat=True).first()
        arrived = codes.filter(state=Mail.State.SENT)
        waiting = arrived.filter(signature__letter=self.letter, signature__status=Signature.Status.PENDING)
        for pk in waiting.values_list("pk", flat=True):
            if pk not in self.known:
                self.known.add(pk)
                path = f"/letters/{self.letter.slug}/sent/?t={tokens.make('tab', pk, at=self.letter.slug)}"
                body = urlencode({"code": tokens.code(pk)}).encode()
                self.requests.append(self.front.request(path, body, client=len(self.known)))
        self.since = max(self.since, min(key, owed or key))


def first_key(moment: datetime) -> UUID:
    """The first key of a row that is made from then on: they begin with milliseconds (RFC 9562, section 5.7)."""
    return UUID(int=int(1000 * moment.timestamp()) << 80)


def load(front: Web, letter: Letter, share: float, seconds: float) -> Step:
    """Sign, confirm and read for some seconds at a share of the target."""
    discipline = next(iter(letter.disciplines))
    number = int(SIGNS * share * seconds)
    signs = forms(front, f"/letters/{letter.slug}/sign/", number, discipline=discipline)
    reads = [front.request(path, **headers) for path, headers in READ]
    arriving = Arriving(front, letter, timezone.now())
    common = {"port": front.port, "seconds": seconds, "tls": True}
    with ThreadPoolExecutor() as beside:
        signing = beside.submit(
            loads.run, loads.Job(requests=signs, rate=SIGNS * share, connections=64, repeat=False, **common)
        )
        reading = beside.submit(loads.run, loads.Job(requests=reads, rate=READS * share, each=10, **common))
        watching = beside.submit(arriving.watch)
        job = loads.Job(requests=arriving.requests, rate=CONFIRMS * share, repeat=False, **common)
        confirmed = loads.work(job)
        arriving.ended.set()
        watching.result()
        return Step(share, seconds, signing.result(), confirmed, reading.result())


def until_out(seconds: float) -> float:
    """Seconds until no mail is owed any more, at most so many."""
    began = time.monotonic()
    while time.monotonic() < began + seconds:
        due = Mail.objects.filter(state=Mail.State.OWED, send_after__lte=timezone.now()).exists()
        if not due and not AccountMail.objects.exists():
            break
        time.sleep(0.2)
    return time.monotonic() - began


def disagreements(letter: Letter, front: Web, steps: list[Step], before: dict[str, int], server: Sink) -> list[str]:
    """What does not add up in the end, in words."""
    apart = until_counted(letter, seconds=60)
    counted = Tally.objects.filter(letter=letter).order_by("-hour")[0].figures
    time.sleep(3)  # a page of before is gone
    shown = json.loads(front.get(COUNT)[2])
    after = numbers(letter)
    signed, confirmed = (after[name] - before[name] for name in ("signatures", "confirmed"))
    pairs = {
        "signatures and accepted forms": (signed, accepted([step.signs for step in steps], signed)),
        "confirmed and accepted codes": (confirmed, accepted([step.confirms for step in steps], confirmed)),
        "mails sent and mails taken": (after["mails"] - before["mails"], server.counts()[1] - before["taken"]),
        "the count and the list, in": (apart, []),
        "the count for programs and the count": (shown["listed"], counted["listed"]),
    }
    return [f"{what}: {one} and {other}"[:300] for what, (one, other) in pairs.items() if one != other]


def until_counted(letter: Letter, seconds: float) -> list[str]:
    """Wait until the newest count is what is in the list now; return the figures in which it is not after that time."""
    until = time.monotonic() + seconds
    while True:
        counted = Tally.objects.filter(letter=letter).order_by("-hour")[0].figures
        now = json.loads(json.dumps(tally.count(letter)))
        apart = [name for name, figure in now.items() if counted.get(name) != figure]
        if not apart or time.monotonic() > until:
            return apart
        time.sleep(1)


def accepted(results: list[loads.Result], there: int) -> int:
    """How many were accepted; of those whose answer never came, as many as there are more in the database."""
    sure = sum(result.statuses[303] for result in results)
    unsure = sum(result.statuses[status] for result in results for status in (loads.LOST, loads.UNANSWERED))
    return min(max(there, sure), sure + unsure)


def numbers(letter: Letter) -> dict[str, int]:
    """How many signatures, confirmed ones and mails there are."""
    rows = letter.signatures.all()
    mails = Mail.objects.filter(state=Mail.State.SENT)
    return {
        "signatures": rows.count(),
        "confirmed": rows.filter(confirmed_at__isnull=False).count(),
        "mails": mails.count(),
    }


def measure(
    front: Web, letter: Letter, server: Sink, pids: dict[str, int], shares: list[float], seconds: float, minutes: float
) -> list[Figure]:
    """Try the shares, keep the largest up, and let everything come to rest; the lines of the table."""
    until_out(60)  # what the clock found to do when it began
    before = numbers(letter) | {"taken": server.counts()[1]}
    steps = [load(front, letter, shares[0], seconds)]  # who has just started is slow for a moment
    for share in shares:
        step = load(front, letter, share, seconds)
        print(step.line(), flush=True)
        steps.append(step)
        until_out(60)  # what is owed of one share is no part of the next
        if not step.is_fine:
            break
    fine = sorted(step.share for step in steps[1:] if step.is_fine) or shares[:1]
    for share in reversed(fine[-2:]):  # what went for some seconds at the edge may not go for minutes
        meter = usage.Meter(pids)
        long = load(front, letter, share, minutes * 60)
        print(long.line(), flush=True)
        taken = meter.read()
        steps.append(long)
        if long.is_fine:
            break
        until_out(60)
    taken["load generator"] -= sum(taken[name] for name in ("web", "nginx", "mail server", *CLOCKWORK))
    out = until_out(2 * OUT)
    wrong = disagreements(letter, front, steps, before, server)
    print("\n".join(f"  does not agree: {line}" for line in wrong))
    carried, held = (long.share if long.is_fine else 0), f"{minutes:g} minutes at {long.share:.0%}"
    lines = [
        Figure("share of the target without error, on time", 100 * carried, "%", least=100, note=held, key="carried"),
        Figure("signed", long.signs.done / long.seconds, "/s", reference=SIGNS * long.share, note="offered"),
        Figure("confirmed", long.confirms.done / long.seconds, "/s", reference=CONFIRMS * long.share, note="offered"),
        Figure(
            "pages and counts read", long.reads.done / long.seconds, "/s", reference=READS * long.share, note="offered"
        ),
        Figure("errors", long.errors, "", most=0, note=held),
        Figure("signing, p99", long.signs.percentile(0.99), "ms", most=SLOW, note=held),
        Figure("reading, p99", long.reads.percentile(0.99), "ms", note=held),
        Figure("all mails out, after", out, "s", most=OUT, note=held),
        Figure("counts that do not agree", len(wrong), "", most=0),
    ]
    told = [replace(line, target=9) for line in lines]
    return [
        *told,
        *(
            Figure(f"processor: {name}", 100 * n / long.seconds, "% core", key=f"of {name}")
            for name, n in taken.items()
        ),
    ]


def main() -> None:
    """Fill a letter, start everything, measure, print a table, and write the figures to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signatures", type=int, default=1_000_000)
    parser.add_argument("--shares", default=SHARES, help="of the target, with commas between")
    parser.add_argument("--seconds", type=float, default=15, help="of each share that is tried")
    parser.add_argument("--minutes", type=float, default=10, help="for which the largest is kept up")
    args = parser.parse_args()
    if lacking := servers.missing(["nginx"]):
        print(lacking)
        report("mixed", "Mixed load", [])
        return
    letter, folder = fill(args.signatures), Path(settings.VAR_DIR)
    Mail.objects.filter(state=Mail.State.OWED).update(state=Mail.State.DROPPED)  # of the parts before this one
    connection.close()
    with sink(apart=seeding.OWNER) as server:  # who is told of bursts
        env = environ(settings.DATABASE_URL, folder) | {"REDIS_URL": settings.REDIS_URL}
        env |= {"EMAIL_URL": f"smtp://127.0.0.1:{server.port}"}
        with (
            gunicorn("config.wsgi", env, folder / "mixed.log") as site,
            fronting.nginx(
                folder / "nginx-mixed", site=site.port, static=folder / "static", host=HOST, is_second=True
            ) as nginx,
            processes(CLOCKWORK, env) as started,
        ):
            front = Web(nginx.port, nginx.process, tls=True)
            pids = {"web": site.process.pid, "nginx": nginx.process.pid, "mail server": server.process.pid}
            pids |= {name: process.pid for name, process in zip(CLOCKWORK, started, strict=True)}
            pids |= {"load generator": os.getpid(), **usage.servers()}  # it has started all but the latter
            time.sleep(10)  # the workers start
            shares = [float(share) for share in args.shares.split(",")]
            lines = measure(front, letter, server, pids, shares, args.seconds, args.minutes)
    report("mixed", f"Mixed load beside {args.signatures:,} signatures", lines)


if __name__ == "__main__":
    main()
