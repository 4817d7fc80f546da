"""What the owners of a letter do with its webhooks: make, change, try, switch, turn the secret over, send again."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from petition import patience
from petition.models import Letter, User
from petition.moves import NotAllowed
from signatories import tokens
from signatories.models import Webhook, WebhookDelivery
from signatories.webhooks import marking

log = structlog.get_logger(__name__)
MOST = 10  # addresses of one letter
BOTH_VALID = timedelta(hours=24)
State = WebhookDelivery.State
# Switched on again it begins with what happens then, and nobody remembers its failures.
AFRESH: dict[str, Any] = {"failures": 0, "failing_since": None, "rest_until": None, "off_at": None, "off_why": ""}


@transaction.atomic
def make(letter: Letter, *, url: str, events: Collection[str], by: User) -> tuple[Webhook, str]:
    """Tell an address of what happens to a letter from now on.

    Args:
        letter: whose events.
        url: as `fetching.target` spells it; where it leads is looked at with each message.
        events: some of `Webhook.Event`.
        by: the owner who makes it.

    Returns:
        The row, and the secret that its messages are signed with, which is shown to nobody again.

    Raises:
        NotAllowed: the letter has as many as it may have.
    """
    Letter.objects.select_for_update().get(pk=letter.pk)
    if letter.webhooks.count() >= MOST:
        raise NotAllowed(_("A letter has at most %(most)d webhooks.") % {"most": MOST})
    secret, now = marking.new_secret(), patience.now()
    times = {"created_at": now, "begins_at": now, "owed_until": now, "tried_at": now}
    chosen = [str(event) for event in Webhook.Event if event in events]
    made = letter.webhooks.create(url=url, events=chosen, secret=tokens.seal(secret, lasting=True), made_by=by, **times)
    log.info("a webhook was made", webhook=str(made.pk), by=by.pk)
    return made, secret


def change(webhook: Webhook, *, url: str, events: Collection[str]) -> None:
    """Send to another address, or of other events; what is owed already goes there too.

    Another address has failed at nothing yet.
    """
    chosen = [str(event) for event in Webhook.Event if event in events]
    Webhook.objects.filter(pk=webhook.pk).exclude(url=url).update(failures=0, failing_since=None)
    Webhook.objects.filter(pk=webhook.pk).update(url=url, events=chosen, rest_until=None)


@transaction.atomic
def rotate(webhook: Webhook) -> str:
    """Return a new secret; for a day messages are signed with the old one too."""
    webhook = Webhook.objects.select_for_update().get(pk=webhook.pk)
    secret = marking.new_secret()
    webhook.old_secret, webhook.old_until = webhook.secret, patience.now() + BOTH_VALID
    webhook.secret = tokens.seal(secret, lasting=True)
    webhook.save(update_fields=["secret", "old_secret", "old_until"])
    return secret


def test(webhook: Webhook) -> WebhookDelivery:
    """Owe a message that says nothing, at once and once.

    Raises:
        NotAllowed: it is switched off.
    """
    _refuse_off(webhook)
    now = patience.now()
    Webhook.objects.filter(pk=webhook.pk).update(rest_until=None)
    return webhook.deliveries.create(kind=WebhookDelivery.TEST, at=now, send_after=now)


def again(delivery: WebhookDelivery) -> None:
    """Owe a message once more, under the same identifier; what it says is read again from the rows.

    Raises:
        NotAllowed: its address is switched off.
    """
    _refuse_off(delivery.webhook)
    Webhook.objects.filter(pk=delivery.webhook_id).update(rest_until=None)
    afresh = {"state": State.OWED, "attempts": 0, "send_after": patience.now()}
    WebhookDelivery.objects.filter(pk=delivery.pk).exclude(state=State.OWED).update(**afresh)
    WebhookDelivery.objects.filter(pk=delivery.pk, state=State.OWED, attempts__gt=0).update(**afresh)


@transaction.atomic
def switch_off(webhook: Webhook, *, why: Webhook.Why = Webhook.Why.OWNER) -> None:
    """Send nothing more; what was owed can be sent again from the log."""
    off = {"off_at": patience.now(), "off_why": why}
    if Webhook.objects.filter(pk=webhook.pk, off_at=None).update(**off):
        webhook.deliveries.filter(state=State.OWED).update(state=State.FAILED)


def switch_on(webhook: Webhook) -> None:
    """Tell it of what happens from now on."""
    now = patience.now()
    off = Webhook.objects.filter(pk=webhook.pk).exclude(off_at=None)
    off.update(begins_at=now, owed_until=now, **AFRESH)


def remove(webhook: Webhook) -> None:
    """Forget an address with its log."""
    webhook.delete()


def _refuse_off(webhook: Webhook) -> None:
    if webhook.off_at is not None:
        raise NotAllowed(_("This webhook is switched off. Switch it on first."))
