"""A vetter decides."""

import pytest
from django.db import IntegrityError, transaction

from petition.models import Membership, Role
from petition.moves import LostRace, NotAllowed
from signatories import reasons, vetting
from signatories.models import Decision, Signature
from tests.conftest import owed_kinds

GROUNDS = {
    "level": "2",
    "signals": ["P"],
    "reason": "staff_page",
    "url": "https://lantern.example.org/people",
    "note": "",
}


def page(signature: Signature, verb: str = "") -> str:
    return f"/desk/{signature.letter.slug}/vetting/{signature.pk}/" + (f"{verb}/" if verb else "")


def test_the_queue_shows_who_waits_and_leads_to_the_person(confirmed, vetter, at_desk):
    signature = confirmed()
    client = at_desk(vetter)
    assert page(signature) in client.get("/desk/keep-the-lights-on/vetting/").content.decode()
    seen = client.get(page(signature)).content.decode()
    for shown in (
        "Lamplighter, Lantern Works",
        "ada@example.com",
        "came back from the mailbox",
        "People who work with light.",
    ):
        assert shown in seen


def test_listing_moves_the_signature_with_decision_evidence_history_and_mail(confirmed, vetter, at_desk, letter):
    signature = confirmed()
    at_desk(vetter).post(page(signature, "list"), GROUNDS)
    signature.refresh_from_db()
    assert (signature.status, signature.level, signature.signals) == ("listed", 2, ["public record"])
    decision = signature.decisions.get()
    assert (decision.outcome, decision.level, decision.reason, decision.vetter) == ("list", 2, "staff_page", vetter)
    assert signature.evidence.get().claim == "affiliation"
    assert [(event.was, event.now, event.actor) for event in signature.events.all()][-1] == (
        "confirmed",
        "listed",
        vetter,
    )
    assert owed_kinds(signature)[-1] == "listed"
    assert list(letter.signatures.listed()) == [signature]


@pytest.mark.parametrize(
    ("verb", "reason", "status"),
    [
        ("hold", "needs_second_look", "held"),
        ("ask", "need_staff_page", "asked"),
        ("decline", "not_eligible", "declined"),
    ],
)
def test_holding_asking_and_declining_are_moves_with_a_reason_and_a_mail(
    confirmed, vetter, at_desk, verb, reason, status
):
    signature = confirmed()
    at_desk(vetter).post(page(signature, verb), {"reason": reason, "note": "Seen by me"})
    signature.refresh_from_db()
    assert (signature.status, signature.events.last().reason, owed_kinds(signature)[-1]) == (status, reason, status)
    assert signature.decisions.get().note == "Seen by me"


def test_a_decision_can_be_reversed_with_history(confirmed, vetter, at_desk, listed):
    signature = listed(confirmed())
    client = at_desk(vetter)
    client.post(page(signature, "hide"), {"reason": "listed_by_mistake"})
    client.post(page(signature, "back"), {"reason": "decided_by_mistake"})
    client.post(page(signature, "list"), GROUNDS)
    assert [event.now for event in signature.events.all()] == ["confirmed", "listed", "hidden", "confirmed", "listed"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"reason": ""}, "choose a reason"),
        ({"reason": "because"}, "valid choice"),
        ({"signals": []}, "tick what you checked"),
        ({"level": "3"}, "two signals of different families"),
        ({"level": "4", "signals": ["M", "P"]}, "direct contact"),
        ({"level": "1"}, "valid choice"),
        ({"level": "nine"}, "valid choice"),
        ({"url": "javascript:alert(1)"}, "valid URL"),
        ({"note": "x" * 2001}, "at most 2000"),
    ],
)
def test_a_decision_without_its_grounds_is_explained_and_changes_nothing(confirmed, vetter, at_desk, change, said):
    signature = confirmed()
    answer = at_desk(vetter).post(page(signature, "list"), {**GROUNDS, **change})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Decision.objects.exists()


def test_level_4_needs_two_people(confirmed, vetter, second, at_desk):
    signature = confirmed()
    grounds = {**GROUNDS, "level": "4", "signals": ["P", "O"], "reason": "direct_contact"}
    for _ in range(2):
        at_desk(vetter).post(page(signature, "list"), grounds)
        signature.refresh_from_db()
        assert signature.status == "held"
    at_desk(second).post(page(signature, "list"), grounds)
    signature.refresh_from_db()
    decision = signature.decisions.last()
    assert (signature.status, signature.level) == ("listed", 4)
    assert (decision.vetter, decision.second_vetter) == (vetter, second)


def test_the_database_refuses_level_4_by_one_person(confirmed, vetter):
    with pytest.raises(IntegrityError), transaction.atomic():
        confirmed().decisions.create(outcome="list", level=4, reason="direct_contact", vetter=vetter)


def test_nobody_decides_about_their_own_signature(confirmed, vetter, at_desk):
    signature = confirmed(vetter.email.upper())
    client = at_desk(vetter)
    assert client.post(page(signature, "list"), GROUNDS).status_code == 409
    assert "your own signature" in client.get(page(signature)).content.decode()


def test_who_decides_second_gets_a_409_page(confirmed, vetter, second, at_desk):
    signature = confirmed()
    at_desk(vetter).post(page(signature, "decline"), {"reason": "not_eligible"})
    answer = at_desk(second).post(page(signature, "list"), GROUNDS)
    assert answer.status_code == 409
    assert "cannot be done any more" in answer.content.decode()


def test_a_stale_copy_loses_the_race(confirmed, vetter):
    signature = confirmed()
    stale = Signature.objects.get(pk=signature.pk)
    vetting.hold(signature, vetter=vetter, reason="needs_second_look")
    with pytest.raises(LostRace):
        vetting.decline(stale, vetter=vetter, reason="not_eligible")
    assert Decision.objects.count() == 1


def test_a_move_that_is_not_in_the_table_is_refused(confirmed, vetter):
    signature = confirmed()
    with pytest.raises(NotAllowed):
        vetting.hide(signature, vetter=vetter, reason="impostor")


@pytest.mark.parametrize("role", [Role.EDITOR, Role.EXPORTER, Role.OBSERVER])
def test_other_roles_see_the_queue_and_decide_nothing(confirmed, letter, stranger, at_desk, role):
    signature = confirmed()
    Membership.objects.create(letter=letter, user=stranger, role=role)
    client = at_desk(stranger)
    assert client.get(page(signature)).status_code == 200
    assert "List, and go on" not in client.get(page(signature)).content.decode()
    assert client.post(page(signature, "list"), GROUNDS).status_code == 404


def test_after_a_decision_the_next_one_is_there(confirmed, vetter, at_desk):
    first, then = confirmed("one@example.com"), confirmed("two@example.com")
    answer = at_desk(vetter).post(page(first, "list"), {**GROUNDS, "then": "next"})
    assert answer["Location"] == page(then)


@pytest.mark.parametrize(
    ("level", "families", "fine"),
    [
        (2, ["M"], True),
        (2, [], False),
        (3, ["M", "P"], True),
        (3, ["M", "M"], False),
        (4, ["M", "O"], True),
        (4, ["M", "P"], False),
    ],
)
def test_levels_rest_on_signals(level, families, fine):
    assert (reasons.level_problem(level, families) == "") is fine


def test_a_signature_of_another_letter_is_not_reached_through_this_one(confirmed, vetter, at_desk, organiser):
    signature = confirmed()
    other = f"/desk/another-letter/vetting/{signature.pk}/"
    assert at_desk(vetter).get(other).status_code == 404


def test_the_database_keeps_an_unconfirmed_name_off_the_list(post_sign, letter):
    post_sign()
    with pytest.raises(IntegrityError), transaction.atomic():
        letter.signatures.update(status="listed", level=2)
