"""A vetter decides about one signature."""

import re

import pytest
from django.db import IntegrityError, transaction

from petition.models import Membership, Role
from petition.moves import LostRace, NotAllowed
from signatories import cases, privacy, vetting
from signatories.models import Decision, Signature
from tests.conftest import owed_kinds, support

LISTING = {"level": "2", "reason": "work_mailbox", "note": ""}


def page(signature: Signature, verb: str = "") -> str:
    return f"/desk/{signature.letter.slug}/vetting/{signature.pk}/" + (f"{verb}/" if verb else "")


def test_listing_moves_the_signature_with_decision_history_and_mail(confirmed, vetter, at_desk, letter):
    signature = support(confirmed(), "M", by=vetter)
    at_desk(vetter).post(page(signature, "list"), LISTING)
    signature.refresh_from_db()
    assert (signature.status, signature.level, signature.signals) == ("listed", 2, ["organisation mailbox"])
    decision = signature.decisions.get()
    assert (decision.outcome, decision.level, decision.reason, decision.vetter) == ("list", 2, "work_mailbox", vetter)
    assert decision.claims == ["consent", "affiliation"]
    assert [(one["family"], one["account"]) for one in decision.signals] == [("M", "M:ada@example.com")]
    last = signature.events.last()
    assert (last.was, last.now, last.actor) == ("confirmed", "listed", vetter)
    assert owed_kinds(signature)[-1] == "listed"
    assert list(letter.signatures.listed()) == [signature]


@pytest.mark.parametrize(
    ("verb", "sent", "status", "reason"),
    [
        ("hold", {"reason": "needs_second_look"}, "held", "needs_second_look"),
        ("ask", {"questions": ["need_staff_page", "need_details"]}, "asked", "need_staff_page"),
        ("ask", {"question": "Which team?"}, "asked", "own_question"),
        ("decline", {"reason": "not_eligible"}, "declined", "not_eligible"),
    ],
)
def test_holding_asking_and_declining_are_moves_with_a_reason_and_a_mail(
    confirmed, vetter, at_desk, verb, sent, status, reason
):
    signature = confirmed()
    at_desk(vetter).post(page(signature, verb), {**sent, "note": "Seen by me"})
    signature.refresh_from_db()
    assert (signature.status, signature.events.last().reason, owed_kinds(signature)[-1]) == (status, reason, status)
    assert signature.decisions.get().note == "Seen by me"


MISTAKES = [
    ({"reason": ""}, "choose a reason"),
    ({"reason": "because"}, "valid choice"),
    ({"level": "3"}, "two signals of different families"),
    ({"level": "4"}, "two signals of different families"),
    ({"level": "1"}, "valid choice"),
    ({"level": "nine"}, "valid choice"),
    ({"note": "x" * 2001}, "at most 2000"),
    ({"note": "\0"}, "U+0000"),
]


def test_a_decision_without_its_grounds_is_explained_and_changes_nothing(confirmed, vetter, at_desk, subtests):
    signature, client = support(confirmed(), "M", by=vetter), at_desk(vetter)
    for change, said in MISTAKES:
        with subtests.test(str(change)[:40]):
            answer = client.post(page(signature, "list"), {**LISTING, **change})
            assert answer.status_code == 422
            assert said in answer.content.decode()
            assert not Decision.objects.exists()


def test_a_slip_is_undone_from_the_message_about_it(confirmed, vetter, at_desk):
    signature, client = confirmed(name="Ada <b>Example</b>"), at_desk(vetter)
    sent = {"reason": "not_a_person", "then": "next"}
    said = client.post(page(signature, "decline"), sent, follow=True).content.decode()
    assert (
        f'<a href="{page(signature)}" dir="auto">Ada &lt;b&gt;Example&lt;/b&gt;</a>: declined. Reason: Not a person.'
        in said
    )
    assert f'<a href="{page(signature)}?undo=1" id="undo">Undo</a>' in said
    shown = client.get(f"{page(signature)}?undo=1").content.decode()
    assert re.search(
        r'<details class="panel" name="verb" data-key="b" open>.*?value="decided_by_mistake"[^>]* checked', shown, re.S
    )
    answer = client.post(page(signature, "back"), {"reason": "decided_by_mistake", "then": "here"})
    assert answer["Location"] == page(signature)
    signature.refresh_from_db()
    assert signature.status == "confirmed"


def test_a_listed_name_is_undone_by_taking_it_off_with_a_public_reason(confirmed, vetter, at_desk, listed):
    shown = at_desk(vetter).get(page(listed(confirmed())) + "?undo=1").content.decode()
    assert re.search(r'name="verb" data-key="h" open>.*?value="listed_by_mistake"[^>]* checked', shown, re.S)
    assert '<input type="hidden" name="then" value="here">' in shown


def test_what_a_decision_lacks_is_said_at_the_top_of_the_page(confirmed, vetter, at_desk, subtests):
    signature, client = confirmed(), at_desk(vetter)
    for verb in ("ask", "hold", "decline"):
        with subtests.test(verb):
            shown = client.post(page(signature, verb), {"note": "kept"}).content.decode()
            top, _, rest = shown.partition('<div class="person deciding">')
            assert "Please look at this again." in top
            assert "kept" in rest


def test_nobody_is_listed_without_evidence(confirmed, vetter, at_desk):
    signature = confirmed()
    answer = at_desk(vetter).post(page(signature, "list"), LISTING)
    assert "Nothing supports the organisation that is printed yet." in answer.content.decode()
    with pytest.raises(NotAllowed):
        vetting.list_(signature, vetter=vetter, level=2, reason="staff_page")


def test_evidence_of_an_earlier_decision_that_does_not_stand_any_more_is_not_shown(confirmed, vetter, listed):
    signature = listed(confirmed(), level=3)
    vetting.hide(signature, vetter=vetter, reason="listed_by_mistake")
    vetting.back(signature, vetter=vetter, reason="decided_by_mistake")
    assert (signature.level, signature.checked) == (1, "")
    signature.evidence.filter(family="P").update(result=False)
    decision = vetting.list_(signature, vetter=vetter, level=2, reason="work_mailbox")
    assert decision.outcome == "propose"
    assert [one["family"] for one in decision.signals] == ["M"]


def test_a_decision_can_be_reversed_with_history(confirmed, vetter, second, at_desk, listed):
    signature = listed(confirmed())
    client = at_desk(vetter)
    client.post(page(signature, "hide"), {"reason": "listed_by_mistake"})
    client.post(page(signature, "back"), {"reason": "decided_by_mistake"})
    client.post(page(signature, "list"), LISTING)
    at_desk(second).post(page(signature, "list"), LISTING)
    assert [event.now for event in signature.events.all()] == [
        *("confirmed", "listed", "hidden", "confirmed", "held", "listed")
    ]


def test_the_mailbox_owner_who_did_not_sign_is_heard_before_anybody_lists(confirmed, vetter):
    signature = support(confirmed(), "M", by=vetter)
    privacy.disown(signature)
    signature.refresh_from_db()
    vetting.hold(signature, vetter=vetter, reason="needs_second_look")
    with pytest.raises(NotAllowed, match="did not sign"):
        vetting.list_(signature, vetter=vetter, level=2, reason="work_mailbox")
    cases.close(signature.cases.get(), by=vetter, outcome="kept")
    vetting.back(signature, vetter=vetter, reason="new_information")
    assert vetting.list_(signature, vetter=vetter, level=2, reason="work_mailbox").outcome == "list"


def test_an_open_case_keeps_a_name_off(confirmed, vetter, letter):
    signature = support(confirmed(), "M", by=vetter)
    letter.cases.create(signature=signature, kind="report")
    with pytest.raises(NotAllowed, match="case"):
        vetting.list_(signature, vetter=vetter, level=2, reason="work_mailbox")


def test_each_open_flag_is_ticked_off_before_a_name_is_listed(confirmed, vetter, at_desk):
    signature = support(confirmed(), "M", by=vetter)
    flags = [signature.flags.create(kind=kind) for kind in ("seconds", "burst")]
    Signature.objects.filter(pk=signature.pk).update(risk=45)
    client = at_desk(vetter)
    answer = client.post(page(signature, "list"), {**LISTING, "looked": [flags[0].pk]})
    assert "Please look at each flag" in answer.content.decode()
    client.post(page(signature, "list"), {**LISTING, "looked": [flag.pk for flag in flags]})
    signature.refresh_from_db()
    assert (signature.status, signature.risk) == ("listed", 0)
    assert set(signature.flags.values_list("released_by", flat=True)) == {vetter.pk}


def test_the_verb_itself_wants_each_flag_looked_at(confirmed, vetter):
    signature = support(confirmed(), "M", by=vetter)
    signature.flags.create(kind="seconds")
    with pytest.raises(NotAllowed, match="flag is open"):
        vetting.list_(signature, vetter=vetter, level=2, reason="work_mailbox", looked=[0])


def test_who_decides_second_gets_a_409_page(confirmed, vetter, second, at_desk):
    signature = support(confirmed(), "M", by=vetter)
    at_desk(vetter).post(page(signature, "decline"), {"reason": "not_eligible"})
    answer = at_desk(second).post(page(signature, "list"), LISTING)
    assert answer.status_code == 409
    assert "cannot be done any more" in answer.content.decode()


def test_whoever_looks_at_an_old_page_is_asked_to_look_again(confirmed, vetter, second, at_desk):
    signature = support(confirmed(), "M", by=vetter)
    seen = vetting.mark(signature)
    vetting.hold(signature, vetter=second, reason="unclear_affiliation", note="Another Ada works there")
    answer = at_desk(vetter).post(page(signature, "list"), {**LISTING, "seen": seen})
    assert answer.status_code == 409
    assert "Please look again" in answer.content.decode()
    assert "Another Ada works there" in answer.content.decode()
    signature.refresh_from_db()
    assert signature.status == "held"


def test_a_stale_copy_loses_the_race(confirmed, vetter):
    signature = confirmed()
    stale = Signature.objects.get(pk=signature.pk)
    vetting.hold(signature, vetter=vetter, reason="needs_second_look")
    with pytest.raises(LostRace):
        vetting.decline(stale, vetter=vetter, reason="not_eligible")
    assert Decision.objects.count() == 1


def test_a_listed_name_leaves_the_letter_by_hiding_only(confirmed, vetter, listed):
    signature = listed(confirmed())
    for verb in (vetting.hold, vetting.back, vetting.decline):
        with pytest.raises(NotAllowed):
            verb(signature, vetter=vetter, reason="needs_second_look")
    with pytest.raises(NotAllowed):
        vetting.ask(signature, vetter=vetter, questions=["need_details"])


def test_other_roles_see_the_queue_and_decide_nothing(confirmed, letter, vetter, stranger, at_desk, subtests):
    signature, client = support(confirmed(), "M", by=vetter), at_desk(stranger)
    for role in (Role.EDITOR, Role.EXPORTER, Role.OBSERVER):
        Membership.objects.update_or_create(letter=letter, user=stranger, defaults={"role": role})
        with subtests.test(role.value):
            seen = client.get(page(signature))
            assert seen.status_code == 200
            assert "List, and go on" not in seen.content.decode()
            for verb in ("list", "ask", "recuse", "record", "contact", "claim"):
                assert client.post(page(signature, verb), LISTING).status_code == 404


def test_a_signature_of_another_letter_is_not_reached_through_this_one(confirmed, vetter, at_desk):
    signature = confirmed()
    assert at_desk(vetter).get(f"/desk/another-letter/vetting/{signature.pk}/").status_code == 404


def test_the_database_keeps_an_unconfirmed_name_off_the_list(post_sign, letter):
    post_sign()
    with pytest.raises(IntegrityError), transaction.atomic():
        letter.signatures.update(status="listed", level=2)
