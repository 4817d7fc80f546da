"""Who gets in by a token, and who does not: the scope and the role at that moment, both."""

import io
import json
import logging
import uuid

import pytest
from allauth.mfa.totp.internal import auth as totp

from petition.models import Membership, Role, User
from signatories import access_tokens, team
from tests.conftest import LETTER

pytestmark = pytest.mark.django_db
SLUG = LETTER["slug"]
READ = f"/letters/{SLUG}/signatures"
SOMEBODY = f"{READ}/{uuid.UUID(int=7)}"  # the same in every process that runs tests
DECIDE, EXPORT = f"{SOMEBODY}/decisions", f"/letters/{SLUG}/exports"
CSV, HOLD = {"format": "csv"}, {"outcome": "hold", "reason": "unclear_affiliation"}


@pytest.fixture
def knock(client):
    """Ask with a token, or with whatever else stands in the header."""

    def ask(path: str, token: str | None, body=None, **headers):
        sent = {**({"Authorization": f"Bearer {token}"} if token is not None else {}), **headers}
        method, data = ("POST", json.dumps(body)) if body is not None else ("GET", "")
        return client.generic(method, f"/api/v1/team{path}", data, "application/json", headers=sent)

    return ask


def token(user: User, *scopes: str) -> str:
    return access_tokens.issue(user, name="x", scopes=scopes, days=7)[1]


def is_problem(answer, status: int) -> bool:
    body = answer.json()
    return answer.status_code == status == body["status"] and answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/letters", READ, SOMEBODY])
def test_without_a_token_the_answer_says_what_is_asked_for(knock, letter, path):
    answer = knock(path, None)
    assert is_problem(answer, 401)
    assert answer["WWW-Authenticate"] == 'Bearer realm="Undersigned"'


def test_asking_for_the_head_alone_wants_a_token_too(client, letter, vetter):
    path = "/api/v1/team/letters"
    assert client.head(path).status_code == 401
    assert client.head(path, headers={"Authorization": f"Bearer {token(vetter, 'read')}"}).status_code == 200


@pytest.mark.parametrize("wrong", ["", "und_", "und_" + "x" * 43, "gibberish", "und_é", "a b c"])
def test_a_wrong_token_is_told_to_be_wrong(knock, letter, wrong):
    answer = knock("/letters", wrong)
    assert is_problem(answer, 401)
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]


def test_another_scheme_is_no_token(knock, letter, vetter, client):
    secret = token(vetter, "read")
    answer = client.get("/api/v1/team/letters", headers={"Authorization": f"Token {secret}"})
    assert is_problem(answer, 401)


def test_being_logged_in_opens_nothing_here(letter, vetter, at_desk):
    assert is_problem(at_desk(vetter).get("/api/v1/team/letters"), 401)


def test_a_scope_that_is_missing_is_named(knock, letter, vetter, organiser):
    for path, secret, body, scope in (
        (READ, token(vetter, "decide"), None, "read"),
        (DECIDE, token(vetter, "read", "export", "addresses"), HOLD, "decide"),
        (EXPORT, token(organiser, "read", "decide"), CSV, "export"),
    ):
        answer = knock(path, secret, body)
        assert is_problem(answer, 403)
        assert f'error="insufficient_scope", scope="{scope}"' in answer["WWW-Authenticate"]


ALL = ("read", "addresses", "decide", "export")
MAY = {
    Role.OWNER: (200, 404, 201),
    Role.EDITOR: (200, 404, 404),
    Role.VETTER: (200, 404, 404),
    Role.EXPORTER: (200, 404, 201),
    Role.OBSERVER: (200, 404, 404),
}


@pytest.mark.parametrize("role", Role)
def test_a_token_with_every_scope_may_no_more_than_its_owners_role(knock, letter, confirmed, role):
    user, signature = User.objects.create_user(f"{role}@example.org"), confirmed("wim@example.com")
    Membership.objects.create(letter=letter, user=user, role=role)
    secret = token(user, *ALL)
    assert (
        knock(READ, secret).status_code,
        knock(DECIDE, secret, HOLD).status_code,
        knock(EXPORT, secret, CSV).status_code,
    ) == MAY[role]
    decided = knock(f"{READ}/{signature.pk}/decisions", secret, HOLD).status_code
    assert decided == (201 if role in {Role.OWNER, Role.VETTER} else 404)


def test_whoever_leaves_the_team_is_out_at_the_next_request(knock, letter, vetter, organiser):
    secret = token(vetter, *ALL)
    assert knock(READ, secret).status_code == 200
    team.leave(letter.members.get(user=vetter), by=organiser)
    assert is_problem(knock(READ, secret), 404)
    assert is_problem(knock(DECIDE, secret, HOLD), 404)
    assert knock("/letters", secret).json() == {"letters": []}


def test_a_letter_of_others_is_not_found_like_one_that_is_not_there(knock, letter, stranger):
    secret = token(stranger, *ALL)
    theirs, nobodys = knock(READ, secret), knock("/letters/no-such-letter/signatures", secret)
    assert (theirs.status_code, theirs.content) == (404, nobodys.content)


def test_where_the_team_asks_for_a_second_factor_a_token_does_not_go_round_it(knock, letter, vetter, settings):
    secret = token(vetter, "read")
    settings.TEAM_MFA_REQUIRED = True
    assert is_problem(knock(READ, secret), 403)
    totp.TOTP.activate(vetter, totp.generate_totp_secret())
    assert knock(READ, secret).status_code == 200


def test_no_other_site_may_read_it_and_nothing_keeps_it(knock, letter, vetter, client):
    site = {"Origin": "https://news.example.net"}
    for answer in (
        knock(READ, token(vetter, "read"), **site),
        knock(READ, None, **site),
        knock("/nothing", None, **site),
    ):
        assert "Access-Control-Allow-Origin" not in answer
        assert answer["Cache-Control"] == "no-store"
        assert "Authorization" in answer["Vary"]
        assert "ETag" not in answer
        assert not answer.cookies
    asked = {**site, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
    assert "Access-Control-Allow-Origin" not in client.options("/api/v1/team/letters", headers=asked)


def test_wrong_tokens_are_counted_and_the_right_one_goes_on(knock, letter, vetter):
    answers = [knock("/letters", f"und_{number}") for number in range(31)]
    assert {answer.status_code for answer in answers[:30]} == {401}
    assert is_problem(answers[30], 429)
    assert int(answers[30]["Retry-After"]) > 0
    assert knock("/letters", token(vetter, "read")).status_code == 200


@pytest.mark.parametrize("after", ["rubbish", "1.xyz", "١.00000000000000000000000000000000"])
def test_a_place_that_was_changed_is_a_problem_of_400(knock, letter, vetter, after):
    assert is_problem(knock(f"{READ}?after={after}", token(vetter, "read")), 400)


def test_no_token_stands_in_the_log(knock, letter, vetter):
    written, root = io.StringIO(), logging.getLogger()
    (console,) = [one for one in root.handlers if one.name == "console"]
    before, level = console.setStream(written), root.level
    root.setLevel(logging.DEBUG)
    try:
        secret = token(vetter, "read")
        knock("/letters", secret)
        knock("/letters", secret + "x")
        logging.getLogger("some.library").warning("sent Bearer %s", secret)
    finally:
        root.setLevel(level)
        console.setStream(before)
    assert "Bearer [hidden]" in written.getvalue()
    assert f"token={secret[:10]}" in written.getvalue()  # which one it was can be told
    assert secret not in written.getvalue()
    assert secret[12:] not in written.getvalue()
