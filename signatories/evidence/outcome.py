"""What becomes of one thing that is checked: it is found, it is refused, or it cannot be told now."""

from dataclasses import dataclass, field
from typing import Any


class Refused(Exception):
    """It is not so, or is not opened at all. The message is for the signer; trying again changes nothing."""


class Away(Exception):
    """It could not be told now: a server, a network or a name is away. Worth trying again; message as above."""


@dataclass(frozen=True)
class Found:
    """What was found, as `evidence.record` writes it down.

    Attributes:
        family: one of `reasons.Family`.
        claim: `identity` or `affiliation`.
        account: what it comes down to.
        message: for the signer.
        public_before: whether it is tied to an identity that was public before.
        url: where the vetter can look it up.
        details: what the vetter should see of it.
    """

    family: str
    claim: str
    account: str
    message: str
    public_before: bool = False
    url: str = ""
    details: dict[str, Any] = field(default_factory=dict)
