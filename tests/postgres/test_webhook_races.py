"""Several tasks at once owe and send: each event is owed once, and each message sent by one of them."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from signatories import webhooks
from signatories.models import Webhook, WebhookDelivery
from signatories.webhooks import marking
from tests.network import answer

MANY = 20


@pytest.fixture
def hook(letter, organiser, site) -> Webhook:
    site.pages["/hook"] = answer("ok")
    return webhooks.make(letter, url=site.url("/hook"), events=["signature.signed"], by=organiser)[0]


def test_each_event_is_owed_and_sent_once(hook, confirmed, at_once, site):
    for number in range(MANY):
        confirmed(f"p{number}@example.com")
    owed = at_once([webhooks.owe] * 4)
    assert sum(owed) == MANY
    assert sum(at_once([webhooks.send] * 4)) + webhooks.send() == MANY
    sent = Counter(line for asked in site.asked for line in asked.split("\n") if line.startswith("webhook-id"))
    assert len(sent) == MANY
    assert set(sent.values()) == {1}


def test_an_event_that_is_committed_after_the_history_was_read_is_owed_later(hook, confirmed, at_once):
    """Its transaction began before, and so it is stamped with an earlier time than the one up to which was read."""
    first = confirmed("ada@example.com")
    assert webhooks.owe() == 1
    late = first.events.last()
    assert late is not None
    late.pk, late._state.adding = None, False
    late.at = timezone.now() - timedelta(minutes=5)
    Webhook.objects.update(begins_at=late.at - timedelta(minutes=1))
    super(type(late), late).save(force_insert=True)
    assert (webhooks.owe(), webhooks.owe()) == (1, 0)


def test_what_is_owed_again_after_everything_was_lost_has_the_same_identifiers(hook, confirmed):
    confirmed("ada@example.com")
    webhooks.owe()
    before = [marking.identifier(one) for one in WebhookDelivery.objects.all()]
    WebhookDelivery.objects.all().delete()
    webhooks.owe()
    assert [marking.identifier(one) for one in WebhookDelivery.objects.all()] == before
