"""What people consent to, word for word. A wording that somebody agreed to is never changed; a new one is added."""

from petition.text import sha256

PURPOSES = ("publish", "updates", "contact")
# Each version with the label and the help text of every box, as they stood on the form.
WORDINGS: dict[str, dict[str, tuple[str, str]]] = {
    "2026-11": {
        "publish": (
            "Print my name and line on the letter",
            "Without this you are counted, and not named.",
        ),
        "updates": (
            "Write to me when there is news about this letter",
            "",
        ),
        "contact": (
            "The addressee and the press may be given my address, to write to me about this letter",
            "Without this nobody outside the team gets it.",
        ),
    },
}
CURRENT = "2026-11"


def known(version: str) -> str:
    """Return a version that exists: the one that was asked for, or the current one."""
    return version if version in WORDINGS else CURRENT


def text(purpose: str, version: str = CURRENT) -> str:
    """Return what somebody agreed to, in one piece."""
    return " ".join(f"{part.rstrip('.')}." for part in WORDINGS[version][purpose] if part)


def fingerprint(purpose: str, version: str) -> str:
    """Return the SHA-256 of a wording, which stands beside each consent."""
    return sha256(text(purpose, version))
