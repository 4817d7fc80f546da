"""What the public record of a letter with a million events costs: its pages, and the list as it stood.

`make bench` runs this on a PostgreSQL of its own. Ratios to the list's first page, measured in the same run, are what
matters; milliseconds belong to the machine.
"""

import argparse
import base64
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.db import connection
from django.test import Client
from django.utils import timezone

from bench.roll import fill, median  # makes Django ready
from petition import tally
from petition.models import Letter, Tally
from petition.templatetags import figures
from signatories import health, record

# Ninety days of it: everybody is listed once, one of fifty was taken off and put back, one of a hundred is off it.
HISTORY = """
INSERT INTO signatories_signatureevent (signature_id, letter_id, stood, stands, was, now, reason, at)
SELECT id, letter_id, step.was = 'listed', step.now = 'listed', step.was, step.now, step.reason,
  %(opened)s::timestamptz + part.n * interval '90 days' + step.later
FROM (SELECT id, letter_id, row_number() OVER (ORDER BY md5(name)) / (count(*) OVER ())::float AS n,
        row_number() OVER (ORDER BY md5(name)) AS number
      FROM signatories_signature WHERE status = 'listed') AS part
CROSS JOIN (VALUES ('confirmed', 'listed', 'staff_page', interval '0', 1),
                   ('listed', 'hidden', 'duplicate_person', interval '1 hour', 50),
                   ('hidden', 'listed', 'staff_page', interval '2 hours', 50),
                   ('listed', 'hidden', 'impostor', interval '3 hours', 100)) AS step (was, now, reason, later, every)
WHERE part.number %% step.every = 0
"""
LEFT = """
UPDATE signatories_signature SET status = 'hidden'
WHERE id IN (SELECT signature_id FROM signatories_signatureevent WHERE reason = 'impostor')
"""


def live(letter: Letter) -> None:
    """Give a filled letter ninety days of history, hourly counts, and an opening before them."""
    opened = timezone.now() - timedelta(days=91)
    Letter.objects.filter(pk=letter.pk).update(opened_at=opened)
    letter.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute(HISTORY, {"opened": opened})
        cursor.execute(LEFT)
    counted, hours = tally.count(letter), 90 * 24
    Tally.objects.bulk_create(
        Tally(
            letter=letter,
            hour=opened + n * tally.RECOUNT,
            as_of=opened + n * tally.RECOUNT,
            figures={**counted, "listed": counted["listed"] * n // hours},
        )
        for n in range(1, hours)
    )
    tally.take(letter)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def measure(letter: Letter, times: int) -> dict[str, float]:
    """Medians in milliseconds."""
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
    return {
        "list, first page": median(page("signatories/"), times),
        "changes, first page": median(page("changes/"), times),
        "changes.json, first page": median(page("changes.json"), times),
        "changes.json, half way down": median(page("changes.json", after=deep), times),
        "changes.atom": median(page("changes.atom"), times),
        "press": median(page("press/"), times),
        "coalition": median(page("coalition/"), times),
        "list as of yesterday": median(page("signatories/", as_of=then(89.5)), times),
        "list as of the middle": median(page("signatories/", as_of=then(45)), times),
        "list as of day five": median(page("signatories/", as_of=then(5)), times),
        "list as of day three": median(page("signatories/", as_of=then(3)), times),
        "list as of the first hour": median(page("signatories/", as_of=then(0.04)), times),
        "as of the middle, rare country": median(page("signatories/", as_of=then(45), country="IS"), times),
        "counts.csv": median(lambda: list(reader.get(path + "counts.csv")), 3),
        "replay against the list": median(lambda: record.drift(letter), 3),
        "lists against histories, all": median(health.look_for_drift, 3),
    }


def main() -> None:
    """Fill, measure, print a table, and write the figures to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signatures", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=9)
    parser.add_argument("--output", type=Path, default=Path("var/bench-record.json"))
    args = parser.parse_args()
    letter = fill(args.signatures)
    live(letter)
    replayed, listed = record.drift(letter)
    assert replayed == listed
    measured = measure(letter, args.times)
    print(f"{args.signatures:,} signatures")
    for name, value in measured.items():
        print(f"  {name:34} {value:12,.1f} ms")
    args.output.parent.mkdir(exist_ok=True)
    args.output.write_text(json.dumps(measured, indent=1))


if __name__ == "__main__":
    main()
