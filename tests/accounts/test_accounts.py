"""Accounts under attack: guesses, codes asked for in another's name, sessions elsewhere, what is mailed."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.test import Client

from petition.models import User
from signatories import account_mail
from tests.conftest import logged_in

PASSWORD, CODES = "read-before-you-sign", "/accounts/login/code/"


@pytest.fixture
def owner(organiser: User) -> User:
    organiser.set_password(PASSWORD)
    organiser.save()
    return organiser


def log_in(client: Client, owner: User, password: str = PASSWORD, network: int = 1) -> bool:
    data = {"login": owner.email, "password": password}
    return client.post("/accounts/login/", data, REMOTE_ADDR=f"192.0.2.{network}").status_code == 303


def attack(owner: User, times: int = 30) -> None:
    """Many networks guess, and ask for codes."""
    for number in range(times):
        log_in(Client(), owner, "wrong-wrong-wrong", network=number + 10)
        Client().post("/accounts/login/code/", {"email": owner.email}, REMOTE_ADDR=f"198.51.100.{number + 10}")


def asked_by_strangers(path: str, owner: User, time_machine: Any, browser: Client | None = None) -> None:
    """Ask for a mail every twenty minutes, from eight networks, or from one browser."""
    for number in range(8):
        time_machine.move_to(f"2026-06-16T{12 + number // 3}:{number % 3 * 20:02}:00Z")
        (browser or Client()).post(path, {"email": owner.email}, REMOTE_ADDR=f"198.51.100.{number + 10}")
        account_mail.send()  # a code lapses in a quarter of an hour


def mailed() -> int:
    """How many mails have gone out since this was asked before."""
    while account_mail.send():
        pass
    count = len(mail.outbox)
    mail.outbox.clear()
    return count


def test_guesses_are_limited_whatever_network_they_come_from(owner):
    attack(owner)
    assert not log_in(Client(), owner)  # nobody would find out whether the right one was among the guesses


def test_the_owner_gets_in_while_others_guess_from_a_browser_that_was_let_in_before(owner):
    browser = Client()
    assert log_in(browser, owner)
    browser.post("/accounts/logout/")
    attack(owner)
    assert log_in(browser, owner, network=2)
    browser.post("/accounts/logout/")
    asked = browser.post("/accounts/login/code/", {"email": owner.email}, REMOTE_ADDR="192.0.2.3")
    assert asked["Location"] == "/accounts/login/code/confirm/"


def test_a_known_browser_may_not_guess_without_end_either(owner):
    browser = Client()
    assert log_in(browser, owner)
    browser.post("/accounts/logout/")
    for number in range(9):
        log_in(browser, owner, "wrong-wrong-wrong", network=number + 40)
    assert not log_in(browser, owner, network=60)


def test_a_browser_known_for_one_account_is_nobody_to_another(owner, stranger):
    stranger.set_password(PASSWORD)
    stranger.save()
    browser = Client()
    assert log_in(browser, stranger)
    browser.post("/accounts/logout/")
    attack(owner)
    assert not log_in(browser, owner, network=3)


def test_nobody_fills_a_mailbox_with_codes(owner):
    attack(owner, times=20)
    while account_mail.send():
        pass
    assert len(mail.outbox) <= 3


def test_a_stranger_who_asks_all_day_uses_up_no_mail_of_a_known_browser(owner, time_machine):
    browser = Client()
    assert log_in(browser, owner)
    browser.post("/accounts/logout/")
    asked_by_strangers(CODES, owner, time_machine)
    assert mailed() == 6
    browser.post(CODES, {"email": owner.email})
    assert mailed() == 1


def test_a_browser_is_known_for_the_address_that_was_typed_in_it(owner):
    EmailAddress.objects.create(user=owner, email="olive@second.example", verified=True)
    owner.email = "olive@second.example"
    browser = Client()
    assert log_in(browser, owner)
    browser.post("/accounts/logout/")
    attack(owner)
    assert log_in(browser, owner, network=2)


def test_links_for_a_new_password_leave_the_codes_alone_and_are_limited_too(owner, time_machine):
    asked_by_strangers("/accounts/password/reset/", owner, time_machine)
    assert mailed() == 6
    Client().post(CODES, {"email": owner.email})
    assert mailed() == 1


def test_a_known_browser_fills_no_mailbox_either(owner, time_machine):
    browser = Client()
    assert log_in(browser, owner)
    browser.post("/accounts/logout/")
    asked_by_strangers(CODES, owner, time_machine, browser)
    assert mailed() == 6


def test_sessions_elsewhere_are_listed_and_ended(owner):
    here, elsewhere = Client(headers={"user-agent": "Here"}), Client(headers={"user-agent": "Elsewhere <b>"})
    assert log_in(here, owner)
    assert log_in(elsewhere, owner)
    page = here.get("/accounts/sessions/").content.decode()
    assert "Elsewhere &lt;b&gt;" in page
    assert page.count("this browser") == 1
    here.post("/accounts/sessions/")
    assert elsewhere.get("/desk/").status_code == 302
    assert here.get("/desk/").status_code == 200


def test_a_new_password_ends_the_other_sessions_and_is_told_by_mail(owner):
    here, elsewhere = logged_in(owner), logged_in(owner)
    new = {"oldpassword": PASSWORD, "password1": "quite-another-one", "password2": "quite-another-one"}
    assert here.post("/accounts/password/change/", new).status_code == 303
    assert elsewhere.get("/desk/").status_code == 302
    account_mail.send()
    assert re.search("password", mail.outbox[0].body)


def test_a_second_factor_that_is_added_is_told_by_mail(owner, django_capture_on_commit_callbacks):
    client = Client()
    assert log_in(client, owner)
    path = "/accounts/2fa/totp/activate/"
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    secret = client.get(path).context["form"].secret
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    code = totp.format_hotp_value(totp.hotp_value(secret, counter))
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post(path, {"code": code})
    assert done["Location"] == "/accounts/2fa/recovery-codes/"
    assert account_mail.send() >= 1
    assert {one.to[0] for one in mail.outbox} == {owner.email}


def test_an_account_that_is_closed_is_let_in_nowhere(owner):
    client = logged_in(owner)
    owner.is_active = False
    owner.save()
    assert client.get("/desk/").status_code == 302
    assert not log_in(Client(), owner) or Client().get("/desk/").status_code == 302
