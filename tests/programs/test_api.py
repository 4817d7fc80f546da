"""A program reads letters, names, numbers and changes."""

import threading

import pytest
from django.core.cache import caches
from django.test import RequestFactory

from config.api import PerClient
from petition import lifecycle, tally
from petition.models import Letter
from signatories import exporting, privacy
from signatories.models import Signature
from tests.conftest import LETTER

pytestmark = pytest.mark.django_db


@pytest.fixture
def read(client):
    """Ask below /api/v1."""
    return lambda path, **headers: client.get(f"/api/v1{path}", headers=headers)


@pytest.fixture
def people(confirmed, listed) -> list[Signature]:
    """Three listed names; one who is not named and one who waits are nobody's business."""
    everybody = [listed(confirmed(f"{name}@example.com", name=name.title())) for name in ("ada", "bea", "cid")]
    listed(confirmed("shy@example.com", name="Shy", publish=False))
    confirmed("waits@example.com", name="Waits")
    return everybody


def test_the_list_of_letters_names_public_ones_only(read, letter, organiser):
    lifecycle.begin(owner=organiser, **{**LETTER, "title": "Not yet", "slug": "not-yet"})
    assert [found["slug"] for found in read("/letters").json()["letters"]] == [letter.slug]


def test_a_letter_that_is_not_public_is_a_problem_of_404(read, draft):
    answer = read(f"/letters/{draft.slug}")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["status"] == 404


def test_a_letter_comes_with_its_version_and_its_numbers(read, letter, people):
    taken = tally.take(letter)
    whole = read(f"/letters/{letter.slug}").json()
    assert whole["version"]["sha256"] == letter.version.sha256
    assert whole["tally"]["listed"] == taken.figures["listed"] == 3
    assert whole["addressees"][0]["name"]


def test_the_text_of_a_version_is_what_was_hashed(read, letter):
    (version,) = read(f"/letters/{letter.slug}/versions").json()["versions"]
    assert version["text"] == letter.version.text
    assert version["url"].endswith(f"/letters/{letter.slug}/versions/1/")


def test_page_by_page_a_program_reads_the_same_names_as_the_export_has(read, letter, people):
    names, after = [], ""
    while after is not None:
        page = read(f"/letters/{letter.slug}/signatories?limit=2&after={after}").json()
        names += [row["name"] for row in page["signatories"]]
        after = page["after"]
    assert names == [row.name for row in exporting.chosen(letter, "public")] == ["Ada", "Bea", "Cid"]


def test_no_address_and_nobody_unlisted_leaves_the_house(read, letter, people):
    tally.take(letter)
    for path in ("", "/signatories", "/versions", "/tally", "/changes"):
        text = read(f"/letters/{letter.slug}{path}").content.decode()
        assert "@example.com" not in text
        assert "Waits" not in text
        assert "Shy" not in text


def test_the_list_can_be_searched_and_filtered(read, letter, people):
    found = read(f"/letters/{letter.slug}/signatories?search=bEA").json()["signatories"]
    assert [row["name"] for row in found] == ["Bea"]
    assert read(f"/letters/{letter.slug}/signatories?discipline=none").json()["signatories"] == []


def test_the_list_as_it_stood_leaves_out_who_withdrew_since(read, letter, people):
    moment = people[2].events.last().at.isoformat().replace("+00:00", "Z")
    privacy.withdraw(people[0])
    then = read(f"/letters/{letter.slug}/signatories?as_of={moment}").json()
    assert then["listed"] == 3
    assert [row["name"] for row in then["signatories"]] == ["Bea", "Cid"]


def test_the_tally_is_the_newest_count(read, letter, people):
    assert read(f"/letters/{letter.slug}/tally").json()["listed"] == 0
    tally.take(letter)
    figures = read(f"/letters/{letter.slug}/tally").json()
    assert (figures["listed"], figures["levels"]) == (3, [{"key": "2", "listed": 3}])


def test_the_changes_are_those_of_the_record(read, client, letter, people):
    privacy.withdraw(people[0])
    told = read(f"/letters/{letter.slug}/changes").json()["changes"]
    assert told == client.get(f"/letters/{letter.slug}/changes.json").json()["changes"]
    assert told[0]["kind"] == "withdrawn"


@pytest.mark.parametrize("query", ["after=rubbish", "as_of=yesterday", "as_of=2001-01-01T00:00Z", "search=%00"])
def test_a_place_or_a_time_that_does_not_exist_is_a_problem_of_400(read, letter, query):
    answer = read(f"/letters/{letter.slug}/signatories?{query}")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=many", "country=Germany", f"search={'x' * 201}"])
def test_a_parameter_out_of_bounds_is_named(read, letter, query):
    answer = read(f"/letters/{letter.slug}/signatories?{query}")
    assert answer.status_code == 422
    assert query.partition("=")[0] in answer.json()["errors"][0]["at"]


def test_an_unchanged_answer_is_not_sent_again(read, letter):
    first = read(f"/letters/{letter.slug}")
    again = read(f"/letters/{letter.slug}", **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    Letter.objects.update(title="Another title")
    assert read(f"/letters/{letter.slug}", **{"If-None-Match": first["ETag"]}).status_code == 200


def test_pages_of_any_site_may_read_it_without_cookies(client, read, letter):
    answer = read("/letters", Origin="https://news.example.net")
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer
    assert not answer.cookies
    asked = {"Origin": "https://news.example.net", "Access-Control-Request-Method": "GET"}
    assert client.options("/api/v1/letters", headers=asked).status_code == 200
    assert "Access-Control-Allow-Origin" not in client.get("/", headers=asked)


def test_other_methods_are_a_problem_of_405(client, letter):
    answer = client.post("/api/v1/letters")
    assert (answer.status_code, answer["Content-Type"]) == (405, "application/problem+json")
    assert "GET" in answer["Allow"]
    assert client.head("/api/v1/letters").status_code == 200


def test_one_client_is_asked_to_wait_and_others_are_not(client, letter, settings):
    settings.TRUSTED_PROXIES = 1
    answers = [client.get("/api/v1/letters", headers={"X-Forwarded-For": "192.0.2.7"}) for _ in range(601)]
    assert {answer.status_code for answer in answers[:600]} == {200}
    assert answers[600].status_code == 429
    assert 1 <= int(answers[600]["Retry-After"]) <= 61
    assert client.get("/api/v1/letters", headers={"X-Forwarded-For": "192.0.2.8"}).status_code == 200


def test_people_find_every_operation_on_a_page_with_a_real_letter(client, read, letter):
    page = client.get("/api/").content.decode()
    for path in read("/openapi.json").json()["paths"]:
        assert path.replace("{slug}", letter.slug) in page


def test_each_thread_counts_whom_it_serves():
    """One object of the library is asked by all threads of a process; a client's uses are under its own key alone."""
    throttle, asked = PerClient("1000/min"), RequestFactory()

    def ask(client: str, times: int) -> None:
        for _ in range(times):
            assert throttle.allow_request(asked.get("/api/v1/letters", REMOTE_ADDR=client))

    def busy() -> None:
        ask("203.0.113.1", 100)

    threads = [threading.Thread(target=busy) for _ in range(6)]
    for thread in threads:
        thread.start()
    ask("198.51.100.1", 50)
    for thread in threads:
        thread.join()
    uses = {client: len(caches["process"].get(f"api:{client}")) for client in ("203.0.113.1", "198.51.100.1")}
    assert uses == {"203.0.113.1": 600, "198.51.100.1": 50}
