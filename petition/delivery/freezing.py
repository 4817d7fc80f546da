"""Deliver: freeze the text, the ordered list and the figures in the transaction that moves the letter."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from petition import tally
from petition.identifiers import uuid7
from petition.languages import address, plainly
from petition.models import Bundle, Delivery, DeliveryPart, Letter, User
from petition.moves import NotAllowed, move

CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
PART = 1000  # signatories in one row of the frozen list


@dataclass(frozen=True)
class Frozen:
    """One signatory of the list: what is printed, and what the letter needs to count and to amend it."""

    row: dict[str, Any]
    signature: UUID
    event: int  # the newest event of the signature when it was frozen; later ones amend the delivery
    dimensions: dict[str, str]  # a value for each of tally.DIMENSIONS


class Groups:
    """Counts by dimension, as the tally has them, taken from the rows themselves."""

    def __init__(self) -> None:
        self.number = 0
        self.counted: dict[str, Counter[str]] = {dimension: Counter() for dimension in tally.DIMENSIONS}

    def add(self, one: Frozen) -> None:
        """Count one signatory."""
        self.number += 1
        for dimension, counted in self.counted.items():
            counted[one.dimensions[dimension]] += 1


def canonical(value: Any) -> str:
    """Return JSON with sorted keys, no spaces and no escapes, so that the same content has the same bytes."""
    return CANONICAL.encode(value)


def web_address(letter: Letter) -> str:
    """Return the public address of a letter."""
    return address("petition:letter", letter.slug)


@plainly()
@transaction.atomic
def deliver(
    letter: Letter, *, signatories: Iterable[Frozen], levels: dict[int, str], actor: User | None = None
) -> Delivery:
    """Move a closed letter to delivered, and keep for ever what it was at that moment.

    The bundle is made from these rows afterwards by a task, so that whatever moves later, it holds who was listed.

    Args:
        letter: closed.
        signatories: who is listed, in printed order; read here, inside the transaction.
        levels: the public words for the levels of checking.
        actor: the member of the team who delivers.

    Raises:
        NotAllowed: it is not closed, or was delivered already.
    """
    letter.refresh_from_db(from_queryset=Letter.objects.select_for_update())
    vars(letter).pop("version", None)
    if letter.status == Letter.Status.DELIVERED:
        raise NotAllowed(_("This letter has been delivered already. A letter is delivered once."))
    if letter.status != Letter.Status.CLOSED or letter.version is None:
        raise NotAllowed(_("Only a closed letter can be delivered. Please close it first."))
    move(letter, Letter.Status.DELIVERED, actor=actor)
    delivery = Delivery(pk=uuid7(), letter=letter, version=letter.version, actor=actor, as_of=timezone.now())
    delivery.signatories, delivery.list_sha256, groups = _freeze(delivery, signatories)
    # The list and what is counted about it come from the same rows; those who are not on it are counted apart.
    delivery.figures = {**tally.count(letter), **about_the_list(groups)}
    delivery.frame = frame(letter, levels)
    delivery.text_sha256 = letter.version.sha256
    delivery.tally_sha256 = hashlib.sha256(tally_file(delivery).encode()).hexdigest()
    delivery.save(force_insert=True)
    Bundle.objects.create(delivery=delivery)
    return delivery


def frame(letter: Letter, levels: dict[int, str]) -> dict[str, Any]:
    """Return what stands around the text and the names."""
    return {
        "title": letter.title,
        "addressees": letter.addressees,
        "ask": letter.ask,
        "eligibility": letter.eligibility,
        "disclaimer": letter.disclaimer,
        "organiser": letter.organiser,
        "interests": letter.interests,
        "language": letter.language,
        "listing": letter.listing,
        "disciplines": letter.disciplines,
        "levels": {str(level): str(label) for level, label in levels.items()},
        "url": web_address(letter),
    }


def tally_file(delivery: Delivery) -> str:
    """Return tally.json as it lies in the bundle."""
    return canonical({"as_of": stamp(delivery.as_of), **delivery.figures}) + "\n"


def stamp(moment: Any) -> str:
    """Return a time in UTC to the second, as ISO 8601 writes it."""
    return str(moment.strftime("%Y-%m-%dT%H:%M:%SZ"))


def lines(delivery: Delivery) -> Iterator[str]:
    """Yield the frozen list, a part at a time; together they are signatories.jsonl."""
    yield from delivery.parts.order_by("number").values_list("lines", flat=True).iterator()


def about_the_list(groups: Groups) -> dict[str, Any]:
    """Return the figures about those who are on the list; who is not on it is counted apart."""
    figures = tally.figures({dimension: dict(counted) for dimension, counted in groups.counted.items()})
    return {name: value for name, value in figures.items() if name not in {"unnamed", "confirmed"}}


def _freeze(delivery: Delivery, signatories: Iterable[Frozen]) -> tuple[int, str, Groups]:
    digest, position, groups = hashlib.sha256(), 0, Groups()
    rest = iter(signatories)
    while some := list(islice(rest, PART)):
        text = "".join(canonical(one.row) + "\n" for one in some)
        digest.update(text.encode())
        known = [[str(one.signature), one.event] for one in some]
        # The foreign key is checked when the transaction ends; by then the delivery is there, whole.
        DeliveryPart.objects.create(delivery_id=delivery.pk, number=position // PART + 1, lines=text, signatures=known)
        for one in some:
            groups.add(one)
        position += len(some)
    return position, digest.hexdigest(), groups
