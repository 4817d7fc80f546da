"""Whoever runs the house sees whether it lives, what waits, and whether the numbers agree."""

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from config.celery import app
from config.schedule import SCHEDULE
from petition import lifecycle, runs, tally
from petition.models import Run, Tally
from petition.tasks import sing
from signatories import account_mail, health
from signatories.management.commands.doctor import CHECKS
from signatories.models import Mail, Signature

# On PostgreSQL the command would close the connection of the test; there the harness of tests/faults runs it.
ALONE = pytest.mark.skipif(connection.vendor == "postgresql", reason="the harness runs it on PostgreSQL")


@pytest.fixture(autouse=True)
def _nothing_noted(monkeypatch):
    monkeypatch.setattr(runs, "_written", {})


def ready(client: Client) -> dict:
    return client.get("/readyz").json()


def test_a_house_whose_clock_goes_is_ready(client: Client, letter):
    sing()
    said = ready(client)
    assert (said["status"], said["database"], said["problems"]) == ("ok", "ok", [])
    assert said["canary_age"] < 5


def test_a_dead_worker_is_seen_and_takes_no_web_server_away(client: Client, letter, time_machine):
    time_machine.move_to("2026-06-16T18:00:00Z")
    sing()
    time_machine.move_to("2026-06-16T18:03:00Z")
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["canary_age"] == 180
    assert "Do a worker and beat run?" in answer.json()["problems"][0]


def test_mail_that_nobody_sends_is_seen(client: Client, post_sign, time_machine):
    time_machine.move_to("2026-06-16T18:00:00Z")
    post_sign()
    account_mail.owe(to="olive@example.org", subject="Code", body="x", code=True)
    time_machine.move_to("2026-06-16T18:06:00Z")
    sing()
    said = ready(client)
    assert (said["mail_age"], said["code_age"], said["owed"]) == (360, 360, 1)
    assert len(said["problems"]) == 2


def test_a_name_that_came_past_the_history_is_found_and_reported(client, letter, confirmed, listed, capsys):
    listed(confirmed())
    tally.take(letter)
    assert health.look_for_drift()["drift"] == []
    confirmed("zoe@example.com", name="Zoe")
    Signature.objects.filter(name="Zoe").update(status="listed")  # as only a hand in the database could
    health.look_for_drift()
    assert ready(client)["drift"] == 1
    with pytest.raises(SystemExit):
        call_command("doctor")
    said = capsys.readouterr().out
    assert f"{letter.slug} lists 2 names, but its history adds up to 1." in said


def test_a_letter_that_is_still_with_its_founders_is_named_to_its_team_only(client, draft, organiser, at_desk):
    lifecycle.found(draft, actor=organiser)
    Tally.objects.create(letter=draft, hour=timezone.now(), as_of=timezone.now(), figures={"listed": 7})
    health.look_for_drift()
    sing()
    said = client.get("/readyz")
    assert said.json()["problems"] == [
        "Letters whose list differs from history or count: 1. manage.py doctor names them."
    ]
    assert draft.slug not in said.content.decode()
    assert f"{draft.slug} lists 0 names" in at_desk(organiser).get("/desk/status/").content.decode()


def test_drift_is_looked_for_in_one_statement_a_kind(letter, confirmed, django_assert_max_num_queries):
    confirmed()
    with django_assert_max_num_queries(8):
        health.look_for_drift()


def test_numbers_for_prometheus_need_the_token(client: Client, confirmed, settings):
    confirmed()
    health.look_for_drift()
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "let-me-see"
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
    answer = client.get("/metrics", headers={"Authorization": "Bearer let-me-see"})
    said = answer.content.decode()
    assert "undersigned_signs 1.0" in said
    assert "undersigned_mails_owed 1.0" in said  # the receipt; the code was sent
    assert 'undersigned_signatures{status="confirmed"} 1.0' in said


@ALONE
def test_everything_is_done_without_a_broker(letter, post_sign, listed):
    post_sign()
    call_command("drain")
    assert [one.subject for one in mail.outbox]
    assert not Mail.objects.filter(state="owed").exists()
    assert Run.objects.get(task="canary").at <= timezone.now()
    assert letter.tallies.exists()


@ALONE
def test_a_task_that_fails_is_noted_and_holds_up_nobody(letter, post_sign, monkeypatch):
    @app.task(name="tests.broken")
    def broken() -> None:
        raise ValueError("ada@example.com")

    monkeypatch.setitem(SCHEDULE, "break", {"task": "tests.broken", "schedule": 1.0})
    post_sign()
    call_command("drain")
    assert len(mail.outbox) == 1
    run = Run.objects.get(task="tests.broken")
    assert (run.problem, run.failures) == ("ValueError", 2)
    assert "tests.broken failed within the hour (ValueError)" in "".join(CHECKS["clock"]())


def test_tries_to_log_in_are_forgotten_and_name_no_client(client: Client, organiser, time_machine):
    time_machine.move_to("2026-06-16T18:00:00Z")
    client.post("/accounts/login/", {"login": organiser.email, "password": "wrong-wrong-wrong"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM petition_kept")
        keys = [key for (key,) in cursor.fetchall()]
    assert keys
    assert not [key for key in keys if "127.0.0.1" in key]
    time_machine.move_to("2026-06-18T18:00:00Z")
    assert runs.forget_tries() == len(keys)
