"""How a message is signed, as Standard Webhooks says: an identifier, a time, and an HMAC over both and the body."""

import base64
import hashlib
import hmac
import secrets

from petition import patience
from signatories import addresses, tokens
from signatories.models import WebhookDelivery

BEGINS = "whsec_"
BYTES = 32  # of chance; the specification asks for 24 to 64


def new_secret() -> str:
    """Return a secret in the form that receivers are given."""
    return BEGINS + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def identifier(delivery: WebhookDelivery) -> str:
    """Return what stays the same however often it is sent, at whatever address, and is no number of a row.

    It follows from the event, so that one that was owed again after a restored backup is known again.
    """
    if delivery.event_id is not None:
        source = f"{delivery.kind} {delivery.event_id}"
    elif delivery.milestone_id is not None:
        source = f"{delivery.kind} {delivery.milestone_id}"
    else:
        source = f"{delivery.kind} {delivery.pk}"
    return "msg_" + addresses.keyed_hash(f"webhook {source}")[:32]


def headers(delivery: WebhookDelivery, body: bytes) -> dict[str, str]:
    """Return the three headers of a message that is sent now, signed with every secret that is in force."""
    webhook, message, now = delivery.webhook, identifier(delivery), patience.now()
    moment = str(int(now.timestamp()))
    sealed = [webhook.secret]
    if webhook.old_secret and webhook.old_until is not None and webhook.old_until > now:
        sealed.append(webhook.old_secret)
    content = f"{message}.{moment}.".encode() + body
    return {
        "webhook-id": message,
        "webhook-timestamp": moment,
        "webhook-signature": " ".join(_sign(tokens.unseal(one, lasting=True), content) for one in sealed),
    }


def _sign(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(BEGINS))
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
