"""Somebody types other people's addresses: few mails go out, and their owners can sign all the same."""

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from petition import lifecycle
from petition.models import Letter
from petition.moves import NotAllowed
from signatories import addresses, invitations, outbox, privacy, signing, tokens, workmail
from signatories.models import AccountMail, Invitation, Knock, Mail, Signature
from signatories.outbox import sending
from tests.conftest import LETTER, LINE, code_in, link_in


@pytest.fixture
def others(letter: Letter, organiser) -> list[Letter]:
    made = [lifecycle.begin(owner=organiser, **{**LETTER, "slug": f"other-{number}"}) for number in range(4)]
    for one in made:
        lifecycle.publish(one)
    return made


@pytest.fixture
def used_up(post_sign, deliver):
    """The mails of the day, all caused by a stranger with lines of their own."""
    for number in range(5):
        post_sign(name=f"Mallory {number}")
    messages = deliver()
    assert len(messages) == outbox.DAILY
    return messages


def sign_at(client: Client, letter: Letter, email: str, name: str = "Ada Example"):
    data = {**LINE, "name": name, "email": email, "former": "", "updates": "", "publish": "on"}
    return client.post(f"/letters/{letter.slug}/sign/", data)


def test_who_gets_no_mail_of_their_own_signs_with_the_code_of_a_strangers(used_up, post_sign, deliver, client: Client):
    tab = post_sign(name="Ada Example", role="My own line")["Location"]
    assert len(deliver()) == outbox.DAILY
    client.post(tab, {"code": code_in(used_up[-1])})
    signature = Signature.objects.get()
    assert (signature.status, signature.name, signature.role) == ("confirmed", "Ada Example", "My own line")


def test_the_page_behind_a_strangers_link_lets_the_owner_correct_the_line(used_up, client: Client):
    path = link_in(used_up[0], "confirm")
    assert "Mallory 0" in client.get(path).content.decode()
    line = {name: value for name, value in LINE.items() if isinstance(value, str)}
    answer = client.post(path, {**line, "name": "https://x.example", "code": code_in(used_up[0]), "agree": "on"})
    assert (answer.status_code, Signature.objects.get().status) == (422, "pending")
    client.post(path, {**line, "name": "Ada Example", "code": code_in(used_up[0]), "agree": "on"})
    signature = Signature.objects.get()
    assert (signature.status, signature.name, signature.publish) == ("confirmed", "Ada Example", False)


def test_an_earlier_tab_takes_the_code_of_a_later_mail_and_signs_its_own_line(post_sign, deliver, client: Client):
    tab = post_sign(name="Ada First")["Location"]
    post_sign(name="Ada Second")
    client.post(tab, {"code": code_in(deliver()[-1])})
    assert Signature.objects.get().name == "Ada First"


def test_a_code_of_another_letter_or_another_mailbox_confirms_nothing(post_sign, deliver, client: Client, others):
    tab = post_sign()["Location"]
    mine = code_in(deliver()[-1])
    sign_at(client, others[0], "ada@example.com")
    post_sign("eve@example.com")
    for message in deliver()[1:]:
        if code_in(message) != mine:
            assert client.post(tab, {"code": code_in(message)}).status_code == 422
    assert not Signature.objects.filter(status="confirmed").exists()


def test_tabs_without_a_mail_share_their_tries_and_leave_the_links_alone(used_up, post_sign, client: Client):
    right = {code_in(message) for message in used_up}
    wrong = next(f"{number:06d}" for number in range(10) if f"{number:06d}" not in right)
    tabs = [post_sign(name=f"Ada {number}")["Location"] for number in range(signing.MAX_TAB_TRIES + 1)]
    for tab in tabs[:-1]:
        client.post(tab, {"code": wrong})
    assert client.post(tabs[-1], {"code": code_in(used_up[0])}).status_code == 422
    client.post(link_in(used_up[0], "confirm"), {"code": code_in(used_up[0]), "agree": "on"})
    assert Signature.objects.get().status == "confirmed"


def test_an_address_gets_six_mails_a_day_from_the_whole_site_in_whatever_spelling(client, letter, others, deliver):
    spellings = ["ada.example@gmail.com", "adaexample+1@googlemail.com", "AdaExample@GMAIL.com"]
    for number, one in enumerate([letter, *others] * 4):
        assert sign_at(client, one, spellings[number % 3], f"Ada {number}").status_code == 303
    assert len(deliver()) == outbox.DAILY_OVER_THE_SITE
    assert {message.to[0] for message in deliver()} == {"adaexample@gmail.com"}


def test_three_mails_about_a_letter_and_six_over_the_site_are_promised():
    assert outbox.DAILY == 3
    assert outbox.DAILY_OVER_THE_SITE == 6
    assert timedelta(days=1) == outbox.DAY


def test_saying_not_me_and_signing_again_opens_no_door_to_more_mails(used_up, post_sign, deliver):
    privacy.disown(Signature.objects.get())
    for number in range(5):
        post_sign(name=f"Mallory again {number}")
    assert len(deliver()) == outbox.DAILY


def test_the_next_day_the_mail_goes_out_from_the_tab_that_had_none(used_up, post_sign, deliver, client, time_machine):
    tab = post_sign(name="Ada Example")["Location"]
    time_machine.move_to(datetime.now(UTC) + timedelta(hours=25), tick=True)
    client.post(tab.replace("/sent/?", "/sent/again/?"))
    message = deliver()[-1]
    assert "Ada Example" in message.body
    client.post(tab, {"code": code_in(message)})
    assert Signature.objects.get().name == "Ada Example"


def test_a_mail_counts_from_the_moment_it_was_sent_not_owed(post_sign, deliver, time_machine):
    for number in range(3):
        post_sign(name=f"Mallory {number}")
    time_machine.move_to(datetime.now(UTC) + timedelta(hours=23), tick=True)
    deliver()
    time_machine.shift(timedelta(hours=2))
    post_sign(name="Mallory 4")
    assert len(deliver()) == outbox.DAILY


def test_lines_without_end_for_one_address_are_not_kept(post_sign):
    for number in range(outbox.MOST_WORDINGS + 5):
        answer = post_sign(name=f"Mallory {number}")
        assert answer.status_code == 303
    assert Mail.objects.count() == outbox.MOST_WORDINGS


def test_who_was_written_to_is_forgotten_after_a_day(used_up):
    outbox.forget_knocks()  # what could not go out counts for nobody
    assert Knock.objects.count() == outbox.DAILY
    Knock.objects.update(at=timezone.now() - timedelta(hours=25))
    assert outbox.forget_knocks() == outbox.DAILY


def test_invitations_count_and_wait_for_a_day_over_the_limit(letter, others, organiser, deliver, time_machine):
    for one in [letter, *others]:
        for spelling in ("ada.example@gmail.com", "adaexample+2@gmail.com"):
            row = {**dict.fromkeys(invitations.COLUMNS, ""), "email": addresses.canonical(spelling), "name": "Ada"}
            with contextlib.suppress(IntegrityError), transaction.atomic():
                invitations.invite(one, rows=[row], by=organiser)
    for invitation in Invitation.objects.all():
        invitations.remind(invitation)
    assert len(deliver()) == outbox.DAILY_OVER_THE_SITE
    with pytest.raises(NotAllowed, match="tomorrow"):
        invitations.resend(Invitation.objects.first())
    time_machine.move_to(datetime.now(UTC) + timedelta(hours=25), tick=True)
    assert len(deliver()) == 10


def test_an_account_gets_six_log_in_codes_a_day_and_the_page_is_the_same(organiser, settings):
    settings.ACCOUNT_RATE_LIMITS = False
    pages = [Client().post("/accounts/login/code/", {"email": organiser.email}) for _ in range(8)]
    assert {(page.status_code, page["Location"]) for page in pages} == {(303, "/accounts/login/code/confirm/")}
    assert AccountMail.objects.count() == outbox.DAILY_OVER_THE_SITE


def test_not_me_stops_a_mail_that_is_leased_by_a_sender_already(confirmed, post_sign, deliver, monkeypatch):
    monkeypatch.setattr(sending, "LOOK", 0)
    confirmed()
    deliver().clear()
    post_sign(name="Mallory")
    leased = sending._lease(50)
    assert [mail.kind for mail in leased] == ["already"]
    privacy.disown(Signature.objects.get())
    assert sending._send_all(leased) == (0, True)
    assert deliver() == []


def test_who_reads_a_mailbox_that_a_signer_named_stops_a_leased_mail_too(confirmed, deliver, monkeypatch):
    monkeypatch.setattr(sending, "LOOK", 0)
    signature = confirmed()
    deliver().clear()
    workmail.ask(signature, address="stranger@work.example.com")
    leased = sending._lease(50)
    workmail.stop(Mail.objects.get(kind="mailbox"))
    assert sending._send_all(leased) == (0, True)
    assert deliver() == []


def test_after_not_me_nobody_causes_mail_about_this_letter(post_sign, deliver, client, others, time_machine):
    post_sign()
    path = link_in(deliver()[-1], "mine")
    client.post(path + "not-me/", {"sure": "on"})
    for day in range(1, 4):
        time_machine.move_to(datetime.now(UTC) + timedelta(days=day), tick=True)
        post_sign(name=f"Mallory {day}")
        assert len(deliver()) == 1
    assert (Signature.objects.get().status, Signature.objects.get().name) == ("expired", "")
    sign_at(client, others[0], "ada@example.com")
    assert len(deliver()) == 2


def test_who_said_not_me_gets_mail_again_once_they_accept_an_invitation(post_sign, deliver, client, letter, organiser):
    post_sign()
    privacy.disown(Signature.objects.get())
    row = {**dict.fromkeys(invitations.COLUMNS, ""), "email": "ada@example.com", "name": "Ada", "discipline": "optics"}
    (invitation,) = invitations.invite(letter, rows=[row], by=organiser)
    mail = invitation.mails.get()
    invitations.accept(mail.pk, code=tokens.code(mail.pk), typed=LINE)
    assert Signature.objects.get().status == "confirmed"
    post_sign(name="Other Name")
    assert deliver()[-1].subject.startswith("You have signed")


def test_the_second_person_of_a_shared_mailbox_is_told_to_its_owner(post_sign, confirmed, deliver, letter):
    confirmed(name="Ada Example")
    deliver().clear()
    post_sign(name="Berta Example")
    (message,) = deliver()
    assert "This time it was in the name of:\n\n  Berta Example" in message.body
    assert f"/letters/{letter.slug}/sign/" in message.body
    assert letter.signatures.get().name == "Ada Example"
    post_sign(name="ada éxample")  # the same name, typed otherwise
    assert "in the name of" not in deliver()[-1].body
    assert len(deliver()) == 2


def test_the_name_of_the_second_person_is_as_harmless_as_the_first(post_sign, confirmed, deliver):
    confirmed(name="Ada Example")
    deliver().clear()
    post_sign(name="Call 0900123456 " + "W" * 90)
    body = deliver()[-1].body
    assert "0900" not in body
    assert max(len(line.strip()) for line in body.splitlines() if "WWWW" in line) <= 60
