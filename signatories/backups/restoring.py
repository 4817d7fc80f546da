"""Restore a backup into an empty installation, and see that it is the same afterwards."""

import hashlib
import shutil
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from petition import files, keyring
from petition.models import Letter
from signatories import record
from signatories.backups import databases, making, postponing
from signatories.backups.databases import Unusable


@dataclass
class Restored:
    """What a restore has found."""

    made_at: datetime
    rows: dict[str, int]
    listed: dict[str, int] = field(default_factory=dict)
    held: int = 0
    warnings: list[str] = field(default_factory=list)


def restore(folder: Path, *, send_mail: bool = False) -> Restored:
    """Fill an empty database and the folder of delivered bundles from a backup, and check both.

    Nothing is touched before the backup was found whole and fit for this installation. A database of an older release
    is brought to this one.

    Args:
        folder: a backup.
        send_mail: whether the mail that was owed when it was made goes out. It is held unless told so, because most of
            it will have been sent after the backup was made.

    Raises:
        Unusable: the backup does not fit, something is here already, or the result is not what was backed up.
    """
    about = making.read(folder)
    restored = Restored(datetime.fromisoformat(about["made_at"]), about["rows"])
    restored.warnings += _check(about, folder)
    databases.load(folder)
    if (found := databases.rows()) != about["rows"]:
        wrong = sorted(name for name in found | about["rows"] if found.get(name) != about["rows"].get(name))
        raise Unusable(f"Restored, but the number of rows differs from the backup in: {', '.join(wrong)}")
    call_command("migrate", verbosity=0, interactive=False)
    _put_deliveries(folder / making.DELIVERIES)
    if not send_mail:
        restored.held = postponing.hold(restored.made_at)
    for letter in Letter.objects.frozen():
        replayed, listed = record.drift(letter)
        if replayed != listed:
            raise Unusable(f"Restored, but {letter.slug} lists {listed} names, and its history adds up to {replayed}.")
        restored.listed[letter.slug] = listed
    return restored


def _check(about: dict[str, Any], folder: Path) -> list[str]:
    """Refuse what does not fit, before anything is touched; return what is only worth knowing."""
    if about["database"] != connection.vendor:
        raise Unusable(f"The backup is of {about['database']}, and DATABASE_URL names {connection.vendor}.")
    known = set(MigrationLoader(None).disk_migrations)
    if newer := [f"{app}.{name}" for app, name in about["migrations"] if (app, name) not in known]:
        raise Unusable(f"The backup is of another release, with {newer[0]}. Install the release it was made with.")
    if about["keys"]["address"] != making.fingerprint(settings.ADDRESS_KEY):
        raise Unusable(
            "The backup was made with another ADDRESS_KEY (SECRET_KEY, where ADDRESS_KEY is not set): nobody who "
            "signed would be recognised. Set the one that was in use."
        )
    if there := connection.introspection.table_names():
        raise Unusable(
            f"The database is not empty, it has {len(there)} tables. Nothing is ever restored over data: make a new "
            "database, and do not migrate it."
        )
    if differing := [path.name for path in _deliveries(folder) if _differs(path)]:
        raise Unusable(f"{settings.DELIVERY_DIR} holds another {differing[0]}. Move that folder away first.")
    if about["keys"]["secret"] not in map(making.fingerprint, keyring.secrets()):
        return ["SECRET_KEY is another one, so links and codes in mails that were sent do not work."]
    return []


def _deliveries(folder: Path) -> list[Path]:
    return sorted((folder / making.DELIVERIES).glob("*.zip"))


def _differs(stored: Path) -> bool:
    here = Path(settings.DELIVERY_DIR) / stored.name
    return here.exists() and _sha256(here) != _sha256(stored)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _put_deliveries(source: Path) -> None:
    target = Path(settings.DELIVERY_DIR)
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    for bundle in sorted(source.glob("*.zip")):
        with files.whole_file(target / bundle.name) as file, bundle.open("rb") as stored:
            shutil.copyfileobj(stored, file)
