"""A program of the team reads signatures, decides on them and takes the list out, with a personal token."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from petition.models import Membership, Role, User
from signatories import access_tokens, privacy, vetting
from signatories.models import Decision, Export, Flag, Signature
from tests.conftest import LETTER, support

pytestmark = pytest.mark.django_db
SLUG = LETTER["slug"]
PATH = f"/letters/{SLUG}/signatures"
LIST = {"outcome": "list", "level": 2, "reason": "staff_page"}


@pytest.fixture
def program(client):
    """What somebody's program may ask, with a token of these scopes."""

    def make(user: User, *scopes: str):
        _, secret = access_tokens.issue(user, name="a program", scopes=scopes or ["read"], days=7)

        def ask(path: str, body=None, *, method: str = "", **headers):
            sent = {"Authorization": f"Bearer {secret}", **headers}
            data = json.dumps(body) if body is not None else ""
            method = method or ("POST" if body is not None else "GET")
            return client.generic(method, f"/api/v1/team{path}", data, "application/json", headers=sent)

        return ask

    return make


@pytest.fixture
def vera(program, vetter):
    return program(vetter, "read", "addresses", "decide")


@pytest.fixture
def waiting(confirmed, vetter) -> Signature:
    return support(confirmed("wim@example.com", name="Wim"), "M", by=vetter)


def member(letter, role: Role) -> User:
    user = User.objects.create_user(f"{role}@example.org")
    Membership.objects.create(letter=letter, user=user, role=role)
    return user


def test_a_program_learns_on_which_letters_it_may_do_what(letter, program, vetter, stranger):
    (found,) = program(vetter)("/letters").json()["letters"]
    assert (found["slug"], found["role"], found["may"]) == (SLUG, "vetter", ["see", "vet"])
    assert program(stranger)("/letters").json() == {"letters": []}


def test_it_reads_what_the_queue_shows_and_no_address(vera, waiting):
    (row,) = vera(PATH).json()["signatures"]
    assert (row["id"], row["name"], row["host"], row["evidence"]) == (str(waiting.pk), "Wim", "example.com", ["M"])
    assert "wim@example.com" not in vera(PATH).content.decode()
    assert vera(f"{PATH}?status=listed").json()["signatures"] == []


def test_it_filters_by_level_and_goes_on_page_by_page(vera, confirmed, listed, monkeypatch):
    monkeypatch.setattr("signatories.vetting.waiting.PAGE", 2)
    people = [listed(confirmed(f"p{n}@example.com", name=f"P{n}")) for n in range(3)]
    names, after = [], ""
    while after is not None:
        page = vera(f"{PATH}?status=listed&level=2&after={after}").json()
        names, after = names + [row["name"] for row in page["signatures"]], page["after"]
    assert names == [one.name for one in people]
    assert vera(f"{PATH}?status=listed&level=3").json()["signatures"] == []


def test_one_signature_comes_with_its_evidence_and_what_can_be_done(vera, waiting):
    Flag.objects.create(signature=waiting, kind="free_mail", details={"host": "example.com"})
    whole = vera(f"{PATH}/{waiting.pk}").json()
    assert (whole["email"], whole["carried"], whole["takes_two"]) == ("wim@example.com", 2, [])
    assert whole["may"] == ["ask", "decline", "hold", "list"]
    assert whole["found"][0]["family"] == "M"
    assert whole["open_flags"][0]["kind"] == "free_mail"


def test_an_address_is_told_only_with_its_own_scope(program, vetter, waiting):
    assert program(vetter, "read")(f"{PATH}/{waiting.pk}").json()["email"] is None


def test_a_name_is_listed_by_the_verb_of_the_desk(vera, waiting, vetter):
    seen = vera(f"{PATH}/{waiting.pk}").json()["seen"]
    answer = vera(f"{PATH}/{waiting.pk}/decisions", {**LIST, "seen": seen})
    assert (answer.status_code, answer.json()["status"]) == (201, "listed")
    decision = waiting.decisions.get()
    assert (decision.outcome, decision.vetter, decision.level) == ("list", vetter, 2)
    assert waiting.events.last().actor == vetter


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"outcome": "hold", "reason": "unclear_affiliation", "note": "who is this?"}, "held"),
        ({"outcome": "decline", "reason": "not_eligible"}, "declined"),
        ({"outcome": "ask", "questions": ["need_staff_page"], "question": "Where?"}, "asked"),
    ],
)
def test_it_holds_declines_and_asks(vera, waiting, said, status):
    answer = vera(f"{PATH}/{waiting.pk}/decisions", said)
    assert (answer.status_code, answer.json()["status"]) == (201, status)
    waiting.refresh_from_db()
    assert waiting.status == status
    assert waiting.decisions.get().note == said.get("note", "")


@pytest.mark.parametrize(
    "said",
    [
        {**LIST, "reason": "because"},
        {**LIST, "level": 5},
        {"outcome": "ask"},
        {"outcome": "ask", "questions": ["need_cake"]},
        {"outcome": "hold", "reason": "watchlist_name", "note": "\u202e"},
        {"outcome": "hide", "reason": "impostor"},
        {},
        [],
    ],
)
def test_a_decision_that_is_not_one_is_a_problem_of_422(vera, waiting, said):
    answer = vera(f"{PATH}/{waiting.pk}/decisions", said)
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert not waiting.decisions.exists()


def test_who_comes_second_gets_a_conflict(vera, waiting, vetter, second):
    seen = vera(f"{PATH}/{waiting.pk}").json()["seen"]
    vetting.hold(Signature.objects.get(pk=waiting.pk), vetter=second, reason="unclear_affiliation")
    answer = vera(f"{PATH}/{waiting.pk}/decisions", {**LIST, "seen": seen})
    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")
    assert "somebody else" in answer.json()["detail"]
    assert waiting.decisions.count() == 1


def test_a_level_that_the_evidence_does_not_carry_is_a_conflict_in_words(vera, waiting):
    answer = vera(f"{PATH}/{waiting.pk}/decisions", {**LIST, "level": 3})
    assert answer.status_code == 409
    assert answer.json()["detail"]


def test_an_open_flag_has_to_be_named_before_the_name_is_listed(vera, waiting):
    Flag.objects.create(signature=waiting, kind="free_mail")
    assert vera(f"{PATH}/{waiting.pk}/decisions", LIST).status_code == 409
    assert vera(f"{PATH}/{waiting.pk}/decisions", {**LIST, "looked": ["free_mail"]}).status_code == 201


def test_what_takes_two_people_is_left_to_the_desk_and_leaves_no_trace(vera, waiting):
    Flag.objects.create(signature=waiting, kind="watch_name")
    answer = vera(f"{PATH}/{waiting.pk}/decisions", {**LIST, "looked": ["watch_name"]})
    assert answer.status_code == 403
    assert "desk" in answer.json()["detail"]
    waiting.refresh_from_db()
    assert (waiting.status, waiting.decisions.count()) == ("confirmed", 0)


def test_a_program_is_not_the_second_person(vera, waiting, second):
    Flag.objects.create(signature=waiting, kind="watch_name")
    vetting.list_(waiting, vetter=second, level=2, reason="staff_page", looked=[waiting.flags.get().pk])
    assert vera(f"{PATH}/{waiting.pk}/decisions", {**LIST, "looked": ["watch_name"]}).status_code == 403
    assert Signature.objects.get(pk=waiting.pk).status == "held"


def test_sent_again_under_one_key_it_is_answered_alike_and_done_once(vera, waiting):
    path, key = f"{PATH}/{waiting.pk}/decisions", {"Idempotency-Key": "a-key-of-mine"}
    first, again = (vera(path, LIST, **key) for _ in (1, 2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert Decision.objects.count() == 1
    assert vera(path, {**LIST, "level": 3}, **key).status_code == 422


def test_a_key_belongs_to_whoever_used_it(vera, program, waiting, second):
    path, key = f"{PATH}/{waiting.pk}/decisions", {"Idempotency-Key": "a-key-of-mine"}
    assert vera(path, LIST, **key).status_code == 201
    assert program(second, "decide")(path, LIST, **key).status_code == 409
    assert program(second, "read")(path, LIST, **key).status_code == 403


def test_the_public_list_is_taken_out_once_and_recorded(letter, program, organiser, confirmed, listed):
    listed(confirmed("ada@example.com"))
    confirmed("wim@example.com", name="Wim")
    ask = program(organiser, "export")
    begun = ask(f"/letters/{SLUG}/exports", {"format": "csv"})
    made = begun.json()
    assert (begun.status_code, made["state"], made["signatures"]) == (201, "ready", 1)
    path = made["file"].partition("/api/v1/team")[2]
    file = b"".join(ask(path)).decode()
    assert "Ada Example" in file
    assert "Wim" not in file
    assert "@example.com" not in file
    assert ask(path.removesuffix("/file")).json()["state"] == "taken"
    assert ask(path).status_code == 410
    row = Export.objects.get()
    assert (row.actor, row.audience) == (organiser, "public")
    assert row.finished_at


def test_an_export_that_nobody_fetches_is_over_after_an_hour(letter, program, organiser, time_machine):
    ask = program(organiser, "export")
    path = ask(f"/letters/{SLUG}/exports", {"format": "json"}).json()["file"].partition("/api/v1/team")[2]
    time_machine.move_to(timezone.now() + timedelta(seconds=3601))
    assert ask(path).status_code == 410
    assert ask(path.removesuffix("/file")).json()["state"] == "over"


def test_no_program_takes_the_addresses_out(letter, program, organiser):
    ask = program(organiser, "export", "addresses")
    ask(f"/letters/{SLUG}/exports", {"format": "csv", "audience": "team"})
    assert {one.audience for one in Export.objects.all()} <= {"public"}


def test_the_export_of_somebody_else_is_not_found(letter, program, organiser):
    mine, other = program(organiser, "export"), program(member(letter, Role.EXPORTER), "export")
    made = mine(f"/letters/{SLUG}/exports", {"format": "xlsx"}).json()
    assert other(f"/letters/{SLUG}/exports/{made['id']}").status_code == 404


def test_whoever_withdrew_is_not_in_what_is_read(vera, waiting):
    privacy.withdraw(waiting)
    whole = vera(f"{PATH}/{waiting.pk}").json()
    assert (whole["status"], whole["name"], whole["email"], whole["found"]) == ("withdrawn", "", "", [])


def test_a_form_is_no_body_of_the_api(client, vetter, waiting):
    _, secret = access_tokens.issue(vetter, name="a program", scopes=["decide"], days=7)
    sent = {"Authorization": f"Bearer {secret}"}
    answer = client.post(f"/api/v1/team{PATH}/{waiting.pk}/decisions", {"outcome": "list"}, headers=sent)
    assert (answer.status_code, answer["Content-Type"]) == (415, "application/problem+json")


def test_a_key_may_be_quoted_as_the_standard_has_it(vera, waiting):
    path, key = f"{PATH}/{waiting.pk}/decisions", {"Idempotency-Key": '"8e03978e-40d5-43dd-bc93-6894a57f9324"'}
    assert [vera(path, LIST, **key).status_code for _ in range(2)] == [201, 201]
    assert Decision.objects.count() == 1


def test_it_is_told_no_decision_that_it_cannot_take(program, letter, confirmed, listed, vetter, waiting):
    name = listed(confirmed("l@example.com"))
    observer = program(member(letter, Role.OBSERVER))
    assert observer(f"{PATH}/{waiting.pk}").json()["may"] == []
    assert program(vetter)(f"{PATH}/{name.pk}").json()["may"] == []
    own = confirmed(vetter.email)
    assert program(vetter)(f"{PATH}/{own.pk}").json()["may"] == []
