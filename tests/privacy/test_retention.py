"""What need not be kept any longer is forgotten, by one table."""

import io
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

from petition import lifecycle, tally
from petition.models import Tally
from signatories import (
    access_tokens,
    account_mail,
    cases,
    embargo,
    invitations,
    privacy,
    proving,
    retention,
    signing,
    tokens,
    vetting,
    webhooks,
    workmail,
)
from signatories.models import (
    HELD,
    Alarm,
    Case,
    ClaimLock,
    EmbargoLink,
    Forgetting,
    Invitation,
    Mail,
    Origin,
    Proof,
    Signature,
    WatchName,
)
from signatories.retention import acts
from tests.conftest import LINE, finish_batches

ROW = {
    "email": "guest@example.com",
    "name": "Gus Guest",
    "role": "R",
    "organisation": "",
    "country": "",
    "discipline": "",
}


def after(**time) -> dict:
    return {"now": timezone.now() + timedelta(**time)}


def run(*rules: str, **time) -> dict[str, int]:
    return dict(retention.run(only=rules, even_if_done=True, **after(**time)))


def planned(**time) -> dict[str, int]:
    return {rule.name: number for rule, number in retention.plan(**after(**time)) if number}


@pytest.fixture
def everything(letter, post_sign, confirmed, listed, vetter, deliver, organiser, at_desk, begin) -> Signature:
    """Something for every rule."""
    post_sign("never@example.com", name="Never Confirmed")
    confirmed("shared@example.com", name="First Fred", role="", organisation="")
    post_sign("shared@example.com", name="Second Sue")
    vetting.decline(confirmed("no@example.com", name="Declined Dan"), vetter=vetter, reason="impostor", note="known")
    ada = confirmed(updates=True, profile_url="https://lantern.example.org/ada")
    Origin.objects.get_or_create(signature=ada, defaults={"network": "192.0.2.0/24", "device": "d"})
    vetting.ask(ada, vetter=vetter, questions=["need_details"], question="Which lamps?")
    vetting.answer(ada, text="The tall ones")
    workmail.ask(ada, address="ada@lantern.example.org")
    proving.offer(ada, kind=Proof.Kind.PAGE, value="https://lantern.example.org/ada")
    case = cases.open_(ada, kind=Case.Kind.AUDIT, text="It is wrong")
    cases.close(case, by=vetter, outcome="kept", note="It is right")
    listed(ada, level=3)
    begin("hold", choice={"name": "Ada*"}, note="about Ada")
    finish_batches()
    Alarm.objects.create(
        letter=letter, kind="network", key="192.0.2.0/24", count=30, since=timezone.now(), until=timezone.now()
    )
    link = EmbargoLink.objects.create(letter=letter, reader="The Lamp", expires_at=timezone.now())
    embargo.note_opening(link, network="192.0.2.0/24")
    invitations.invite(letter, rows=[ROW])
    account_mail.owe(to=organiser.email, subject="Code", body="123456", code=True)
    session = at_desk(organiser).session.session_key
    UserSession.objects.create(user=organiser, session_key=session, ip="192.0.2.7", user_agent="A browser")
    vetting.claim(ada.pk, vetter=vetter)
    access_tokens.issue(organiser, name="A program", scopes=["read"], days=7)
    hook, _ = webhooks.make(letter, url="https://hooks.example.org/", events=["letter.milestone"], by=organiser)
    webhooks.test(hook)
    webhooks.switch_off(hook)
    deliver()
    ada.refresh_from_db()
    return ada


def test_the_plan_says_how_much_is_due_by_rule_and_changes_nothing(everything, letter, organiser):
    lifecycle.close(letter, actor=organiser)
    before = [*Signature.objects.values()], [*Mail.objects.order_by("pk").values()]
    found = planned(days=400)
    assert set(found) == {rule.name for rule in retention.RULES} - {"letter", "goodbyes", "reports"}
    written = io.StringIO()
    call_command("retain", "--dry-run", stdout=written)
    assert "would be forgotten; nothing was changed." in written.getvalue()
    assert ([*Signature.objects.values()], [*Mail.objects.order_by("pk").values()]) == before
    assert not Forgetting.objects.exists()


def test_what_was_planned_is_what_is_forgotten_and_then_nothing_is_due(everything, letter, organiser):
    lifecycle.close(letter, actor=organiser)
    plan = planned(days=400)
    done = run(days=400)
    cascaded = {
        "evidence",
        "proofs",
        "mails",
        "questions",
        "batches",
        "cases",
        "work mailboxes",
        "knocks",
        "networks",
        "claims",
    }
    assert {name: n for name, n in plan.items() if name not in cascaded} == {
        name: n for name, n in done.items() if name not in cascaded
    }
    assert planned(days=400) == {}


@pytest.mark.parametrize(
    ("rule", "kept", "gone"),
    [
        ("unconfirmed", {"days": 6}, {"days": 8}),
        ("rejected", {"days": 29}, {"days": 31}),
        ("networks", {"days": 29}, {"days": 31}),
        ("alarms", {"days": 29}, {"days": 31}),
        ("openings", {"days": 29}, {"days": 31}),
        ("evidence", {"days": 89}, {"days": 91}),
        ("proofs", {"days": 89}, {"days": 91}),
        ("questions", {"days": 89}, {"days": 91}),
        ("cases", {"days": 89}, {"days": 91}),
        ("batches", {"days": 89}, {"days": 91}),
        ("mails", {"days": 89}, {"days": 91}),
        ("work mailboxes", {"days": 6}, {"days": 8}),
        ("knocks", {"hours": 23}, {"hours": 25}),
        ("sessions", {"days": 6}, {"days": 8}),
        ("log-ins", {"days": 6}, {"days": 8}),
        ("webhook log", {"days": 29}, {"days": 31}),
        ("tokens", {"days": 36}, {"days": 38}),
        ("account mails", {"minutes": 10}, {"minutes": 20}),
    ],
)
def test_each_rule_keeps_to_its_time(everything, letter, organiser, rule, kept, gone):
    lifecycle.close(letter, actor=organiser)
    assert run(rule, **kept) == {}
    assert run(rule, **gone)[rule] >= 1


def test_what_is_noted_of_a_log_in_goes_when_somebody_logs_out(everything):
    Session.objects.all().delete()
    assert run("log-ins") == {"log-ins": 1}
    assert not UserSession.objects.exists()


def test_a_code_that_was_asked_for_again_confirms_for_seven_days_as_its_mail_says(post_sign, deliver, time_machine):
    post_sign()
    deliver()
    time_machine.move_to(timezone.now() + timedelta(days=6, hours=23))
    post_sign()
    deliver()
    time_machine.move_to(timezone.now() + timedelta(days=6, hours=23))
    assert run("unconfirmed") == {}
    newest = Mail.objects.get(kind="confirm")
    assert signing.confirm(newest.pk, tokens.code(newest.pk), in_tab=True).just_now


@pytest.mark.parametrize("ahead", [timedelta(minutes=1), timedelta(days=1)], ids=["being sent", "tried again"])
def test_whoever_asked_for_a_code_again_is_not_forgotten_before_it_arrives(post_sign, time_machine, ahead):
    post_sign()
    time_machine.move_to(timezone.now() + timedelta(days=8))
    post_sign()
    assert Mail.objects.update(send_after=timezone.now() + ahead) == 1
    assert run("unconfirmed") == {}


def test_a_code_that_is_held_after_a_restore_keeps_nobody(post_sign):
    post_sign()
    Mail.objects.update(send_after=HELD)
    assert run("unconfirmed", days=8) == {"unconfirmed": 1}


def test_a_code_that_could_not_be_sent_for_so_long_keeps_nobody_any_longer(post_sign):
    post_sign()
    assert run("unconfirmed", days=8) == {"unconfirmed": 1}


def test_a_rejected_signature_is_forgotten_and_an_impostors_mailbox_is_known_again(everything, letter, deliver):
    run("rejected", days=31)
    gone = Signature.objects.get(status="expired")
    assert (gone.name, gone.address, gone.decisions.get().note) == ("", "", "")
    assert WatchName.objects.get().address_hash == gone.address_hash
    owed = signing.sign(letter, address="no@example.com", typed={**LINE, "name": "Declined Again"})
    deliver()  # only then it begins again
    again = signing.confirm(owed.pk, tokens.code(owed.pk), in_tab=True).signature
    again.refresh_from_db()
    assert again.status == "held"
    assert again.flags.filter(kind="impostor").exists()


def test_a_rejected_name_with_an_open_case_waits_for_its_end(everything):
    declined = Signature.objects.get(status="declined")
    cases.open_(declined, kind=Case.Kind.NOT_ME)
    assert run("rejected", days=31) == {}


def test_details_of_evidence_go_and_what_was_checked_stays(everything, letter, organiser):
    lifecycle.close(letter, actor=organiser)
    run("evidence", days=91)
    for row in everything.evidence.all():
        assert (row.details, row.note, row.url) == ({}, "", "")
        assert row.account.startswith("forgotten:")
    everything.refresh_from_db()
    assert (everything.level, everything.checked, everything.name) == (3, "MP", "Ada Example")


def test_a_letter_that_was_opened_again_is_not_over(everything, letter, organiser):
    lifecycle.close(letter, actor=organiser)
    lifecycle.reopen(letter, actor=organiser)
    assert run("evidence", days=91) == {}


def test_links_in_old_mails_still_lead_to_the_own_page(everything, letter, organiser, client):
    confirm = everything.mails.get(kind="confirm")
    run("mails", days=91)
    assert {mail.kind for mail in everything.mails.all()} == {"confirm", "mailbox"}
    page = client.get(f"/confirm/{tokens.make('confirm', confirm.pk)}/").content.decode()
    assert "See where it stands" in page


def test_an_invitation_nobody_answered_is_blanked_and_not_made_again(everything, letter):
    Invitation.objects.update(expires_at=timezone.now())
    run("invitations", days=31)
    invitation = Invitation.objects.get()
    assert (invitation.address, invitation.name) == ("", "")
    assert len(invitation.address_hash) == 64


def test_after_the_letters_own_date_only_the_public_lines_are_left(everything, letter, organiser, confirmed, listed):
    listed(confirmed("shy@example.com", name="Shy Shirin", publish=False))
    confirmed("wait@example.com", name="Waiting Wim")
    letter.keep_until = timezone.now().date()
    letter.save()
    assert run("letter", days=2) == {}  # it is open
    lifecycle.close(letter, actor=organiser)
    assert run("letter", days=2) == {"letter": 6}
    rows = {
        one.status: (one.name, one.address, one.host, one.profile_url) for one in letter.signatures.filter(publish=1)
    }
    assert rows == {"listed": ("Ada Example", "", "", "")}
    names = letter.signatures.exclude(publish=True).values_list("name", flat=True)
    assert set(names) == {"", "(not named)"}
    assert (letter.signatures.listed().count(), letter.signatures.unnamed().count()) == (1, 1)
    assert letter.signatures.further().count() == 2
    assert not everything.evidence.exists()


def test_a_last_mail_that_no_server_takes_is_given_up_with_its_address(confirmed):
    signature = confirmed()
    privacy.withdraw(signature)
    assert run("goodbyes", minutes=9) == {}
    assert run("goodbyes", minutes=11) == {"goodbyes": 1}
    assert not Mail.objects.exclude(to="").exists()
    assert not Forgetting.objects.filter(rule="goodbyes", number=0).exists()


def test_a_rule_comes_once_a_day_however_often_the_clock_asks(post_sign):
    assert retention.run()["unconfirmed"] == 0
    assert Forgetting.objects.filter(rule="rejected").count() == 1
    retention.run()
    assert Forgetting.objects.filter(rule="rejected").count() == 1
    retention.run(**after(hours=21))
    assert Forgetting.objects.filter(rule="rejected").count() == 2


def test_what_time_ran_out_for_is_done_in_the_next_hour(post_sign, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    for number in range(5):
        post_sign(f"p{number}@example.com")
    assert retention.run(seconds=0, **after(days=8)) == {}
    assert not Forgetting.objects.exists()
    assert retention.run(only={"unconfirmed"}, **after(days=8)) == {"unconfirmed": 5}
    numbers = Forgetting.objects.filter(letter__isnull=False).values_list("number", flat=True)
    assert sorted(numbers) == [1, 2, 2]


def test_the_team_reads_how_much_was_forgotten_and_no_name(everything, letter, organiser, at_desk):
    run("unconfirmed", days=8)
    page = at_desk(organiser).get(f"/desk/{letter.slug}/retention/").content.decode()
    assert "Signatures that nobody confirmed" in page.split("What was forgotten")[1]
    assert "Never Confirmed" not in page
    assert "Ada Example" not in page


def test_old_counts_keep_no_organisation(letter, confirmed, listed, time_machine):
    listed(confirmed())
    first = tally.take(letter)
    assert first.figures["organisations"]
    time_machine.move_to(timezone.now() + timedelta(hours=1))
    tally.take(letter)
    assert "organisations" not in Tally.objects.get(pk=first.pk).figures


def test_expired_sessions_and_claims_go(everything):
    run("sessions", days=15)
    run("claims", hours=1)
    assert not Session.objects.exists()
    assert not ClaimLock.objects.exists()


def test_a_code_that_is_owed_again_keeps_what_it_is_to_confirm(letter, confirmed, deliver):
    signing.sign(letter, address="ada@example.com", typed=LINE)
    acts.end(Signature.objects.get(), "unconfirmed")
    anew = signing.sign(letter, address="ada@example.com", typed=LINE)
    Mail.objects.filter(pk=anew.pk).update(state="failed", to="")  # nobody could be reached
    assert signing.sign(letter, address="ada@example.com", typed=LINE).pk == anew.pk
    Mail.objects.update(send_after=timezone.now() + timedelta(days=14))  # asked for again by then
    run("other names", days=14)
    Mail.objects.update(send_after=timezone.now())
    assert len(deliver()) == 1
