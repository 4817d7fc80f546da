"""What a list of a million names costs: pages, filters, searches, the tally, the queue and an export.

`make bench` runs this on a PostgreSQL of its own. Ratios to the list's first page, measured in the same run, are what
matters; milliseconds belong to the machine.
"""

import argparse
import json
import resource
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from petition import letterfile, lifecycle, tally  # noqa: E402
from petition.models import Letter, User  # noqa: E402
from signatories import exporting, roll  # noqa: E402

FILL = """
INSERT INTO signatories_signature (id, letter_id, version_id, address, address_hash, name, role, organisation, former,
  country, discipline, capacity, profile_url, publish, updates, sort_key, search, rank, source, status, level, checked,
  checked_at, created_at, confirmed_at, host, organisation_key, risk, language)
SELECT gen_random_uuid(), %(letter)s, %(version)s, 's' || n || '@example.com', md5(n::text) || md5((-n)::text),
  'Name ' || md5(n::text), 'Engineer', 'House ' || n %% 5000, false,
  CASE WHEN n %% 1000 = 0 THEN 'IS' ELSE 'US' END, CASE n %% 2 WHEN 0 THEN 'cryptography' ELSE 'policy' END,
  'personal', '', true, false, 'name ' || md5(n::text), 'name ' || md5(n::text) || ' house ' || n %% 5000, 32767,
  'public', CASE WHEN n %% 11 = 0 THEN 'confirmed' ELSE 'listed' END, 2, 'P', now(), now(), now(),
  'example.com', 'house ' || n %% 5000, 0, ''
FROM generate_series(1, %(number)s) AS n
"""
INDEXES = """
SELECT indexname, indexdef FROM pg_indexes
WHERE tablename = 'signatories_signature' AND indexname NOT IN (SELECT conname FROM pg_constraint)
"""


def median(work: Callable[[], Any], times: int) -> float:
    """The median of several runs, in milliseconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def peak_memory() -> float:
    """The most memory this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def fill(number: int, slug: str = "") -> Letter:
    """Make a letter with that many signatures, ten of eleven listed, unless there is one; the slug may be told."""
    call_command("migrate", verbosity=0)
    fields = letterfile.read(Path(__file__).parent.parent / "demo" / "letter.md")
    if slug and (made := Letter.objects.filter(slug=slug).first()):
        return made
    owner = User.objects.filter(email="owner@example.org").first() or User.objects.create_user("owner@example.org")
    letter = lifecycle.begin(owner=owner, **{**fields, **({"slug": slug} if slug else {})})
    lifecycle.publish(letter)
    assert letter.version is not None
    with connection.cursor() as cursor:
        cursor.execute(INDEXES)
        indexes = cursor.fetchall()
        # Row by row, the trigram index and the checks of foreign keys take most of the time that a machine has.
        cursor.execute("SET session_replication_role = replica; SET maintenance_work_mem = '512MB'")
        for name, _ in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        cursor.execute(FILL, {"letter": letter.pk, "version": letter.version.pk, "number": number})
        for _, definition in indexes:
            cursor.execute(definition)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE signatories_signature")
    return letter


def measure(letter: Letter, times: int) -> dict[str, float]:
    """Medians in milliseconds."""
    path, reader = f"/letters/{letter.slug}/signatories/", Client(HTTP_HOST="127.0.0.1")
    vetter = Client(HTTP_HOST="127.0.0.1")
    vetter.force_login(User.objects.get())
    deep = roll.cursor(letter.signatures.listed().in_order()[letter.signatures.listed().count() * 9 // 10])
    some = letter.signatures.listed().in_order()[5].name.removeprefix("Name ")

    def page(client: Client = reader, at: str = path, **asked: str) -> Callable[[], None]:
        def get() -> None:
            assert client.get(at, asked).status_code == 200

        return get

    figures = {
        "first page": median(page(), times),
        "page behind nine tenths": median(page(after=deep), times),
        "common discipline": median(page(discipline="policy"), times),
        "rare country": median(page(country="IS"), times),
        "search: one name": median(page(search=some[:12]), times),
        "search: every name": median(page(search="name"), times),
        "search: nobody": median(page(search="zzzzzz"), times),
        "letter page": median(page(at=f"/letters/{letter.slug}/"), times),
        "vetting queue": median(page(vetter, f"/desk/{letter.slug}/vetting/"), times),
        "tally, all dimensions": median(lambda: tally.count(letter), 3),
    }
    before, start = peak_memory(), time.perf_counter()
    lines = sum(1 for _ in exporting.stream(letter, format="csv", audience="public"))
    figures["CSV export, rows a second"] = lines / (time.perf_counter() - start)
    figures["CSV export, MB more than before"] = peak_memory() - before
    assert lines == letter.signatures.listed().count() + 1
    return figures


def main() -> None:
    """Fill, measure, print a table, and write the figures to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signatures", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=15)
    parser.add_argument("--output", type=Path, default=Path("var/bench-roll.json"))
    args = parser.parse_args()
    figures = measure(fill(args.signatures), args.times)
    print(f"{args.signatures:,} signatures")
    for name, value in figures.items():
        ratio = f"{value / figures['first page']:8.2f} ×" if "export" not in name else ""
        print(f"  {name:32} {value:12,.1f} {ratio}")
    args.output.parent.mkdir(exist_ok=True)
    args.output.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
