"""The team of a letter: who joins and leaves, and what asks once more who one is."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal import auth as totp
from django.core import mail

from petition.access import DAY, MINUTES
from petition.models import LetterEvent, Membership, Role, User
from signatories import account_mail
from signatories.management.commands.doctor import CHECKS
from signatories.models import Export
from tests.conftest import logged_in

NEW = {"email": "New@Example.org", "name": "New", "role": "vetter"}


@pytest.fixture
def page(letter):
    return f"/desk/{letter.slug}/team/"


def mailed() -> dict[str, str]:
    while account_mail.send():
        pass
    return {one.to[0]: one.body for one in mail.outbox}


def test_whoever_joins_changes_or_leaves_stands_in_the_history_and_the_owners_are_told(letter, organiser, page):
    client = logged_in(organiser)
    client.post(page, NEW)
    client.post(page, {**NEW, "role": "editor"})
    new = letter.members.get(user__email="new@example.org")
    client.post(f"{page}{new.pk}/remove/")
    rows = letter.events.exclude(member=None).values_list("reason", "member__email", "role", "actor__email")
    assert list(rows) == [
        ("member_added", "new@example.org", "vetter", organiser.email),
        ("role_changed", "new@example.org", "editor", organiser.email),
        ("member_removed", "new@example.org", "", organiser.email),
    ]
    told = mailed()
    assert set(told) == {organiser.email, "new@example.org"}
    assert "is not on the team of this letter any more (was: Editor)" in told[organiser.email]
    assert "Left the team: " in client.get(f"/desk/{letter.slug}/").content.decode().replace('<span dir="auto">', "")


def test_who_hands_a_letter_over_and_leaves_lands_on_a_page_that_is_theirs(letter, organiser, stranger, page):
    client = logged_in(organiser)
    client.post(page, {"email": stranger.email, "name": "", "role": "owner"})
    answer = client.post(f"{page}{letter.members.get(user=organiser).pk}/remove/", follow=True)
    assert (answer.status_code, answer.redirect_chain[-1][0]) == (200, "/desk/")
    assert f"You are off the team of “{letter.title}”." in answer.content.decode()


def test_the_last_owner_stays_whatever_the_last_owner_asks_for(letter, organiser, page):
    client = logged_in(organiser)
    client.post(f"{page}{letter.members.get().pk}/remove/")
    answer = client.post(page, {"email": organiser.email, "name": "", "role": "observer"})
    assert answer.status_code == 422
    assert "keeps at least one owner" in answer.content.decode()
    assert letter.members.get().role == Role.OWNER
    assert not LetterEvent.objects.exclude(member=None).exists()


def test_the_last_owner_who_can_log_in_stays_although_another_account_is_closed(letter, organiser, stranger, page):
    Membership.objects.create(letter=letter, user=stranger, role=Role.OWNER)
    User.objects.filter(pk=stranger.pk).update(is_active=False)
    client = logged_in(organiser)
    client.post(f"{page}{letter.members.get(user=organiser).pk}/remove/")
    assert client.post(page, {"email": organiser.email, "name": "", "role": "editor"}).status_code == 422
    assert letter.members.get(user=organiser).role == Role.OWNER
    client.post(f"{page}{letter.members.get(user=stranger).pk}/remove/")
    assert letter.members.get().user == organiser


def test_a_letter_whose_owners_are_all_closed_is_reported(letter, organiser):
    assert "".join(CHECKS["team"]()) == ""
    User.objects.filter(pk=organiser.pk).update(is_active=False)
    assert f"{letter.slug} has no owner who can log in." in "".join(CHECKS["team"]())


def test_somebody_is_added_by_their_second_address_and_is_who_they_were(letter, organiser, stranger, page):
    EmailAddress.objects.create(user=stranger, email="mallory@second.example", verified=True)
    answer = logged_in(organiser).post(page, {**NEW, "email": "Mallory@Second.example"})
    assert answer.status_code == 303
    assert letter.members.get(role="vetter").user == stranger
    assert stranger.email in mailed()


def test_an_address_that_somebody_only_claims_makes_them_no_member(letter, organiser, stranger, page):
    EmailAddress.objects.create(user=stranger, email="new@example.org", verified=False)
    logged_in(organiser).post(page, NEW)
    assert letter.members.get(role="vetter").user != stranger


def test_the_same_role_again_is_no_change(letter, organiser, page):
    client = logged_in(organiser)
    for _ in range(2):
        client.post(page, NEW)
    assert letter.events.exclude(member=None).count() == 1


FORMS = {
    "team/": (MINUTES, NEW),
    "export/": (MINUTES, {"format": "csv", "audience": "team"}),
    "batches/start/": (MINUTES, None),
    "vetting/{}/hold/": (DAY, {"reason": "unclear_affiliation"}),
}


@pytest.mark.parametrize("place", FORMS)
def test_what_gives_something_away_asks_once_more_who_one_is(letter, organiser, confirmed, place: str):
    within, data = FORMS[place]
    signature = confirmed()
    data = data or {
        "status": "confirmed",
        "verb": "decline",
        "reason": "not_eligible",
        "sure": "on",
        "key": "6f2a2f0e-5f5f-4c1e-9d8d-0f4f0a1f3b11",
    }
    path = f"/desk/{letter.slug}/{place.format(signature.pk)}"
    late = logged_in(organiser, ago=within.total_seconds() + 1, factor=False).post(path, data)
    assert late["Location"].startswith("/accounts/login/?next=")
    assert not Export.objects.exists()
    assert not letter.batches.exists()
    assert not Membership.objects.filter(user__email="new@example.org").exists()
    soon = logged_in(organiser, ago=within.total_seconds() - 30, factor=False).post(path, data)
    assert "/accounts/" not in soon.headers.get("Location", "")


def test_whoever_has_a_second_factor_shows_that_one(letter, organiser, settings):
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(organiser, secret)
    path, data = f"/desk/{letter.slug}/export/", {"format": "csv", "audience": "team"}
    client = logged_in(organiser, factor=False)  # by mail just now, which is not the second factor
    asked = client.post(path, data)
    assert asked["Location"].startswith("/accounts/2fa/reauthenticate/?next=")
    code = totp.format_hotp_value(totp.hotp_value(secret, totp.yield_hotp_counters_from_time().__next__()))
    answer = client.post(asked["Location"], {"code": code, "next": path})
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    assert Export.objects.get().audience == "team"


def test_what_readers_may_see_anyway_leaves_with_a_log_in_of_today(letter, organiser):
    data = {"format": "csv", "audience": "public"}
    assert logged_in(organiser, ago=3600).post(f"/desk/{letter.slug}/export/", data).status_code == 200


def test_nobody_is_made_or_unmade_a_member_in_the_admin(letter, organiser):
    organiser.is_staff = organiser.is_superuser = True
    organiser.save()
    client = logged_in(organiser)
    for path in ("petition/membership/add/", f"petition/membership/{letter.members.get().pk}/delete/"):
        assert client.post(f"/admin/{path}", {"post": "yes"}).status_code == 403
    assert client.post(f"/admin/petition/user/{organiser.pk}/delete/", {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=organiser.pk).exists()
    assert re.search("member", client.get("/admin/").content.decode())
