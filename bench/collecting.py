"""How many signatures a worker looks at in a second, without the network, on PostgreSQL.

`make bench` runs this on a PostgreSQL of its own. The letter has a watchlist of 50 names, every signature an origin and
a mail with a code, one in ten shares a device with two others, and one in ten is of one large organisation.
"""

import argparse
import time
from datetime import timedelta
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench import Figure, report  # noqa: E402
from petition import letterfile, lifecycle  # noqa: E402
from petition.models import Letter, User  # noqa: E402
from signatories import collecting, flags, organisations, watch  # noqa: E402
from signatories.flags import bursts  # noqa: E402
from signatories.models import Flag, Mail, Origin, Signature, SignatureEvent  # noqa: E402
from tests import naming  # noqa: E402


def fill(number: int, *, vetted: bool = False) -> Letter:
    """Make a letter on which that many people have just confirmed.

    Either a mass petition whose organisations nobody knows, so that everybody is flagged and then listed by rule: the
    most that a look can cost. Or a vetted letter whose organisations are known by name: what a look mostly costs.
    """
    call_command("migrate", verbosity=0)
    fields = letterfile.read(Path(__file__).parent.parent / "demo" / "letter.md")
    owner = User.objects.create_user("owner@example.org")
    letter = lifecycle.begin(owner=owner, **{**fields, "listing": "vetted" if vetted else "confirmed"})
    lifecycle.publish(letter)
    watch.add(letter, watched=naming.watched(), by=owner)
    now, names = timezone.now(), naming.combined("bench", number)
    rows, origins, mails, events = [], [], [], []
    houses: dict[str, None] = {}
    for place, name in enumerate(names):
        one = Signature(letter=letter, version=letter.version, address=f"p{place}@host{place // 5}.example.com")
        house = "Large House" if place % 10 == 0 else f"House {place // 3}"
        one.write_line({**one.typed, "name": name, "organisation": house, "publish": True, "country": "FR"})
        one.address_hash, one.level, one.confirmed_at, one.collect_after = str(place), 1, now, now
        rows.append(one)
        if vetted:
            houses[house] = None
        device = f"shared {place // 30}" if place % 30 < 3 else str(place)
        origins.append(Origin(signature=one, network=f"10.{place // 250 % 250}.{place % 250}.0/24", device=device))
        sent = now - timedelta(minutes=2)
        mails.append(Mail(signature=one, kind="confirm", key=str(place), state="sent", sent_at=sent, times_sent=1))
        events.append(
            SignatureEvent(
                signature=one,
                letter=letter,
                was="pending",
                now="confirmed",
                stood=False,
                stands=False,
                reason="confirmed",
            )
        )
    for model, made in ((Signature, rows), (Origin, origins), (Mail, mails), (SignatureEvent, events)):
        model.objects.bulk_create(made, batch_size=2000)  # type: ignore[attr-defined]
    for name in houses:
        organisations.add(name, by=owner)
    Signature.objects.update(status="confirmed")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return letter


def measure(letter: Letter) -> dict[str, float]:
    """Signatures looked at in a second, and what the steps around it cost."""
    start, own, done = time.perf_counter(), time.process_time(), 0
    while looked := collecting.sweep():
        done += looked
    figures = {
        "looked at, signatures a second": done / (time.perf_counter() - start),
        # On a machine that others use, what this process itself took says more.
        "looked at, a second of processor time": done / (time.process_time() - own),
        "flags": Flag.objects.count(),
    }
    figures["listed by rule"] = letter.signatures.listed().count()
    start = time.perf_counter()
    flags.look_again(letter)
    figures["all into the line again, ms"] = (time.perf_counter() - start) * 1000
    start = time.perf_counter()
    collecting.sweep()
    figures["looked at again, signatures a second"] = collecting.BATCH / (time.perf_counter() - start)
    start = time.perf_counter()
    bursts.renew(flags.Around(letter.signatures.all()[: collecting.BATCH]))
    figures["bursts where a hundred come from counted, ms"] = (time.perf_counter() - start) * 1000
    start = time.perf_counter()
    watch.add(letter, watched=["Zuzanna Nobodyheim"], by=User.objects.get())
    figures["one more watched name, ms"] = (time.perf_counter() - start) * 1000
    return figures


def main() -> None:
    """Fill, measure, print a table, and write the figures to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signatures", type=int, default=5_000)
    parser.add_argument("--vetted", action="store_true", help="a vetted letter whose organisations are known")
    args = parser.parse_args()
    figures = measure(fill(args.signatures, vetted=args.vetted))
    rows = [Figure(name, value, "") for name, value in figures.items()]
    report("collecting", f"{args.signatures:,} signatures, one worker", rows)


if __name__ == "__main__":
    main()
