"""Addresses about which something is known, and how well the times of answers tell them apart."""

import gc
import random
import time
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from statistics import median
from typing import Any

from django.db import connection

from petition.models import Letter
from signatories import addresses, outbox, privacy, signing
from signatories.models import Knock, Mail
from tests.conftest import LINE

STATES = ("new", "pending", "confirmed", "withdrawn", "blocked", "limited", "forgotten")


def prepare(letter: Letter, state: str, number: int) -> str:
    """Return an address in one of `STATES`."""
    address = f"{state[:3]}{number:05d}@example.com"  # all of one length
    if state == "new":
        return address
    mail = signing.sign(letter, address=addresses.canonical(address), typed=LINE)
    signature = mail.signature
    assert signature is not None
    Mail.objects.filter(pk=mail.pk).update(state="sent", times_sent=1, sent_at="2026-01-01T00:00Z")
    Knock.objects.filter(mail=mail).update(at="2026-01-01T00:00Z")
    if state in {"confirmed", "withdrawn"}:
        signing.accept(signature, reason="confirmed")
    if state == "withdrawn":
        privacy.withdraw(signature)
    if state in {"blocked", "forgotten"}:
        privacy.disown(signature, no_more_mail=state == "blocked")
    if state == "limited":
        for _ in range(outbox.DAILY):
            Knock.objects.create(address_hash=signature.address_hash, letter=letter)
    return address


Times = dict[str, list[float]]


def work() -> float:
    """Seconds for which this thread and its database process have computed: what others do on the machine is not in."""
    seconds = time.thread_time()
    if connection.vendor == "postgresql":  # the first figure is nanoseconds on a processor (Linux, sched-stats)
        process = connection.connection.info.backend_pid
        seconds += int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9
    return seconds


def measure(send: Callable[[str], Any], queues: dict[str, list[str]]) -> tuple[Times, Times]:
    """Send to every address, one of each state after the other in an order by chance.

    Returns:
        Seconds on the clock and seconds of work. Of the first, what is common to one of each state is taken off, so
        that a machine that is slow for a while is slow for all of them.
    """
    taken: Times = {state: [] for state in queues}
    worked: Times = {state: [] for state in queues}
    gc.collect()
    gc.disable()
    try:
        for each in zip(*queues.values(), strict=True):
            for state, address in random.sample([*zip(queues, each, strict=True)], len(each)):
                begun, before = time.perf_counter(), work()
                send(address)
                worked[state].append(work() - before)
                taken[state].append(time.perf_counter() - begun)
            common = median(seconds[-1] for seconds in taken.values())
            for seconds in taken.values():
                seconds[-1] -= common
    finally:
        gc.enable()
    return taken, worked


def told_apart(one: list[float], other: list[float]) -> float:
    """Return how often the best classifier by one threshold, either way round, ranks a pair right: the area under its
    ROC curve, which is the statistic of Mann and Whitney. 0.5 is chance."""
    ranked = sorted([(seconds, 0) for seconds in one] + [(seconds, 1) for seconds in other])
    rank_sum = sum(rank for rank, (_, which) in enumerate(ranked, start=1) if which)
    share = (rank_sum - len(other) * (len(other) + 1) / 2) / (len(one) * len(other))
    return max(share, 1 - share)


def apart(taken: Times) -> float:
    """Return the largest difference of two medians, in seconds."""
    return max(map(median, taken.values())) - min(map(median, taken.values()))


def share(times: Times) -> float:
    """How far the medians of two states are apart, as a share of the smallest: the largest of all pairs."""
    medians = sorted(median(seconds) for seconds in times.values())
    return (medians[-1] - medians[0]) / medians[0]


def area(taken: Times) -> float:
    """Return the largest area under the curve of any two states."""
    return max(told_apart(one, other) for one, other in combinations(taken.values(), 2))
