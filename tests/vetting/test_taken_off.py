"""Who was taken off by somebody comes back by two people only, whatever the letter's rule is."""

import pytest

from petition.models import Letter
from signatories import batches, cases, collecting, flags, vetting
from signatories.models import Case, Signature
from tests.conftest import finish_batches


@pytest.fixture
def mass(letter: Letter) -> Letter:
    letter.listing = Letter.Listing.CONFIRMED
    letter.save()
    return letter


def test_the_rule_puts_nobody_back_whom_a_vetter_hid(confirmed, mass, vetter):
    signature = confirmed()
    while collecting.sweep():
        pass
    signature.refresh_from_db()
    assert signature.status == "listed"
    vetting.hide(signature, vetter=vetter, reason="duplicate_person")
    vetting.back(signature, vetter=vetter, reason="new_information")
    flags.look_again(mass)
    while collecting.sweep():
        pass
    signature.refresh_from_db()
    assert signature.status == "confirmed"


def test_a_signer_who_changes_a_listed_line_is_listed_again_by_one_person(confirmed, listed, vetter):
    signature = listed(confirmed())
    signature.events.create(was="listed", now="hidden", reason="line_changed")
    assert vetting.why_two(signature, level=2) == []
    signature.events.create(was="listed", now="hidden", reason="duplicate_person")
    assert vetting.why_two(signature, level=2) == ["it was hidden before"]


def test_undoing_a_batch_lists_no_name_that_was_flagged_or_reported_since(several, begin, listed, vetter):
    people = several(3)
    for one in people:
        listed(one)
    batch = begin("invalidate")
    flags.raise_(people[0], {"lookalike": {"host": "examp1e.org"}})
    cases.open_(people[1], kind=Case.Kind.REPORT)
    batches.undo(batch, by=vetter)
    finish_batches()
    assert [Signature.objects.get(pk=one.pk).status for one in people] == ["hidden", "hidden", "listed"]
    assert set(batch.items.filter(state="kept").values_list("problem", flat=True)) == {
        "A flag was raised about it since.",
        "A case about it is open.",
    }


def test_nobody_undoes_a_batch_for_their_own_name(several, begin, listed, vetter, second):
    own, other = several(2)
    for one in (own, other):
        listed(one)
    batch = begin("invalidate")
    own.recusals.create(vetter=second)
    batches.undo(batch, by=second)
    finish_batches()
    assert [Signature.objects.get(pk=one.pk).status for one in (own, other)] == ["hidden", "listed"]
