"""What it costs to deliver: freezing in the request, and making the bundle in a task.

    DEMO=1 SECRET_KEY=bench VAR_DIR=/tmp/bench DJANGO_SETTINGS_MODULE=config.settings python -m bench.delivery 50 50000

Runs on the database of the environment and leaves its letters there, so give it one of its own.
"""

import argparse
import resource
import time
import uuid
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from petition import letterfile, lifecycle  # noqa: E402
from petition.delivery import bundling  # noqa: E402
from petition.models import Letter, User  # noqa: E402
from signatories import delivering  # noqa: E402
from signatories.models import Signature  # noqa: E402

NAMES = ("Ada Example", "李雷 (Li Lei)", "محمد الخوارزمي", "Дарья Примерова", "Nguyễn Văn Ánh", "አበበ በቀለ")


def fill(number: int) -> Letter:
    """Make a closed letter with that many listed names."""
    owner = User.objects.filter(email="owner@example.org").first() or User.objects.create_user("owner@example.org")
    fields = letterfile.read(Path(__file__).parent.parent / "demo" / "letter.md")
    letter = lifecycle.begin(owner=owner, **{**fields, "slug": f"bench-{uuid.uuid4().hex[:8]}"})
    lifecycle.publish(letter)
    now = timezone.now()
    Signature.objects.bulk_create(
        (
            Signature(
                letter=letter,
                version=letter.version,
                address_hash=f"{n:064d}",
                name=f"{NAMES[n % len(NAMES)]} {n}",
                role="Professor of worked examples",
                organisation=f"University of Springfield {n % 900}",
                sort_key=f"{n:08d}",
                status="listed",
                publish=True,
                level=1 + n % 3,
                confirmed_at=now,
            )
            for n in range(number)
        ),
        batch_size=2000,
    )
    lifecycle.close(letter)
    return letter


def measure(number: int) -> None:
    """Print what one delivery took, in seconds."""
    letter = fill(number)
    began, cpu = time.perf_counter(), time.process_time()
    delivery = delivering.deliver(letter)
    frozen = time.perf_counter()
    bundling.make_next()
    made, cpu = time.perf_counter(), time.process_time() - cpu
    delivery.bundle.refresh_from_db()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000
    print(
        f"{number:>9,} names: frozen in {frozen - began:.2f} s, bundle in {made - frozen:.2f} s "
        f"({cpu:.2f} s of processor in all), {delivery.bundle.state} with {delivery.bundle.size / 1e6:.1f} MB, "
        f"at most {memory} MB of memory"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("numbers", type=int, nargs="+")
    call_command("migrate", verbosity=0)
    for asked in parser.parse_args().numbers:
        measure(asked)
