"""Everything that is stored, as text, so that a test can look for what must not be there."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection


def database() -> Iterator[tuple[str, str]]:
    """Yield the name and the whole content of every table, whatever app it belongs to; sessions also unpacked."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            yield table, "\n".join(map(repr, cursor.fetchall()))
    yield "sessions, unpacked", "\n".join(repr(one.get_decoded()) for one in Session.objects.all())


def files(*folders: Path) -> Iterator[tuple[str, str]]:
    """Yield every file under some folders, and what is packed in it."""
    for folder in folders:
        for path in filter(Path.is_file, Path(folder).rglob("*")):
            yield str(path), path.read_bytes().decode("utf-8", "replace")
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as packed:
                    for name in packed.namelist():
                        yield f"{path}: {name}", packed.read(name).decode("utf-8", "replace")


def stored() -> Iterator[tuple[str, str]]:
    """Yield everything that this installation holds."""
    yield from database()
    yield from files(settings.DELIVERY_DIR)


def where(mark: str, among: Iterator[tuple[str, str]]) -> dict[str, list[str]]:
    """Return where words that begin with a mark are found, and which, in whatever case."""
    pattern = re.compile(rf"{mark}[\w.@:/-]*", re.IGNORECASE)
    found = {name: sorted(set(pattern.findall(text))) for name, text in among}
    return {name: words for name, words in found.items() if words}
