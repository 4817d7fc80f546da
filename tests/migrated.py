"""The database as the migrations leave it: made once, and copied for every process that runs tests.

Django still migrates each copy and finds nothing to do; a copy that lags behind would cost time and no more.
"""

import ast
import fcntl
import hashlib
import inspect
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import django
import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from tests import servers

OURS = ("petition", "signatories")
TEMPLATE = "undersigned_migrated"


@contextmanager
def copied(folder: Path) -> Iterator[None]:
    """Have Django find its test database migrated; what it is copied from stays in `folder`."""
    if connection.vendor == "postgresql":
        _make_template(folder)
        connection.settings_dict["TEST"]["TEMPLATE"] = TEMPLATE
        yield
        return
    # A database in memory lasts as long as somebody is connected to it.
    with _opened(connection.creation._get_test_db_name()) as memory:
        with _opened(f"file:{made_file(folder)}?mode=ro") as made:
            made.backup(memory)
        yield


def made_file(folder: Path) -> Path:
    """A SQLite file that is migrated and holds nothing else; it stays in `folder` until the migrations change."""
    made = folder / f"{_key()}.sqlite3"
    with _alone(folder):
        if not made.exists():
            for old in folder.glob("*.sqlite3*"):
                old.unlink()
            name = f"file:{TEMPLATE}?mode=memory&cache=shared"
            half = made.with_suffix(".sqlite3-half")
            with _opened(name) as memory, _opened(f"file:{half}") as file:
                _migrate(name)
                memory.backup(file)
            half.rename(made)
    return made


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """The first process makes what is to lie in a folder, and the others wait."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def pour_into(url: str) -> None:
    """Have an empty database of another PostgreSQL migrated, as the one is that the tests run on."""
    _restore(_dump(), url)


def _make_template(folder: Path) -> None:
    at, key = connection.settings_dict, _key()
    where = {"host": at["HOST"], "port": at["PORT"], "user": at["USER"], "password": at["PASSWORD"]}
    with psycopg.connect(**where, dbname="postgres", autocommit=True) as cluster:
        cluster.execute("SELECT pg_advisory_lock(0)")  # as above
        comment = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
        if cluster.execute(comment, [TEMPLATE]).fetchone() != (key,):
            cluster.execute(f"DROP DATABASE IF EXISTS {TEMPLATE}")
            cluster.execute(f"CREATE DATABASE {TEMPLATE}")
            _fill_template(folder / f"{key}.postgresql{cluster.info.server_version}")
            cluster.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(TEMPLATE), key))


def _fill_template(made: Path) -> None:
    with _alone(made.parent):
        if made.exists():
            _restore(made.read_bytes(), _template_url())
            return
        for old in made.parent.glob("*.postgresql*"):
            old.unlink()
        _migrate(TEMPLATE)
        half = made.with_name(f"{made.name}-half")
        half.write_bytes(_dump())
        half.rename(made)


def _template_url() -> str:
    at = connection.settings_dict
    return f"postgres://{at['USER']}@{at['HOST']}:{at['PORT']}/{TEMPLATE}"


def _dump() -> bytes:
    command = [servers.binary("pg_dump"), "--no-owner", _template_url()]
    return subprocess.run(command, capture_output=True, check=True).stdout


def _restore(dump: bytes, url: str) -> None:
    command = [servers.binary("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction", url]
    subprocess.run(command, input=dump, stdout=subprocess.DEVNULL, check=True)


def _migrate(name: str) -> None:
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", verbosity=0)
    finally:
        connection.settings_dict["NAME"] = usual
        connection.close()


def _key() -> str:
    """What the migrations depend on: Django, the applications, their migrations, and our own code that these import."""
    hashed = hashlib.sha256(f"{django.VERSION} {settings.INSTALLED_APPS}".encode())
    todo = sorted(type(one).__module__ for one in MigrationLoader(None).disk_migrations.values())
    for name in todo:  # it grows on the way
        source = Path(inspect.getfile(sys.modules[name])).read_bytes()
        hashed.update(source)
        for node in ast.walk(ast.parse(source)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            if isinstance(node, ast.ImportFrom):
                names = [str(node.module), *(f"{node.module}.{one}" for one in names)]
            ours = [one for one in names if one.split(".")[0] in OURS and one in sys.modules]
            todo += [one for one in ours if one not in todo]
    return hashed.hexdigest()[:16]


@contextmanager
def _opened(name: str) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(name, uri=True)) as database:
        yield database
