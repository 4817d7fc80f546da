"""What happened can be followed in the log, and nothing personal stands in it."""

import io
import json
import logging
import uuid

import pytest
from django.conf import settings as django_settings
from django.test import Client

from config import logs
from signatories.models import Mail
from tests.conftest import code_in, link_in


@pytest.fixture
def log():
    """Everything that is logged, as production writes it."""
    made = logs.settings("INFO", readable=False)["formatters"]["line"]
    made = dict(made)
    written, handler = io.StringIO(), None
    handler = logging.StreamHandler(written)
    handler.setFormatter(made.pop("()")(**made))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel("DEBUG")
    yield written
    root.removeHandler(handler)
    root.setLevel(before)


def lines(log: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_the_story_of_a_signature_leaves_nothing_personal_in_the_log(log, post_sign, deliver, client: Client, letter):
    tab = post_sign("ada@example.com")["Location"]
    (message,) = deliver()
    client.get(link_in(message, "confirm"))
    client.get(link_in(message, "confirm")[:-3] + "x/")
    client.post(tab, {"code": "000000"})
    mine = client.post(tab, {"code": code_in(message)})["Location"]
    client.get(mine + "?email=ada@example.com")
    client.post("/accounts/login/", {"login": "olive@example.org", "password": "wrong-wrong-wrong"})
    logging.getLogger("django.request").error("Internal Server Error: %s", mine)
    try:
        raise ValueError(f"Key (address)=(ada@example.com) code {code_in(message)} {mine}")
    except ValueError:
        logging.getLogger("celery.app.trace").exception("failed")
    said = log.getvalue()
    secrets = ["ada@example.com", "olive@example.org", code_in(message), "Ada Example", "email=", "wrong-wrong"]
    secrets += [path.strip("/").split("/")[-1].split("t=")[-1] for path in (tab, mine, link_in(message, "confirm"))]
    assert [secret for secret in secrets if secret in said] == []
    pages = [line["page"] for line in lines(log) if line["event"] == "answered"]
    assert pages[:2] == ["signatories:sign", "signatories:confirm"]


def test_a_request_is_followed_into_the_task_that_sends_its_mail(log, post_sign, deliver):
    answer = post_sign()
    identifier = answer["X-Request-ID"]
    assert Mail.objects.get().request_id == identifier
    deliver()
    events = [line["event"] for line in lines(log) if line.get("request_id") == identifier]
    assert events == ["answered", "mail sent"]


@pytest.mark.parametrize("given", ["", "short", "a" * 65, "ada@example.com", 'x" onload="', "line\nbreak" * 3])
def test_an_identifier_that_is_none_is_not_taken_over(client: Client, given: str):
    answer = client.get("/healthz", headers={"X-Request-ID": given})
    assert str(uuid.UUID(answer["X-Request-ID"])) == answer["X-Request-ID"]


def test_the_identifier_of_a_proxy_is_taken_over(client: Client):
    assert client.get("/healthz", headers={"X-Request-ID": "proxy-0001"})["X-Request-ID"] == "proxy-0001"
    assert client.post("/", {"a": "b"}, headers={"X-Request-ID": "proxy-0002"})["X-Request-ID"] == "proxy-0002"


def test_production_writes_json_and_debugging_words():
    assert "JSONRenderer" in str(logs.settings("INFO", readable=False))
    assert "ConsoleRenderer" in str(django_settings.LOGGING)
