"""What a list of a million names costs: pages, filters, and searches in any script.

`make bench` runs this on a PostgreSQL of its own. Ratios to the list's first page, measured in the same run, are what
matters; milliseconds belong to the machine.
"""

import argparse
import statistics
from collections.abc import Callable
from dataclasses import replace

from django.test import Client

from bench import Figure, in_turn, ratio, report
from bench.filling import fill  # makes Django ready
from petition.models import Letter
from signatories import roll

MOST = 3  # times the first page


def measure(letter: Letter, times: int) -> list[Figure]:
    """The lines of the table."""
    path, reader = f"/letters/{letter.slug}/signatories/", Client(HTTP_HOST="127.0.0.1")
    listed = letter.signatures.listed().in_order()
    deep = roll.cursor(listed[listed.count() * 9 // 10])
    rare = letter.signatures.listed().filter(country="IS")[0]

    def page(**asked: str) -> Callable[[], None]:
        def get() -> None:
            assert reader.get(path, asked).status_code == 200

        return get

    pages = {
        "first page": page(),
        "page behind nine tenths": page(after=deep),
        "common discipline": page(discipline=next(iter(letter.disciplines))),
        "rare country": page(country="IS"),
        "rare discipline and country": page(discipline=rare.discipline, country="IS"),
        "search: one organisation": page(search="Institut für Lichtforschung Schönmoor"),
        "search: part of it, other spelling": page(search="lichtforschung SCHONMOOR"),
        "search: a common name": page(search="Shevchenko"),
        "search: Cyrillic": page(search="Шевченко"),
        "search: Chinese, two signs": page(search="云岭"),
        "search: one letter": page(search="a"),
        "search: nobody": page(search="zzzzzz"),
        "search: nobody, two letters": page(search="qx"),
        "search: nobody, in a rare country": page(search="zzzzzz", country="IS"),
    }
    taken = in_turn(pages, times)
    first = taken["first page"]
    lines = [
        Figure(name, statistics.median(some), ratio=ratio(some, first), most=MOST if name != "first page" else None)
        for name, some in taken.items()
    ]
    slowest = max(lines, key=lambda line: line.ratio or 0)
    whole = replace(slowest, what=f"slowest of {len(lines)}: {slowest.what}", target=7, note="first page")
    return [*lines, replace(whole, reference=statistics.median(first))]


def main() -> None:
    """Fill, measure, print a table, and write the figures to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signatures", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=15)
    args = parser.parse_args()
    letter = fill(args.signatures)
    title = f"List of {letter.signatures.listed().count():,} names"
    report("roll", title, measure(letter, args.times))


if __name__ == "__main__":
    main()
