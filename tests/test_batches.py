"""A vetter decides about many signatures at once, and takes it back."""

import uuid

import pytest
import time_machine
from django.utils import timezone

from signatories import batches, privacy, vetting
from signatories.batches import choosing, rules
from signatories.evidence import record
from signatories.models import Batch, Mail, Signature
from tests.conftest import owed_kinds

DESK = "/desk/keep-the-lights-on/batches/"


@pytest.fixture
def crowd(confirmed):
    """Several people, each with a mailbox that speaks for the organisation on their line."""

    def make(number: int = 3, host: str = "lantern.example.org", **fields) -> list[Signature]:
        people = [confirmed(f"p{n}@{host}", name=f"Person {n}", **fields) for n in range(number)]
        for one in people:
            record(one, family="M", claim="affiliation", account=f"host:{host}")
        return people

    return make


@pytest.fixture
def begin(letter, vetter):
    """Begin a batch about everybody, and let the clock do it unless told otherwise."""

    def start(verb: str = "list", *, work: bool = True, choice=None, reason: str = "", **kwargs) -> Batch:
        kwargs = {"actor": vetter, "level": 2, **kwargs}
        reason = reason or next(iter(rules.REASONS[verb]))
        batch = batches.begin(letter, verb=verb, reason=reason, choice=choice or {}, **kwargs)
        if work:
            finish()
        batch.refresh_from_db()
        return batch

    return start


def finish() -> None:
    while batches.go_on():
        pass


def states(batch: Batch) -> dict[str, int]:
    found = list(batch.items.values_list("state", flat=True))
    return {state: found.count(state) for state in set(found)}


def snapshot(people: list[Signature]) -> list[tuple]:
    rows = Signature.objects.filter(pk__in=[one.pk for one in people]).order_by("pk")
    return list(rows.values_list("status", "level", "checked", "checked_at"))


def test_a_batch_lists_everybody_with_history_decision_and_one_mail(crowd, begin, vetter):
    people = crowd()
    batch = begin()
    assert (batch.state, batch.total, states(batch)) == ("done", 3, {"done": 3})
    for one in people:
        one.refresh_from_db()
        decision = one.decisions.get()
        assert (one.status, one.level, one.checked) == ("listed", 2, "M")
        assert (decision.batch, decision.vetter, decision.reason) == (batch, vetter, "work_mailbox")
        assert (one.events.last().reason, one.events.last().actor) == ("work_mailbox", vetter)
        assert owed_kinds(one)[-1] == "listed"


def test_who_fails_a_rule_is_skipped_with_the_reason_and_never_forced(confirmed, crowd, begin, vetter, letter):
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


def test_a_vetter_who_left_a_decision_to_others_does_not_decide_it_in_a_batch(crowd, begin, vetter):
    (one,) = crowd(1)
    one.recusals.create(vetter=vetter)
    assert begin("decline").items.get().problem.startswith("The vetter knows this person")


def test_level_3_wants_its_evidence_from_everybody(crowd, begin):
    weak, strong = crowd(2)
    record(strong, family="F", claim="identity", account="orcid:1", public_before=True)
    batch = begin(level=3, reason="two_signals")
    assert {item.signature_id: item.state for item in batch.items.all()} == {weak.pk: "skipped", strong.pk: "done"}


def test_while_publishing_is_paused_nobody_is_listed_in_a_batch(crowd, begin, letter):
    crowd(1)
    letter.publishing = False
    letter.save()
    assert begin().items.get().problem == "Publishing is paused."


def test_holding_many_writes_to_nobody_and_declining_tells_everybody(crowd, begin):
    people = crowd(2)
    begin("hold")
    assert {one.status for one in Signature.objects.all()} == {"held"}
    assert "held" not in owed_kinds(people[0])
    begin("decline")
    assert {one.status for one in Signature.objects.all()} == {"declined"}
    assert owed_kinds(people[0])[-1] == "declined"


def test_taking_off_hides_the_listed_and_holds_those_who_wait(crowd, begin, listed, confirmed):
    (on,) = crowd(1)
    listed(on)
    waits = confirmed("w@example.com")
    begin("invalidate", reason="same_network")
    assert [Signature.objects.get(pk=one.pk).status for one in (on, waits)] == ["hidden", "held"]
    assert owed_kinds(on)[-1] == "hidden"
    assert owed_kinds(waits)[-1] == "receipt"
    assert "from one network" in on.mails.get(kind="hidden").details["reason"]


def test_who_confirms_after_the_batch_began_is_not_swept_along(crowd, begin, confirmed):
    crowd(2)
    batch = begin("hold", work=False)
    late = confirmed("late@example.com")
    finish()
    late.refresh_from_db()
    assert (late.status, batch.items.count()) == ("confirmed", 2)


def test_who_was_moved_by_somebody_else_in_the_meantime_is_left(crowd, begin, second):
    first, other = crowd(2)
    batch = begin("hold", work=False)
    batches.go_on(seconds=0)
    vetting.decline(first, vetter=second, reason="not_eligible")
    finish()
    assert batch.items.get(signature=first).problem == rules.MOVED
    assert Signature.objects.get(pk=other.pk).status == "held"


def test_two_batches_over_the_same_names_move_each_name_once(crowd, begin, second):
    crowd(4)
    one, two = begin("hold", work=False), begin("decline", work=False, actor=second)
    for _ in range(2):
        batches.go_on()  # both are put together before either moves anybody
    finish()
    assert states(one) == {"done": 4}
    assert states(two) == {"skipped": 4}
    assert {signature.events.count() for signature in Signature.objects.all()} == {2}


def test_an_abandoned_chunk_is_taken_over_after_its_lease(crowd, begin):
    crowd(5)
    batch = begin(work=False)
    batches.go_on()
    batches.go_on(seconds=0)
    assert states(batch) == {"done": 1, "waiting": 4}
    assert batches._lease() == batch  # a task takes it, and is killed
    assert not batches.go_on()
    with time_machine.travel(timezone.now() + batches.LEASE, tick=False):
        finish()
    assert states(batch) == {"done": 5}
    assert Mail.objects.filter(kind="listed").count() == 5


def test_undoing_restores_every_row_exactly_and_its_history_says_so(crowd, begin, listed, confirmed, vetter):
    people = [*crowd(2), confirmed("asked@example.com"), confirmed("waits@example.com")]
    listed(people[0])
    vetting.ask(people[2], vetter=vetter, reason="need_staff_page")
    before = snapshot(people)
    batch = begin("invalidate")
    assert snapshot(people) != before
    batches.undo(batch, by=vetter)
    finish()
    batch.refresh_from_db()
    assert snapshot(people) == before
    assert (batch.state, states(batch)) == ("undone", {"undone": 4})
    assert {one.events.last().reason for one in people} == {"batch_undone"}
    assert {one.decisions.last().outcome for one in people} == {"back"}


@pytest.mark.parametrize("verb", ["list", "hold", "decline", "invalidate"])
def test_each_kind_of_batch_can_be_undone(crowd, begin, verb, vetter):
    people = crowd(2)
    before = snapshot(people)
    batch = begin(verb)
    assert states(batch) == {"done": 2}
    batches.undo(batch, by=vetter)
    finish()
    assert snapshot(people) == before


def test_undoing_leaves_whoever_moved_since_and_says_which(crowd, begin, vetter, second):
    moved, left, stayed = crowd(3)
    batch = begin("hold")
    for one in (moved, left):
        one.refresh_from_db()
    vetting.decline(moved, vetter=second, reason="not_a_person")
    privacy.withdraw(left)
    batches.undo(batch, by=vetter)
    finish()
    assert {item.problem for item in batch.items.filter(state="kept")} == {
        "Moved since: Not a person.",
        "Moved since: Withdrawn by the signer.",
    }
    assert Signature.objects.get(pk=stayed.pk).status == "confirmed"


def test_an_undo_in_time_reaches_nobody_and_a_late_one_is_told(crowd, begin, vetter, deliver):
    crowd(1)
    deliver()
    batches.undo(begin(), by=vetter)
    finish()
    with time_machine.travel(timezone.now() + rules.GRACE, tick=False):
        assert not [one for one in deliver() if "is on" in one.subject]
        batch = begin()
    with time_machine.travel(timezone.now() + 3 * rules.GRACE, tick=False):
        deliver()
        batches.undo(batch, by=vetter)
        finish()
        assert "taken back" in deliver()[-1].subject


def test_a_batch_is_undone_half_way_through(crowd, begin, vetter):
    people = crowd(4)
    before = snapshot(people)
    batch = begin(work=False)
    batches.go_on()
    batches.go_on(seconds=0)
    batch.refresh_from_db()
    batches.undo(batch, by=vetter)
    finish()
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
    finish()
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


@pytest.mark.parametrize(
    ("choice", "found"),
    [
        ({"status": ["held"]}, ["Held Hana"]),
        ({"host": "mill.example.net"}, ["Held Hana"]),
        ({"organisation": "  LANTERN works "}, ["Ada Example", "Bob_Baker", "Émile Zola"]),
        ({"country": "FR"}, ["Émile Zola"]),
        ({"discipline": "policy"}, ["Bob_Baker"]),
        ({"flag": "device"}, ["Ada Example"]),
        ({"network": "203.0.113.0/24"}, ["Bob_Baker"]),
        ({"name": "*e"}, ["Ada Example"]),
        ({"name": "EMILE*"}, ["Émile Zola"]),
        ({"name": "bob_baker"}, ["Bob_Baker"]),
        ({"name": "a_a*"}, []),
        ({"name": "%"}, []),
        ({"name": ".*"}, []),
        ({"name": "*lantern*"}, []),
        ({"name": "*"}, ["Ada Example", "Bob_Baker", "Held Hana", "Émile Zola"]),
    ],
)
def test_a_filter_finds_who_is_meant(confirmed, letter, vetter, choice, found):
    ada = confirmed("a@example.com", name="Ada Example")
    bob = confirmed("b@example.com", name="Bob_Baker", discipline="policy")
    confirmed("e@example.com", name="Émile Zola", country="FR")
    held = confirmed("h@mill.example.net", name="Held Hana", organisation="Mill")
    vetting.hold(held, vetter=vetter, reason="needs_second_look")
    ada.flags.create(kind="device")
    bob.flags.create(kind="device", released_at=timezone.now(), released_by=vetter)
    type(bob).origin.related.related_model.objects.create(signature=bob, network="203.0.113.0/24", device="x")
    assert sorted(choosing.chosen(letter, choice).values_list("name", flat=True)) == found


def test_a_time_window_is_half_open_and_the_unconfirmed_are_never_found(confirmed, post_sign, letter):
    with time_machine.travel("2026-11-24T12:00:00Z", tick=False):
        confirmed()
    post_sign("pending@example.com")
    at = "2026-11-24T12:00:00+00:00"
    assert choosing.chosen(letter, {"since": at}).count() == 1
    assert choosing.chosen(letter, {"until": at}).count() == 0
    assert choosing.chosen(letter, {}).count() == 1


def preview(client, **data):
    return client.post(DESK + "preview/", {"only": "all", "verb": "list", "level": "2", **data})


def test_a_preview_shows_numbers_sample_and_reasons_and_changes_nothing(crowd, confirmed, vetter, at_desk):
    crowd(2)
    confirmed("bare@example.com", name="Bare Bea")
    page = preview(at_desk(vetter), status="confirmed").content.decode()
    for shown in ("List at level 2: 3 signatures", "Bare Bea", "Nothing supports the organisation", "Person 1"):
        assert shown in page
    assert not Batch.objects.exists()


def test_a_vetter_goes_from_the_filter_to_a_finished_batch(crowd, vetter, at_desk):
    people, client = crowd(3), at_desk(vetter)
    page = client.get(DESK + "new/", {"host": "lantern.example.org"}).content.decode()
    assert "3 signatures" in page
    assert preview(client, host="lantern.example.org").status_code == 200
    data = {"host": "lantern.example.org", "verb": "list", "level": "2", "reason": "work_mailbox", "key": uuid.uuid4()}
    for _ in range(2):  # two clicks are one batch
        answer = client.post(DESK + "start/", data)
    finish()
    assert "3" in client.get(answer["Location"]).content.decode()
    assert Batch.objects.get().state == "done"
    assert {Signature.objects.get(pk=one.pk).status for one in people} == {"listed"}
    client.post(answer["Location"] + "undo/", {"sure": "on"})
    finish()
    assert "Undone" in client.get(answer["Location"]).content.decode()


def test_ticks_choose_exactly_those_ticked(crowd, vetter, at_desk, begin):
    first, *_ = crowd(3)
    client = at_desk(vetter)
    page = preview(client, only="ticked", host="lantern.example.org", pk=[str(first.pk)]).content.decode()
    assert "List at level 2: 1 signature<" in page
    assert f'name="pk" value="{first.pk}"' in page
    assert states(begin(choice={"pk": [str(first.pk)]})) == {"done": 1}


def test_a_link_with_ticks_can_only_mean_those(crowd, vetter, at_desk):
    first, *_ = crowd(2)
    page = at_desk(vetter).get(DESK + "new/", {"pk": str(first.pk)}).content.decode()
    assert '<input type="hidden" name="only" value="ticked">' in page
    assert "Person 0" in page
    assert "Person 1" not in page


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"only": "ticked"}, "Please tick somebody"),
        ({"verb": ""}, "choose what to do"),
        ({"level": ""}, "choose the level"),
        ({"level": "4"}, "valid choice"),
        ({"verb": "hide"}, "valid choice"),
        ({"network": "nowhere"}, "such as 203.0.113.7"),
        ({"network": "203.0.0.0/16"}, "wider"),
        ({"name": "******"}, "stars"),
        ({"name": "a\0b"}, "control or invisible"),
        ({"since": "0001-01-01T00:00:00+14:00"}, "2000"),
        ({"since": "soon"}, "valid date"),
        ({"pk": "nonsense"}, "none of ours"),
        ({"status": "pending"}, "valid choice"),
    ],
)
def test_a_choice_that_makes_no_sense_is_explained(crowd, vetter, at_desk, change, said):
    crowd(1)
    answer = preview(at_desk(vetter), **change)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_what_was_filtered_ticked_and_chosen_is_kept_when_something_is_missing(crowd, vetter, at_desk):
    first, *_ = crowd(2)
    page = preview(at_desk(vetter), only="ticked", host="lantern.example.org", verb="hold").content.decode()
    assert "Person 0" in page
    assert 'value="hold" id="id_verb_1" checked' in page.replace(" required", "")
    page = preview(at_desk(vetter), only="ticked", pk=[str(first.pk)], level="").content.decode()
    assert f'aria-labelledby="s{first.pk}" checked' in page


def test_a_batch_without_a_reason_is_not_begun(crowd, vetter, at_desk):
    crowd(1)
    data = {"verb": "list", "level": "2", "reason": "because", "key": uuid.uuid4()}
    answer = at_desk(vetter).post(DESK + "start/", data)
    assert answer.status_code == 422
    assert not Batch.objects.exists()


def test_other_roles_see_a_batch_and_begin_none(crowd, begin, letter, stranger, at_desk):
    crowd(1)
    batch = begin("hold")
    letter.members.create(user=stranger, role="observer")
    client = at_desk(stranger)
    page = client.get(f"{DESK}{batch.pk}/").content.decode()
    assert "Undo" not in page
    assert "New batch" not in client.get(DESK).content.decode()
    assert client.get(DESK + "new/").status_code == 404
    assert client.post(f"{DESK}{batch.pk}/undo/", {"sure": "on"}).status_code == 404
