"""The secrets of links: each opens one thing of one person for one purpose, and outlives a change of the key."""

import base64
import logging
import re
import uuid

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from config import devices
from config.logs import clean
from petition.delivery import received
from signatories import account_mail, addresses, tokens
from signatories.models import AccountMail, Mail
from tests.conftest import logged_in
from tests.world import World

PURPOSES = ("tab", "confirm", "mine", "invitation", "news", "embargo", "signed", "stop")
OLD, NEW = "an old key that was in use for years 0123456789", "the key that came after it, quite another 9876543210"


@pytest.fixture
def rotate(settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = OLD, []

    def turn(*, keep: bool = True) -> None:
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD] if keep else []

    return turn


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_link_made_with_the_old_key_opens_until_the_old_key_is_dropped(rotate, purpose):
    one = uuid.uuid4()
    made = [tokens.make(purpose, one), tokens.steady(purpose, one)]
    rotate()
    assert {tokens.read(purpose, token) for token in made} == {one}
    rotate(keep=False)
    for token in made:
        with pytest.raises(tokens.Invalid):
            tokens.read(purpose, token)


def test_codes_mail_log_ins_and_known_browsers_survive_a_change_of_the_key(db, rotate, organiser):
    one, sealed = uuid.uuid4(), tokens.seal("your code is 123456")
    code = tokens.code(one)
    account_mail.owe(to=organiser.email, subject="A code", body="123456", code=True)
    browser, later = logged_in(organiser), logged_in(organiser)
    answer = browser.get("/desk/")
    devices.remember(answer, organiser.email)
    browser.cookies[devices.COOKIE] = answer.cookies[devices.COOKIE].value
    before = devices.bucket(answer.wsgi_request, organiser.email)
    rotate()
    assert tokens.is_code(one, code)
    assert tokens.unseal(sealed) == "your code is 123456"
    assert account_mail.send() == 1
    again = browser.get("/desk/")
    assert again.status_code == 200
    assert devices.bucket(again.wsgi_request, organiser.email) not in {before, ""}
    rotate(keep=False)
    assert not tokens.is_code(one, code)
    assert browser.get("/desk/").status_code == 200  # it was signed with the new key when it came back
    assert later.get("/desk/").status_code == 302


def test_an_addressees_link_survives_a_change_of_the_key(db, rotate):
    link = World().mine.addressee
    token = received.token(link)
    rotate()
    assert received.behind(token) == link
    rotate(keep=False)
    assert received.behind(token) is None


def test_a_mailbox_is_known_after_a_change_of_the_key_because_its_hash_has_a_key_of_its_own(rotate, settings):
    settings.ADDRESS_KEY = OLD
    before = addresses.keyed_hash("ada@example.com")
    rotate(keep=False)
    assert addresses.keyed_hash("ada@example.com") == before
    settings.ADDRESS_KEY = NEW
    assert addresses.keyed_hash("ada@example.com") != before


def test_a_token_opens_nothing_for_another_purpose_place_or_person():
    one = uuid.uuid4()
    for purpose in PURPOSES:
        token = tokens.make(purpose, one, at="here")
        assert tokens.read(purpose, token, at="here") == one
        for other in PURPOSES:
            if other != purpose:
                with pytest.raises(tokens.Invalid):
                    tokens.read(other, token, at="here")
        with pytest.raises(tokens.Invalid):
            tokens.read(purpose, token, at="there")


def test_no_bit_of_a_token_can_be_changed():
    token = tokens.make("mine", uuid.uuid4())
    raw = bytearray(base64.urlsafe_b64decode(token + "="))
    assert len(raw) * 8 >= 128 + 128  # what it says, and what says that it was said here
    for at in range(len(raw) * 8):
        raw[at // 8] ^= 1 << at % 8
        with pytest.raises(tokens.Invalid):
            tokens.read("mine", base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("="))
        raw[at // 8] ^= 1 << at % 8


def test_only_one_spelling_of_a_token_opens_anything():
    token = tokens.make("mine", uuid.uuid4())
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for other in (*(token[:-1] + last for last in alphabet if last != token[-1]), f"{token}=", f"{token}A"):
        with pytest.raises(tokens.Invalid):
            tokens.read("mine", other)


def test_the_database_holds_no_token_and_no_code(post_sign, letter, organiser, client):
    post_sign()
    client.post("/accounts/login/code/", {"email": organiser.email})
    mail = Mail.objects.get()
    kept = repr([Mail.objects.values_list(), AccountMail.objects.values_list(), letter.signatures.values_list()])
    assert tokens.code(mail.pk) not in kept
    code = next(iter(re.findall(r"^[A-Z0-9-]{6,}$", tokens.unseal(AccountMail.objects.get().sealed), re.MULTILINE)))
    assert code not in kept
    assert not re.search(r"(?<![\w-])[\w-]{59}(?![\w-])", kept)
    assert all(len(session.session_key) >= 26 for session in Session.objects.all())  # 128 bits need 25 of 36 signs


def test_no_token_reaches_a_log_a_title_or_another_host(db, caplog, client: Client):
    everybody = World()
    things = everybody.mine
    opened = {
        "mine": tokens.make("mine", things.waiting.pk),
        "confirm": tokens.make("confirm", things.waiting.mails.get(kind="confirm").pk),
        "embargo": tokens.make("embargo", things.link.pk),
        "received": received.token(things.addressee),
    }
    with caplog.at_level(logging.DEBUG):
        for kind, token in opened.items():
            for path in (f"/{kind}/{token}/", f"/{kind}/{token}x/", f"/{kind}/{token}/nowhere/"):
                answer = client.get(path)
                page = answer.content.decode()
                assert token not in "".join(re.findall(r"<title>(.*?)</title>", page, re.DOTALL))
                assert not re.findall(r'(?:src|action)="https?://(?!testserver)', page)
                assert answer.headers["Referrer-Policy"] == "same-origin"
                assert answer.headers["Cache-Control"] == "no-store" or answer.status_code >= 300
    assert len(caplog.records) >= 4
    for record in caplog.records:
        assert not [token for token in opened.values() if token in clean(record.getMessage())]
