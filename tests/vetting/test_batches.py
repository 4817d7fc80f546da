"""A vetter decides about many signatures at once."""

import time_machine
from django.db import IntegrityError, connection
from django.utils import timezone

from signatories import batches, privacy, vetting
from signatories.batches import rules
from signatories.evidence import record
from signatories.models import Batch, Mail, Signature
from tests.conftest import finish_batches, owed_kinds

DESK = "/desk/keep-the-lights-on/batches/"


def states(batch: Batch) -> dict[str, int]:
    found = list(batch.items.values_list("state", flat=True))
    return {state: found.count(state) for state in set(found)}


def test_a_batch_lists_everybody_with_history_decision_and_one_mail(several, begin, vetter):
    people = several()
    batch = begin()
    assert (batch.state, batch.total, states(batch)) == ("done", 3, {"done": 3})
    for one in people:
        one.refresh_from_db()
        decision = one.decisions.get()
        assert (one.status, one.level, one.checked) == ("listed", 2, "M")
        assert (decision.batch, decision.vetter, decision.reason) == (batch, vetter, "work_mailbox")
        assert (one.events.last().reason, one.events.last().actor) == ("work_mailbox", vetter)
        assert owed_kinds(one)[-1] == "listed"


def test_who_fails_a_rule_is_skipped_with_the_reason_and_never_forced(confirmed, several, begin, vetter, letter):
    own, bare, flagged, hidden, watched = [
        confirmed(email) for email in (vetter.email, "b@example.com", "f@example.com", "h@example.com", "w@example.com")
    ]
    for one in (own, flagged, hidden, watched):
        record(one, family="M", claim="affiliation", account=f"host:{one.pk}")
    flagged.flags.create(kind="device")
    watched.flags.create(kind="watch_name", released_at=timezone.now(), released_by=vetter)
    privacy.disown(hidden)
    batch = begin()
    said = {item.signature_id: item.problem for item in batch.items.all()}
    for one, words in (
        (own, "the vetter who decides"),
        (bare, "Nothing supports the organisation"),
        (flagged, "A flag is open"),
        (hidden, "did not sign"),
        (watched, "two people"),
    ):
        assert words in said[one.pk]
    assert not letter.signatures.filter(status="listed").exists()
    assert batch.state == "done"


def test_a_vetter_who_left_a_decision_to_others_does_not_decide_it_in_a_batch(several, begin, vetter):
    (one,) = several(1)
    one.recusals.create(vetter=vetter)
    assert begin("decline").items.get().problem.startswith("The vetter knows this person")


def test_level_3_wants_its_evidence_from_everybody(several, begin):
    weak, strong = several(2)
    record(strong, family="F", claim="identity", account="orcid:1", public_before=True)
    batch = begin(level=3, reason="two_signals")
    assert {item.signature_id: item.state for item in batch.items.all()} == {weak.pk: "skipped", strong.pk: "done"}


def test_while_publishing_is_paused_nobody_is_listed_in_a_batch(several, begin, letter):
    several(1)
    letter.publishing = False
    letter.save()
    assert begin().items.get().problem == "Publishing is paused."


def test_holding_many_writes_to_nobody_and_declining_tells_everybody(several, begin):
    people = several(2)
    begin("hold")
    assert {one.status for one in Signature.objects.all()} == {"held"}
    assert "held" not in owed_kinds(people[0])
    begin("decline")
    assert {one.status for one in Signature.objects.all()} == {"declined"}
    assert owed_kinds(people[0])[-1] == "declined"


def test_taking_off_hides_the_listed_and_holds_those_who_wait(several, begin, listed, confirmed):
    (on,) = several(1)
    listed(on)
    waits = confirmed("w@example.com")
    begin("invalidate", reason="same_network")
    assert [Signature.objects.get(pk=one.pk).status for one in (on, waits)] == ["hidden", "held"]
    assert owed_kinds(on)[-1] == "hidden"
    assert owed_kinds(waits)[-1] == "receipt"
    assert "from one network" in on.mails.get(kind="hidden").details["reason"]


def test_who_confirms_after_the_batch_began_is_not_swept_along(several, begin, confirmed):
    several(2)
    batch = begin("hold", work=False)
    late = confirmed("late@example.com")
    finish_batches()
    late.refresh_from_db()
    assert (late.status, batch.items.count()) == ("confirmed", 2)


def test_who_was_moved_by_somebody_else_in_the_meantime_is_left(several, begin, second):
    first, other = several(2)
    batch = begin("hold", work=False)
    batches.go_on()
    vetting.decline(first, vetter=second, reason="not_eligible")
    finish_batches()
    assert batch.items.get(signature=first).problem == rules.MOVED
    assert Signature.objects.get(pk=other.pk).status == "held"


def test_two_batches_over_the_same_names_move_each_name_once(several, begin, second):
    several(4)
    one, two = begin("hold", work=False), begin("decline", work=False, actor=second)
    for _ in range(2):
        batches.go_on()  # both are put together before either moves anybody
    finish_batches()
    assert states(one) == {"done": 4}
    assert states(two) == {"skipped": 4}
    assert {signature.events.count() for signature in Signature.objects.all()} == {2}


def test_an_abandoned_chunk_is_taken_over_after_its_lease(several, begin):
    several(5)
    batch = begin(work=False)
    batches.go_on()
    batches.go_on(seconds=0, chunk=1)
    assert states(batch) == {"done": 1, "waiting": 4}
    assert batches._lease() == batch  # a task takes it, and is killed
    assert not batches.go_on()
    with time_machine.travel(timezone.now() + batches.LEASE, tick=False):
        finish_batches()
    assert states(batch) == {"done": 5}
    assert Mail.objects.filter(kind="listed").count() == 5


def test_a_row_that_cannot_be_moved_holds_up_nobody(several, begin):
    people = several(5)

    def refuse(execute, sql, params, many, context):
        if sql.startswith("UPDATE") and "listed" in params and people[2].pk.hex in str(params).replace("-", ""):
            raise IntegrityError("the database does not want this one")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        batch = begin()
    assert states(batch) == {"done": 4, "skipped": 1}
    assert batch.items.get(signature=people[2]).problem == "It could not be moved."
