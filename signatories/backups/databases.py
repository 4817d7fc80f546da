"""Take a database out as it stood at one moment, and put it into an empty one: PostgreSQL's own tools, or SQLite's."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from petition import files

DATABASE = "database"  # in the folder of a backup: a folder of pg_dump's, or SQLite's file
JOBS = min(4, os.cpu_count() or 1)
# What a connection may be told beyond these reaches PostgreSQL's tools by the variables of libpq.
VARIABLES = {
    "NAME": "PGDATABASE",
    "USER": "PGUSER",
    "PASSWORD": "PGPASSWORD",
    "HOST": "PGHOST",
    "PORT": "PGPORT",
    **{name: "PG" + name.upper() for name in ("service", "passfile", "sslmode", "sslrootcert", "sslcert", "sslkey")},
}
# The moment that is dumped stays open for as long as that takes.
UNHURRIED = ("statement_timeout", "idle_in_transaction_session_timeout")


class Unusable(Exception):
    """A backup cannot be made or restored; the text says why, and what to do."""


def dump(folder: Path) -> dict[str, int]:
    """Write the database into a backup while everything goes on; return the number of rows of each table then."""
    if connection.vendor == "sqlite":
        return _dump_sqlite(folder / DATABASE)
    with _one_moment() as snapshot:
        counted = rows()
        _run("pg_dump", "--format=directory", f"--snapshot={snapshot}", *_common(folder, "--file="))
    return counted


def load(folder: Path) -> None:
    """Fill the empty database of the settings from a backup."""
    if connection.vendor == "sqlite":
        _load_sqlite(folder / DATABASE)
        return
    # Comments are on extensions only, which may belong to somebody else here.
    _run("pg_restore", "--exit-on-error", "--no-comments", *_common(folder, "--dbname="), str(folder / DATABASE))


def rows() -> dict[str, int]:
    """Return the number of rows of each table."""
    counted = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
            counted[table] = int(cursor.fetchone()[0])
    return counted


@contextmanager
def _one_moment() -> Iterator[str]:
    """Hold one state of a PostgreSQL database, and give its name for other connections."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for setting in UNHURRIED:
            cursor.execute(f"SET LOCAL {setting} = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        yield cursor.fetchone()[0]


def _common(folder: Path, where: str) -> Sequence[str]:
    to = str(folder / DATABASE) if where == "--file=" else str(connection.settings_dict["NAME"])
    return (f"--jobs={JOBS}", "--no-owner", "--no-privileges", "--no-password", where + to)


def _run(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's tools on the database of the settings; its password is in no list of processes."""
    at: dict[str, Any] = {**connection.settings_dict, **connection.settings_dict["OPTIONS"]}
    given = {variable: str(at[name]) for name, variable in VARIABLES.items() if at.get(name)}
    try:
        done = subprocess.run(
            [program, *arguments], env=os.environ | given, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise Unusable(f"{program} is not installed here (Debian: apt install postgresql-client).") from None
    if done.returncode:
        raise Unusable(f"{program} failed:\n{done.stderr.strip()[-2000:]}")


def _dump_sqlite(target: Path) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(target)])  # one consistent state, though others write
    target.chmod(0o600)
    with closing(sqlite3.connect(target)) as copy:
        names = copy.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        quote = connection.ops.quote_name
        return {name: copy.execute(f"SELECT count(*) FROM {quote(name)}").fetchone()[0] for (name,) in names.fetchall()}


def _load_sqlite(source: Path) -> None:
    target = Path(connection.settings_dict["NAME"])
    with closing(sqlite3.connect(f"file:{source}?mode=ro&immutable=1", uri=True)) as copy:
        said = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if said != "ok":
        raise Unusable(f"The database in the backup is damaged: {said}")
    connection.close()
    for companion in ("-wal", "-shm"):  # of the empty database that was here
        target.with_name(target.name + companion).unlink(missing_ok=True)
    with files.whole_file(target) as file, source.open("rb") as stored:
        shutil.copyfileobj(stored, file)
