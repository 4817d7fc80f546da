"""What organisations cost with a whole ROR dump: the import, suggestions, evidence and flags of one signature.

Run by hand, on an empty database:

    VAR_DIR=$(mktemp -d) DEMO=1 SECRET_KEY=bench LOG_LEVEL=ERROR DJANGO_SETTINGS_MODULE=config.settings \\
        .venv/bin/python -m bench.evidence

and beside `python -m tests.servers --with postgres -- env …` for PostgreSQL. The dump is made up, in the size and
shape of ROR's: 110,000 records, 400,000 names, 77,000 hosts. Evidence is to reach 200 signatures a second.
"""

import argparse
import itertools
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench import median, peak_memory  # noqa: E402
from petition import letterfile, lifecycle  # noqa: E402
from petition.models import Letter, User  # noqa: E402
from signatories import organisations  # noqa: E402
from signatories.evidence import mailbox  # noqa: E402
from signatories.flags import affiliation  # noqa: E402
from signatories.models import Signature  # noqa: E402
from signatories.organisations import importing  # noqa: E402

KINDS = ("University", "Institute", "Hospital", "Academy", "Laboratory", "Foundation", "School", "Centre")
SYLLABLES = ("ka", "lo", "mi", "ren", "tus", "ber", "gol", "fan", "dri", "sel", "wo", "nak")
TEXTS = ("unive", "uni", "univ", "inst", "kalo", "university of kal", "kr", "zz")


def places() -> Iterable[str]:
    """Names of places that nobody has heard of, all different."""
    for parts in itertools.product(SYLLABLES, repeat=5):
        yield "".join(parts).capitalize()


def write_dump(file: Path, number: int) -> None:
    """Write a made-up dump; its identifiers hold a letter that no ROR iD has."""
    chance = random.Random(1)
    with file.open("w", encoding="utf-8") as out:
        for count, place in enumerate(itertools.islice(places(), number)):
            kind = KINDS[count % len(KINDS)]
            names = [f"{kind} of {place}", f"{place} {kind}", f"{kind} {place} (International)"]
            record = {
                "id": f"https://ror.org/0l{count:07}",
                "status": "active",
                "domains": [f"{place.lower()}.example"] if count % 10 < 7 else [],
                "locations": [{"geonames_details": {"country_code": "IS", "country_name": "Iceland"}}],
                "relationships": [{"type": "related"}] * chance.randrange(6),
                "names": [
                    {"value": names[0], "types": ["ror_display", "label"]},
                    *({"value": name, "types": ["alias"]} for name in names[1:]),
                    *([{"value": place[:4].upper(), "types": ["acronym"]}] if count % 3 else []),
                ],
            }
            out.write(("," if count else "[") + json.dumps(record))
        out.write("]")


def sign(letter: Letter, number: int) -> list[Signature]:
    """Confirmed signatures: half from a host that is known, the others from unknown hosts, free mail and imitations."""
    assert letter.version is not None
    signatures = []
    for count, place in enumerate(itertools.islice(places(), number)):
        kind, low = KINDS[count % len(KINDS)], place.lower()
        host = (f"{low}.example", f"{low}.example", f"{low}-mail.example", "gmail.com")[count % 4]
        one = Signature(letter=letter, version=letter.version, address=f"n{count}@{host}", address_hash=str(count))
        one.status, one.confirmed_at = "confirmed", timezone.now()
        typed = {"name": f"Name {count}", "organisation": f"{place} {kind}", "publish": True}
        one.write_line({**one.typed, **typed})
        signatures.append(one)
    return Signature.objects.bulk_create(signatures)


def a_second(work: Callable[[Signature], object], signatures: list[Signature]) -> str:
    """How many signatures one process does in a second, and in a second of its own on the processor."""
    start, own = time.perf_counter(), time.process_time()
    for one in signatures:
        work(one)
    took, busy = time.perf_counter() - start, time.process_time() - own
    return f"{len(signatures) / took:10,.0f} ({len(signatures) / busy:,.0f} by its own processor time)"


def main() -> None:
    """Import, sign, measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--organisations", type=int, default=110_000)
    parser.add_argument("--signatures", type=int, default=2_000)
    args = parser.parse_args()
    call_command("migrate", verbosity=0)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "dump.json"
        write_dump(file, args.organisations)
        start = time.perf_counter()
        report = importing.take_over(file)
        took = time.perf_counter() - start
    fields = letterfile.read(Path(__file__).parent.parent / "demo" / "letter.md")
    letter = lifecycle.begin(owner=User.objects.create_user("owner@example.org"), **fields)
    lifecycle.publish(letter)
    signatures = sign(letter, args.signatures)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"{connection.vendor}: {report.added:,} organisations, {report.names:,} names, {report.hosts_added:,} hosts")
    print(f"  import, seconds                     {took:10,.1f}")
    print(f"  import, MB at the most              {peak_memory():10,.1f}")
    for text in TEXTS:
        print(f"  suggestions for {text!r:20}, ms {median(lambda text=text: organisations.suggest(text), 9):8.1f}")
    print(f"  evidence, signatures a second       {a_second(mailbox.collect, signatures)}")
    print(f"  evidence again, signatures a second {a_second(mailbox.collect, signatures)}")
    print(f"  flags, signatures a second          {a_second(affiliation.look, signatures)}")


if __name__ == "__main__":
    main()
