"""A vetter chooses whom a batch is about, previews it, and begins it."""

import re
import uuid

import pytest
import time_machine
from django.utils import timezone

from signatories import vetting
from signatories.batches import choosing, rules
from signatories.models import Batch, Signature
from tests.conftest import finish_batches

DESK = "/desk/keep-the-lights-on/batches/"


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


def test_a_preview_shows_numbers_sample_and_reasons_and_changes_nothing(several, confirmed, vetter, at_desk):
    several(2)
    confirmed("bare@example.com", name="Bare Bea")
    page = preview(at_desk(vetter), status="confirmed").content.decode()
    for shown in ("List at level 2: 3 signatures", "Bare Bea", "Nothing supports the organisation", "Person 1"):
        assert shown in page
    assert not Batch.objects.exists()


def test_the_button_says_how_many_would_move_and_there_is_none_for_nobody(several, confirmed, vetter, at_desk, begin):
    several(2)
    confirmed("bare@example.com")
    client = at_desk(vetter)
    assert "List: 2 signatures</button>" in preview(client, status="confirmed").content.decode()
    assert begin().items.filter(state="done").count() == 2
    page = preview(client, status="confirmed").content.decode()
    assert "Nobody would be moved" in page
    assert "batches/start/" not in page


def test_a_batch_that_moved_nobody_offers_no_undo(confirmed, vetter, at_desk, begin):
    confirmed("bare@example.com")
    page = at_desk(vetter).get(f"{DESK}{begin().pk}/").content.decode()
    assert "Why some were left" in page
    assert "Undo as a whole" not in page


@pytest.mark.parametrize("verb", ["list", "hold", "decline", "invalidate"])
def test_what_the_preview_carries_begins_the_batch_that_was_previewed(several, vetter, at_desk, verb):
    several(2)
    client = at_desk(vetter)
    page = preview(client, status="confirmed", verb=verb).content.decode()
    data = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    answer = client.post(DESK + "start/", {**data, "reason": next(iter(rules.REASONS[verb]))})
    assert answer.status_code == 303
    finish_batches()
    batch = Batch.objects.get()
    assert (batch.verb, batch.total, batch.chosen["status"]) == (verb, 2, ["confirmed"])
    assert batch.items.filter(state="done").count() == 2


def test_a_vetter_goes_from_the_filter_to_a_finished_batch(several, vetter, at_desk):
    people, client = several(3), at_desk(vetter)
    page = client.get(DESK + "new/", {"host": "lantern.example.org"}).content.decode()
    assert "3 signatures" in page
    assert preview(client, host="lantern.example.org").status_code == 200
    data = {"host": "lantern.example.org", "verb": "list", "level": "2", "reason": "work_mailbox", "key": uuid.uuid4()}
    for _ in range(2):  # two clicks are one batch
        answer = client.post(DESK + "start/", data)
    finish_batches()
    assert "3" in client.get(answer["Location"]).content.decode()
    assert Batch.objects.get().state == "done"
    assert {Signature.objects.get(pk=one.pk).status for one in people} == {"listed"}
    client.post(answer["Location"] + "undo/", {"sure": "on"})
    finish_batches()
    assert "Undone" in client.get(answer["Location"]).content.decode()


def test_ticks_choose_exactly_those_ticked(several, vetter, at_desk, begin):
    first, *_ = several(3)
    client = at_desk(vetter)
    page = preview(client, only="ticked", host="lantern.example.org", pk=[str(first.pk)]).content.decode()
    assert "List at level 2: 1 signature<" in page
    assert f'name="pk" value="{first.pk}"' in page
    assert begin(choice={"pk": [str(first.pk)]}).total == 1


def test_a_link_with_ticks_can_only_mean_those(several, vetter, at_desk):
    first, *_ = several(2)
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
def test_a_choice_that_makes_no_sense_is_explained(several, vetter, at_desk, change, said):
    several(1)
    answer = preview(at_desk(vetter), **change)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_what_was_filtered_ticked_and_chosen_is_kept_when_something_is_missing(several, vetter, at_desk):
    first, *_ = several(2)
    page = preview(at_desk(vetter), only="ticked", host="lantern.example.org", verb="hold").content.decode()
    assert "Person 0" in page
    assert 'value="hold" id="id_verb_1" checked' in page.replace(" required", "")
    page = preview(at_desk(vetter), only="ticked", pk=[str(first.pk)], level="").content.decode()
    assert f'aria-labelledby="s{first.pk}" checked' in page


def test_a_batch_without_a_reason_is_not_begun(several, vetter, at_desk):
    several(1)
    data = {"verb": "list", "level": "2", "reason": "because", "key": uuid.uuid4()}
    answer = at_desk(vetter).post(DESK + "start/", data)
    assert answer.status_code == 422
    assert not Batch.objects.exists()


def test_other_roles_see_a_batch_and_begin_none(several, begin, letter, stranger, at_desk):
    several(1)
    batch = begin("hold")
    letter.members.create(user=stranger, role="observer")
    client = at_desk(stranger)
    page = client.get(f"{DESK}{batch.pk}/").content.decode()
    assert "Undo" not in page
    assert "New batch" not in client.get(DESK).content.decode()
    assert client.get(DESK + "new/").status_code == 404
    assert client.post(f"{DESK}{batch.pk}/undo/", {"sure": "on"}).status_code == 404
