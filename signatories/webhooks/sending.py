"""Send what is owed: leased, rendered, signed, posted by the safe client, and marked by what was answered."""

import random
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.template.loader import render_to_string
from django.urls import reverse

from petition import patience
from petition.models import Role
from signatories import account_mail
from signatories.evidence import fetching
from signatories.evidence.outcome import Away, Refused
from signatories.models import KNOWN, Signature, Webhook, WebhookDelivery
from signatories.webhooks import marking, saying

log = structlog.get_logger(__name__)

TURN = 10.0  # seconds that a task begins another message, before others on its queue have their turn
LEASE = timedelta(seconds=30)  # longer than one try takes (fetching.SECONDS); what a killed task leaves is due again
# The pauses after the first, second, … try: the example of Standard Webhooks, three days in all.
PAUSES = [
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
]
JITTER = 0.1
# An address that failed rests, whatever else is owed to it: ten thousand messages for one that is away would keep a
# task busy for days.
REST, LONGEST_REST = timedelta(seconds=5), timedelta(hours=1)
PERSISTENT = timedelta(days=3)  # without one message taken: then it is switched off
GONE = 410
SHOWN = 200  # characters of an answer that the log keeps
State = WebhookDelivery.State


@dataclass(frozen=True)
class Tried:
    """What one try came to: a status and the beginning of an answer, or why there was none."""

    code: int | None
    answer: str
    problem: str
    took: int

    @property
    def is_taken(self) -> bool:
        """Whether the receiver has it."""
        return self.code is not None and 200 <= self.code < 300


def send(*, seconds: float = TURN) -> int:
    """Send what is due, for a while, each address in its turn; return how many messages were taken.

    Safe to run anywhere and twice: a killed task repeats at most the message it was sending, which receivers know by
    its identifier.
    """
    until, taken = time.monotonic() + seconds, 0
    if not WebhookDelivery.objects.filter(state=State.OWED, send_after__lte=patience.now()).exists():
        return 0  # without taking SQLite's only write lock
    while (delivery := _lease()) is not None:
        tried = _try(delivery)
        _note(delivery, tried)
        taken += tried.is_taken
        if time.monotonic() >= until:
            break
    return taken


@transaction.atomic
def _lease() -> WebhookDelivery | None:
    """Take the next message of the address that has waited longest for its turn."""
    now = patience.now()
    due = WebhookDelivery.objects.filter(state=State.OWED, send_after__lte=now)
    rested = Webhook.objects.filter(Q(rest_until=None) | Q(rest_until__lte=now), off_at=None)
    waiting = rested.filter(Exists(due.filter(webhook=OuterRef("pk")))).order_by("tried_at")
    webhook = waiting.select_for_update(skip_locked=True).first()
    if webhook is None:
        return None
    mine = due.filter(webhook=webhook).order_by("send_after", "pk").select_for_update(skip_locked=True)
    found = mine.first()
    if found is None:
        return None
    Webhook.objects.filter(pk=webhook.pk).update(tried_at=now)
    WebhookDelivery.objects.filter(pk=found.pk).update(send_after=now + LEASE, attempts=F("attempts") + 1)
    related = ("webhook__letter", "event", "milestone")
    return WebhookDelivery.objects.select_related(*related).get(pk=found.pk)


def _try(delivery: WebhookDelivery) -> Tried:
    began = time.monotonic()
    code, answer, problem = None, "", ""
    try:
        code, answer = _post(delivery)
    except (Refused, Away) as said:
        problem = str(said)[:300]
    except Exception:  # one message that cannot be made must not hold up the others
        log.exception("webhook message cannot be sent", delivery=str(delivery.pk))
        problem = "The message could not be made."
    return Tried(code, answer, problem, int((time.monotonic() - began) * 1000))


def _post(delivery: WebhookDelivery) -> tuple[int, str]:
    url, body = delivery.webhook.url, saying.body(delivery)
    if not settings.TRYING_OUT and not url.startswith("https://"):
        raise Refused("Only addresses that start with https:// are told anything.")
    headers = {"Content-Type": "application/json", **marking.headers(delivery, body)}
    answered = fetching.post(url, body, headers=headers, most=4 * SHOWN)
    # PostgreSQL holds no zero byte.
    return answered.status, answered.text.replace("\0", "")[:SHOWN]


@transaction.atomic
def _note(delivery: WebhookDelivery, tried: Tried) -> None:
    """Write down what came of it, unless the lease has passed to another task meanwhile."""
    now = patience.now()
    answer = tried.answer if _may_be_kept(delivery) else ""
    said = {"code": tried.code, "answer": answer, "problem": tried.problem, "took": tried.took, "tried_at": now}
    ours = WebhookDelivery.objects.filter(pk=delivery.pk, state=State.OWED, send_after=delivery.send_after)
    if tried.is_taken:
        if ours.update(state=State.SENT, **said):
            good = {"failures": 0, "failing_since": None, "rest_until": None}
            Webhook.objects.filter(pk=delivery.webhook_id).update(**good)
        return
    if delivery.kind == WebhookDelivery.TEST:  # somebody looks at it; it is not repeated and proves nothing
        ours.update(state=State.FAILED, **said)
        return
    if ours.update(**_next(delivery), **said):
        _fail(delivery.webhook, tried)


def _may_be_kept(delivery: WebhookDelivery) -> bool:
    """Whether an answer, which may repeat what was sent, is about somebody who has not left meanwhile."""
    if delivery.event is None:
        return True
    signature = Signature.objects.select_for_update().get(pk=delivery.event.signature_id)
    return signature.status in KNOWN


def _next(delivery: WebhookDelivery) -> dict[str, Any]:
    if delivery.attempts > len(PAUSES):
        return {"state": State.FAILED}
    pause = PAUSES[delivery.attempts - 1] * (1 + JITTER * random.random())
    return {"send_after": patience.now() + pause}


def _fail(webhook: Webhook, tried: Tried) -> None:
    """Let an address rest that failed, and switch it off when it has taken nothing for long."""
    now = patience.now()
    rest = min(REST * 2 ** min(webhook.failures, 20), LONGEST_REST)
    Webhook.objects.filter(pk=webhook.pk).update(
        failures=F("failures") + 1, rest_until=now + rest, failing_since=Coalesce(F("failing_since"), now)
    )
    webhook.refresh_from_db(fields=["failing_since"])
    since = webhook.failing_since or now
    if tried.code == GONE:
        _switch_off(webhook, Webhook.Why.GONE)
    elif now - since >= PERSISTENT:
        _switch_off(webhook, Webhook.Why.FAILING)


def _switch_off(webhook: Webhook, why: Webhook.Why) -> None:
    if not Webhook.objects.filter(pk=webhook.pk, off_at=None).update(off_at=patience.now(), off_why=why):
        return
    webhook.deliveries.filter(state=State.OWED).update(state=State.FAILED)
    log.warning("a webhook was switched off", webhook=str(webhook.pk), why=str(why))
    where = settings.SITE_URL + reverse("signatories:webhook", args=[webhook.letter.slug, webhook.pk])
    context = {"webhook": webhook, "letter": webhook.letter, "why": why.label, "where": where}
    text = render_to_string("signatories/mail/webhook_off.txt", context).strip()
    subject, _, body = text.removeprefix("Subject:").strip().partition("\n")
    for owner in webhook.letter.members.filter(role=Role.OWNER, user__is_active=True).select_related("user"):
        account_mail.owe(to=owner.user.email, subject=subject, body=body.strip() + "\n", code=False)
