"""What changes how somebody logs in asks who they are, if they have not shown it just now; nobody is in a dead end."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.test import Client

from petition.models import User
from signatories import account_mail
from signatories.models import Export
from tests.conftest import logged_in

PASSWORD, NEW = "read-before-you-sign", "olive@second.example"
SET, EMAIL, APP = "/accounts/password/set/", "/accounts/email/", "/accounts/2fa/totp/activate/"
TWICE, ADD = {"password1": PASSWORD, "password2": PASSWORD}, {"email": NEW, "action_add": ""}
DAYS = 6 * 24 * 3600  # seconds


def code_in_mail() -> str:
    while account_mail.send():
        pass
    found = re.search(r"^\s*([A-Z0-9-]{6,})\s*$", mail.outbox[-1].body, re.MULTILINE)
    assert found
    return found[1]


def log_in(client: Client, user: User) -> str:
    """Log in with a code by mail; return where that leads."""
    client.post("/accounts/login/code/", {"email": user.email})
    return client.post("/accounts/login/code/confirm/", {"code": code_in_mail()})["Location"]


def code_of(secret: str) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))


@pytest.mark.parametrize(("path", "form"), [(SET, TWICE), (EMAIL, ADD)])
def test_a_session_of_last_week_changes_nothing_and_exports_nothing(letter, organiser, path: str, form: dict):
    client = logged_in(organiser, ago=DAYS, factor=False)
    client.get(path)
    client.post(path, form)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post(f"/desk/{letter.slug}/export/", {"audience": "team", "format": "csv"})
    assert account_mail.send() == 0
    assert not Export.objects.exists()
    assert not User.objects.get(pk=organiser.pk).has_usable_password()


def test_a_session_of_last_week_is_shown_no_secret_for_an_app(organiser):
    client = logged_in(organiser, ago=DAYS, factor=False)
    assert client.get(APP)["Location"].startswith("/accounts/logout/?next=")
    assert client.get("/accounts/2fa/webauthn/add/")["Location"].startswith("/accounts/logout/?next=")
    assert client.post(APP, {"code": "123456"})["Location"].startswith("/accounts/login/?next=")
    assert "mfa.totp.secret" not in client.session


@pytest.mark.parametrize("path", [SET, APP])
def test_whoever_has_only_codes_logs_in_again_and_comes_back(organiser, path: str):
    client = logged_in(organiser, ago=DAYS, factor=False)
    out = client.get(path)["Location"]
    page = client.get(out)  # opening it has logged nobody out
    assert "log out and in again" in page.content.decode()
    back = re.search(r'name="next" value="([^"]+)"', page.content.decode())
    assert client.post("/accounts/logout/", {"next": back and back[1]})["Location"] == path
    assert client.get(path)["Location"].startswith("/accounts/login/?next=")
    log_in(client, organiser)
    assert client.get(path).status_code == 200


def test_a_new_member_adds_a_mailbox_and_an_app_with_the_code_of_the_log_in(organiser, client):
    log_in(client, organiser)
    assert client.post(EMAIL, ADD)["Location"] == "/accounts/confirm-email/"
    client.post("/accounts/confirm-email/", {"code": code_in_mail()})
    assert EmailAddress.objects.get(email=NEW).verified
    secret = client.get(APP).context["form"].secret
    assert client.post(APP, {"code": code_of(secret)})["Location"] == "/accounts/2fa/recovery-codes/"


def test_a_new_member_sets_a_password_and_is_asked_for_it_then(organiser, client):
    log_in(client, organiser)
    assert client.post(SET, TWICE)["Location"] == "/accounts/password/change/"
    assert client.post("/accounts/password/change/", {**TWICE, "oldpassword": "wrong"}).status_code == 200
    assert client.post("/accounts/password/change/", {**TWICE, "oldpassword": PASSWORD}).status_code == 303
    asked = client.post(EMAIL, ADD)["Location"]
    assert client.post(asked, {"password": PASSWORD})["Location"] == "/accounts/confirm-email/"


def test_installing_an_app_may_take_a_while(organiser, client, time_machine):
    time_machine.move_to("2026-06-16T18:00:00Z")
    log_in(client, organiser)
    secret = client.get(APP).context["form"].secret
    time_machine.move_to("2026-06-16T18:20:00Z")
    assert client.post(APP, {"code": code_of(secret)})["Location"] == "/accounts/2fa/recovery-codes/"


def test_whoever_was_shown_no_secret_has_no_such_while(organiser):
    client = logged_in(organiser, ago=1200, factor=False)
    assert client.post(APP, {"code": "123456"})["Location"].startswith("/accounts/login/?next=")


def test_a_password_is_asked_for_and_the_mailbox_is_added_afterwards(organiser):
    organiser.set_password(PASSWORD)
    organiser.save()
    client = logged_in(organiser, ago=DAYS, factor=False)
    asked = client.post(EMAIL, ADD)["Location"]
    assert asked.startswith("/accounts/reauthenticate/?next=")
    assert client.post(asked, {"password": PASSWORD})["Location"] == "/accounts/confirm-email/"
    code_in_mail()
    assert mail.outbox[-1].to == [NEW]


def test_whoever_has_a_factor_shows_it_and_a_password_does_not_do(organiser):
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(organiser, secret)
    organiser.set_password(PASSWORD)
    organiser.save()
    client = logged_in(organiser, ago=DAYS)
    asked = client.post(EMAIL, ADD)["Location"]
    assert asked.startswith("/accounts/2fa/reauthenticate/?next=")
    tried = client.post("/accounts/reauthenticate/", {"password": PASSWORD})["Location"]
    assert tried == "/accounts/2fa/reauthenticate/"
    assert client.post(asked, {"code": code_of(secret)})["Location"] == "/accounts/confirm-email/"
