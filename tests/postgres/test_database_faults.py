"""The database refuses, ends a connection, or is frozen: 503 and back by itself, never 500."""

import json
import os
import signal
import threading
import time
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.test import Client

from config.postgresql.base import PAGE, Connection, DatabaseWrapper
from petition.models import Letter
from petition.patience import longer, now
from signatories.models import Signature
from tests import servers
from tests.conftest import LINE
from tests.postgres.processes import house, until

# https://www.postgresql.org/docs/current/errcodes-appendix.html
STATES = {
    "57P01": "terminated by an administrator",
    "57P03": "cannot connect now",
    "57014": "cancelled by statement_timeout",
    "55P03": "lock not available",
    "53100": "disk full",
    "53300": "too many connections",
    "40P01": "deadlock",
    "40001": "serialisation",
    "25006": "read only",
    "25P02": "failed transaction",
    "25P03": "idle in transaction",
    "58030": "broken disk",
    "XX001": "broken page",
}
REFUSE = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'refused' USING ERRCODE = '{state}';
END $$;
CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON {table} EXECUTE FUNCTION refuse()
"""


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A PostgreSQL that may be hurt, with a website on it."""
    with servers.postgres() as server, house(server.url, tmp_path_factory.mktemp("var")) as site:
        yield server, site


@pytest.fixture
def refuse():
    """Let every write to a table fail as PostgreSQL makes it fail."""
    tables = []

    def begin(table: str, state: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(REFUSE.format(table=table, state=state))
        tables.append(table)

    yield begin
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION IF EXISTS refuse CASCADE")


def fields(**more: str) -> dict[str, str]:
    ticked = {name: "on" if value is True else value for name, value in LINE.items() if value is not False}
    return {**ticked, "email": "ada@example.com", **more}


@pytest.mark.parametrize("state", STATES)
def test_whatever_the_database_refuses_with_is_a_503_and_nothing_is_stored(letter: Letter, refuse, state: str):
    refuse("signatories_mail", state)
    answer = Client(raise_request_exception=False).post(f"/letters/{letter.slug}/sign/", fields())
    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "2", "no-store")
    assert "what you just sent was not stored" in answer.content.decode()
    assert not Signature.objects.exists()


def test_whoever_asks_for_json_is_answered_in_json(letter: Letter, refuse):
    refuse("signatories_mail", "53100")
    url = f"/letters/{letter.slug}/sign/"
    answer = Client().post(url, fields(), headers={"Accept": "application/json"})
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert json.loads(answer.content)["status"] == 503


def test_a_session_that_cannot_be_stored_is_a_503_too(organiser, letter, refuse, settings):
    settings.SESSION_SAVE_EVERY_REQUEST = True  # in middleware, after the view
    client = Client(raise_request_exception=False)
    client.force_login(organiser)
    refuse("django_session", "57P01")
    assert client.get("/desk/").status_code == 503


def test_a_connection_that_was_ended_costs_no_second_answer(letter: Letter):
    client, url = Client(), f"/letters/{letter.slug}/"
    assert client.get(url).status_code == 200
    with connection.cursor() as cursor:
        pid = cursor.connection.info.backend_pid
    with psycopg.connect(_url()) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    assert client.get(url).status_code == 503
    assert client.get(url).status_code == 200


def test_a_page_does_not_wait_for_ever_for_a_lock(letter: Letter, monkeypatch):
    """The limits of a page are the server's own, and one way gives more time to what needs it."""
    monkeypatch.setattr(DatabaseWrapper, "patience", PAGE)
    connection.close()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            assert cursor.fetchone() == ("15s",)
            cursor.execute("SHOW lock_timeout")
            assert cursor.fetchone() == ("10s",)
            with longer(minutes=3):
                cursor.execute("SHOW statement_timeout")
                assert cursor.fetchone() == ("3min",)
            cursor.execute("SHOW statement_timeout")
            assert cursor.fetchone() == ("15s",)
    finally:
        connection.close()


def test_an_answer_that_does_not_come_is_given_up_on_this_side():
    link = Connection.connect(_url(), autocommit=True)
    link.patience = 0.5
    began = time.monotonic()
    with pytest.raises(psycopg.OperationalError):
        link.execute("SELECT pg_sleep(30)")
    assert time.monotonic() - began < 5
    assert link.closed


def test_a_machine_whose_clock_is_wrong_goes_by_the_database():
    real = now()
    connection.ahead = -(real - real.replace(year=real.year - 1))
    try:
        assert now() < real
    finally:
        connection.close()
    connection.ensure_connection()
    assert abs((now() - real).total_seconds()) < 60


def test_a_frozen_database_holds_no_page_for_long_and_all_goes_on_when_it_thaws(own):
    server, site = own
    page = "/letters/keep-the-lights-on/sign/"  # the letter's own page would be answered from memory for a while
    assert site.get(page).status == 200
    _signal_all(server.process.pid, signal.SIGSTOP)
    began = time.monotonic()
    asked = [threading.Thread(target=lambda: seen.append(site.get(page, timeout=60).status)) for _ in range(12)]
    seen: list[int] = []
    for thread in asked:
        thread.start()
    for thread in asked:
        thread.join()
    assert seen == [503] * 12
    assert time.monotonic() - began < 30
    assert site.get("/healthz").status == 200
    _signal_all(server.process.pid, signal.SIGCONT)
    until(lambda: site.get(page).status == 200, 2)


def test_a_database_that_is_killed_and_started_again_is_used_within_two_seconds(own):
    server, site = own
    sign = "/letters/keep-the-lights-on/sign/"
    assert site.post(sign, fields()).status == 303
    with psycopg.connect(server.url, autocommit=True) as other:
        victim = other.execute("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname <> ''")
        os.kill(victim.fetchall()[0][0], signal.SIGKILL)  # PostgreSQL ends all others and recovers
    answers = set()
    began = time.monotonic()
    while time.monotonic() - began < 20:
        answers.add(site.post(sign, fields(email=f"a{len(answers)}@example.com")).status)
        if _answers(server.url):
            break
    until(lambda: site.post(sign, fields(email="zoe@example.com")).status == 303, 2)
    assert answers <= {303, 503}


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _url() -> str:
    at = connection.settings_dict
    return f"postgres://{at['USER']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


def _signal_all(postmaster: int, number: int) -> None:
    """Signal the postmaster and every process that it started."""
    children = [int(pid) for pid in Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()]
    for pid in (postmaster, *children):
        os.kill(pid, number)
