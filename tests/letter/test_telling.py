"""The team hears of numbers it waited for; signers who asked for news hear of a reply."""

import pytest
from django.core import mail

from petition import lifecycle, tally
from petition.delivery import received
from petition.models import Role, User
from petition.moves import move
from signatories import account_mail, announce, privacy
from signatories.models import Mail, MilestoneNotice, Signature
from tests.conftest import link_in


@pytest.fixture
def two(confirmed, listed, letter):
    """Two names on the letter, whose team waited for two."""
    people = [listed(confirmed(f"{n}@example.com")) for n in range(2)]
    tally.take(letter)
    return people


def test_the_owners_hear_once_that_a_number_is_reached(letter, two, organiser):
    lifecycle._set_milestones(letter, [2, 5])
    mail.outbox.clear()
    assert announce.tell_teams() == 1
    assert announce.tell_teams() == 0
    account_mail.send()
    (message,) = mail.outbox
    assert (message.to, message.subject) == ([organiser.email], "2 names on Keep the lights on")
    assert f"/letters/{letter.slug}/" in message.body


def test_a_vetter_and_somebody_whose_account_is_closed_hear_nothing(letter, two, vetter):
    gone = User.objects.create_user("gone@example.org", is_active=False)
    letter.members.create(user=gone, role=Role.OWNER)
    announce.tell_teams()
    mail.outbox.clear()
    account_mail.send()
    assert [message.to for message in mail.outbox] == [["olive@example.org"]]


def test_nothing_is_told_that_was_not_kept(letter, two, monkeypatch):
    monkeypatch.setattr(account_mail, "owe", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        announce.tell_teams()
    assert not MilestoneNotice.objects.exists()


def test_founders_who_step_back_leave_no_number_behind(draft, organiser):
    lifecycle.found(draft)
    fields = {"name": "Founder", "publish": True, "level": 1, "status": "confirmed"}
    people = [
        Signature.objects.create(
            letter=draft, version=draft.version, address_hash=str(n), confirmed_at=draft.version.published_at, **fields
        )
        for n in range(2)
    ]
    for one in people:
        move(one, "listed")
    tally.take(draft)
    privacy.withdraw(people[0])
    lifecycle.publish(draft, actor=organiser)
    assert tally.take_moved() == 1
    assert not draft.milestones.filter(reached_at__isnull=False).exists()
    assert draft.latest_tally.figures["listed"] == 1


def test_a_letter_is_counted_as_soon_as_it_is_published(draft, organiser):
    lifecycle.publish(draft, actor=organiser)
    assert tally.take_moved() == 1


@pytest.fixture
def replied(letter, confirmed, frozen, organiser):
    """A reply to the delivered letter of two people; of those who wait one asked for news."""
    Signature.objects.filter(address="ada@example.com").update(updates=True)
    link = received.make_link(frozen, addressee="The Minister", days=30, actor=organiser)
    Mail.objects.update(state="dropped")
    return received.reply(link, author="The Minister", text="We <b>will</b> look into it.")


def test_those_who_asked_for_news_read_the_reply_once_with_a_way_to_end_it(replied, deliver, client):
    announce.make()
    announce.make()
    (message,) = deliver()
    assert (message.to, message.subject) == (["ada@example.com"], "A reply to Keep the lights on")
    assert "We <b>will</b> look into it." in message.body
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    client.post(link_in(message, "unsubscribe"), {"List-Unsubscribe": "One-Click"})
    assert not Signature.objects.get(address="ada@example.com").updates


def test_a_reply_that_the_team_hid_is_mailed_to_nobody(replied, deliver, organiser):
    announce.make()
    received.hide(replied, actor=organiser)
    assert deliver() == []
    assert Mail.objects.get(kind="reply").state == "dropped"


def test_a_reply_that_is_entered_is_mailed_too_and_shown_among_the_mailings(letter, frozen, organiser, at_desk):
    received.enter_reply(frozen, author="The Office", text="Thanks.", received_on=frozen.as_of.date(), actor=organiser)
    announce.make()
    page = at_desk(organiser).get(f"/desk/{letter.slug}/updates/").content.decode()
    assert "Reply of The Office" in page
