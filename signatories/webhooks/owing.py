"""Owe a message of every event, once: the history is read up to now, and again for a while."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from petition import patience
from petition.models import Milestone
from signatories.models import Signature, SignatureEvent, Webhook, WebhookDelivery

Event, Status = Webhook.Event, Signature.Status
# An event is stamped before it is committed, by a clock that may be a little off. No transaction lasts longer than a
# task may run (ten minutes, config/broker.py), so none is missed; the unique key keeps what is seen twice to once.
SETTLING = timedelta(minutes=15)
OFTEN_ENOUGH = timedelta(minutes=1)  # to write down how far it was read, where there was nothing
CHUNK = 1000
# Which rows of the history are events. Who was never confirmed has signed nothing, and leaves nothing.
WHICH = {
    Event.SIGNED: Q(was=Status.PENDING, now=Status.CONFIRMED),
    Event.LISTED: Q(stood=False, stands=True),
    Event.REMOVED: Q(stood=True, stands=False) & ~Q(now=Status.WITHDRAWN),
    Event.WITHDRAWN: Q(now=Status.WITHDRAWN) & ~Q(was__in=[Status.PENDING, Status.WITHDRAWN]),
}


def owe() -> int:
    """Owe what happened since the last time to every address that wants it; return how many messages that were.

    Safe to run anywhere at any time: messages and how far the history was read are one transaction.
    """
    return sum(_owe(pk) for pk in Webhook.objects.filter(off_at=None).values_list("pk", flat=True))


@transaction.atomic
def _owe(pk: uuid.UUID) -> int:
    webhook = Webhook.objects.select_for_update(skip_locked=True).filter(pk=pk, off_at=None).first()
    if webhook is None:
        return 0
    now = patience.now()
    since = max(webhook.begins_at, webhook.owed_until - SETTLING)
    found = [*_of_signatures(webhook, since), *_of_milestones(webhook, since)]
    WebhookDelivery.objects.bulk_create(found, ignore_conflicts=True, batch_size=CHUNK)
    if found or now - webhook.owed_until > OFTEN_ENOUGH:
        Webhook.objects.filter(pk=webhook.pk).update(owed_until=now)
    return len(found)


def _of_signatures(webhook: Webhook, since: datetime) -> list[WebhookDelivery]:
    rows = SignatureEvent.objects.filter(letter=webhook.letter_id, at__gte=since)
    found: list[tuple[datetime, int, Webhook.Event]] = []
    for kind in set(WHICH) & set(webhook.events):
        owed = WebhookDelivery.objects.filter(webhook=webhook, kind=kind, event=OuterRef("pk"))
        new = rows.filter(WHICH[kind], ~Exists(owed)).values_list("at", "pk")
        found += [(at, pk, kind) for at, pk in new]
    return [_owed(webhook, kind, event_id=pk) for _, pk, kind in sorted(found)]


def _of_milestones(webhook: Webhook, since: datetime) -> list[WebhookDelivery]:
    if Event.MILESTONE not in webhook.events:
        return []
    owed = WebhookDelivery.objects.filter(webhook=webhook, milestone=OuterRef("pk"))
    reached = Milestone.objects.filter(~Exists(owed), letter=webhook.letter_id, reached_at__gte=since)
    numbers = reached.order_by("number").values_list("pk", flat=True)
    return [_owed(webhook, Event.MILESTONE, milestone_id=pk) for pk in numbers]


def _owed(webhook: Webhook, kind: Webhook.Event, **about: int) -> WebhookDelivery:
    now = patience.now()
    return WebhookDelivery(webhook=webhook, kind=kind, at=now, send_after=now, **about)
