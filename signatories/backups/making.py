"""Make a backup, and read one: a folder with the database, the delivered bundles, and a list of what is in it."""

import hashlib
import hmac
import json
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from petition import files
from signatories.backups import databases
from signatories.backups.databases import Unusable

FORMAT = "undersigned-backup-1"
ABOUT, DELIVERIES = "backup.json", "deliveries"


def make(folder: Path) -> dict[str, Any]:
    """Write a backup of one moment into a new folder, while signing goes on; it appears there whole, or not at all.

    Args:
        folder: it must not exist yet.

    Returns:
        What `backup.json` says.

    Raises:
        Unusable: PostgreSQL's tools are missing or failed.
        FileExistsError: the folder is there already.
        OSError: it cannot be written there.
    """
    with files.whole_folder(folder) as part:
        made_at = timezone.now()
        counted = databases.dump(part)
        # After the database: a bundle is in its place before a row says so, and stays as it is.
        _copy_deliveries(part / DELIVERIES)
        about = {
            "format": FORMAT,
            "made_at": made_at.isoformat(),
            "database": connection.vendor,
            "migrations": sorted(map(list, MigrationRecorder(connection).applied_migrations())),
            "keys": {"address": fingerprint(settings.ADDRESS_KEY), "secret": fingerprint(settings.SECRET_KEY)},
            "rows": counted,
            "files": hashes(part),
        }
        _write(part / ABOUT, about)
    return about


def read(folder: Path) -> dict[str, Any]:
    """Return what a backup says of itself, after comparing every file with its hash.

    Raises:
        Unusable: it is no backup, or not as it was made.
    """
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise Unusable(f"{folder} holds no backup: {ABOUT} is missing or broken.") from None
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise Unusable(f"{folder} was made by another version of this command.")
    found = hashes(folder)
    if wrong := sorted(name for name in about["files"] | found if about["files"].get(name) != found.get(name)):
        raise Unusable(f"The backup is damaged. Missing, altered or not part of it: {', '.join(wrong[:5])}")
    return about


def hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file but the list itself."""
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / ABOUT):
        with path.open("rb") as file:
            found[str(path.relative_to(folder))] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def fingerprint(key: str) -> str:
    """Return by what a key is recognised and not learned."""
    return hmac.new(key.encode(), FORMAT.encode(), hashlib.sha256).hexdigest()[:16]


def _copy_deliveries(target: Path) -> None:
    target.mkdir(mode=0o700)
    for bundle in Path(settings.DELIVERY_DIR).glob("*.zip"):
        shutil.copyfile(bundle, target / bundle.name)
        (target / bundle.name).chmod(0o600)


def _write(path: Path, about: dict[str, Any]) -> None:
    path.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    path.chmod(0o600)
