"""What a list of a million costs on its way out: CSV beside a plain COPY, memory, the first byte, and a workbook.

`make bench` runs this on a PostgreSQL of its own. The reference is a COPY of the same columns as they are stored, in
the same order and numbered alike, read by the same client in the same run; beside it stands one without the order.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection
from psycopg import sql

from bench import Figure, in_turn, peak_memory, ratio, report
from bench.filling import fill  # makes Django ready
from petition.models import Letter
from signatories import exporting

TIMES = 3
# The columns of `exporting.PUBLIC` as they are stored; the disclaimer and the time are the same in every row.
STORED = """
COPY (
  SELECT {number} name, role, organisation, former, country, discipline, capacity, level, checked, checked_at,
    confirmed_at, version_id, {as_of}::text, {disclaimer}::text
  FROM signatories_signature WHERE letter_id = {letter} AND status = 'listed' AND publish {order}
) TO STDOUT WITH (FORMAT csv)
"""
ORDER = sql.SQL("ORDER BY rank, sort_key, id")


def plain(letter: Letter, *, ordered: bool) -> int:
    """Bytes that a plain COPY gives."""
    statement = sql.SQL(STORED).format(
        number=sql.SQL("row_number() OVER ({}), ").format(ORDER) if ordered else sql.SQL(""),
        as_of="2026-11-28T12:00:00Z",
        disclaimer=letter.disclaimer,
        letter=letter.pk,
        order=ORDER if ordered else sql.SQL(""),
    )
    link: Any = connection.connection
    with link.cursor() as cursor, cursor.copy(statement) as copy:
        return sum(len(row) for row in copy)


def ours(letter: Letter, audience: str = "public") -> int:
    """Bytes that our export gives."""
    return sum(len(piece) for piece in exporting.stream(letter, format="csv", audience=audience))


def until_first(pieces: Iterator[bytes]) -> tuple[float, float]:
    """Milliseconds until the first byte and until the first rows."""
    start, taken = time.perf_counter(), []
    for _ in range(2):
        next(pieces)
        taken.append((time.perf_counter() - start) * 1000)
    pieces.close()  # type: ignore[attr-defined]
    return taken[0], taken[1]


def memory(slug: str, format: str) -> float:
    """The most memory of a process that exports a letter, in MB."""
    command = [sys.executable, "-m", "bench.export", "--only", slug, format]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def measure(letter: Letter, middle: Letter, small: Letter) -> list[Figure]:
    """The lines of the table."""
    connection.ensure_connection()
    works: dict[str, Callable[[], int]] = {
        "ours": lambda: ours(letter),
        "same": lambda: plain(letter, ordered=True),
        "bare": lambda: plain(letter, ordered=False),
    }
    taken = in_turn(works, TIMES)
    seconds = {name: statistics.median(some) / 1000 for name, some in taken.items()}
    first, rows = until_first(exporting.stream(letter, format="csv", audience="public"))
    team, _ = until_first(exporting.stream(letter, format="csv", audience="team"))
    book, _ = until_first(exporting.stream(letter, format="xlsx", audience="public"))
    listed, began = letter.signatures.listed().count(), time.perf_counter()
    for _ in exporting.stream(middle, format="xlsx", audience="public"):
        pass
    workbook = middle.signatures.listed().count() / (time.perf_counter() - began)
    least = {format: memory(small.slug, format) for format in ("csv", "xlsx")}
    return [
        Figure("plain COPY, same columns and order", seconds["same"], "s"),
        Figure("plain COPY, in no order", seconds["bare"], "s"),
        Figure(
            "CSV, formula-safe",
            seconds["ours"],
            "s",
            ratio(taken["same"], taken["ours"]),
            least=0.4,
            target=6,
            reference=seconds["same"],
            note="plain COPY in the same order",
        ),
        Figure("  beside the COPY in no order", seconds["ours"], "s", ratio(taken["bare"], taken["ours"])),
        Figure("CSV", listed / seconds["ours"], "rows/s", key="csv"),
        Figure("CSV: first byte", first, "ms", most=1000, target=6),
        Figure("first rows", rows, "ms", most=1000),
        Figure("first byte of the team's list", team, "ms", most=1000),
        Figure("CSV: memory more than for 1,000", memory(letter.slug, "csv") - least["csv"], "MB", most=60, target=6),
        Figure("workbook: first byte", book, "ms", most=1000, target=6),
        Figure("workbook", workbook, "rows/s", key="workbook"),
        Figure("workbook: memory more than for 1,000", memory(middle.slug, "xlsx") - least["xlsx"], "MB", most=60),
    ]


def main() -> None:
    """Fill, measure, print a table, and write the figures to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signatures", type=int, default=1_000_000)
    parser.add_argument("--only", nargs=2, metavar=("SLUG", "FORMAT"), help="export one letter, and print the memory")
    args = parser.parse_args()
    if args.only:
        letter, format = Letter.objects.get(slug=args.only[0]), args.only[1]
        for _ in exporting.stream(letter, format=format, audience="public"):
            pass
        print(peak_memory())
        return
    letters = fill(args.signatures), fill(50_000, "fifty-thousand"), fill(1_250, "a-thousand")
    listed = letters[0].signatures.listed().count()
    report("export", f"Export of {listed:,} listed of {args.signatures:,}", measure(*letters))


if __name__ == "__main__":
    main()
