"""What becomes of one thing that is checked: it is found, it is refused, or it cannot be told now."""

from dataclasses import dataclass, field
from typing import Any

from django.utils import translation
from django.utils.translation import gettext


class Words:
    """One sentence for the signer: what it is translated from, and what is put into it.

    It is found in a task that speaks no language of a reader, and read later by people of any. So these two are kept
    (`Proof.said`), and put together when they are read.

    Attributes:
        text: English, as it stands in the catalogues, with a place such as `%(host)s` for each value.
        values: by the names of their places.
    """

    def __init__(self, text: str, **values: object) -> None:
        self.text = text
        self.values = {name: str(value) for name, value in values.items()}

    def __str__(self) -> str:
        """The sentence in the language that is spoken now."""
        return gettext(self.text) % self.values if self.values else gettext(self.text)


class Outcome(Exception):
    """What is said to the signer, as `Words` takes it."""

    def __init__(self, text: str, **values: object) -> None:
        super().__init__(text, values)
        self.words = Words(text, **values)

    def __str__(self) -> str:
        return str(self.words)


class Refused(Outcome):
    """It is not so, or is not opened at all. The message is for the signer; trying again changes nothing."""


class Away(Outcome):
    """It could not be told now: a server, a network or a name is away. Worth trying again; message as above."""


def kept(*said: Words) -> dict[str, Any]:
    """Return the columns of a proof that keep what is said of it: the parts, and how they read in English."""
    with translation.override("en"):
        message = " ".join(map(str, said))
    return {"message": message[:300], "said": [[words.text, words.values] for words in said]}


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
    message: Words
    public_before: bool = False
    url: str = ""
    details: dict[str, Any] = field(default_factory=dict)
