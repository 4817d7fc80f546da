"""What the count of a million listed names costs, beside one scan of the table; and how soon a change is counted.

`make bench` runs this on a PostgreSQL and a Redis of its own. The reference reads every row of the table once, as
PostgreSQL does it by itself, in the same run.
"""

import argparse
import os
import statistics
import time

from django.conf import settings
from django.db import connection

from bench import Figure, in_turn, ratio, report
from bench.filling import fill  # makes Django ready
from bench.serving import processes
from petition import tally
from petition.models import Letter, Tally
from signatories import privacy

TIMES = 5
# Every row is read as a whole; a bare count would leave most of each unread.
SCAN = "SELECT count(*), max(length(search)) FROM signatories_signature WHERE letter_id = %s"
FRESH = 10  # seconds


def scan(letter: Letter) -> None:
    """Read the table once."""
    with connection.cursor() as cursor:
        cursor.execute("SET enable_indexscan = off; SET enable_bitmapscan = off; SET enable_indexonlyscan = off")
        cursor.execute(SCAN, [letter.pk])
        cursor.execute("RESET enable_indexscan; RESET enable_bitmapscan; RESET enable_indexonlyscan")


def until_fresh(letter: Letter, changes: int) -> list[float]:
    """Seconds from each change to the stored count that knows of it, with workers and beat of the Procfile running."""
    with processes(("worker", "slow", "beat"), os.environ):
        change(letter, patience=120)  # the processes start
        return [change(letter, patience=60) for _ in range(changes)]


def change(letter: Letter, *, patience: float) -> float:
    """Withdraw one name, and wait until the newest count is without it, or until patience ends."""
    began = time.monotonic()
    privacy.withdraw(letter.signatures.listed().order_by("pk")[0])
    listed = letter.signatures.listed().count()
    newest = Tally.objects.filter(letter=letter).order_by("-hour")
    while newest[0].figures["listed"] != listed and time.monotonic() < began + patience:
        time.sleep(0.1)
    return time.monotonic() - began


def main() -> None:
    """Fill, measure, print a table, and write the figures to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signatures", type=int, default=1_000_000)
    parser.add_argument("--changes", type=int, default=3, help="whose count is waited for; none without Redis")
    args = parser.parse_args()
    letter = fill(args.signatures)
    taken = in_turn({"scan": lambda: scan(letter), "ours": lambda: tally.count(letter)}, TIMES)
    times = ratio(taken["ours"], taken["scan"])
    figures = [
        Figure("one sequential scan of the table", statistics.median(taken["scan"])),
        Figure(
            "tally, all dimensions",
            statistics.median(taken["ours"]),
            ratio=times,
            most=1.5,
            target=5,
            reference=statistics.median(taken["scan"]),
            note="one scan of the table",
            key="tally",
        ),
    ]
    if settings.REDIS_URL and args.changes:
        fresh = until_fresh(letter, args.changes)
        figures.append(Figure(f"stored after a change, worst of {len(fresh)}", max(fresh), "s", most=FRESH, target=5))
    report("tally", f"Tally of {letter.signatures.listed().count():,} listed", figures)


if __name__ == "__main__":
    main()
