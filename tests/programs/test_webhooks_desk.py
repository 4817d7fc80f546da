"""The owners of a letter make webhooks, see what became of their messages, and send one again."""

import pytest

from signatories import webhooks
from signatories.models import Webhook
from tests.conftest import logged_in
from tests.network import answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(organiser):
    return logged_in(organiser)


@pytest.fixture
def page(letter) -> str:
    return f"/desk/{letter.slug}/webhooks/"


@pytest.fixture
def hook(letter, organiser, site) -> Webhook:
    site.pages["/hook"] = answer("no <b>thanks</b>", status="500 Oh")
    return webhooks.make(letter, url=site.url("/hook"), events=["signature.signed"], by=organiser)[0]


def test_the_secret_is_shown_once(desk, page, letter):
    made = desk.post(page, {"url": "https://hooks.example.org/in", "events": ["signature.listed"]})
    text = made.content.decode()
    assert (made.status_code, made["Cache-Control"]) == (200, "no-store")
    assert "whsec_" in text
    row = letter.webhooks.get()
    assert (row.url, row.events) == ("https://hooks.example.org/in", ["signature.listed"])
    assert "whsec_" not in desk.get(page).content.decode() + desk.get(f"{page}{row.pk}/").content.decode()


@pytest.mark.parametrize(
    "url",
    [
        *("", "ftp://example.org/", "https://user:word@example.org/", "https://localhost/", "javascript:alert(1)"),
        *("https://example.org:22/", "https://0x7f.1/", "https://exa mple.org/", "https://" + "x" * 600),
        *("https://127.0.0.1/", "https://10.1.2.3/in", "https://[::1]/", "https://[::ffff:192.168.0.1]/"),
    ],
)
def test_what_is_no_public_address_is_not_taken(desk, page, letter, url):
    assert desk.post(page, {"url": url, "events": ["signature.listed"]}).status_code == 422
    assert not letter.webhooks.exists()


def test_on_a_real_site_it_has_to_be_https(desk, page, letter, settings):
    settings.TRYING_OUT = False
    assert desk.post(page, {"url": "http://hooks.example.org/", "events": ["signature.listed"]}).status_code == 422


def test_only_an_owner_who_showed_lately_who_they_are_makes_one(vetter, organiser, page, letter):
    wanted = {"url": "https://hooks.example.org/", "events": ["signature.listed"]}
    assert logged_in(vetter).post(page, wanted).status_code == 404
    assert logged_in(organiser, ago=600).post(page, wanted).status_code in {302, 303}
    assert not letter.webhooks.exists()


def test_the_log_says_what_was_answered_and_a_message_can_be_sent_again(desk, page, hook, confirmed, site):
    confirmed("ada@example.com")
    webhooks.owe()
    webhooks.send()
    text = desk.get(f"{page}{hook.pk}/").content.decode()
    assert "500" in text
    assert "no &lt;b&gt;thanks" in text
    assert "has taken nothing since" in text
    site.pages["/hook"] = answer("ok")
    one = hook.deliveries.get()
    assert desk.post(f"{page}{hook.pk}/deliveries/{one.pk}/again/").status_code == 303
    assert webhooks.send() == 1
    assert "Taken" in desk.get(f"{page}{hook.pk}/").content.decode()


def test_a_message_that_was_taken_can_be_sent_again_under_the_same_identifier(desk, page, hook, confirmed, site):
    site.pages["/hook"] = answer("ok")
    confirmed("ada@example.com")
    webhooks.owe()
    webhooks.send()
    one = hook.deliveries.get()
    desk.post(f"{page}{hook.pk}/deliveries/{one.pk}/again/")
    webhooks.send()
    first, again = ([line for line in asked.split("\n") if line.startswith("webhook-id")] for asked in site.asked)
    assert first == again


def test_a_test_is_sent_and_a_webhook_switched_off_and_on(desk, page, hook, site):
    desk.post(f"{page}{hook.pk}/test/")
    webhooks.send()
    assert b'"type":"test"' in site.bodies[0]
    desk.post(f"{page}{hook.pk}/off/")
    assert "Switch on" in desk.get(f"{page}{hook.pk}/").content.decode()
    assert desk.post(f"{page}{hook.pk}/test/").status_code == 409
    desk.post(f"{page}{hook.pk}/on/")
    hook.refresh_from_db()
    assert (hook.off_at, hook.off_why) == (None, "")


def test_the_secret_is_turned_over_and_the_new_one_shown_once(desk, page, hook):
    assert "whsec_" in desk.post(f"{page}{hook.pk}/rotate/").content.decode()
    text = desk.get(f"{page}{hook.pk}/").content.decode()
    assert "whsec_" not in text
    assert "signed with both until" in text


def test_a_webhook_is_changed_and_removed_with_its_log(desk, page, hook):
    webhooks.test(hook)
    wanted = {"url": "https://new.example.org/", "events": ["letter.milestone"]}
    assert desk.post(f"{page}{hook.pk}/change/", {**wanted, "url": "rubbish"}).status_code == 422
    assert desk.post(f"{page}{hook.pk}/change/", wanted).status_code == 303
    hook.refresh_from_db()
    assert (hook.url, hook.events) == ("https://new.example.org/", ["letter.milestone"])
    desk.post(f"{page}{hook.pk}/remove/")
    assert not Webhook.objects.exists()
