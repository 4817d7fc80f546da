"""Mail about accounts is owed in the request and sent by a task, and a code lies nowhere in clear."""

import socket
import time
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from config.celery import app
from signatories import account_mail, tasks, tokens
from signatories.models import AccountMail


@pytest.fixture
def asked(client: Client, organiser):
    """Somebody of the team has asked for a code."""
    client.post("/accounts/login/code/", {"email": organiser.email}, headers={"host": "testserver"})
    return AccountMail.objects.get()


def test_a_log_in_code_is_owed_encrypted_and_forgotten_once_it_is_sent(asked):
    assert mail.outbox == []
    tasks.send_account_mail()
    (message,) = mail.outbox
    code = next(line for line in message.body.split("\n") if line.strip().isupper())
    assert code not in asked.sealed
    assert tokens.unseal(asked.sealed) == message.body
    assert not AccountMail.objects.exists()
    assert account_mail.send() == 0


def test_a_mail_server_that_never_answers_does_not_hold_up_the_log_in_page(client, organiser, settings):
    with socket.create_server(("127.0.0.1", 0)) as tarpit:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", tarpit.getsockname()[1], 0.2
        start = time.perf_counter()
        assert client.post("/accounts/login/code/", {"email": organiser.email}).status_code == 303
        assert time.perf_counter() - start < 1
        assert account_mail.send() == 0
    owed = AccountMail.objects.get()
    assert owed.send_after > timezone.now()


def test_a_code_that_nobody_could_use_any_more_is_not_sent(asked):
    AccountMail.objects.update(lapses_at=timezone.now() - timedelta(seconds=1))
    assert account_mail.send() == 0
    assert not AccountMail.objects.exists()


def test_a_lease_keeps_a_second_sender_away(asked):
    assert len(account_mail._lease()) == 1
    assert account_mail.send() == 0
    AccountMail.objects.update(send_after=timezone.now())
    assert account_mail.send() == 1


def test_an_unknown_address_is_owed_nothing_and_the_page_is_the_same(client: Client, organiser):
    pages = [client.post("/accounts/login/code/", {"email": email}) for email in (organiser.email, "no@example.org")]
    assert {(page.status_code, page["Location"]) for page in pages} == {(303, "/accounts/login/code/confirm/")}
    assert AccountMail.objects.count() == 1


def test_the_link_of_a_new_password_and_the_name_of_the_site_come_from_its_settings(client, organiser, settings):
    settings.SITE_URL, settings.ALLOWED_HOSTS = "https://letters.example.org", ["*"]
    client.post("/accounts/password/reset/", {"email": organiser.email}, headers={"host": "evil.example"})
    account_mail.send()
    (message,) = mail.outbox
    assert "https://letters.example.org/accounts/password/reset/key/" in message.body
    assert "evil" not in message.body + message.subject


def test_the_clock_sends_account_mail_every_second():
    schedule = django_settings.CELERY_BEAT_SCHEDULE["send the log-in codes that are owed"]
    assert schedule["task"] in app.tasks
    assert schedule["schedule"] <= 2


def test_an_address_that_no_header_can_hold_holds_up_nobody(asked):
    account_mail.owe(to="vera@example.org\u202c", subject="Welcome", body="You are on the team.\n", code=False)
    AccountMail.objects.filter(pk=asked.pk).update(send_after=timezone.now() + timedelta(seconds=1))  # behind the other
    for row in AccountMail.objects.all():
        row.send_after = timezone.now() - timedelta(seconds=2 if "\u202c" in row.to else 1)
        row.save()
    assert account_mail.send() == 1
    assert [message.to for message in mail.outbox] == [["olive@example.org"]]
    assert AccountMail.objects.get().send_after > timezone.now()


def test_nobody_joins_with_an_address_that_hides_something(organiser, letter, at_desk):
    page = f"/desk/{letter.slug}/team/"
    answer = at_desk(organiser).post(page, {"email": "vera@exam\u2064ple.org", "name": "Vera", "role": "vetter"})
    assert answer.status_code == 422
    assert "U+2064" in answer.content.decode()
