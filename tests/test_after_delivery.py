"""A letter was delivered: nobody is added to it, whoever was on it may come back, and everybody may leave."""

import pytest

from petition.moves import NotAllowed
from signatories import collecting, privacy, record, tokens, vetting
from signatories.models import Signature
from tests.conftest import support


@pytest.fixture
def waiting(frozen, vetter) -> Signature:
    """Somebody who confirmed before the delivery, and on whom nobody decided."""
    return support(Signature.objects.get(address="waiting@example.com"), "M", by=vetter)


def test_no_name_is_added_and_the_vetter_reads_why(letter, waiting, vetter, at_desk):
    page = f"/desk/{letter.slug}/vetting/{waiting.pk}/list/"
    answer = at_desk(vetter).post(page, {"level": "2", "reason": "staff_page"})
    assert answer.status_code == 409
    assert "The letter has been delivered. No name is added to it any more." in answer.content.decode()
    waiting.refresh_from_db()
    assert (waiting.status, waiting.decisions.count()) == ("confirmed", 0)
    assert letter.signatures.listed().count() == letter.delivery.signatories == 2


def test_the_rule_of_a_letter_that_was_delivered_adds_nobody(letter, waiting):
    type(letter).objects.update(listing="confirmed")
    Signature.objects.filter(pk=waiting.pk).update(collect_after=waiting.confirmed_at)
    collecting.run()
    waiting.refresh_from_db()
    assert (waiting.status, waiting.collect_after) == ("confirmed", None)


def test_a_name_that_was_taken_off_by_mistake_comes_back(letter, frozen, vetter, listed_again):
    ada = Signature.objects.get(address="ada@example.com")
    vetting.hide(ada, vetter=vetter, reason="listed_by_mistake")
    listed_again(ada)
    assert letter.signatures.listed().count() == 2
    assert record.drift(letter) == (2, 2)


def test_whoever_waits_may_be_declined_and_whoever_is_listed_may_leave(letter, waiting, vetter):
    vetting.decline(waiting, vetter=vetter, reason="not_eligible")
    privacy.withdraw(Signature.objects.get(address="ada@example.com"))
    with pytest.raises(NotAllowed):
        vetting.list_(waiting, vetter=vetter, level=2, reason="staff_page")
    assert letter.signatures.listed().count() == 1


def test_who_still_waits_is_told_that_no_name_is_added_any_more(client, letter, waiting):
    page = client.get(f"/mine/{tokens.make('mine', waiting.pk)}/").content.decode()
    assert "no name is added to it any more" in page
    assert "looks at every name before it is printed" not in page
    assert "lets you see or withdraw" in client.get(f"/letters/{letter.slug}/").content.decode()
