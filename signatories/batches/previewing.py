"""What a batch would do, before anybody begins it."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from petition.models import Letter, User
from signatories import batches
from signatories.batches import choosing, rules
from signatories.models import Batch, Signature

LOOKED_AT = 1000  # signatures drawn at random that are tried against the rules, while somebody waits for the page
SAMPLE = 20


@dataclass(frozen=True)
class Preview:
    """What would happen.

    Attributes:
        total: how many signatures are chosen.
        standing: where they stand now: label and number.
        looked_at: how many of them were tried against the rules; all, unless they are many.
        moved: of these, where they would go: label and number.
        left: of these, why they would be left as they are: reason and number.
        sample: some of these, each with the reason why it is left, or an empty string.
        needs_second: whether a second person has to confirm.
    """

    total: int
    standing: list[tuple[str, int]]
    looked_at: int
    moved: list[tuple[str, int]]
    left: list[tuple[str, int]]
    sample: list[tuple[Signature, str]]
    needs_second: bool

    @property
    def at_most(self) -> int:
        """How many would be moved, as far as it is known: of what was not tried, all."""
        return sum(n for _, n in self.moved) if self.looked_at == self.total else self.total


def standing(letter: Letter, choice: dict[str, Any]) -> dict[str, int]:
    """Return how many signatures a choice means, by status."""
    rows = choosing.chosen(letter, choice).order_by()
    return dict(rows.values_list("status").annotate(n=Count("pk")).order_by("-n"))


def preview(letter: Letter, *, actor: User, verb: str, level: int, choice: dict[str, Any]) -> Preview:
    """Try the rules on the chosen signatures, without changing anything."""
    counts = standing(letter, choice)
    tried = list(choosing.chosen(letter, choice).order_by("?").prefetch_related(*rules.LISTING_READS)[:LOOKED_AT])
    results = []
    for signature in tried:
        signature.letter = letter
        results.append((signature, rules.problem(signature, verb=verb, level=level, actor=actor)))
    moved = Counter(rules.TO[verb][signature.status].label for signature, problem in results if not problem)
    batch = Batch(letter=letter, actor=actor)
    off = counts.get(Signature.Status.LISTED, 0) if verb == Batch.Verb.INVALIDATE else 0
    return Preview(
        total=sum(counts.values()),
        standing=[(str(Signature.Status(status).label), n) for status, n in counts.items()],
        looked_at=len(tried),
        moved=[(str(label), n) for label, n in moved.most_common()],
        left=Counter(problem for _, problem in results if problem).most_common(),
        sample=results[:SAMPLE],
        needs_second=batches.needs_second(batch, listed=off),
    )
