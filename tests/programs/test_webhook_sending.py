"""A message that is not taken is sent again for three days, and never to a place it must not reach."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from config.broker import celery
from config.schedule import SCHEDULE
from signatories import tokens, webhooks
from signatories.models import AccountMail, Webhook, WebhookDelivery
from signatories.webhooks import sending
from tests import network
from tests.network import answer, moved

pytestmark = pytest.mark.django_db
State = WebhookDelivery.State


@pytest.fixture
def hook(letter, organiser, site):
    site.pages["/hook"] = answer("busy", status="500 Oh")
    return webhooks.make(letter, url=site.url("/hook"), events=[*Webhook.Event], by=organiser)[0]


@pytest.fixture
def owed(hook, confirmed):
    """One message that is owed."""
    confirmed("ada@example.com")
    webhooks.owe()
    return hook.deliveries.get()


def fresh(row):
    row.refresh_from_db()
    return row


def test_a_refusal_is_written_down_and_tried_again_later(hook, owed):
    assert webhooks.send() == 0
    one = fresh(owed)
    assert (one.state, one.code, one.answer, one.attempts) == (State.OWED, 500, "busy", 1)
    assert one.took is not None
    assert timedelta(seconds=1) < one.send_after - timezone.now() < timedelta(seconds=10)
    assert fresh(hook).failing_since


def test_it_is_tried_ten_times_over_three_days_and_then_given_up_with_its_address(hook, owed, time_machine, site):
    began = now = timezone.now()
    while fresh(owed).state == State.OWED:
        now = max(fresh(owed).send_after, fresh(hook).rest_until or now) + timedelta(seconds=1)
        time_machine.move_to(now, tick=False)
        webhooks.send()
    assert len(site.asked) == 10
    assert timedelta(days=3) < now - began < timedelta(days=3, hours=12)
    assert (fresh(owed).state, fresh(hook).off_why) == (State.FAILED, "failing")


def test_the_owners_are_told_when_it_is_switched_off(letter, hook, owed, organiser, time_machine):
    AccountMail.objects.all().delete()
    Webhook.objects.update(failing_since=timezone.now() - timedelta(days=3))
    webhooks.send()
    mail = AccountMail.objects.get()
    assert mail.to == organiser.email
    assert hook.url in tokens.unseal(mail.sealed)
    assert f"/desk/{letter.slug}/webhooks/{hook.pk}/" in tokens.unseal(mail.sealed)
    assert webhooks.owe() == 0


def test_one_that_is_taken_again_is_not_failing(hook, owed, site):
    webhooks.send()
    site.pages["/hook"] = answer("", status="202 Accepted")
    webhooks.again(fresh(owed))
    assert webhooks.send() == 1
    assert (fresh(owed).state, fresh(owed).code) == (State.SENT, 202)
    assert (fresh(hook).failing_since, hook.failures, hook.rest_until) == (None, 0, None)


def test_one_that_wants_nothing_more_is_switched_off_at_once(hook, owed, site):
    site.pages["/hook"] = answer("", status="410 Gone")
    webhooks.send()
    assert (fresh(hook).off_why, fresh(owed).state) == ("gone", State.FAILED)


def test_switched_on_again_it_is_told_of_what_happens_then(hook, owed, confirmed, site):
    webhooks.switch_off(hook)
    assert fresh(owed).state == State.FAILED
    confirmed("bea@example.com")
    assert webhooks.owe() == 0
    webhooks.switch_on(fresh(hook))
    confirmed("cid@example.com")
    assert webhooks.owe() == 1


def test_an_address_that_failed_rests_whatever_else_is_owed_to_it(hook, owed, confirmed, site):
    for number in range(5):
        confirmed(f"p{number}@example.com")
    webhooks.owe()
    webhooks.send()
    assert len(site.asked) == 1


def test_each_address_has_its_turn(letter, hook, organiser, confirmed, site):
    site.pages |= {"/hook": answer("a"), "/other": answer("b")}
    for number in range(3):
        confirmed(f"p{number}@example.com")
    webhooks.owe()
    Webhook.objects.update(begins_at=timezone.now() - timedelta(minutes=5))
    other, _ = webhooks.make(letter, url=site.url("/other"), events=[*Webhook.Event], by=organiser)
    Webhook.objects.filter(pk=other.pk).update(begins_at=timezone.now() - timedelta(minutes=5))
    webhooks.owe()
    webhooks.send()
    assert site.paths in (["/hook", "/other"] * 3, ["/other", "/hook"] * 3)


def test_a_redirect_is_not_followed(hook, owed, site):
    site.pages |= {"/hook": moved("/elsewhere"), "/elsewhere": answer("here")}
    assert webhooks.send() == 0
    assert (site.paths, fresh(owed).code) == (["/hook"], 302)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/hook",
        "http://[::1]/hook",
        "http://10.1.2.3/hook",
        "http://169.254.169.254/latest/meta-data/",
        "http://192.168.0.1/",
        "http://[::ffff:10.0.0.1]/",
        "http://127.0.0.1:22/",
    ],
)
def test_nothing_is_sent_to_an_address_that_is_not_public(hook, owed, site, url):
    Webhook.objects.update(url=url)
    assert webhooks.send() == 0
    one = fresh(owed)
    assert (one.code, one.state) == (None, State.OWED)
    assert "public internet" in one.problem or "usual ports" in one.problem
    assert site.asked == []


def test_a_name_that_leads_inside_is_looked_at_with_every_message(hook, owed, names, settings):
    settings.FETCH_ALLOW = []
    names.set("hook.example.org", "A", ["192.0.2.1"], ["10.0.0.1"])
    names.set("hook.example.org", "AAAA", [])
    Webhook.objects.update(url="http://hook.example.org/hook")
    webhooks.send()
    assert "public internet" in fresh(owed).problem


def test_on_a_real_site_only_https_is_told_anything(hook, owed, settings, site):
    settings.TRYING_OUT = False
    webhooks.send()
    assert "https://" in fresh(owed).problem
    assert site.asked == []


def test_an_answer_may_be_long_broken_or_strange_and_its_status_counts(hook, owed, site):
    for page, state in (
        (answer("x" * 5_000_000), State.SENT),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf\0", State.SENT),
        (answer("\0\x01", head="Content-Encoding: br"), State.SENT),
        (b"gibberish\r\n\r\n", State.OWED),
    ):
        site.pages["/hook"] = page
        webhooks.again(fresh(owed))
        webhooks.send()
        assert fresh(owed).state == state
        assert len(owed.answer) <= 200
        assert "\0" not in owed.answer


def test_a_server_that_drips_is_left_after_a_few_seconds(hook, owed, site, monkeypatch):
    monkeypatch.setattr("signatories.evidence.fetching.SECONDS", 0.5)
    site.pages["/hook"] = network.drip(answer("slow"), pause=0.2)
    start = time.perf_counter()
    webhooks.send()
    assert time.perf_counter() - start < 5
    assert "did not answer" in fresh(owed).problem


def test_a_message_whose_lease_has_passed_on_is_marked_by_the_other_one(hook, owed):
    mine = sending._lease()
    assert sending._lease() is None
    WebhookDelivery.objects.update(send_after=timezone.now(), state=State.SENT)
    sending._note(mine, sending.Tried(500, "", "", 1))
    assert (fresh(owed).state, fresh(hook).failures) == (State.SENT, 0)


def test_what_a_killed_task_held_is_due_again(hook, owed, time_machine, site):
    site.pages["/hook"] = answer("ok")
    sending._lease()
    assert webhooks.send() == 0
    time_machine.move_to(timezone.now() + timedelta(seconds=31))
    assert webhooks.send() == 1


def test_a_failed_test_is_not_repeated_and_proves_nothing(hook, site):
    one = webhooks.test(hook)
    webhooks.send()
    assert (fresh(one).state, one.code) == (State.FAILED, 500)
    assert fresh(hook).failing_since is None


def test_it_has_the_slow_line_so_that_no_mail_waits_behind_it():
    assert celery("", SCHEDULE)["CELERY_TASK_ROUTES"]["signatories.tasks.send_webhooks"] == {"queue": "slow"}


def test_an_address_that_was_corrected_has_failed_at_nothing_yet(hook, owed, site):
    webhooks.send()
    Webhook.objects.update(failing_since=timezone.now() - timedelta(days=4))
    webhooks.change(hook, url=site.url("/other"), events=[*Webhook.Event])
    assert (fresh(hook).failures, hook.failing_since) == (0, None)
    site.pages["/other"] = answer("busy", status="500 Oh")
    WebhookDelivery.objects.update(send_after=timezone.now())
    webhooks.send()
    assert (fresh(hook).failures, hook.off_why) == (1, "")
