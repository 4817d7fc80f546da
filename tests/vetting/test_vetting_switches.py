"""Publishing is paused while names are collected, and all new signatures are held."""

import pytest

from petition.models import Letter, Membership, Role
from petition.moves import LostRace
from petition.switching import switch
from signatories import collecting, privacy, vetting
from signatories.models import Signature
from tests.conftest import owed_kinds, support
from tests.test_vetting import LISTING, page

DESK = "/desk/keep-the-lights-on/"


@pytest.fixture
def paused(letter, organiser) -> Letter:
    switch(letter, "publishing", on=False, actor=organiser)
    return letter


@pytest.fixture
def ready(paused, confirmed, vetter) -> Signature:
    signature = support(confirmed(), "M", by=vetter)
    vetting.list_(signature, vetter=vetter, level=2, reason="work_mailbox")
    return signature


def test_an_owner_pauses_publishing_and_every_page_of_the_desk_says_so(letter, organiser, at_desk):
    client = at_desk(organiser)
    client.post(DESK + "publishing/off/")
    for path in ("", "vetting/", "founders/", "team/"):
        assert "Publishing is paused." in client.get(DESK + path).content.decode()
    assert (letter.events.last().reason, letter.events.last().actor) == ("publishing_paused", organiser)
    assert "Publishing names paused" in client.get(DESK).content.decode()
    client.post(DESK + "publishing/on/")
    assert "Publishing is paused." not in client.get(DESK).content.decode()


def test_an_owner_finds_the_switches_on_the_first_page_of_the_letter_and_stays_there(letter, organiser, at_desk):
    client = at_desk(organiser)
    shown = client.get(DESK).content.decode()
    assert '<details class="panel switches" open>' in shown
    assert "Hold all new" in shown
    assert "Stop taking signatures" in shown
    answer = client.post(DESK + "hold_new/on/", headers={"referer": f"http://testserver{DESK}"})
    assert answer["Location"] == DESK


def test_a_delivered_letter_has_no_switches_any_more(paused, organiser, at_desk):
    Letter.objects.update(status="delivered")
    shown = at_desk(organiser).get(DESK).content.decode()
    assert "Publishing is paused." not in shown
    assert "Switches of this letter" not in shown
    assert "Switches of this letter" not in at_desk(organiser).get(DESK + "vetting/").content.decode()


@pytest.mark.parametrize("role", [Role.VETTER, Role.EDITOR, Role.OBSERVER])
@pytest.mark.parametrize("path", ["publishing/off/", "hold_new/on/"])
def test_only_owners_turn_switches(letter, stranger, at_desk, role, path):
    Membership.objects.create(letter=letter, user=stranger, role=role)
    assert at_desk(stranger).post(DESK + path).status_code == 404
    letter.refresh_from_db()
    assert (letter.publishing, letter.hold_new) == (True, False)


def test_a_switch_is_turned_once(letter, organiser):
    stale = Letter.objects.get(pk=letter.pk)
    switch(letter, "hold_new", on=True, actor=organiser)
    with pytest.raises(LostRace):
        switch(stale, "hold_new", on=True, actor=organiser)
    assert letter.events.filter(reason="holding_new").count() == 1


def test_while_publishing_is_paused_a_decision_waits(ready, letter, vetter, at_desk):
    ready.refresh_from_db()
    assert (ready.status, ready.is_ready, ready.decisions.get().outcome) == ("confirmed", True, "ready")
    assert not letter.signatures.listed()
    assert "listed" not in owed_kinds(ready)
    assert "The queue is empty" in at_desk(vetter).get(DESK + "vetting/").content.decode()
    assert ready.name in at_desk(vetter).get(DESK + "vetting/?status=ready").content.decode()


def test_published_again_a_task_lists_what_is_ready_and_shows_how_far_it_is(
    paused, confirmed, vetter, organiser, at_desk
):
    people = [support(confirmed(f"{n}@example.com"), "M", by=vetter) for n in range(3)]
    for one in people:
        vetting.list_(one, vetter=vetter, level=2, reason="work_mailbox")
    assert vetting.go_on() == 0
    switch(paused, "publishing", on=True, actor=organiser)
    assert vetting.go_on(seconds=-1) == 1  # the worker is killed behind the first
    assert "1 of 3" in at_desk(vetter).get(DESK).content.decode()
    assert vetting.go_on() == 2
    assert vetting.go_on() == 0
    assert paused.signatures.listed().count() == 3
    assert [event.reason for event in people[0].events.all()] == ["confirmed", "published"]
    people[0].refresh_from_db()
    decision = people[0].decisions.get()
    assert (decision.outcome, people[0].level, people[0].checked) == ("list", 2, "M")
    assert owed_kinds(people[0])[-1] == "listed"


def test_what_happens_in_between_makes_a_decision_void(ready, paused, vetter, organiser):
    privacy.disown(ready)
    switch(paused, "publishing", on=True, actor=organiser)
    assert vetting.go_on() == 0
    ready.refresh_from_db()
    assert (ready.status, ready.is_ready) == ("held", False)


@pytest.mark.parametrize("gone", ["evidence", "flag"])
def test_what_is_not_true_any_more_is_not_listed_but_waits_again(ready, paused, organiser, letter, gone):
    if gone == "evidence":
        ready.evidence.update(result=False)
    else:
        ready.flags.create(kind="burst")
    switch(paused, "publishing", on=True, actor=organiser)
    vetting.go_on()
    assert list(letter.signatures.waiting()) == [ready]


def test_two_people_decide_while_publishing_is_paused(paused, confirmed, vetter, second, organiser):
    signature = support(confirmed(), "MPO", by=vetter)
    for who in (vetter, second):
        vetting.list_(signature, vetter=who, level=4, reason="direct_contact")
    switch(paused, "publishing", on=True, actor=organiser)
    vetting.go_on()
    signature.refresh_from_db()
    assert (signature.status, signature.level) == ("listed", 4)


def test_whoever_confirms_is_held_while_all_new_are_held(letter, organiser, confirmed):
    switch(letter, "hold_new", on=True, actor=organiser)
    signature = confirmed()
    assert (signature.status, signature.events.last().reason) == ("held", "hold_all")
    switch(letter, "hold_new", on=False, actor=organiser)
    assert confirmed("two@example.com").status == "confirmed"


def test_a_mass_petition_lists_by_rule_unless_it_is_paused_or_holds_all(letter, organiser, confirmed):
    Letter.objects.filter(pk=letter.pk).update(listing="confirmed")
    one = confirmed("one@example.com")
    collecting.run()
    one.refresh_from_db()
    assert one.status == "listed"
    switch(letter, "publishing", on=False, actor=organiser)
    waits = confirmed("two@example.com", name="Zoe Other")
    collecting.run()
    waits.refresh_from_db()
    assert (waits.status, waits.is_ready) == ("confirmed", True)
    switch(letter, "hold_new", on=True, actor=organiser)
    assert confirmed("three@example.com").status == "held"
    switch(letter, "publishing", on=True, actor=organiser)
    vetting.go_on()
    waits.refresh_from_db()
    assert (waits.status, waits.level) == ("listed", 1)


def test_in_a_mass_petition_a_flag_keeps_a_name_until_a_person_lists_it_by_the_rule(letter, confirmed, vetter, at_desk):
    signature = confirmed()
    Letter.objects.filter(pk=letter.pk).update(listing="confirmed")
    flag = signature.flags.create(kind="seconds")
    vetting.list_by_rule(Signature.objects.get(pk=signature.pk))
    client = at_desk(vetter)
    assert client.post(page(signature, "list"), {**LISTING, "level": "1", "reason": "rule"}).status_code == 422
    client.post(page(signature, "list"), {**LISTING, "level": "1", "reason": "rule", "looked": [flag.pk]})
    signature.refresh_from_db()
    assert (signature.status, signature.level) == ("listed", 1)
