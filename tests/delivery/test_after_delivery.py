"""A letter was delivered: nobody is added to it, whoever was on it may come back, and everybody may leave."""

import pytest
from django.utils import timezone

from petition import lifecycle
from petition.models import Letter
from petition.moves import NotAllowed
from signatories import collecting, delivering, privacy, record, tokens, vetting
from signatories.models import Signature
from tests.conftest import LINE, finish_batches, support


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


def test_who_was_counted_and_not_named_is_named_by_no_detour(letter, frozen, vetter):
    shy = Signature.objects.get(name="Shy Shirin")
    typed = {**LINE, "name": shy.name, "role": "Senior lamplighter"}
    privacy.correct(shy, typed={name: typed[name] for name in privacy.LINE_ONLY})  # which takes her out of the count
    privacy.be_named(shy, publish=True)
    shy = support(Signature.objects.select_related("letter").get(pk=shy.pk), "M", by=vetter)
    with pytest.raises(NotAllowed, match="No name is added"):
        vetting.list_(shy, vetter=vetter, level=2, reason="staff_page")
    assert letter.signatures.listed().count() == 2


def test_another_name_stands_on_no_letter_that_was_delivered(letter, frozen):
    ada = Signature.objects.select_related("letter").get(address="ada@example.com")
    letter.refresh_from_db()
    typed = {**LINE, "name": "Somebody Else"}
    with pytest.raises(NotAllowed, match="delivered under this name"):
        privacy.correct(ada, typed={name: typed[name] for name in privacy.LINE_ONLY})
    assert ada.name in {one.name for one in letter.signatures.listed()}


def test_nothing_is_delivered_while_names_that_were_decided_wait(letter, closed, confirmed, vetter, organiser):
    waiting = support(Signature.objects.get(address="waiting@example.com"), "M", by=vetter)
    Letter.objects.filter(pk=letter.pk).update(publishing=False)
    vetting.list_(
        Signature.objects.select_related("letter").get(pk=waiting.pk), vetter=vetter, level=2, reason="staff_page"
    )
    letter.refresh_from_db()
    with pytest.raises(NotAllowed, match="1 name is decided"):
        delivering.deliver(letter, actor=organiser)
    Letter.objects.filter(pk=letter.pk).update(publishing=True)
    vetting.go_on()
    letter.refresh_from_db()
    assert delivering.deliver(letter, actor=organiser).signatories == 3


def test_nothing_is_delivered_while_a_batch_is_being_done(letter, closed, begin, organiser):
    batch = begin("hold", work=False, reason="unclear_affiliation", choice={})
    letter.refresh_from_db()
    with pytest.raises(NotAllowed, match="A batch is still being done"):
        delivering.deliver(letter, actor=organiser)
    finish_batches()
    batch.refresh_from_db()
    assert (batch.state, delivering.deliver(letter, actor=organiser).signatories) == ("done", 2)


def test_a_decision_that_came_too_late_for_a_delivery_was_never_one_to_list(frozen, waiting, vetter, letter):
    decision = waiting.decisions.create(outcome="ready", level=2, reason="staff_page", vetter=vetter)
    Signature.objects.filter(pk=waiting.pk).update(ready_at=timezone.now())
    vetting.go_on()
    waiting.refresh_from_db()
    decision.refresh_from_db()
    assert (waiting.status, waiting.ready_at, decision.outcome) == ("confirmed", None, "ready")


def test_english_words_keep_their_full_stops_on_an_arabic_page(client, letter, frozen):
    page = client.get(f"/ar/letters/{letter.slug}/delivery/").content.decode()
    assert f'<p class="disclaimer" lang="en" dir="auto">{letter.disclaimer}</p>' in page
    assert '<li><bdi lang="en">' in page


def test_who_never_stood_on_it_may_correct_a_misspelt_name(waiting, letter):
    letter.refresh_from_db()
    signature = Signature.objects.select_related("letter").get(pk=waiting.pk)
    typed = {**LINE, "name": "Waiting Willem"}
    privacy.correct(signature, typed={name: typed[name] for name in privacy.LINE_ONLY})
    assert Signature.objects.get(pk=waiting.pk).name == "Waiting Willem"


def test_no_other_name_is_added_by_a_correction_from_before_the_delivery(letter, confirmed, listed, vetter, organiser):
    listed(confirmed("bob@example.com", name="Bob Builder"))
    ada = listed(confirmed("ada@example.com"))
    privacy.correct(ada, typed={**ada.typed, "name": "Grace Famous"})  # and nobody has looked at it by then
    lifecycle.close(letter, actor=organiser)
    delivery = delivering.deliver(letter, actor=organiser)
    with pytest.raises(NotAllowed, match="No name is added"):
        listed(Signature.objects.select_related("letter").get(pk=ada.pk))
    assert letter.signatures.listed().count() == delivery.signatories == 1


def test_who_was_taken_off_before_the_delivery_does_not_come_back_after_it(
    letter, confirmed, listed, listed_again, vetter, organiser
):
    listed(confirmed("bob@example.com", name="Bob Builder"))
    ada = listed(confirmed("ada@example.com"))
    vetting.hide(ada, vetter=vetter, reason="listed_by_mistake")
    lifecycle.close(letter, actor=organiser)
    delivery = delivering.deliver(letter, actor=organiser)
    with pytest.raises(NotAllowed, match="No name is added"):
        listed_again(Signature.objects.select_related("letter").get(pk=ada.pk))
    assert letter.signatures.listed().count() == delivery.signatories
