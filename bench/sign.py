"""How many sign and confirm in a second, beside a bare view that inserts a row; run by `python -m bench`.

Every check of the product is on and every limit counts; only the numbers from which limits refuse are out of reach.
"""

import argparse
import itertools
import statistics
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection

from bench import Figure, beside, loads, report, usage
from bench.filling import fill  # makes Django ready
from bench.serving import Web, environ, gunicorn
from petition.models import Letter
from signatories import tokens
from signatories.models import Mail

_numbers = itertools.count(int(time.time()) * 1_000)  # nobody who has signed before
CONNECTIONS = 16
TARGETS, LEAST = {"sign": 2, "confirm": 3}, {"sign": 0.4, "confirm": 0.5}  # of a bare view with one INSERT
SAME, CALM = 0.9, 100  # of the rate with few signatures; milliseconds
# Of bench.reference, as Django's migrations would make it.
TABLE = """
CREATE TABLE IF NOT EXISTS bench_row (id uuid PRIMARY KEY, address varchar(254) NOT NULL UNIQUE,
  name varchar(120) NOT NULL, role varchar(120) NOT NULL, organisation varchar(160) NOT NULL);
TRUNCATE bench_row
"""


def forms(web: Web, path: str, number: int, **more: str) -> list[bytes]:
    """That many signatures of different people from different places."""
    found = []
    for n in itertools.islice(_numbers, number):
        line = {"name": f"Ada Example {n}", "email": f"ada{n}@host{n % 5000}.example.com", "role": "Engineer"}
        line |= {"organisation": f"House {n % 5000}", "country": "GB", "publish": "on", "capacity": "personal", **more}
        found.append(web.request(path, urlencode(line).encode(), client=n))
    return found


def codes(web: Web, letter: Letter, number: int) -> list[bytes]:
    """What that many people type in the tab of signing, as soon as their mail has arrived."""
    pending = Mail.objects.filter(
        signature__letter=letter, signature__status="pending", kind=Mail.Kind.CONFIRM, times_sent=0
    )
    chosen = list(pending.order_by("pk").values_list("pk", flat=True)[:number])
    assert len(chosen) == number, f"{len(chosen)} have signed"
    Mail.objects.filter(pk__in=chosen).update(state="sent", times_sent=1, sent_at="2026-01-01T00:00Z")
    return [
        web.request(
            f"/letters/{letter.slug}/sent/?t={tokens.make('tab', pk, at=letter.slug)}",
            urlencode({"code": tokens.code(pk)}).encode(),
            client=next(_numbers),
        )
        for pk in chosen
    ]


def load(web: Web, requests: list[bytes]) -> tuple[float, float, float]:
    """Send all of them once: answers a second, and µs of the server's and of the database's processor for one."""
    meter, before = usage.Meter(usage.servers()), web.work()
    done = loads.run(loads.Job(web.port, requests, connections=CONNECTIONS, seconds=600, repeat=False))
    assert set(done.statuses) <= {302, 303}, done.statuses
    database = meter.read()["PostgreSQL"]
    return done.rate, 1e6 * (web.work() - before) / done.done, 1e6 * database / done.done


def measure(product: Web, bare: Web, letters: dict[str, Letter], rounds: int, number: int) -> dict[str, Any]:
    """Of each line what `load` returns; taken in turn, medians."""
    found: dict[str, list[tuple[float, float, float]]] = {}
    for turn in range(rounds):
        todo = {"bare INSERT": (bare, forms(bare, "/insert", number))}
        for size, letter in letters.items():
            discipline = next(iter(letter.disciplines))
            todo[f"sign, {size}"] = (
                product,
                forms(product, f"/letters/{letter.slug}/sign/", number, discipline=discipline),
            )
        for line, (web, requests) in todo.items():
            taken = load(web, requests)
            if turn:  # the first round makes everything warm
                found.setdefault(line, []).append(taken)
        for size, letter in letters.items():
            taken = load(product, codes(product, letter, number))
            if turn:
                found.setdefault(f"confirm, {size}", []).append(taken)
    return {line: tuple(map(statistics.median, zip(*several, strict=True))) for line, several in found.items()}


def figures(found: dict[str, tuple[float, float, float]], few: str, many: str) -> list[Figure]:
    """The lines of the table; what the server's processor did for one says more on a machine that others use."""
    (insert, (rate, work, rows)), *others = found.items()
    lines = [Figure(insert, rate, "/s"), Figure("  processor for one", work, "µs"), Figure("  database", rows, "µs")]
    for line, (served, used, database) in others:
        verb, _, size = line.partition(", ")
        promised: dict[str, Any] = {"least": LEAST[verb], "target": TARGETS[verb], "note": insert}
        more = promised if size == many else {}
        lines.append(beside(line, served, "/s", rate, **more))
        key = verb if size == many else ""
        lines.append(beside(f"{line}: processor", used, "µs", work, key=key, **more))
        lines.append(Figure(f"{line}: processor of the database", database, "µs", key=key and f"{key} database"))
    of_few, of_many = found[f"sign, {few}"][0], found[f"sign, {many}"][0]
    line = f"sign, {many} present beside {few}"
    return [*lines, beside(line, of_many, "/s", of_few, least=SAME, target=2, note=f"sign, {few}")]


def calmly(web: Web, letter: Letter, rate: float, seconds: float) -> tuple[float, float]:
    """Median and 99th percentile in milliseconds of signing at that many a second."""
    discipline = next(iter(letter.disciplines))
    requests = forms(web, f"/letters/{letter.slug}/sign/", int(rate * seconds), discipline=discipline)
    job = loads.Job(web.port, requests, connections=64, seconds=seconds, rate=rate, repeat=False)
    done = loads.run(job)
    assert set(done.statuses) == {303}, done.statuses
    return done.percentile(0.5), done.percentile(0.99)


def main() -> None:
    """Fill two letters, measure, print a table, and write the figures to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--few", type=int, default=1_000)
    parser.add_argument("--signatures", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--number", type=int, default=500, help="signatures in each round")
    parser.add_argument("--seconds", type=float, default=10, help="at half of the rate")
    args = parser.parse_args()
    few, many = f"{args.few:,}", f"{args.signatures:,}"
    letters = {few: fill(args.few, slug="few"), many: fill(args.signatures)}
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
    folder = Path(settings.VAR_DIR)
    env = environ(settings.DATABASE_URL, folder)
    with (
        gunicorn("config.wsgi", env, folder / "product.log") as product,
        gunicorn("bench.reference", env, folder / "reference.log") as bare,
    ):
        found = measure(product, bare, letters, args.rounds, args.number)
        half = found[f"sign, {many}"][0] / 2
        middle, most = calmly(product, letters[many], half, args.seconds)
    lines = figures(found, few, many)
    lines.append(Figure(f"sign, median at {half:,.0f}/s", middle))
    lines.append(Figure(f"sign, p99 at {half:,.0f}/s, {many} present", most, most=CALM, target=2))
    report("sign", f"Signing and confirming with {many} signatures present", lines)


if __name__ == "__main__":
    main()
