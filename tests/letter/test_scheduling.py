"""A letter is published at an hour, by the scheduler."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from petition import lifecycle
from petition.models import Letter
from petition.moves import NotAllowed

LATER = "2026-12-01T09:00"
NOW = time_machine.travel("2026-11-24T12:00:00Z", tick=False)


def plan(desk, letter, at=LATER, zone="Europe/Berlin", least="0"):
    return desk.post(f"/desk/{letter.slug}/schedule/", {"at": at, "zone": zone, "least_founders": least})


@NOW
def test_the_hour_is_meant_in_the_organisers_own_time(draft, organiser, at_desk):
    plan(at_desk(organiser), draft)
    draft.refresh_from_db()
    assert draft.publish_at.isoformat() == "2026-12-01T08:00:00+00:00"
    assert "scheduled" in draft.events.last().reason


@pytest.mark.parametrize(
    ("at", "zone", "said"),
    [
        ("2026-11-24T12:59", "Europe/Berlin", "has passed"),
        ("2027-03-28T02:30", "Europe/Berlin", "go forward"),
        ("2027-10-31T02:30", "Europe/Berlin", "show this time twice"),
        ("0001-01-01T00:00", "Asia/Tokyo", "this century"),
        ("9999-12-31T23:59", "America/New_York", "this century"),
        ("tomorrow", "UTC", "valid date"),
        (LATER, "Mars/Olympus", "valid choice"),
    ],
)
@NOW
def test_an_hour_that_is_none_is_explained(draft, organiser, at_desk, at, zone, said):
    answer = plan(at_desk(organiser), draft, at, zone)
    assert answer.status_code == 422
    assert said in answer.content.decode()


@NOW
def test_an_hour_behind_the_closing_time_is_explained_beside_it(draft, organiser, at_desk):
    Letter.objects.filter(pk=draft.pk).update(closes_at="2026-11-30T00:00Z")
    answer = plan(at_desk(organiser), draft)
    assert answer.status_code == 422
    assert "The letter would be closed at that hour already." in answer.content.decode()
    draft.refresh_from_db()
    assert draft.publish_at is None


@NOW
def test_a_draft_that_lacks_something_gets_no_hour(draft, organiser, at_desk):
    Letter.objects.update(ask="")
    answer = plan(at_desk(organiser), draft)
    assert answer.status_code == 422
    assert "still needs the ask" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.publish_at is None


def test_the_scheduler_publishes_at_the_hour_and_not_before(draft, organiser):
    lifecycle.schedule(draft, at=timezone.now() + timedelta(hours=1), least_founders=0, actor=organiser)
    assert lifecycle.publish_due() == 0
    assert lifecycle.publish_due(now=timezone.now() + timedelta(hours=1, seconds=1)) == 1
    draft.refresh_from_db()
    assert (draft.status, draft.publish_at) == ("open", None)
    assert lifecycle.publish_due(now=timezone.now() + timedelta(hours=2)) == 0


def test_with_too_few_founders_it_stays_shut_and_says_why(draft, organiser, at_desk):
    lifecycle.found(draft, actor=organiser)
    lifecycle.schedule(draft, at=timezone.now() + timedelta(hours=1), least_founders=3, actor=organiser)
    assert lifecycle.publish_due(now=timezone.now() + timedelta(hours=2)) == 0
    draft.refresh_from_db()
    assert (draft.status, draft.publish_at) == ("founding", None)
    assert draft.events.last().reason.startswith("not published")
    page = at_desk(organiser).post(f"/desk/{draft.slug}/publish/", {"sure": "on"}, follow=True).content.decode()
    assert "3 listed founders (0 so far)" in page


def test_a_public_letter_has_no_hour(letter, organiser):
    with pytest.raises(NotAllowed):
        lifecycle.schedule(letter, at=timezone.now() + timedelta(hours=1), least_founders=0, actor=organiser)


def test_an_hour_that_is_taken_back_while_the_clock_works_publishes_nothing(draft, organiser):
    lifecycle.schedule(draft, at=timezone.now() + timedelta(hours=1), least_founders=0, actor=organiser)
    read = Letter.objects.get(pk=draft.pk)  # by the clock, just before
    lifecycle.schedule(draft, at=None, least_founders=0, actor=organiser)
    assert lifecycle._publish_due(read, timezone.now() + timedelta(hours=2)) == 0
    draft.refresh_from_db()
    assert (draft.status, draft.events.last().reason) == ("draft", "not scheduled")


def test_who_takes_the_hour_back_too_late_is_told(draft, organiser):
    shown = Letter.objects.get(pk=draft.pk)
    lifecycle.publish(draft)
    with pytest.raises(NotAllowed, match="published already"):
        lifecycle.schedule(shown, at=None, least_founders=0, actor=organiser)


def test_a_closing_time_that_is_moved_while_the_clock_works_closes_nothing(letter, organiser):
    Letter.objects.filter(pk=letter.pk).update(closes_at=timezone.now())
    read = Letter.objects.get(pk=letter.pk)
    later = timezone.now() + timedelta(days=7)
    lifecycle.adjust(letter, actor=organiser, milestones=[], closes_at=later)
    assert lifecycle._close_due(read, timezone.now()) == 0
    letter.refresh_from_db()
    assert (letter.status, letter.closes_at) == ("open", later)
