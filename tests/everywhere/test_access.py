"""Who may open which door."""

import re
import uuid

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.conf import settings as django_settings
from django.core import mail
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from petition.models import Letter, Membership, Power, Role, User
from signatories import account_mail, tokens
from signatories.models import Signature
from tests.conftest import logged_in

EACH = {"slug": "keep-the-lights-on", "pk": str(uuid.uuid4()), "number": "1", "token": "x" * 59}
EACH |= {"delivery": str(uuid.uuid4()), "id": str(uuid.uuid4())}
EACH |= {"batch": str(uuid.uuid4()), "case": "1", "language": "de", "provider": "orcid", "code": "404"}
# Pages about something that a fresh letter does not have; their own tests open them.
OF_SOMETHING_ELSE = {"desk/<slug:slug>/versions/next/", "desk/<slug:slug>/updates/<uuid:pk>/"}
OF_SOMETHING_ELSE |= {"desk/<slug:slug>/webhooks/<uuid:pk>/"}


def routes(patterns: list, prefix: str = "") -> list[str]:
    found: list[str] = []
    for one in patterns:
        if isinstance(one, URLResolver):
            found += routes(one.url_patterns, prefix + str(one.pattern))
        elif isinstance(one, URLPattern):
            found.append(prefix + str(one.pattern))
    return found


def filled(route: str, signature: Signature | None = None) -> str:
    values = {**EACH, "pk": str(signature.pk) if signature else EACH["pk"]}
    if signature and "<uuid:batch>" in route:
        actor = signature.letter.members.get(role="owner").user
        signature.letter.batches.create(pk=EACH["batch"], actor=actor, verb="hold", reason="unclear_affiliation")
    if signature and "<int:case>" in route:
        signature.cases.create(pk=1, letter=signature.letter, kind="report")
    route = route.replace("<int:pk>", "1")
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda match: values[match[1]], route)


DESK = [route for route in routes(get_resolver().url_patterns) if route.startswith("desk/")]
OF_A_LETTER = [route for route in DESK if "<slug:slug>" in route]


def test_every_desk_page_is_known_to_these_tests():
    assert len(DESK) >= 18


@pytest.mark.parametrize("route", DESK)
def test_nobody_without_an_account_opens_a_desk_page(client: Client, letter: Letter, route: str):
    for answer in (client.get(filled(route)), client.post(filled(route))):
        assert answer.status_code in {302, 303, 405}
        if answer.status_code != 405:
            assert answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("route", OF_A_LETTER)
def test_a_stranger_with_an_account_finds_nothing(confirmed, stranger, at_desk, route: str):
    client, path = at_desk(stranger), filled(route, confirmed())
    assert {client.get(path, follow=True).status_code, client.post(path).status_code} <= {404, 405}


@pytest.mark.parametrize("route", OF_A_LETTER)
def test_the_owner_opens_every_page_of_the_letter(confirmed, organiser, at_desk, route: str):
    path = filled(route, confirmed())
    expected = {404} if route in OF_SOMETHING_ELSE else {200, 302, 303}  # the address of a form leads to its page
    assert at_desk(organiser).get(path).status_code in expected


@pytest.mark.parametrize("role", list(Role))
def test_a_former_member_finds_nothing_any_more(letter, stranger, at_desk, role: Role):
    member = Membership.objects.create(letter=letter, user=stranger, role=role)
    client = at_desk(stranger)
    assert client.get(f"/desk/{letter.slug}/").status_code == 200
    member.delete()
    assert client.get(f"/desk/{letter.slug}/").status_code == 404


@pytest.mark.parametrize(
    ("path", "power"),
    [
        ("edit/", Power.EDIT),
        ("vetting/", Power.SEE),
        ("founders/", Power.SEE),
        ("cases/", Power.SEE),
        ("throughput/", Power.SEE),
        ("batches/", Power.SEE),
        ("batches/new/", Power.VET),
        ("export/", Power.EXPORT),
        ("delivery/", Power.EXPORT),
        ("team/", Power.MANAGE),
    ],
)
@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_the_pages_of_its_powers(draft, stranger, at_desk, path: str, power: Power, role: Role):
    member = Membership.objects.create(letter=draft, user=stranger, role=role)
    expected = 200 if member.may(power) else 404
    assert at_desk(stranger).get(f"/desk/{draft.slug}/{path}").status_code == expected


LATE = "Not saved: you were logged out. Please send it again."


def log_in_at(client: Client, user: User, place: str) -> str:
    user.set_password("read-before-you-sign")
    user.save()
    data = {"login": user.email, "password": "read-before-you-sign"}
    return client.post(place, data, follow=True).content.decode()


def test_a_decision_after_the_session_is_over_leads_back_to_the_person_and_says_it_was_not_saved(
    client: Client, confirmed, vetter: User
):
    page = f"/desk/keep-the-lights-on/vetting/{confirmed().pk}/"
    answer = client.post(f"{page}hold/", {"note": "x"}, headers={"referer": f"http://testserver{page}?status=held"})
    assert answer["Location"] == f"/accounts/login/?next={page}%3Fstatus%3Dheld"
    assert LATE in log_in_at(client, vetter, answer["Location"])
    assert LATE not in client.get(page).content.decode()


def test_a_form_that_was_refused_before_the_session_was_over_leads_back_to_its_page(client, confirmed, vetter):
    page = f"/desk/keep-the-lights-on/vetting/{confirmed().pk}/"
    answer = client.post(f"{page}ask/", headers={"referer": f"http://testserver{page}hold/"})
    shown = log_in_at(client, vetter, answer["Location"])
    assert LATE in shown
    assert 'id="who"' in shown


def test_a_vetter_who_is_asked_once_more_for_a_code_comes_back_to_the_person(confirmed, vetter):
    page = f"/desk/keep-the-lights-on/vetting/{confirmed().pk}/"
    client = logged_in(vetter, ago=13 * 3600, factor=False)
    answer = client.post(f"{page}hold/", headers={"referer": f"http://testserver{page}"})
    assert answer["Location"] == f"/accounts/login/?next={page}"
    assert LATE in log_in_at(client, vetter, answer["Location"])


@pytest.mark.parametrize("referer", ["", "https://elsewhere.example/desk/", "http://testserver//elsewhere.example/"])
def test_nobody_is_led_elsewhere_by_where_a_form_came_from(client, letter, organiser, referer: str):
    answer = client.post("/desk/keep-the-lights-on/pause/", headers={"referer": referer})
    assert "My letters" in log_in_at(client, organiser, answer["Location"])


def test_what_a_script_sends_after_the_session_is_over_is_no_lost_form(client, letter, organiser):
    answer = client.post("/desk/preview/", headers={"sec-fetch-mode": "cors"})
    assert LATE not in log_in_at(client, organiser, answer["Location"])


def test_the_address_of_a_form_leads_to_the_page_it_stands_on(organiser, confirmed, at_desk):
    signature = confirmed()
    mine = f"/mine/{tokens.make('mine', signature.pk)}/"
    person = f"/desk/keep-the-lights-on/vetting/{signature.pk}/"
    client = at_desk(organiser)
    for path in ("change/", "proofs/page/", "consents/updates/"):
        assert client.get(mine + path)["Location"] == mine
    assert client.get(f"{person}strike/7/")["Location"] == person
    assert client.get("/desk/keep-the-lights-on/publish/")["Location"] == "/desk/keep-the-lights-on/"


def test_an_address_that_takes_only_forms_says_what_to_do(client, letter):
    answer = client.get("/letters/keep-the-lights-on/sent/again/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "open the page that has the form" in answer.content.decode()


def test_a_member_logs_in_with_a_code_by_mail(client: Client, organiser: User):
    client.post("/accounts/login/code/", {"email": organiser.email})
    assert account_mail.send() == 1
    code = re.search(r"^\s*([A-Z0-9-]{6,})\s*$", mail.outbox[0].body, re.MULTILINE)
    assert code, mail.outbox[0].body
    answer = client.post("/accounts/login/code/confirm/", {"code": code[1]})
    assert answer["Location"] == "/desk/"
    assert client.get("/desk/").status_code == 200


def test_a_member_logs_in_with_a_password(client: Client, organiser: User):
    organiser.set_password("read-before-you-sign")
    organiser.save()
    answer = client.post("/accounts/login/", {"login": organiser.email, "password": "read-before-you-sign"})
    assert answer["Location"] == "/desk/"


def test_a_wrong_password_and_an_unknown_address_look_alike(client: Client, organiser: User):
    answers = []
    for login in (organiser.email, "nobody@example.org"):
        answer = client.post("/accounts/login/", {"login": login, "password": "wrong-wrong-wrong"})
        answers.append((answer.status_code, "not correct" in answer.content.decode()))
    assert answers[0] == answers[1] == (200, True)


def test_there_is_no_public_sign_up(client: Client, db: None):
    data = {"email": "mallory@example.com", "password1": "long-enough-words", "password2": "long-enough-words"}
    client.post("/accounts/signup/", data)
    assert not User.objects.exists()


def test_a_team_that_asks_for_a_second_factor_lets_nobody_in_without_one(organiser, at_desk, settings):
    settings.TEAM_MFA_REQUIRED = True
    client = at_desk(organiser)
    assert client.get("/desk/")["Location"] == "/accounts/2fa/"
    totp.TOTP.activate(organiser, totp.generate_totp_secret())
    assert client.get("/desk/").status_code == 200


@pytest.mark.parametrize("path", ["", "login/", "petition/user/", "signatories/signature/", "jsi18n/", "nowhere/"])
def test_the_second_factor_is_asked_for_by_the_admin_pages_too(organiser, at_desk, settings, path: str):
    organiser.is_staff = organiser.is_superuser = True
    organiser.save()
    settings.TEAM_MFA_REQUIRED = True
    client = at_desk(organiser)
    answer = client.get(f"/admin/{path}", follow=True)
    assert answer.redirect_chain[-1][0] == "/accounts/2fa/"
    assert client.post(f"/admin/{path}", {"username": organiser.email, "password": "x"}).status_code == 303
    totp.TOTP.activate(organiser, totp.generate_totp_secret())
    assert client.get(f"/admin/{path}", follow=True).redirect_chain[-1:] != [("/accounts/2fa/", 302)]


@pytest.mark.parametrize(
    "path", ["/accounts/2fa/", "/accounts/password/change/", "/accounts/email/", "/accounts/logout/"]
)
def test_the_account_pages_open(organiser, at_desk, path: str):
    assert at_desk(organiser).get(path, follow=True).status_code == 200


def test_the_admin_has_no_door_of_its_own(client: Client, organiser, at_desk):
    assert "/accounts/login/" in client.get("/admin/login/?next=/admin/")["Location"]
    organiser.is_staff = organiser.is_superuser = True
    organiser.save()
    inside = at_desk(organiser)
    for path in ("/admin/", "/admin/petition/version/", "/admin/signatories/signature/", "/admin/petition/user/"):
        assert inside.get(path).status_code == 200


def test_after_a_form_the_browser_is_told_to_get_the_next_page_by_our_pages_and_the_libraries(organiser, at_desk):
    client = at_desk(organiser)
    assert client.post("/accounts/logout/").status_code == 303
    assert client.get("/desk/").status_code == 302


def test_posts_at_the_desk_want_a_csrf_token(organiser, letter):
    client = Client(enforce_csrf_checks=True)
    client.force_login(organiser)
    assert client.post(f"/desk/{letter.slug}/pause/").status_code == 403


def test_tests_run_without_the_demo():
    assert not django_settings.DEMO
