"""What the public record of a letter with a million events costs: its pages, and the list as it stood.

`make bench` runs this on a PostgreSQL of its own. Ratios to the list's first page, measured in the same run, are what
matters; milliseconds belong to the machine.
"""

import argparse
import base64
import json
from collections.abc import Callable
from datetime import timedelta

from django.test import Client

from bench import Figure, median, report
from bench.filling import fill  # makes Django ready
from petition.models import Letter
from petition.templatetags import figures
from signatories import health, record

SLOW = ("counts.csv", "replay against the list", "lists against histories, all")  # read by programs and tasks


def measure(letter: Letter, times: int) -> list[Figure]:
    """The lines of the table: medians in milliseconds."""
    reader, path = Client(HTTP_HOST="127.0.0.1"), f"/letters/{letter.slug}/"
    assert letter.opened_at is not None

    def page(at: str, **asked: str) -> Callable[[], None]:
        def get() -> None:
            answer = reader.get(path + at, asked)
            assert answer.status_code == 200, answer.content

        return get

    def then(days: float) -> str:
        assert letter.opened_at is not None
        return figures.moment(letter.opened_at + timedelta(days=days))

    place = json.dumps([(letter.opened_at + timedelta(days=45)).isoformat(), 0])
    deep = base64.urlsafe_b64encode(place.encode()).decode()
    taken = {
        "list, first page": median(page("signatories/"), times),
        "changes, first page": median(page("changes/"), times),
        "changes.json, first page": median(page("changes.json"), times),
        "changes.json, half way down": median(page("changes.json", after=deep), times),
        "changes.atom": median(page("changes.atom"), times),
        "press": median(page("press/"), times),
        "coalition": median(page("coalition/"), times),
        "list as of yesterday": median(page("signatories/", as_of=then(88)), times),
        "list as of the middle": median(page("signatories/", as_of=then(45)), times),
        "list as of day five": median(page("signatories/", as_of=then(5)), times),
        "list as of day three": median(page("signatories/", as_of=then(3)), times),
        "list as of the first hour": median(page("signatories/", as_of=then(0.04)), times),
        "as of the middle, rare country": median(page("signatories/", as_of=then(45), country="IS"), times),
        "counts.csv": median(lambda: list(reader.get(path + "counts.csv")), 3),
        "replay against the list": median(lambda: record.drift(letter), 3),
        "lists against histories, all": median(health.look_for_drift, 3),
    }
    first = taken["list, first page"]
    return [Figure(name, value, ratio=None if name in SLOW else value / first) for name, value in taken.items()]


def main() -> None:
    """Fill, measure, print a table, and write the figures to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signatures", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=9)
    args = parser.parse_args()
    letter = fill(args.signatures)
    replayed, listed = record.drift(letter)
    assert replayed == listed
    report("record", f"Public record of {listed:,} names", measure(letter, args.times))


if __name__ == "__main__":
    main()
