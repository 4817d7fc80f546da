"""Whoever gets a message can tell that it is ours, as docs/api.md says."""

import base64
import html
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from signatories import webhooks
from signatories.models import Webhook
from tests.network import answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def is_from_us() -> Callable[[str, dict[str, str], bytes], bool]:
    """The function of docs/api.md."""
    text = (Path(django_settings.BASE_DIR) / "docs/api.md").read_text()
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    there: dict = {}
    exec(code, there)
    return there["is_from_us"]


@pytest.fixture
def made(letter, organiser, site) -> tuple[Webhook, str]:
    site.pages["/hook"] = answer("ok")
    return webhooks.make(letter, url=site.url("/hook"), events=[*Webhook.Event], by=organiser)


@pytest.fixture
def arrived(made, site):
    """Send a test, and return the headers and the body that arrive."""

    def send() -> tuple[dict[str, str], bytes]:
        webhooks.test(made[0])
        assert webhooks.send() == 1
        lines = (line.partition(": ") for line in site.asked[-1].split("\n")[1:])
        return {name.lower(): value for name, _, value in lines}, site.bodies[-1]

    return send


def test_a_message_is_signed_as_the_documents_say(made, arrived, is_from_us):
    headers, body = arrived()
    assert is_from_us(made[1], headers, body)
    assert headers["content-type"] == "application/json"
    assert not is_from_us(made[1], headers, body + b" ")
    assert not is_from_us(made[1], {**headers, "webhook-id": "msg_1"}, body)
    assert not is_from_us("whsec_" + base64.b64encode(b"x" * 32).decode(), headers, body)


def test_a_message_that_is_replayed_later_is_told_from_a_new_one(made, arrived, is_from_us, time_machine):
    headers, body = arrived()
    time_machine.move_to(timezone.now() + timedelta(minutes=6))
    assert not is_from_us(made[1], headers, body)


def test_the_lines_on_the_page_for_programs_hold_too(made, arrived, client):
    headers, body = arrived()
    page = client.get("/api/").content.decode()
    code = html.unescape(re.findall(r"<code>(key = .*?)</code>", page, re.DOTALL)[0])
    exec("import base64, hashlib, hmac, time\n" + code, {"secret": made[1], "headers": headers, "body": body})


def test_the_secret_is_of_the_form_of_the_specification_and_lies_sealed(made):
    hook, secret = made
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    assert secret not in hook.secret


def test_it_outlives_a_change_of_the_sites_own_key(made, arrived, is_from_us, settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another-key-of-the-site-that-is-long-enough", []
    assert is_from_us(made[1], *arrived())


def test_for_a_day_both_secrets_hold_and_then_the_new_one(made, arrived, is_from_us, time_machine):
    hook, old = made
    new = webhooks.rotate(hook)
    headers, body = arrived()
    assert is_from_us(old, headers, body)
    assert is_from_us(new, headers, body)
    time_machine.move_to(timezone.now() + timedelta(hours=25))
    headers, body = arrived()
    assert not is_from_us(old, headers, body)
    assert is_from_us(new, headers, body)
