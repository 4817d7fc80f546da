"""What the addressee has to be told after the delivery: which of the delivered names do not stand any more."""

from collections.abc import Iterator
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone

from petition.delivery import freezing, typesetting
from petition.models import Amendment, Delivery, User

SHOWN = 500  # notices on one page, and in one text


def to_send(delivery: Delivery) -> list[dict[str, Any]]:
    """Return the notices that were not sent yet, each with the line as it was delivered."""
    notices = list(delivery.amendments.filter(sent_at=None).order_by("pk")[:SHOWN])
    printed = dict(_printed(delivery, {notice.position for notice in notices}))
    return [{"notice": notice, "row": printed[notice.position]} for notice in notices]


def text(delivery: Delivery, notices: list[dict[str, Any]]) -> str:
    """Return the letter to the addressee about some notices, ready to be sent."""
    context = {"delivery": delivery, "notices": notices}
    return render_to_string("petition/delivery/amendment.txt", context).strip() + "\n"


def mark_sent(delivery: Delivery, *, up_to: int, actor: User) -> int:
    """Note that the notices up to one of them were sent; return how many.

    Args:
        delivery: which delivery.
        up_to: the last notice that stood in the text, so that one which came in since is not taken for sent.
        actor: who sent it.
    """
    waiting = delivery.amendments.filter(sent_at=None, pk__lte=up_to)
    return waiting.update(sent_at=timezone.now(), sent_by=actor)


def gone(delivery: Delivery) -> int:
    """Return how many of the delivered names do not stand any more."""
    newest = dict(delivery.amendments.order_by("event").values_list("position", "kind"))
    return sum(kind != Amendment.Kind.RESTORED for kind in newest.values())


def _printed(delivery: Delivery, positions: set[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    numbers = {(position - 1) // freezing.PART + 1 for position in positions}
    parts = delivery.parts.filter(number__in=numbers).values_list("lines", flat=True)
    for row in typesetting.rows_of(parts):
        if row["position"] in positions:
            yield row["position"], row
