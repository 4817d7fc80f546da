"""What a signer agreed to: one row whenever that changes, with the words and the time."""

import uuid

from petition import rows
from signatories import wordings
from signatories.models import Consent, Signature

_ALL = rows.Question(
    lambda signature: Consent.objects.filter(signature=signature).order_by("at", "pk"), signature=uuid.UUID(int=1)
)


def standing(signature: Signature) -> dict[str, Consent]:
    """Return the newest row of each purpose: what holds now."""
    return {consent.purpose: consent for consent in _ALL.ask(signature=signature.pk)}


def follow(signature: Signature, *, door: Consent.Door) -> list[Consent]:
    """Write down what has changed since the last rows; call it wherever a box of a proven signature changes.

    Nothing is written for what was never given. A consent given anew under another wording is a new row.

    Args:
        signature: with the boxes as they are now.
        door: where the signer said so.

    Returns:
        The rows that were written.
    """
    before, version = standing(signature), wordings.known(signature.wording)
    changed = []
    for purpose in wordings.PURPOSES:
        given, last = bool(getattr(signature, purpose)), before.get(purpose)
        if given == bool(last and last.given):
            continue
        said = version if given or last is None else last.wording
        words = wordings.fingerprint(purpose, said)
        changed.append(
            Consent(signature=signature, purpose=purpose, given=given, wording=said, sha256=words, door=door)
        )
    rows.insert(changed)
    return changed
