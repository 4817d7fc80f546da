"""A member of a team lets a program in, for a while and for some things."""

import hashlib
from datetime import timedelta

import pytest
from django.utils import timezone

from petition.moves import NotAllowed
from signatories import access_tokens, tokens
from signatories.models import AccessToken, AccountMail
from tests.conftest import logged_in

pytestmark = pytest.mark.django_db
PAGE = "/accounts/tokens/"
WANTED = {"name": "Our website", "scopes": ["read", "decide"], "days": "90"}


@pytest.fixture
def desk(vetter):
    return logged_in(vetter)


def secret_on(page) -> str:
    return page.content.decode().partition('<code dir="ltr">')[2].partition("<")[0]


def test_a_token_is_shown_once_and_only_its_hash_is_kept(desk, vetter):
    page = desk.post(PAGE, WANTED)
    secret, row = secret_on(page), AccessToken.objects.get()
    assert len(secret) == 47
    assert secret.startswith("und_")
    assert page["Cache-Control"] == "no-store"
    assert row.hashed == hashlib.sha256(secret.encode()).hexdigest()
    assert secret.startswith(row.prefix)
    assert secret not in desk.get(PAGE).content.decode()
    assert (row.user, row.scopes) == (vetter, ["decide", "read"])
    assert timedelta(days=89) < row.expires_at - timezone.now() <= timedelta(days=90)


def test_its_owner_is_told_by_mail_what_it_may_do_and_not_the_token(desk, vetter):
    secret = secret_on(desk.post(PAGE, WANTED))
    mail = AccountMail.objects.get()
    body = tokens.unseal(mail.sealed)
    assert mail.to == vetter.email
    assert "Our website" in body
    assert "Decide on signatures" in body
    assert PAGE in body
    assert secret not in body + mail.subject


def test_making_one_asks_once_more_who_one_is(vetter):
    answer = logged_in(vetter, ago=600).post(PAGE, WANTED)
    assert "reauthenticate" in answer["Location"] or answer["Location"].startswith("/accounts/login/")
    assert not AccessToken.objects.exists()


def test_whoever_says_again_who_they_are_gets_the_token_they_asked_for(vetter):
    vetter.set_password("a long pass phrase")
    vetter.save()
    client = logged_in(vetter, ago=600, factor=False)
    asked = client.post(PAGE, WANTED)["Location"]
    page = client.post(asked, {"password": "a long pass phrase"}, follow=True)
    assert secret_on(page).startswith("und_")
    assert page["Cache-Control"] == "no-store"
    assert AccessToken.objects.count() == 1


@pytest.mark.parametrize("wrong", [{"name": ""}, {"scopes": []}, {"scopes": ["everything"]}, {"days": "4000"}])
def test_what_is_not_well_asked_for_is_not_made(desk, wrong):
    assert desk.post(PAGE, {**WANTED, **wrong}).status_code == 422
    assert not AccessToken.objects.exists()


def test_nobody_has_more_than_twenty(desk, vetter):
    for number in range(access_tokens.MOST):
        access_tokens.issue(vetter, name=str(number), scopes=["read"], days=1)
    assert desk.post(PAGE, WANTED).status_code == 422
    with pytest.raises(NotAllowed):
        access_tokens.issue(vetter, name="one more", scopes=["read"], days=1)
    access_tokens.revoke(AccessToken.objects.first())
    assert desk.post(PAGE, WANTED).status_code == 200


def test_no_token_lives_longer_than_a_year(vetter):
    made, _ = access_tokens.issue(vetter, name="x", scopes=["read"], days=4000)
    assert made.expires_at <= timezone.now() + timedelta(days=365)


def test_a_revoked_one_opens_nothing_any_more(desk, vetter):
    made, secret = access_tokens.issue(vetter, name="x", scopes=["read"], days=1)
    assert access_tokens.recognise(secret) == made
    assert desk.post(f"{PAGE}{made.pk}/revoke/").status_code == 303
    assert access_tokens.recognise(secret) is None


def test_nobody_sees_or_revokes_the_tokens_of_others(vetter, stranger):
    made, secret = access_tokens.issue(vetter, name="Of Vera", scopes=["read"], days=1)
    other = logged_in(stranger)
    assert other.post(f"{PAGE}{made.pk}/revoke/").status_code == 404
    assert "Of Vera" not in other.get(PAGE).content.decode()
    assert access_tokens.recognise(secret)


def test_one_that_is_over_or_whose_owner_is_gone_opens_nothing(vetter, time_machine):
    _, secret = access_tokens.issue(vetter, name="x", scopes=["read"], days=7)
    time_machine.move_to(timezone.now() + timedelta(days=8))
    assert access_tokens.recognise(secret) is None
    _, secret = access_tokens.issue(vetter, name="x", scopes=["read"], days=7)
    assert access_tokens.recognise(secret)
    vetter.is_active = False
    vetter.save()
    assert access_tokens.recognise(secret) is None


def test_the_day_of_its_last_use_is_noted_and_written_once_a_day(vetter, django_assert_num_queries):
    made, secret = access_tokens.issue(vetter, name="x", scopes=["read"], days=7)
    access_tokens.recognise(secret)
    with django_assert_num_queries(1):
        access_tokens.recognise(secret)
    made.refresh_from_db()
    assert made.last_used == timezone.now().date()
