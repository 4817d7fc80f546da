"""Batches with real commits: at once, and with a worker that is killed."""

import os
import signal
from functools import partial

import pytest
from django.utils import timezone

from petition.models import Letter
from signatories import batches, vetting
from signatories.models import Batch, Decision, Evidence, Mail, Signature, SignatureEvent
from tests import servers
from tests.postgres.processes import clockwork, until


@pytest.fixture
def crowd(letter: Letter):
    """Many people who wait, each with a mailbox that speaks for the organisation on their line."""

    def make(number: int) -> None:
        rows = []
        for n in range(number):
            one = Signature(letter=letter, version=letter.version, address=f"p{n}@lantern.example.org")
            one.address_hash = str(n)
            one.write_line({**one.typed, "name": f"Person {n}", "organisation": "Lantern Works", "publish": True})
            rows.append(one)
        Signature.objects.bulk_create(rows)
        letter.signatures.filter(status="pending").update(status="confirmed", level=1, confirmed_at=timezone.now())
        signals = [
            Evidence(signature=one, family="M", claim="affiliation", account="host:lantern.example.org") for one in rows
        ]
        Evidence.objects.bulk_create(signals)

    return make


@pytest.fixture
def begin(letter: Letter, vetter):
    return partial(batches.begin, letter, actor=vetter, choice={})


def finish() -> None:
    while batches.go_on():
        pass


def test_two_batches_at_once_over_the_same_names_move_each_name_once(crowd, begin, at_once):
    crowd(60)
    one, two = begin(verb="hold", reason="unclear_affiliation"), begin(verb="decline", reason="not_eligible")
    for _ in range(2):
        batches.go_on(seconds=0)
    results = at_once([finish] * 4)
    assert results == [None] * 4
    assert set(Batch.objects.values_list("state", flat=True)) == {"done"}
    assert one.items.filter(state="done").count() + two.items.filter(state="done").count() == 60
    assert SignatureEvent.objects.count() == Decision.objects.count() == 60


def test_a_batch_and_a_vetter_at_once_give_each_name_one_decision(crowd, begin, second, at_once):
    crowd(30)
    batch = begin(verb="hold", reason="unclear_affiliation")
    batches.go_on(seconds=0)
    people = list(Signature.objects.order_by("-pk"))

    def decide() -> None:
        for one in people:
            try:
                vetting.decline(one, vetter=second, reason="not_eligible")
            except vetting.NotAllowed:
                continue

    at_once([finish, decide])
    assert Decision.objects.count() == SignatureEvent.objects.count() == 30
    assert batch.items.filter(state="done").count() == Decision.objects.filter(outcome="hold").count()


def test_undoing_while_it_is_being_done_leaves_everybody_where_they_stood(crowd, begin, vetter, at_once):
    crowd(400)
    batch = begin(verb="list", reason="work_mailbox", level=2)
    batches.go_on(seconds=0)

    def undo() -> None:
        until(lambda: batch.items.filter(state="done").count() > 60)
        batches.undo(Batch.objects.get(pk=batch.pk), by=vetter)

    at_once([finish, undo])
    Batch.objects.update(go_on_after=timezone.now())
    finish()
    batch.refresh_from_db()
    assert batch.state == "undone"
    assert set(Signature.objects.values_list("status", "level", "checked")) == {("confirmed", 1, "")}
    assert not Mail.objects.filter(state="owed").exists()


@pytest.mark.services
def test_a_worker_killed_in_the_middle_loses_and_repeats_nothing(crowd, begin):
    crowd(1500)
    batch = begin(verb="list", reason="work_mailbox", level=2)
    done = batch.items.filter(state="done")
    with servers.smtp_sink() as sink:
        with clockwork(os.environ["REDIS_URL"], sink.url) as worker:
            until(lambda: done.count() >= 50)
            os.killpg(worker.pid, signal.SIGKILL)
        assert done.count() < 1500
        Batch.objects.update(go_on_after=timezone.now())  # the lease is over
        with clockwork(os.environ["REDIS_URL"], sink.url):
            until(lambda: Batch.objects.get().state == "done", 300)
    assert done.count() == Signature.objects.filter(status="listed").count() == 1500
    assert SignatureEvent.objects.count() == Decision.objects.count() == 1500
    assert Mail.objects.filter(kind="listed").count() == 1500


def test_many_are_frozen_in_one_statement(crowd, begin, django_assert_max_num_queries):
    crowd(3000)
    batch = begin(verb="hold", reason="unclear_affiliation")
    with django_assert_max_num_queries(12):
        batches.go_on(seconds=0)
    batch.refresh_from_db()
    assert (batch.state, batch.total, batch.items.count()) == ("doing", 3000, 3000)
