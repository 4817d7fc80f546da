"""What is forgotten when. The table is in `rules`; a task, a command and a page of the desk work by it."""

import time
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from petition.models import Letter
from signatories.models import Forgetting
from signatories.retention.rules import RULES, Rule

__all__ = ["RULES", "Rule", "plan", "report", "run"]

BATCH = 500
TURN = 300.0  # seconds that a run begins another batch; what is left is done in the next hour


def plan(*, now: datetime | None = None, letter: Letter | None = None) -> list[tuple[Rule, int]]:
    """Return how much each rule would forget now; nothing is changed.

    Args:
        now: the moment that counts.
        letter: only what belongs to this letter.
    """
    now = now or timezone.now()
    rules = [rule for rule in RULES if letter is None or rule.letter]
    return [(rule, _of(rule, rule.due(now), letter).count()) for rule in rules]


def run(
    *, now: datetime | None = None, seconds: float = TURN, only: Collection[str] = (), even_if_done: bool = False
) -> Counter[str]:
    """Forget what is due, rule by rule and a batch at a time; return how much by rule.

    Safe to run at any time and twice.

    Each rule comes as often as it says: the last row of `Forgetting` knows when, however often the clock begins anew.

    Args:
        now: the moment that counts.
        seconds: for how long another batch is begun.
        only: names of the rules that come; all where none is named.
        even_if_done: whether also rules come that ran lately.
    """
    now, until = now or timezone.now(), time.monotonic() + seconds
    forgotten: Counter[str] = Counter()
    for rule in RULES:
        if (not only or rule.name in only) and (even_if_done or not _is_done(rule, now)):
            forgotten[rule.name] += _run(rule, now, until)
    return +forgotten


def _is_done(rule: Rule, now: datetime) -> bool:
    return Forgetting.objects.filter(rule=rule.name, letter=None, at__gt=now - rule.every).exists()


def _run(rule: Rule, now: datetime, until: float) -> int:
    """Work through one rule by the order of its keys, and write down how much was forgotten for each letter.

    A row without a letter says that the rule is through for today. It is missing when time ran out, or when the worker
    was killed: then the next hour goes on.
    """
    counts: Counter[Any] = Counter()
    rows, last, whole = rule.due(now).order_by("pk"), None, False
    while not whole and time.monotonic() < until:
        some = rows.filter(pk__gt=last) if last is not None else rows
        fields = ("pk", rule.letter) if rule.letter else ("pk",)
        found = list(some.values_list(*fields)[:BATCH])
        whole = len(found) < BATCH
        last = found[-1][0] if found else last
        for letter, keys in _by_letter(found):
            number = rule.act(keys, now)
            counts[letter] += number
            if number and letter is not None:
                Forgetting.objects.create(rule=rule.name, letter_id=letter, number=number, at=now)
    if whole and (rule.every or counts):
        Forgetting.objects.create(rule=rule.name, number=sum(counts.values()), at=now)
    return sum(counts.values())


def _by_letter(found: Iterable[tuple[Any, ...]]) -> Iterable[tuple[Any, list[Any]]]:
    grouped: dict[Any, list[Any]] = {}
    for key, *letter in found:
        grouped.setdefault(letter[0] if letter else None, []).append(key)
    return grouped.items()


def _of(rule: Rule, rows: QuerySet[Any], letter: Letter | None) -> QuerySet[Any]:
    return rows.filter(**{rule.letter: letter}) if letter is not None else rows


def report(letter: Letter) -> QuerySet[Forgetting]:
    """Return what was forgotten on a letter, newest first: counts only."""
    return Forgetting.objects.filter(letter=letter)


def words(name: str) -> str:
    """Return what a rule is about, in words; a rule that is no more by its name."""
    return str(next((rule.what for rule in RULES if rule.name == name), name))
