"""What an organiser waits for: publishing at an hour, delivering, and what the press reads of a letter of that size.

`make bench` runs this on a PostgreSQL and a Redis of its own, and prints each figure beside what was promised.
"""

import argparse
import os
import statistics
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench import Figure, peak_memory, report  # noqa: E402
from bench.serving import processes  # noqa: E402
from petition import letterfile, lifecycle, tally  # noqa: E402
from petition.delivery import bundling  # noqa: E402
from petition.models import Letter, User  # noqa: E402
from signatories import delivering, seeding  # noqa: E402


def draft() -> tuple[Letter, User]:
    """Make a letter that can be published, and its owner."""
    owner = User.objects.filter(email="owner@example.org").first() or User.objects.create_user("owner@example.org")
    fields = letterfile.read(Path(__file__).parent.parent / "demo" / "letter.md")
    return lifecycle.begin(owner=owner, **{**fields, "slug": f"bench-{uuid.uuid4().hex[:8]}"}), owner


def fill(number: int) -> Letter:
    """Make a closed letter with that many listed names."""
    letter, _ = draft()
    lifecycle.publish(letter)
    seeding.seed(letter, number=number, mix={"listed": 1.0})
    lifecycle.close(letter)
    return letter


def measure(number: int, promised: float | None) -> Iterator[Figure]:
    """What one delivery took, in seconds, and the pages that are read most afterwards."""
    letter = fill(number)
    began, cpu = time.perf_counter(), time.process_time()
    delivery = delivering.deliver(letter)
    frozen = time.perf_counter()
    bundling.make_next()
    made, cpu = time.perf_counter(), time.process_time() - cpu
    delivery.bundle.refresh_from_db()
    assert delivery.bundle.state == "ready", delivery.bundle.problem
    yield Figure(f"{number:,} names frozen, in the request", frozen - began, "s")
    yield Figure(f"{number:,} names: bundle with PDF, CSV, JSON", made - frozen, "s", most=promised)
    yield Figure(f"{number:,} names: of both, of the processor", cpu, "s")
    tally.take(letter)
    for path in ("press/", "changes/", "changes.json", "signatories/"):
        yield Figure(f"{number:,} names: {path}", page(f"/letters/{letter.slug}/{path}") * 1000)


def page(path: str) -> float:
    """The median of five readings of a page, in seconds."""
    reader, taken = Client(HTTP_HOST="127.0.0.1"), []
    for _ in range(5):
        began = time.perf_counter()
        answer = reader.get(path)
        taken.append(time.perf_counter() - began)
        assert answer.status_code == 200, path
    return statistics.median(taken)


CLOCKWORK = ("worker", "slow", "beat")  # all of the Procfile but web and mail


def hour(letters: int) -> float:
    """Seconds between the hour of a letter and its being public, the worst of some."""
    delays = []
    with processes(CLOCKWORK, os.environ):
        for number in range(letters):
            letter, owner = draft()
            at = timezone.now() + timedelta(seconds=20 if number == 0 else 5)
            lifecycle.schedule(letter, at=at, least_founders=0, actor=owner)
            until = time.monotonic() + 90
            while letter.opened_at is None and time.monotonic() < until:
                time.sleep(0.05)
                letter.refresh_from_db()
            assert letter.opened_at is not None, "it was not published"
            delays.append((timezone.now() - at).total_seconds())
    return max(delays)


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("numbers", type=int, nargs="*", default=[50, 50_000])
    parser.add_argument("--letters", type=int, default=3, help="that are published at an hour; none without Redis")
    args = parser.parse_args()
    call_command("migrate", verbosity=0)
    fill(1)  # what is loaded once is not counted
    figures = []
    if settings.REDIS_URL and args.letters:
        figures.append(Figure(f"public after its hour, the worst of {args.letters}", hour(args.letters), "s", most=5))
    for number in args.numbers:
        figures += measure(number, {50: 1, 50_000: 15}.get(number))
    figures.append(Figure("most memory", peak_memory(), "MB"))
    report("delivery", "What an organiser waits for", figures)


if __name__ == "__main__":
    main()
