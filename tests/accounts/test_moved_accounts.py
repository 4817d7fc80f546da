"""A superuser makes an account or corrects its address: the new mailbox logs in, and the old one no more."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from petition.models import User
from signatories import access_tokens, account_mail
from tests.conftest import logged_in

NEW, PASSWORD = "vera@new.example", "read-before-you-sign"


@pytest.fixture
def boss(db: None) -> Client:
    return logged_in(User.objects.create_superuser("boss@example.org"))


def correct(boss: Client, who: User, email: str = NEW, **more: str) -> int:
    form = {"email": email, "name": "Vera", "is_active": "on", **more}
    return boss.post(f"/admin/petition/user/{who.pk}/change/", form).status_code


def ask(client: Client, email: str) -> str | None:
    """Ask for a code; return the one that was mailed."""
    mail.outbox.clear()
    client.post("/accounts/login/code/", {"email": email})
    account_mail.send()
    found = re.search(r"^\s*([A-Z0-9-]{6,})\s*$", mail.outbox[0].body, re.MULTILINE) if mail.outbox else None
    return found[1] if found else None


def enters(client: Client, code: str | None) -> bool:
    client.post("/accounts/login/code/confirm/", {"code": code})
    return client.get("/desk/").status_code == 200


def test_the_new_mailbox_logs_in_and_the_old_one_no_more(boss, vetter, client):
    old = vetter.email
    assert correct(boss, vetter, "Vera@New.example") == 303
    assert ask(Client(), old) is None
    assert enters(client, ask(client, NEW))
    assert list(EmailAddress.objects.filter(user=vetter).values_list("email", "verified", "primary")) == [
        (NEW, True, True)
    ]


def test_what_the_old_mailbox_had_opened_is_closed(boss, vetter):
    vetter.set_password(PASSWORD)
    vetter.save()
    browser = logged_in(vetter)
    correct(boss, vetter)
    assert browser.get("/desk/").status_code == 302
    Client().post("/accounts/login/", {"login": NEW, "password": PASSWORD})
    vetter.refresh_from_db()
    assert not vetter.has_usable_password()


def test_a_token_that_was_made_under_the_old_address_opens_nothing(boss, vetter, letter):
    _row, secret = access_tokens.issue(vetter, name="a program", scopes=["read"], days=7)
    ask = {"Authorization": f"Bearer {secret}"}
    assert Client().get("/api/v1/team/letters", headers=ask).status_code == 200
    correct(boss, vetter)
    assert Client().get("/api/v1/team/letters", headers=ask).status_code == 401


def test_a_code_that_is_on_its_way_to_the_old_mailbox_opens_nothing(boss, vetter, client):
    code = ask(client, vetter.email)
    correct(boss, vetter)
    assert not enters(client, code)
    assert account_mail.send() == 0
    assert EmailAddress.objects.get(user=vetter).email == NEW


def test_an_address_that_somebody_else_has_proven_is_refused(boss, vetter, stranger):
    EmailAddress.objects.create(user=stranger, email=NEW, verified=True)
    assert correct(boss, vetter) == 200
    assert correct(boss, vetter, stranger.email.upper()) == 200
    vetter.refresh_from_db()
    assert vetter.email == "vera@example.org"


def test_another_name_leaves_everything_else_as_it_is(boss, vetter):
    browser = logged_in(vetter)
    EmailAddress.objects.create(user=vetter, email=NEW, verified=True)
    assert correct(boss, vetter, vetter.email, name="Vera Vetter") == 303
    assert browser.get("/desk/").status_code == 200
    assert EmailAddress.objects.filter(user=vetter).count() == 2


def test_whoever_corrects_their_own_address_stays(boss):
    own = User.objects.get(email="boss@example.org")
    assert correct(boss, own, is_staff="on", is_superuser="on") == 303
    assert boss.get("/admin/").status_code == 200


def test_an_account_that_is_made_in_the_admin_logs_in_with_one_code(boss, client):
    made = {"email": "New@Example.org", "name": "New", "is_active": "on"}
    assert boss.post("/admin/petition/user/add/", made).status_code == 303
    assert enters(client, ask(client, "new@example.org"))
    assert not User.objects.get(email="new@example.org").has_usable_password()
