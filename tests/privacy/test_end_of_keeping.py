"""What is left of who waited, once the date until which the letter keeps data has passed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from petition import lifecycle
from petition.models import Letter
from petition.moves import NotAllowed
from signatories import privacy, retention, vetting
from signatories.models import Signature
from signatories.retention import acts
from signatories.vetting import waiting
from tests.conftest import finish_batches, support


@pytest.fixture
def nameless(letter, confirmed, organiser) -> Signature:
    """Somebody of whom nothing is left but a count."""
    return end_of_keeping(letter, confirmed(), organiser)


def end_of_keeping(letter: Letter, signature: Signature, organiser) -> Signature:
    if letter.status == Letter.Status.OPEN:
        lifecycle.close(letter, actor=organiser)
    Letter.objects.filter(pk=letter.pk).update(keep_until=timezone.now().date() - timedelta(days=2))
    retention.run(only={"letter"})
    signature.refresh_from_db()
    assert (signature.status, signature.name) == ("confirmed", "")
    return signature


def test_it_is_counted_and_waits_for_nobody(nameless, letter, vetter, at_desk):
    letter.refresh_from_db()
    assert letter.signatures.further().count() == 1
    assert not waiting.queue(letter).exists()
    page = at_desk(vetter).get(f"/desk/{letter.slug}/vetting/").content.decode()
    assert str(nameless.pk) not in page


def test_it_is_not_listed_and_the_vetter_reads_why(nameless, vetter):
    support(nameless, "M", by=vetter)
    with pytest.raises(NotAllowed, match="no name to list"):
        vetting.list_(nameless, vetter=vetter, level=2, reason="staff_page")


def test_a_batch_leaves_it_and_says_why(nameless, vetter, begin):
    support(nameless, "M", by=vetter)
    batch = begin("list", work=False, choice={"pk": [str(nameless.pk)], "as_of": timezone.now().isoformat()})
    finish_batches()
    assert "no name to list" in batch.items.get().problem


def test_the_letter_s_own_rule_lists_nobody_without_a_name(nameless, letter):
    Letter.objects.filter(pk=letter.pk).update(listing=Letter.Listing.CONFIRMED)
    again = Signature.objects.select_related("letter").get(pk=nameless.pk)
    vetting.list_by_rule(again)
    assert again.status == "confirmed"


@pytest.fixture
def meanwhile(letter, organiser, monkeypatch):
    """Do something after the clock has found whose date has come, and before it forgets the first of them."""

    def do(act) -> None:
        lifecycle.close(letter, actor=organiser)
        Letter.objects.update(keep_until=timezone.now().date() - timedelta(days=2))
        if_due = acts._if_due

        def act_first(*args) -> int:
            monkeypatch.setattr(acts, "_if_due", if_due)
            act()
            return if_due(*args)

        monkeypatch.setattr(acts, "_if_due", act_first)
        retention.run(only={"letter"})

    return do


def test_who_takes_their_name_off_in_that_moment_leaves_no_line(confirmed, listed, meanwhile):
    signature = listed(confirmed())
    meanwhile(lambda: privacy.be_named(signature, publish=False))
    signature.refresh_from_db()
    assert (signature.address, signature.name, signature.organisation) == ("", acts.NOT_NAMED, "")


def test_who_is_named_in_that_moment_keeps_the_line(confirmed, listed, meanwhile):
    signature = listed(confirmed(publish=False))
    meanwhile(lambda: privacy.be_named(signature, publish=True))
    signature.refresh_from_db()
    assert (signature.address, signature.name) == ("", "Ada Example")


def test_nothing_more_is_forgotten_once_the_date_was_moved(confirmed, meanwhile):
    people = [confirmed(f"ada{number}@example.com") for number in range(3)]
    meanwhile(lambda: Letter.objects.update(keep_until=timezone.now().date() + timedelta(days=100)))
    assert Signature.objects.exclude(address="").count() == len(people)
