"""A burst is told to the team, leaves the count until somebody has looked, and comes back when it was harmless."""

import pytest

from petition import tally
from petition.models import Letter, Membership, Role
from petition.switching import switch
from signatories import account_mail, collecting, flags
from signatories.flags import bursts
from signatories.models import AccountMail, Alarm, Flag, Signature
from signatories.reasons import FlagKind
from tests import naming
from tests.vetting.test_flags import from_

__all__ = ["from_"]
HOST = "bought.example.net"


@pytest.fixture
def burst(from_, vetter):
    """As many as make a burst, from one host that nobody knows."""
    return lambda: [
        from_(f"p{number}@{HOST}", network=f"10.0.{number}.0/24", name=name, profile_url="https://example.org")
        for number, name in enumerate(naming.combined("burst", bursts.HOST_BURST))
    ]


def run_the_clock() -> None:
    collecting.run()
    tally.take_moved()


def headline(client, letter) -> str:
    page = client.get(f"/letters/{letter.slug}/").content.decode()
    return " ".join(page.partition('aria-label="Numbers"')[2].partition("</section>")[0].split())


def test_owners_and_vetters_are_mailed_at_the_first_look_and_once(burst, letter, stranger, deliver, organiser, vetter):
    Membership.objects.create(letter=letter, user=stranger, role=Role.OBSERVER)
    burst()
    run_the_clock()
    run_the_clock()
    account_mail.send()
    told = [message for message in deliver() if message.subject.startswith("Many signatures at once")]
    assert sorted(message.to[0] for message in told) == [organiser.email, vetter.email]
    assert HOST in told[0].body
    assert f"/desk/{letter.slug}/vetting/" in told[0].body
    assert not AccountMail.objects.exists()


def test_what_is_under_review_leaves_the_count_and_the_page_says_so(burst, letter, client, vetter, confirmed):
    confirmed("zoe@example.com")
    people = burst()
    run_the_clock()
    assert ">1</strong> further supporter confirmed" in headline(client, letter)
    assert "20 more signatures are under review, and not counted" in headline(client, letter)
    for signature in people:
        flags.release(signature, [FlagKind.BURST], by=vetter)
    run_the_clock()
    assert ">21</strong> further supporters confirmed" in headline(client, letter)
    assert "under review" not in headline(client, letter)


def test_a_delivered_letter_promises_no_review_that_would_add_anybody(burst, letter, client):
    burst()
    run_the_clock()
    Letter.objects.update(status="delivered")
    assert "under review" not in headline(client, letter)


def test_of_a_letter_that_lists_everybody_the_first_ones_stay_listed_and_leave_the_count(
    burst, letter, client, vetter, confirmed
):
    Letter.objects.update(listing=Letter.Listing.CONFIRMED)
    known = confirmed("zoe@example.com", organisation="")
    people = burst()
    for signature in people[:6]:  # before the alarm
        Signature.objects.filter(pk=signature.pk).update(status="listed")
    run_the_clock()
    known.refresh_from_db()
    assert known.status == "listed"
    assert letter.signatures.listed().count() == 7
    assert ">1</strong> confirmed by email" in headline(client, letter)
    tally.take(letter)
    assert not letter.milestones.filter(number__gt=1, reached_at__isnull=False).exists()
    assert "20 more signatures are under review" in headline(client, letter)
    letter.milestones.create(number=7)
    Flag.objects.filter(kind="burst").update(released_at="2026-11-24T12:00Z")
    tally.take(letter)
    assert letter.milestones.get(number=7).reached_at
    assert ">7</strong> confirmed by email" in headline(client, letter)


def test_a_burst_holds_what_comes_after_it_where_the_owner_wants_that(burst, letter, organiser, from_, at_desk):
    at_desk(organiser).post(f"/desk/{letter.slug}/hold_on_burst/on/")
    burst()
    run_the_clock()
    letter.refresh_from_db()
    assert letter.hold_new
    assert letter.events.last().reason == "holding_new"
    assert from_("later@example.org", name="Later Lara").status == "held"
    page = at_desk(organiser).get(f"/desk/{letter.slug}/vetting/").content.decode()
    assert "Because of a burst" in page
    assert "whoever confirms now is held" in page
    switch(letter, "hold_new", on=False, actor=organiser)
    run_the_clock()
    letter.refresh_from_db()
    assert not letter.hold_new


def test_without_that_a_burst_holds_nobody(burst, letter, from_):
    burst()
    run_the_clock()
    letter.refresh_from_db()
    assert not letter.hold_new
    assert Alarm.objects.count() == 1
    assert not letter.signatures.filter(status="held").exists()
