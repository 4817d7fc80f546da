"""The clock looks at who confirmed: flags, evidence, and the letter's own rule."""

import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from petition import switching
from petition.models import Letter
from signatories import collecting, flags, vetting, watch
from signatories.models import Mail, Origin, Setback, Signature
from signatories.reasons import FlagKind
from tests import naming
from tests.conftest import known_organisation


@pytest.fixture(autouse=True)
def _employers(db: None) -> None:
    """The organisations on the lines are known, so that they are no reason for doubt here."""
    for name in ("Lantern Works", "University of Examples"):
        known_organisation(name)


@pytest.fixture
def mass(letter: Letter) -> Letter:
    """A letter that lists everyone who confirmed."""
    letter.listing = Letter.Listing.CONFIRMED
    letter.save()
    return letter


@pytest.fixture
def poisoned(monkeypatch):
    """A collector that fails for one name; it stands in the list where the real ones stand."""

    def poison(signature: Signature) -> None:
        if signature.name == "Poison":
            raise ValueError(f"cannot read {signature.address}")

    monkeypatch.setattr(collecting, "COLLECTORS", [poison])


def test_everybody_who_confirmed_is_looked_at_once(confirmed, letter):
    for n in range(3):
        confirmed(f"p{n}@example.com", name=f"Person N{n}", organisation=f"House {n}")
    assert collecting.run() == 3
    assert collecting.run() == 0
    assert not letter.signatures.filter(collect_after__isnull=False).exists()


def test_on_a_mass_petition_a_name_is_listed_only_after_its_flags_were_looked_at(confirmed, mass):
    honest = confirmed("ada@example.com")
    double = confirmed("ada2@example.com", name="Ada B. Example")
    assert not mass.signatures.listed().exists()
    collecting.run()
    assert list(mass.signatures.listed()) == [honest]
    double.refresh_from_db()
    assert (double.status, double.risk) == ("confirmed", 25)


def test_on_a_mass_petition_a_watched_name_is_never_public(confirmed, mass, organiser, vetter):
    watch.add(mass, watched=["Ada Lecunova"], by=organiser)
    signature = confirmed(name="A d a  Lecun0va")
    collecting.run()
    assert [event.now for event in signature.events.all()] == ["confirmed", "held"]
    flags.release(signature, [FlagKind.WATCH_NAME], by=vetter)
    collecting.run()
    assert list(mass.signatures.listed()) == [signature]


@pytest.mark.parametrize("switch", [{"publishing": False}, {"hold_new": True}])
def test_a_letter_that_publishes_nothing_lists_nobody_by_its_rule(confirmed, mass, switch):
    Letter.objects.update(**switch)
    confirmed()
    collecting.run()
    assert not mass.signatures.listed().exists()


def test_the_first_names_of_a_device_are_looked_at_again_when_the_third_comes(post_sign, confirmed, letter):
    for n in ("one", "two", "three"):
        known_organisation(n)
        post_sign(f"{n}@example.com", name=f"Name {n.title()}", organisation=n)
    for signature in letter.signatures.all():
        confirmed(signature.address, **signature.typed)
        collecting.run()
    assert [one.risk for one in letter.signatures.all()] == [30, 30, 30]


def test_one_that_cannot_be_looked_at_holds_up_nobody_and_is_tried_again_ever_later(
    confirmed, poisoned, caplog, time_machine
):
    time_machine.move_to("2026-11-02 10:00Z", tick=False)
    bad, good = confirmed("secret@example.com", name="Poison"), confirmed("zoe@example.com", name="Zoe")
    with caplog.at_level(logging.ERROR):
        collecting.run()
    good.refresh_from_db()
    assert good.collect_after is None
    assert "secret@example.com" not in caplog.text
    assert "ValueError in poison" in caplog.text
    pauses = []
    for _ in range(4):
        bad.refresh_from_db()
        pauses.append(round((bad.collect_after - timezone.now()).total_seconds()))
        time_machine.move_to(bad.collect_after, tick=False)
        assert collecting.run() == 1
    assert pauses == [30, 60, 120, 240]
    assert (Setback.objects.get().attempts, Setback.objects.get().problem) == (5, "ValueError")


def test_a_setback_is_over_when_the_next_try_succeeds(confirmed, poisoned, monkeypatch):
    signature = confirmed(name="Poison")
    collecting.run()
    monkeypatch.setattr(collecting, "COLLECTORS", [])
    Signature.objects.update(collect_after=timezone.now())
    collecting.run()
    signature.refresh_from_db()
    assert signature.collect_after is None
    assert not Setback.objects.exists()


def test_what_changes_while_it_is_looked_at_is_looked_at_again(confirmed, monkeypatch):
    signature = confirmed()
    later = timezone.now() + timedelta(seconds=1)
    monkeypatch.setattr(
        collecting, "COLLECTORS", [lambda one: Signature.objects.filter(pk=one.pk).update(collect_after=later)]
    )
    collecting.sweep()
    signature.refresh_from_db()
    assert signature.collect_after == later


def test_a_leased_signature_is_taken_by_nobody_else_until_the_lease_is_over(confirmed, time_machine):
    time_machine.move_to("2026-11-02 10:00Z", tick=False)
    confirmed()
    collecting._lease(10)  # a worker that is killed before it does anything
    assert collecting.sweep() == 0
    time_machine.shift(collecting.LEASE)
    assert collecting.sweep() == 1


def test_who_confirms_now_does_not_wait_behind_a_letter_that_is_looked_at_anew(confirmed, letter):
    people = [confirmed(f"p{n}@example.com", name=f"Person N{n}", organisation=f"House {n}") for n in range(10)]
    Signature.objects.update(collect_after=timezone.now() - timedelta(minutes=1))
    Signature.objects.filter(pk=people[-1].pk).update(collect_after=timezone.now())
    collecting.sweep(4)
    people[-1].refresh_from_db()
    assert people[-1].collect_after is None


def test_a_decision_that_comes_in_between_stands(confirmed, mass, vetter, monkeypatch):
    signature = confirmed()

    def hold(_one: Signature) -> None:
        vetting.hold(Signature.objects.get(pk=signature.pk), vetter=vetter, reason="needs_second_look")

    monkeypatch.setattr(collecting, "COLLECTORS", [hold])
    collecting.run()
    signature.refresh_from_db()
    assert (signature.status, signature.collect_after) == ("held", None)
    assert not Setback.objects.exists()


def test_a_look_costs_a_fixed_number_of_queries_a_signature(confirmed, letter, django_assert_num_queries):
    def due(number: int) -> None:
        for n, name in enumerate(naming.combined(f"due {number}", number)):
            known_organisation(f"House {n}.{number}")
            one = confirmed(f"p{n}.{number}@example.com", name=name, organisation=f"House {n}.{number}")
            Origin.objects.create(signature=one, network="192.0.2.0/24", device=f"{n}.{number}")
        Mail.objects.update(sent_at=timezone.now() - timedelta(hours=1))

    due(1)
    with django_assert_num_queries(22 + 3):
        collecting.sweep()
    due(5)
    with django_assert_num_queries(22 + 5 * 3):
        collecting.sweep()


@pytest.fixture
def meanwhile(monkeypatch):
    """Do something between the moment in which a batch is leased and the first look at it."""

    def do(act) -> None:
        lease = collecting._lease

        def lease_then_act(limit: int) -> list[Signature]:
            monkeypatch.setattr(collecting, "_lease", lease)
            leased = lease(limit)
            act()
            return leased

        monkeypatch.setattr(collecting, "_lease", lease_then_act)
        collecting.sweep()

    return do


@pytest.mark.parametrize(("name", "on"), [("publishing", False), ("hold_new", True)])
def test_a_switch_that_is_turned_while_a_batch_waits_holds_for_all_of_it(
    confirmed, mass, organiser, meanwhile, name, on
):
    signature = confirmed(organisation="", role="")
    meanwhile(lambda: switching.switch(Letter.objects.get(), name, on=on, actor=organiser))
    signature.refresh_from_db()
    assert signature.status == "confirmed"


def test_who_is_held_while_a_batch_waits_is_not_made_ready(confirmed, mass, vetter, meanwhile):
    Letter.objects.update(publishing=False)
    signature = confirmed(organisation="", role="")
    meanwhile(lambda: vetting.hold(Signature.objects.get(), vetter=vetter, reason="needs_second_look"))
    signature.refresh_from_db()
    assert (signature.status, signature.ready_at) == ("held", None)
