"""Somebody has lost their second factor: what takes it away, what that opens, and how they add another."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from petition.models import User
from signatories import access_tokens
from tests.conftest import logged_in

LIST = "/admin/mfa/authenticator/"


@pytest.fixture(autouse=True)
def _asks_for_a_factor(settings):
    settings.TEAM_MFA_REQUIRED = True


@pytest.fixture
def boss(db: None) -> Client:
    user = User.objects.create_superuser("boss@example.org")
    totp.TOTP.activate(user, totp.generate_totp_secret())
    return logged_in(user)


@pytest.fixture
def app(vetter) -> Authenticator:
    """An authenticator app, which brings recovery codes with it."""
    made = totp.TOTP.activate(vetter, totp.generate_totp_secret())
    RecoveryCodes.activate(vetter)
    return made.instance


def test_whoever_lost_a_factor_is_let_in_to_add_another_and_to_nothing_else(boss, app, vetter, letter):
    assert boss.post(f"{LIST}{app.pk}/delete/", {"post": "yes"}).status_code == 303
    assert not Authenticator.objects.filter(user=vetter).exists()
    client = logged_in(vetter, factor=False)
    assert client.get(f"/desk/{letter.slug}/")["Location"] == "/accounts/2fa/"
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200


def test_factors_that_are_chosen_in_the_list_take_their_codes_along(boss, app, vetter):
    chosen = {"action": "delete_selected", "_selected_action": [app.pk], "post": "yes"}
    assert boss.post(LIST, chosen).status_code == 303
    assert not Authenticator.objects.filter(user=vetter).exists()


def test_recovery_codes_stay_with_whoever_has_another_factor(boss, app, vetter):
    Authenticator.objects.create(user=vetter, type="webauthn", data={})
    boss.post(f"{LIST}{app.pk}/delete/", {"post": "yes"})
    assert set(Authenticator.objects.filter(user=vetter).values_list("type", flat=True)) == {
        "webauthn",
        "recovery_codes",
    }


def test_recovery_codes_alone_open_neither_desk_nor_api(client, vetter, letter):
    RecoveryCodes.activate(vetter)
    assert logged_in(vetter).get("/desk/")["Location"] == "/accounts/2fa/"
    _, secret = access_tokens.issue(vetter, name="x", scopes=["read"], days=1)
    answer = client.get("/api/v1/team/letters", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 403


def test_recovery_codes_alone_are_not_asked_for(letter, organiser, settings):
    settings.TEAM_MFA_REQUIRED = False
    RecoveryCodes.activate(organiser)
    data = {"format": "csv", "audience": "team"}
    answer = logged_in(organiser, factor=False).post(f"/desk/{letter.slug}/export/", data)
    assert answer["Content-Disposition"].startswith("attachment")
