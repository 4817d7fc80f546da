"""Signatures are looked at by several workers at once, and some of these are killed."""

import os
import signal
from functools import partial

import pytest
from django.utils import timezone

from petition.models import Letter
from signatories import collecting, watch
from signatories.models import Signature, SignatureEvent
from tests import naming, servers
from tests.postgres.processes import clockwork, until

MANY = 120


@pytest.fixture
def crowd(letter: Letter) -> Letter:
    """A letter that lists everyone who confirmed, with many whom nobody has looked at."""
    letter.listing = Letter.Listing.CONFIRMED
    letter.save()
    now, rows = timezone.now(), []
    for number, name in enumerate(naming.combined("crowd", MANY)):
        one = Signature(letter=letter, version=letter.version, address=f"p@house{number}.example.com", level=1)
        one.write_line({**one.typed, "name": name, "publish": True, "organisation": f"House {number}"})
        one.address_hash, one.confirmed_at, one.collect_after = str(number), now, now
        rows.append(one)
    Signature.objects.bulk_create(rows)
    Signature.objects.update(status="confirmed")
    return letter


def listed_once(letter: Letter) -> bool:
    return letter.signatures.listed().count() == SignatureEvent.objects.filter(now="listed").count() == MANY


def test_sweeps_at_once_look_at_every_signature_and_at_each_once(crowd: Letter, at_once):
    looked = at_once([partial(collecting.sweep, 20) for _ in range(8)])
    assert sum(looked) == MANY
    assert listed_once(crowd)


def test_a_sweep_never_waits_for_what_somebody_else_has_locked(crowd: Letter, at_once, organiser):
    results = at_once(
        [collecting.run, partial(watch.add, crowd, watched=["Ada Lecunova"], by=organiser), collecting.run]
    )
    assert not [one for one in results if isinstance(one, Exception)]
    collecting.run()
    assert listed_once(crowd)
    assert not Signature.objects.filter(collect_after__isnull=False).exists()


@pytest.mark.services
def test_a_worker_killed_while_it_looks_loses_nothing_and_lists_nobody_twice(crowd: Letter):
    with servers.smtp_sink() as sink:
        with clockwork(os.environ["REDIS_URL"], sink.url) as worker:
            until(lambda: crowd.signatures.listed().count() >= 5)
            os.killpg(worker.pid, signal.SIGKILL)
        left = Signature.objects.filter(collect_after__isnull=False)
        left.update(collect_after=timezone.now())  # the lease is over
        with clockwork(os.environ["REDIS_URL"], sink.url):
            until(lambda: listed_once(crowd))
    assert not left.all().exists()
