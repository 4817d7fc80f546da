"""A letter is delivered while others act on it."""

import json
import threading
from functools import partial

from django.db import transaction

from petition import lifecycle
from petition.delivery import bundling, freezing
from petition.models import Delivery, Letter
from petition.moves import NotAllowed
from signatories import delivering, privacy
from signatories.models import Signature
from tests.postgres.processes import somebody_waits, until

DELIVER = "/desk/keep-the-lights-on/delivery/deliver/"


def test_deliver_clicked_twice_at_once_delivers_once(closed, organiser, at_desk, at_once):
    clicks = [partial(at_desk(organiser).post, DELIVER, {"sure": "on"}) for _ in range(3)]
    assert sorted(answer.status_code for answer in at_once(clicks)) == [303, 409, 409]
    assert Delivery.objects.get().letter.events.filter(now="delivered").count() == 1


def test_who_withdraws_while_it_is_delivered_is_not_in_it_or_is_amended(letter, confirmed, listed, organiser, at_once):
    people = [listed(confirmed(f"p{n}@example.com", name=f"Person {n}")) for n in range(8)]
    lifecycle.close(letter, actor=organiser)
    leave = [partial(privacy.withdraw, person) for person in people]
    outcome = at_once([*leave, lambda: delivering.deliver(Letter.objects.get(), actor=organiser)])
    assert not [one for one in outcome if isinstance(one, Exception)]
    delivery = Delivery.objects.get()
    rows = [json.loads(line) for part in freezing.lines(delivery) for line in part.splitlines()]
    delivering.amend_all()
    assert sorted(delivery.amendments.values_list("position", flat=True)) == [row["position"] for row in rows]
    assert delivery.figures["listed"] == delivery.signatories == len(rows)


def test_two_workers_make_one_bundle(letter, closed, organiser, at_once):
    delivery = delivering.deliver(letter, actor=organiser)
    assert sorted(at_once([bundling.make_next, bundling.make_next])) == [False, True]
    delivery.bundle.refresh_from_db()
    assert delivery.bundle.attempts == 1
    bundling.open_checked(delivery.bundle).close()


def test_nobody_is_named_on_a_letter_while_it_is_delivered_without_them(letter, closed, organiser, at_once):
    shy = Signature.objects.get(address="shy@example.com")
    frozen = threading.Event()

    def deliver() -> Delivery:
        with transaction.atomic():
            delivery = delivering.deliver(Letter.objects.get(), actor=organiser)
            frozen.set()
            until(somebody_waits)
        return delivery

    def be_named() -> None:
        frozen.wait(30)
        privacy.be_named(shy, publish=True)

    delivery, refused = at_once([deliver, be_named])
    assert isinstance(refused, NotAllowed)
    assert letter.signatures.listed().count() == delivery.signatories
