"""What a message says, from the rows it is about as they are when it is sent: an allow-list, like everything public."""

import json
from typing import Any

from petition.text import stamp
from signatories import exporting
from signatories.models import Signature, Webhook, WebhookDelivery

Event = Webhook.Event
LINE = tuple(name for name in exporting.PUBLIC if name != "position")


def body(delivery: WebhookDelivery) -> bytes:
    """Return the message in bytes, as they are signed and sent."""
    message = {"type": delivery.kind, "timestamp": stamp(_happened(delivery)), "data": _data(delivery)}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def _happened(delivery: WebhookDelivery) -> Any:
    if delivery.event is not None:
        return delivery.event.at
    return delivery.milestone.reached_at if delivery.milestone is not None else delivery.at


def _data(delivery: WebhookDelivery) -> dict[str, Any]:
    letter = delivery.webhook.letter
    said: dict[str, Any] = {"letter": letter.slug}
    if delivery.milestone is not None:
        return {**said, "number": delivery.milestone.number}
    if delivery.event is None:
        return said
    said["signature"] = str(delivery.event.signature_id)
    if delivery.kind == Event.LISTED:
        said["line"] = _line(delivery)
    return said


def _line(delivery: WebhookDelivery) -> dict[str, Any] | None:
    """The public line, as long as it is public: who left meanwhile, or stands on a letter nobody can read, has none."""
    letter, event = delivery.webhook.letter, delivery.event
    if event is None or not letter.is_public:
        return None
    shown: Signature | None = letter.signatures.listed().select_related("version").filter(pk=event.signature_id).first()
    if shown is None:
        return None
    shown.letter = letter
    whole = exporting.row(shown, position=0)
    return {name: whole[name] for name in LINE}
