"""A mail comes back later: it is marked, its mailbox gets no more news, and nobody leaves the letter by it."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from petition import lifecycle
from petition.models import Letter
from signatories import bounces, invitations, privacy
from signatories.bounces import Outcome
from signatories.models import Mail, Signature
from tests import returned
from tests.conftest import code_in

FOUNDERS = "email,name\none@example.com,Ona One\n"


@pytest.fixture(autouse=True)
def _return_address(settings) -> None:
    settings.BOUNCE_ADDRESS = returned.ADDRESS


@pytest.fixture
def sent(post_sign, deliver):
    """The mail with the code, as it left."""
    post_sign()
    return deliver()[0]


def back(sent, name: str = "postfix") -> Outcome:
    return bounces.take(returned.message(name, returned.sender(sent)))


def test_each_mail_leaves_with_an_envelope_sender_of_its_own_and_the_site_as_its_author(post_sign, deliver):
    post_sign("ada@example.com")
    post_sign("eve@example.com")
    senders = [returned.sender(one) for one in deliver()]
    assert len(set(senders)) == 2
    for sender, message in zip(senders, deliver(), strict=True):
        local, _, host = sender.partition("@")
        assert (local[:8], host, len(local) <= 64) == ("bounces+", "letters.example.org", True)
        assert message.message()["From"] == "Undersigned <letters@example.org>"


def test_without_a_return_address_mails_leave_as_ever(post_sign, deliver, settings):
    settings.BOUNCE_ADDRESS = ""
    post_sign()
    assert deliver()[0].from_email == settings.DEFAULT_FROM_EMAIL
    assert bounces.take(returned.message("postfix", "bounces+x@letters.example.org")) == Outcome.NO_TOKEN


def test_a_mail_that_comes_back_is_marked_once_with_its_code_and_nothing_else(sent):
    assert back(sent) == Outcome.FAILED
    mail = Mail.objects.get()
    assert (mail.state, mail.returned, mail.problem) == ("failed", "5.1.1", "")
    assert mail.trouble == "there is no such mailbox (5.1.1)"
    assert back(sent) == Outcome.KNOWN
    assert Mail.objects.get().failed_at == mail.failed_at


@pytest.mark.parametrize("change", [str.upper, str.title])
def test_a_mail_server_may_change_the_case_of_an_address(sent, change):
    raw = returned.message("qmail", change(returned.sender(sent)))
    assert bounces.take(raw) == Outcome.FAILED


def test_the_mail_server_may_say_to_whom_it_came(sent):
    raw = returned.message("postfix", "postmaster@letters.example.org")
    assert bounces.take(raw) == Outcome.NO_TOKEN
    assert bounces.take(raw, recipient=returned.sender(sent)) == Outcome.FAILED


def test_a_delay_is_noted_and_changes_nothing(sent):
    assert back(sent, "postfix_delayed") == Outcome.DELAYED
    assert back(sent, "postfix_delayed") == Outcome.KNOWN
    assert Mail.objects.get().state == "sent"
    assert back(sent, "postfix_given_up") == Outcome.FAILED


@pytest.mark.parametrize("name", ["away_exchange", "away_vacation", "read_receipt", "arrived", "person"])
def test_an_answer_to_a_mail_is_ignored(sent, name: str):
    assert back(sent, name) == Outcome.NO_REPORT
    assert Mail.objects.get().state == "sent"


def test_a_forged_report_does_nothing(sent):
    local, _, host = returned.sender(sent).partition("@")
    for made_up in (f"bounces@{host}", f"bounces+{'a' * 48}@{host}", f"{local[:-1]}@{host}", f"x{local}@{host}"):
        raw = returned.message("postfix", made_up) + returned.sender(sent).encode()
        assert bounces.take(raw) == Outcome.NO_TOKEN
    last = "b" if local[-1] == "a" else "a"
    assert bounces.take(returned.message("postfix", f"{local[:-1]}{last}@{host}")) == Outcome.NO_TOKEN
    assert Mail.objects.get().state == "sent"


def test_a_report_that_comes_after_two_weeks_does_nothing(sent):
    with time_machine.travel(timezone.now() + timedelta(days=16), tick=False):
        assert back(sent) == Outcome.TOO_LATE
    with time_machine.travel(timezone.now() + timedelta(days=13), tick=False):
        assert back(sent) == Outcome.FAILED


def test_a_report_of_an_earlier_sending_does_nothing_to_the_later_one(sent, deliver):
    Mail.objects.update(state="owed", send_after=timezone.now())
    assert back(sent) == Outcome.KNOWN
    _, again = deliver()
    assert back(sent) == Outcome.KNOWN
    assert Mail.objects.get().state == "sent"
    assert back(again) == Outcome.FAILED


def test_a_report_that_overtakes_our_own_note_waits(sent):
    Mail.objects.update(state="owed", times_sent=0)
    assert back(sent) == Outcome.LATER
    Mail.objects.update(state="sent", times_sent=1)
    assert back(sent) == Outcome.FAILED


def test_whoever_signs_again_after_the_mailbox_was_full_gets_the_code_again(sent, post_sign, deliver):
    back(sent, "sendmail")
    post_sign()
    _, again = deliver()
    assert code_in(again) == code_in(sent)
    assert Mail.objects.get().returned == ""


def test_an_invitation_that_came_back_shows_so_and_can_be_sent_again(draft: Letter, organiser, at_desk, deliver):
    lifecycle.found(draft, actor=organiser)
    (founder,) = invitations.invite(draft, rows=invitations.read(draft, FOUNDERS.splitlines(keepends=True)).rows)
    back(deliver()[0], "postfix_delayed")
    assert invitations.where(founder) == "Delayed: the mail system there could not be reached (4.4.1)"
    back(deliver()[0], "exchange")
    page = at_desk(organiser).get(f"/desk/{draft.slug}/founders/").content.decode()
    assert "Bounced: there is no such mailbox (5.1.10)" in page
    invitations.resend(founder)
    deliver()
    founder.refresh_from_db()
    assert invitations.where(founder) == "Sent"


def test_a_listed_name_stays_and_the_team_sees_why_its_mail_came_back(
    confirmed, listed, deliver, vetter, at_desk, letter
):
    signature = listed(confirmed("ada@example.com"))
    for message in [*deliver()]:
        assert back(message) == Outcome.FAILED
    signature.refresh_from_db()
    assert signature.status == Signature.Status.LISTED
    desk = at_desk(vetter)
    assert "refused for good or came back" in desk.get(f"/desk/{letter.slug}/vetting/?status=listed").content.decode()
    page = desk.get(f"/desk/{letter.slug}/vetting/{signature.pk}/").content.decode()
    assert "not delivered: there is no such mailbox (5.1.1)" in page


def test_the_last_mail_of_who_withdrew_may_come_back_too(confirmed, deliver):
    privacy.withdraw(confirmed())
    assert back(deliver()[-1]) == Outcome.FAILED
    assert Mail.objects.get(kind="withdrawn").to == ""


def test_a_report_about_a_mail_that_was_forgotten_does_nothing(sent):
    Mail.objects.all().delete()
    assert back(sent) == Outcome.KNOWN
