"""Several vetters and workers at one queue at the same moment."""

from datetime import timedelta
from functools import partial

from django.db import connection
from django.utils import timezone

from petition.models import Letter, Membership, Role, User
from petition.switching import switch
from signatories import vetting
from signatories.models import ClaimLock, Decision, SignatureEvent
from signatories.vetting import waiting
from tests.conftest import support


def vetters(letter: Letter, number: int) -> list[User]:
    made = [User.objects.create_user(f"vetter{n}@example.org", name=f"Vetter {n}") for n in range(number)]
    for user in made:
        Membership.objects.create(letter=letter, user=user, role=Role.VETTER)
    return made


def test_of_many_who_claim_at_once_one_gets_it(letter, confirmed, at_once):
    signature, team = confirmed(), vetters(letter, 12)
    assert at_once(partial(vetting.claim, signature.pk, vetter=one) for one in team).count(True) == 1
    assert ClaimLock.objects.count() == 1


def test_vetters_who_go_on_at_once_open_different_names(letter, confirmed, at_once):
    for number in range(12):
        confirmed(f"signer{number}@example.com")
    team = vetters(letter, 8)
    opened = at_once(partial(waiting.next_for, one, letter, waiting.Filter()) for one in team)
    assert len({one.pk for one in opened}) == 8


def test_two_proposals_at_once_are_a_decision_by_two(letter, confirmed, vetter, second, at_desk, at_once):
    for number in range(6):
        signature = support(confirmed(f"signer{number}@example.com"), "MPO", by=vetter)
        path = f"/desk/{letter.slug}/vetting/{signature.pk}/list/"
        grounds = {"level": "4", "reason": "direct_contact"}
        answers = at_once(partial(at_desk(one).post, path, grounds) for one in (vetter, second))
        signature.refresh_from_db()
        outcomes = sorted(signature.decisions.values_list("outcome", flat=True))
        if [answer.status_code for answer in answers] == [302, 302]:
            assert (signature.status, outcomes) == ("listed", ["list", "propose"])
        else:  # the second was told to look again, because the proposal had moved it in the meantime
            assert (signature.status, outcomes) == ("held", ["propose"])


def test_one_person_twice_at_once_is_not_two(letter, confirmed, vetter, at_desk, at_once):
    signature = support(confirmed(), "MPO", by=vetter)
    path = f"/desk/{letter.slug}/vetting/{signature.pk}/list/"
    at_once([partial(at_desk(vetter).post, path, {"level": "4", "reason": "direct_contact"})] * 6)
    signature.refresh_from_db()
    assert signature.status == "held"
    assert set(signature.decisions.values_list("outcome", flat=True)) == {"propose"}


def test_whoever_recuses_while_they_decide_does_one_or_the_other(letter, confirmed, vetter, at_desk, at_once):
    for number in range(6):
        signature = support(confirmed(f"signer{number}@example.com"), "M", by=vetter)
        page = f"/desk/{letter.slug}/vetting/{signature.pk}/"
        at_once(
            [
                partial(at_desk(vetter).post, page + "list/", {"level": "2", "reason": "work_mailbox"}),
                partial(at_desk(vetter).post, page + "recuse/", {"sure": "on"}),
            ]
        )
        signature.refresh_from_db()
        decided = signature.decisions.count()
        assert (signature.status == "listed") == (decided == 1)


def test_workers_that_publish_at_once_list_each_name_once(letter, confirmed, vetter, organiser, at_once):
    switch(letter, "publishing", on=False, actor=organiser)
    for number in range(30):
        signature = support(confirmed(f"signer{number}@example.com"), "M", by=vetter)
        vetting.list_(signature, vetter=vetter, level=2, reason="work_mailbox")
    switch(letter, "publishing", on=True, actor=organiser)
    assert sum(at_once([vetting.go_on] * 4)) == 30
    assert SignatureEvent.objects.filter(now="listed").count() == 30
    assert letter.signatures.listed().count() == 30


def test_reminders_and_ends_of_questions_come_once(letter, confirmed, vetter, at_once):
    for number in range(10):
        vetting.ask(confirmed(f"signer{number}@example.com"), vetter=vetter, questions=["need_details"])
    with connection.cursor() as cursor:  # the database lets nobody else change when something was asked
        cursor.execute("ALTER TABLE signatories_decision DISABLE TRIGGER USER")
        Decision.objects.update(at=timezone.now() - timedelta(days=15))
        cursor.execute("ALTER TABLE signatories_decision ENABLE TRIGGER USER")
    assert sum(at_once([vetting.remind] * 4)) == 10
    assert sum(at_once([vetting.lapse] * 4)) == 10
    assert letter.signatures.filter(status="declined").count() == 10
