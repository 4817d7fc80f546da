"""What one person does not decide alone, and what somebody may not decide at all."""

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from petition.moves import NotAllowed
from signatories import vetting
from signatories.models import Signature
from tests.conftest import support
from tests.test_vetting import LISTING, page


def listing(signature: Signature, **change: object) -> dict[str, object]:
    looked = list(signature.flags.filter(released_at=None).values_list("pk", flat=True))
    return {**LISTING, "looked": looked, **change}


def watched(signature: Signature) -> None:
    signature.flags.create(kind="watch_name", details={"names": ["Ada"]})


def was_watched(signature: Signature) -> None:
    signature.flags.create(kind="impostor", released_at=signature.created_at)


def was_hidden(signature: Signature) -> None:
    signature.events.create(was="listed", now="hidden", reason="duplicate_person")


@pytest.mark.parametrize(
    ("before", "change"),
    [
        (lambda signature: None, {"level": "4", "reason": "direct_contact"}),
        (watched, {}),
        (was_watched, {}),
        (was_hidden, {}),
        (lambda signature: None, {"acquainted": "on"}),
    ],
)
def test_two_people_list_what_one_must_not(confirmed, vetter, second, at_desk, before, change):
    signature = support(confirmed(), "MPO", by=vetter)
    before(signature)
    for _ in range(2):
        answer = at_desk(vetter).post(page(signature, "list"), listing(signature, **change), follow=True)
        assert "A second person" in answer.content.decode()
        signature.refresh_from_db()
        assert signature.status == "held"
    assert set(signature.decisions.values_list("outcome", flat=True)) == {"propose"}
    at_desk(second).post(page(signature, "list"), listing(signature, **{**change, "acquainted": ""}))
    signature.refresh_from_db()
    decision = signature.decisions.last()
    assert (signature.status, decision.vetter, decision.second_vetter) == ("listed", vetter, second)


def test_a_proposal_releases_no_flag(confirmed, vetter):
    signature = support(confirmed(), "M", by=vetter)
    watched(signature)
    vetting.list_(signature, vetter=vetter, level=2, reason="staff_page", looked=[signature.flags.get().pk])
    assert signature.flags.get().released_at is None


def test_the_second_person_may_decide_otherwise(confirmed, vetter, second):
    signature = support(confirmed(), "MPO", by=vetter)
    vetting.list_(signature, vetter=vetter, level=4, reason="direct_contact")
    vetting.decline(signature, vetter=second, reason="not_eligible")
    assert (signature.status, vetting.proposal(signature)) == ("declined", None)


def test_a_lower_level_that_needs_one_person_is_listed_by_the_second_alone(confirmed, vetter, second):
    signature = support(confirmed(), "MPO", by=vetter)
    vetting.list_(signature, vetter=vetter, level=4, reason="direct_contact")
    decision = vetting.list_(signature, vetter=second, level=3, reason="two_signals")
    assert (decision.outcome, decision.vetter, decision.second_vetter) == ("list", second, None)


def test_two_who_both_know_the_signer_are_not_two(confirmed, vetter, second, organiser):
    signature = support(confirmed(), "M", by=vetter)
    for who in (vetter, second):
        proposed = vetting.list_(signature, vetter=who, level=2, reason="staff_page", acquainted=True)
        assert proposed.outcome == "propose"
    decision = vetting.list_(signature, vetter=organiser, level=2, reason="staff_page")
    assert (decision.outcome, decision.vetter, decision.second_vetter) == ("list", second, organiser)


def test_a_proposal_that_was_put_on_hold_counts_no_more(confirmed, vetter, second):
    signature = support(confirmed(), "MPO", by=vetter)
    vetting.list_(signature, vetter=vetter, level=4, reason="direct_contact")
    vetting.hold(signature, vetter=second, reason="needs_second_look")
    assert vetting.list_(signature, vetter=second, level=4, reason="direct_contact").outcome == "propose"


def test_who_recuses_neither_decides_nor_sees_the_form(confirmed, vetter, at_desk):
    signature = support(confirmed(), "M", by=vetter)
    client = at_desk(vetter)
    assert client.post(page(signature, "recuse")).status_code == 422
    assert client.post(page(signature, "recuse"), {"sure": "on"}).status_code == 303
    seen = client.get(page(signature)).content.decode()
    assert "left the decision to others" in seen
    assert "List, and go on" not in seen
    posts = {"list": LISTING, "decline": {"reason": "impostor"}, "ask": {"question": "Who?"}}
    posts |= {"record": {"url": "https://example.org", "claims": "identity"}, "hold": {"reason": "needs_second_look"}}
    for verb, sent in posts.items():
        assert client.post(page(signature, verb), sent).status_code == 409
    signature.refresh_from_db()
    assert (signature.status, signature.decisions.count()) == ("confirmed", 0)


def test_a_proposal_of_somebody_who_recused_counts_no_more(confirmed, vetter, second):
    signature = support(confirmed(), "MPO", by=vetter)
    vetting.list_(signature, vetter=vetter, level=4, reason="direct_contact")
    vetting.recuse(signature, vetter=vetter)
    assert vetting.list_(signature, vetter=second, level=4, reason="direct_contact").outcome == "propose"


def test_the_database_refuses_a_decision_by_somebody_who_recused(confirmed, vetter, second):
    signature = confirmed()
    vetting.recuse(signature, vetter=vetter)
    for who in ({"vetter": vetter}, {"vetter": second, "second_vetter": vetter}):
        with pytest.raises(IntegrityError), transaction.atomic():
            signature.decisions.create(outcome="decline", reason="impostor", **who)


@pytest.mark.parametrize("outcome", ["list", "ready"])
@pytest.mark.parametrize("grounds", [{"level": 4}, {"level": 2, "acquainted": True}])
def test_the_database_refuses_one_person_where_two_decide(confirmed, vetter, outcome, grounds):
    with pytest.raises(IntegrityError), transaction.atomic():
        confirmed().decisions.create(outcome=outcome, reason="direct_contact", vetter=vetter, **grounds)


@pytest.mark.parametrize("address", ["VERA@example.org", "vera@second.example.net"])
def test_nobody_decides_about_their_own_signature(confirmed, vetter, at_desk, address):
    EmailAddress.objects.create(user=vetter, email="vera@second.example.net", verified=True)
    signature = support(confirmed(address), "M", by=vetter)
    client = at_desk(vetter)
    assert client.post(page(signature, "list"), LISTING).status_code == 409
    assert "your own signature" in client.get(page(signature)).content.decode()
    with pytest.raises(NotAllowed):
        vetting.hold(signature, vetter=vetter, reason="needs_second_look")
