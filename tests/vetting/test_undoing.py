"""A batch waits for a second person, is called off, or is undone as a whole."""

import pytest
import time_machine
from django.utils import timezone

from signatories import batches, privacy, vetting
from signatories.batches import rules
from signatories.models import Batch, Signature
from tests.conftest import finish_batches

DESK = "/desk/keep-the-lights-on/batches/"


def states(batch: Batch) -> dict[str, int]:
    found = list(batch.items.values_list("state", flat=True))
    return {state: found.count(state) for state in set(found)}


def snapshot(people: list[Signature]) -> list[tuple]:
    rows = Signature.objects.filter(pk__in=[one.pk for one in people]).order_by("pk")
    return list(rows.values_list("status", "level", "checked", "checked_at"))


def test_undoing_restores_every_row_exactly_and_its_history_says_so(several, begin, listed, confirmed, vetter):
    people = [*several(2), confirmed("asked@example.com"), confirmed("waits@example.com")]
    listed(people[0])
    vetting.ask(people[2], vetter=vetter, questions=["need_staff_page"])
    before = snapshot(people)
    batch = begin("invalidate")
    assert snapshot(people) != before
    batches.undo(batch, by=vetter)
    finish_batches()
    batch.refresh_from_db()
    assert snapshot(people) == before
    assert (batch.state, states(batch)) == ("undone", {"undone": 4})
    assert {one.events.last().reason for one in people} == {"batch_undone"}
    assert {one.decisions.last().outcome for one in people} == {"back"}


@pytest.mark.parametrize("verb", ["list", "hold", "decline", "invalidate"])
def test_each_kind_of_batch_can_be_undone(several, begin, verb, vetter):
    people = several(2)
    before = snapshot(people)
    batch = begin(verb)
    assert states(batch) == {"done": 2}
    batches.undo(batch, by=vetter)
    finish_batches()
    assert snapshot(people) == before


def test_undoing_leaves_whoever_moved_since_and_says_which(several, begin, vetter, second):
    moved, left, stayed = several(3)
    batch = begin("hold")
    for one in (moved, left):
        one.refresh_from_db()
    vetting.decline(moved, vetter=second, reason="not_a_person")
    privacy.withdraw(left)
    batches.undo(batch, by=vetter)
    finish_batches()
    assert {item.problem for item in batch.items.filter(state="kept")} == {
        "Moved since: Not a person.",
        "Moved since: Withdrawn by the signer.",
    }
    assert Signature.objects.get(pk=stayed.pk).status == "confirmed"


def test_an_undo_in_time_reaches_nobody_and_a_late_one_is_told(several, begin, vetter, deliver):
    several(1)
    deliver()
    batches.undo(begin(), by=vetter)
    finish_batches()
    with time_machine.travel(timezone.now() + rules.GRACE, tick=False):
        assert not [one for one in deliver() if "is on" in one.subject]
        batch = begin()
    with time_machine.travel(timezone.now() + 3 * rules.GRACE, tick=False):
        deliver()
        batches.undo(batch, by=vetter)
        finish_batches()
        assert "taken back" in deliver()[-1].subject


def test_a_batch_is_undone_half_way_through(several, begin, vetter):
    people = several(4)
    before = snapshot(people)
    batch = begin(work=False)
    batches.go_on()
    batches.go_on(seconds=0, chunk=1)
    batch.refresh_from_db()
    batches.undo(batch, by=vetter)
    finish_batches()
    assert snapshot(people) == before
    assert states(batch) == {"undone": 1, "skipped": 3}


@pytest.fixture
def many_listed(letter):
    def make(number: int) -> None:
        rows = [
            Signature(letter=letter, version=letter.version, address_hash=f"{n}", name=f"Name {n}", publish=True)
            for n in range(number)
        ]
        Signature.objects.bulk_create(rows)
        facts = {"level": 2, "checked": "M", "confirmed_at": letter.opened_at, "checked_at": letter.opened_at}
        letter.signatures.filter(status="pending").update(status="listed", **facts)

    return make


def test_taking_more_than_twenty_names_off_waits_for_a_second_person(many_listed, begin, letter, second, at_desk):
    many_listed(21)
    batch = begin("invalidate")
    assert (batch.state, batch.listed, letter.signatures.filter(status="listed").count()) == ("waiting", 21, 21)
    at_desk(second).post(f"{DESK}{batch.pk}/confirm/", {"sure": "on"})
    finish_batches()
    assert letter.signatures.filter(status="hidden").count() == 21
    assert {(one.vetter, one.second_vetter) for one in batch.decisions.all()} == {(batch.actor, second)}


def test_nobody_confirms_their_own_batch(many_listed, begin, vetter, at_desk):
    many_listed(21)
    batch = begin("invalidate")
    page = f"{DESK}{batch.pk}/"
    assert "Confirm</button>" not in at_desk(vetter).get(page).content.decode()
    assert at_desk(vetter).post(page + "confirm/", {"sure": "on"}).status_code == 409
    at_desk(vetter).post(page + "cancel/", {"sure": "on"})
    batch.refresh_from_db()
    assert (batch.state, batch.undone_by) == ("cancelled", vetter)


def test_many_small_batches_of_one_person_are_counted_together(many_listed, begin, letter):
    many_listed(25)
    keys = [str(pk) for pk in letter.signatures.values_list("pk", flat=True)]
    assert begin("invalidate", choice={"pk": keys[:15]}).state == "done"
    assert begin("invalidate", choice={"pk": keys[15:]}).state == "waiting"


def test_a_batch_that_waited_takes_off_nobody_who_was_decided_about_since(
    several, listed, listed_again, begin, vetter, second
):
    people = [listed(one) for one in several(21)]
    batch = begin("invalidate")
    assert batch.state == "waiting"
    vetting.hide(people[0], vetter=second, reason="listed_by_mistake")
    listed_again(Signature.objects.select_related("letter").get(pk=people[0].pk))
    batches.confirm(batch, by=second)
    finish_batches()
    assert Signature.objects.get(pk=people[0].pk).status == "listed"
    assert Signature.objects.get(pk=people[1].pk).status != "listed"
