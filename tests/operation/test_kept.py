"""Pages that are kept in front of everything: the same answers as behind them, one look for many, and nothing old."""

import gzip
import io
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import brotli
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from config import kept
from petition import lifecycle, tally
from signatories import privacy, vetting
from tests.conftest import keep_the_connection

PATH = "/letters/keep-the-lights-on/"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class House:
    """The application with its pages kept, and how often it was asked for one."""

    def __init__(self) -> None:
        self.behind, self.made = WSGIHandler(), 0
        self.front = kept.Kept(self._count)

    def _count(self, environ: Any, start_response: Any) -> Any:
        self.made += 1
        return self.behind(environ, start_response)

    def get(self, path: str = PATH, method: str = "GET", query: str = "", **headers: str) -> Answer:
        """Ask as a browser does through a server."""
        said: list[Any] = []
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "wsgi.input": io.BytesIO(),
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "HTTP_HOST": "testserver",
            "wsgi.url_scheme": "http",
            "REMOTE_ADDR": "192.0.2.1",
            "SCRIPT_NAME": "",
            **headers,
        }
        body = b"".join(self.front(environ, lambda *args: said.append(args)))
        return Answer(int(said[0][0][:3]), dict(said[0][1]), body)

    def later(self, seconds: float = kept.LOOK) -> None:
        """Let time go by."""
        for page in self.front.pages.values():
            page.seen -= seconds
            page.made -= seconds


@pytest.fixture
def house(letter: Any) -> House:
    keep_the_connection()
    return House()


def test_a_kept_page_is_the_page_with_all_its_headers(house: House, client: Client):
    first, again, plain = house.get(), house.get(), client.get(PATH)
    assert house.made == 1
    assert first.body == again.body == plain.content
    own = {"X-Request-ID"}
    assert {k: v for k, v in first.headers.items() if k not in own} == {
        k: v for k, v in again.headers.items() if k not in own
    }
    for name in set(plain.headers) - own - {"Vary"}:
        assert again.headers[name] == plain.headers[name], name
    assert set(again.headers) - set(plain.headers) == {"ETag"} | ({"Vary"} - set(plain.headers))


def test_each_answer_has_an_identifier_of_its_own_and_a_line_in_the_log(house: House, caplog: Any):
    answers = [house.get(), house.get(), house.get(HTTP_X_REQUEST_ID="given-by-a-proxy")]
    lines: list[Any] = [record.msg for record in caplog.records if record.name == "requests"]
    assert [line["page"] for line in lines] == ["petition:letter"] * 3
    assert [line["status"] for line in lines] == [200] * 3
    assert len({answer.headers["X-Request-ID"] for answer in answers}) == 3
    assert answers[2].headers["X-Request-ID"] == "given-by-a-proxy"


def test_no_query_runs_for_a_page_that_was_seen_a_moment_ago(house: House, django_assert_num_queries: Any):
    house.get()
    with django_assert_num_queries(0):
        house.get()
    house.later()
    with django_assert_num_queries(1):  # one look for everybody
        house.get()
    assert house.made == 1


def test_whoever_knows_the_page_gets_304(house: House):
    etag = house.get().headers["ETag"]
    answer = house.get(HTTP_IF_NONE_MATCH=f'"other", W/{etag}')
    assert (answer.status, answer.body) == (304, b"")
    assert answer.headers["ETag"] == etag
    assert "Content-Type" not in answer.headers
    assert house.get(HTTP_IF_NONE_MATCH='"other"').status == 200
    assert House().get(HTTP_IF_NONE_MATCH=etag).status == 304  # also where nothing is kept yet


@pytest.mark.parametrize(
    ("accepted", "encoding", "read"),
    [
        ("gzip, deflate, br", "br", brotli.decompress),
        ("gzip;q=0.8, br;q=0", "gzip", gzip.decompress),
        ("identity", "", bytes),
    ],
)
def test_a_page_comes_compressed_to_whoever_takes_it(
    house: House, accepted: str, encoding: str, read: Callable[[bytes], bytes]
):
    plain = house.get()
    answer = house.get(HTTP_ACCEPT_ENCODING=accepted)
    assert answer.headers.get("Content-Encoding", "") == encoding
    assert read(answer.body) == plain.body
    assert (answer.headers["ETag"] == plain.headers["ETag"]) == (not encoding)
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_head_is_answered_without_a_body(house: House):
    assert house.get(method="HEAD").status == 200
    page, head = house.get(), house.get(method="HEAD")
    assert (head.body, head.headers["Content-Length"]) == (b"", str(len(page.body)))


def test_links_from_elsewhere_lead_to_the_same_page(house: House):
    house.get(query="fbclid=IwAR0%2Fx&utm_source=a.b")  # from here on it is known that the page reads none
    house.get(query="fbclid=IwAR0%2Fx&utm_source=a.b")
    assert house.get(query="fbclid=other").status == house.get().status == 200
    assert house.made == 2
    assert house.get(query="x=%00").status == 400


def test_nobody_fills_up_what_is_known_of_queries(house: House):
    for port in range(1, kept.MOST + 2):
        house.get(query="x=1", HTTP_HOST=f"testserver:{port}")
    house.get(query="fbclid=first")
    house.get(query="fbclid=second")
    made = house.made
    assert house.get(query="fbclid=third").status == 200
    assert house.made == made
    assert len(house.front.any_query) <= kept.MOST


def test_a_page_that_reads_its_query_is_kept_without_one_only(house: House):
    path = f"{PATH}signatories/"
    house.get(path)
    house.get(path)
    assert house.made == 1
    house.get(path, query="search=ada")
    house.get(path, query="search=ada")
    assert house.made == 3


@pytest.mark.parametrize("how", ["hidden", "withdrawn", "unnamed"])
def test_a_name_that_left_is_gone_at_the_next_look(house: House, how: str, confirmed: Any, listed: Any, vetter: Any):
    ada = listed(confirmed(name="Ada Example"))
    paths = [PATH, f"{PATH}signatories/"]
    assert all(b"Ada Example" in house.get(path).body for path in paths)
    if how == "hidden":
        vetting.hide(ada, vetter=vetter, reason="listed_by_mistake")
    elif how == "withdrawn":
        privacy.withdraw(ada)
    else:
        privacy.be_named(ada, publish=False)
    house.later()
    assert not any(b"Ada Example" in house.get(path).body for path in paths)


def test_a_new_count_stands_there_at_the_next_look(house: House, letter: Any, confirmed: Any, listed: Any):
    house.get()
    listed(confirmed())
    tally.take(letter)
    house.later()
    assert b'<strong data-figure="experts">1</strong>' in house.get().body


def test_what_is_in_no_state_is_there_after_ten_seconds(house: House, letter: Any):
    tally.take(letter)
    house.get()
    letter.milestones.filter(number=2).update(reached_at=timezone.now())
    house.later()
    assert b"reached " not in house.get().body
    house.later(kept.LONGEST)
    assert b"reached " in house.get().body


def test_a_page_that_is_not_there_is_not_kept(house: House, letter: Any, organiser: Any):
    assert house.get("/letters/nothing/").status == 404
    assert house.get(f"{PATH}sign/").status == 200  # its form has a key of its own
    assert house.get("/desk/").status == 302
    assert not house.front.pages
    lifecycle.pause(letter, actor=organiser)
    assert b"Paused" in house.get().body or house.get().status == 200


def test_another_host_or_scheme_never_gets_what_was_kept(house: House, settings: Any):
    settings.ALLOWED_HOSTS = ["testserver"]
    house.get()
    assert house.get(HTTP_HOST="evil.example.org").status == 400
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_SSL_REDIRECT = True
    safe = House()
    assert safe.get(HTTP_X_FORWARDED_PROTO="https").status == 200
    assert safe.get(HTTP_X_FORWARDED_PROTO="http").status == 301
    assert safe.get().status == 301


def test_languages_and_other_sites_have_pages_of_their_own(house: House):
    count = "/api/v1/letters/keep-the-lights-on/count"
    assert "access-control-allow-origin" not in house.get(count).headers
    assert house.get(count, HTTP_ORIGIN="https://example.com").headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in house.get(count).headers
    made = house.made
    for accepted in ("de", "de-DE,de;q=0.9", "en"):
        house.get(count, HTTP_ACCEPT_LANGUAGE=accepted)
    assert house.made == made + 1


def test_while_the_database_is_away_the_application_answers(house: House, monkeypatch: pytest.MonkeyPatch):
    house.get()
    house.later()

    def away(*_: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr(kept, "state", away)
    assert house.get().status == 200
    assert house.made == 2


def test_many_at_once_make_one_page(house: House, monkeypatch: pytest.MonkeyPatch):
    before = house.get().body
    monkeypatch.setattr(kept, "STALE", 60)
    monkeypatch.setattr(kept, "state", lambda *_: "changed")  # these threads have databases of their own
    answers: list[Answer] = []

    def slow(environ: Any, start_response: Any) -> Any:
        deadline = time.monotonic() + 30
        while len(answers) < 7 and time.monotonic() < deadline:
            time.sleep(0.01)
        return _plain(start_response)

    house.behind, house.made = slow, 0  # type: ignore[assignment]
    house.later()
    threads = [threading.Thread(target=lambda: answers.append(house.get())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert house.made == 1
    assert [answer.body for answer in answers] == [before] * 7 + [b"new"]  # the page before, for a moment
    assert house.get().body == b"new"


def _plain(start_response: Any) -> Any:
    made = kept.HttpResponse(b"new", headers={"Cache-Control": "public", "X-Request-ID": "x"})
    start_response("200 OK", list(made.items()))
    return made


def test_a_browser_that_takes_any_language_spoils_no_page_of_another(house: House):
    assert house.get(HTTP_ACCEPT_LANGUAGE="*, de;q=0.5").headers["Content-Language"] == "en"
    assert house.get(HTTP_ACCEPT_LANGUAGE="de").headers["Content-Language"] == "de"


def test_what_stood_behind_ones_link_is_on_nobodys_page(house: House, monkeypatch):
    house.get(query="fbclid=first")  # by which it is known that the query makes no difference
    monkeypatch.setattr(kept, "LOOK", -1.0)  # the next one makes the page anew
    for query in ("fbclid=second", ""):
        body = house.get(query=query).body.decode()
        assert "fbclid" not in body
        assert 'rel="alternate" hreflang' in body
