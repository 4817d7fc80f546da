"""One migration stands for many on a new database: both ways lead to the same tables, indexes and triggers."""

import os
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from tests import servers
from tests.manual import ROOT

pytestmark = pytest.mark.database  # of its own, on the server that is there
# What was installed before there was the one: it has the first of the many, and goes on with them.
BEGIN = """
import django
django.setup()
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
executor = MigrationExecutor(connection)
executor.loader.replace_migrations = False
executor.loader.build_graph()
executor.migrate([("petition", "0001_initial"), ("signatories", "0001_initial")])
"""


@pytest.fixture
def migrated(tmp_path: Path) -> Callable[..., set[str]]:
    """Migrate a new database, or one that has begun with the many, and return the lines that describe it."""

    def migrate(*, begun: bool = False) -> set[str]:
        folder = tmp_path / secrets.token_hex(4)
        folder.mkdir()
        environ = {**os.environ, "VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "config.settings"}
        if connection.vendor == "postgresql":
            environ["DATABASE_URL"] = _new_database()
        for command in (["-c", BEGIN],) * begun + (["manage.py", "migrate", "--verbosity", "0"],):
            subprocess.run([sys.executable, *command], cwd=ROOT, env=environ, check=True)
        if connection.vendor == "postgresql":
            return _dumped(environ["DATABASE_URL"])
        return set(_described(folder / "undersigned.sqlite3"))

    return migrate


def _new_database() -> str:
    at = connection.settings_dict
    server, name = f"postgres://{at['USER']}@{at['HOST']}:{at['PORT']}", f"migrated_{secrets.token_hex(4)}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as link:
        link.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
    return f"{server}/{name}"


def _dumped(url: str) -> set[str]:
    """The columns of a table stand in the order in which they came, so lines are compared, each with its table."""
    command = [servers.binary("pg_dump"), "--schema-only", "--no-owner", url]
    dump = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    blocks = (block.splitlines() for block in dump.split("\n\n"))
    lines = [(block[0], line.rstrip(",")) for block in blocks if block for line in block]
    return {f"{first}: {line}" for first, line in lines if not line.startswith("\\")}  # a random word of pg_dump's


def _described(file: Path) -> Iterator[str]:
    with closing(sqlite3.connect(file)) as database:
        for kind, name, table, sql in database.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"):
            if kind == "table":
                about = {"table_xinfo": 1, "foreign_key_list": 2}  # each row begins with its number
                rows = [row[n:] for what, n in about.items() for row in database.execute(f"PRAGMA {what}('{name}')")]
                yield from (
                    f"{name}: {row}" for row in [*rows, *(one.strip(" ,)") for one in sql.split("CONSTRAINT")[1:])]
                )
            else:
                columns = [row[2] for row in database.execute(f"PRAGMA index_info('{name}')")]
                yield f"{kind} of {table}: {sql or columns}"


def test_a_new_database_is_the_one_that_was_migrated_step_by_step(migrated):
    one, many = migrated(), migrated(begun=True)
    assert one == many
    assert len(one) > 500
