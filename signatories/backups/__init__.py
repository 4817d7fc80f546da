"""Back up everything an installation holds into one folder, and restore it where nothing is yet."""

from signatories.backups.databases import Unusable
from signatories.backups.erasures import forget_again, forgotten
from signatories.backups.making import make, read
from signatories.backups.postponing import held, hold, let_go, release
from signatories.backups.restoring import Restored, restore

__all__ = [
    "Restored",
    "Unusable",
    "forget_again",
    "forgotten",
    "held",
    "hold",
    "let_go",
    "make",
    "read",
    "release",
    "restore",
]
