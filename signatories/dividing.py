"""Divide the tables that a crowd fills by letter, on PostgreSQL: each as partitions, a large letter's own among them.

Keys of divided tables hold the letter beside the row's own key, and what refers to a row says its letter too
(https://www.postgresql.org/docs/current/ddl-partitioning.html, limitations). The site asks as before, and a question
about one letter reads the partitions of that letter alone.
"""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import connection, models, transaction

from petition.models import Letter
from petition.moves import NotAllowed
from signatories.models import (
    Consent,
    Decision,
    Evidence,
    Flag,
    Knock,
    Mail,
    Origin,
    Proof,
    Signature,
    SignatureEvent,
)

# A row or more for each signature; what is referred to comes first.
DIVIDED: tuple[type[models.Model], ...] = (
    *(Signature, SignatureEvent, Mail, Knock, Origin),
    *(Consent, Evidence, Decision, Flag, Proof),
)
OTHERS = "others"  # the partition of all letters that have none of their own
LONGEST = 63  # bytes of a name (https://www.postgresql.org/docs/current/sql-syntax-lexical.html)
KIND = "SELECT relkind FROM pg_class WHERE oid = %s::regclass"
INDEXES = """
SELECT relname, pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE indrelid = %s::regclass
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))
"""
UNIQUE = "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'u'"
KEY = "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'p'"
TRIGGERS = "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal"
REFERENCES = """
SELECT conname, conrelid::regclass::text, confrelid::regclass::text, attname, pg_get_constraintdef(pg_constraint.oid)
FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
WHERE contype = 'f' AND conparentid = 0 AND (conrelid = %s::regclass OR confrelid = %s::regclass)
"""
HAS_LETTER = "SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'letter_id')"
REFERS = "FOREIGN KEY ({column}, letter_id) REFERENCES {to} ({key}, letter_id) DEFERRABLE INITIALLY DEFERRED"


@dataclass(frozen=True)
class Divided:
    """What was done: to how many tables, in how many seconds, and which references the database checks no more."""

    tables: int
    seconds: float
    unchecked: list[str]


def is_divided() -> bool:
    """Whether the tables are divided."""
    return connection.vendor == "postgresql" and _ask(KIND, _table(Signature)) == [("p",)]


def divide() -> Divided:
    """Make each table one that is divided by letter, with what it holds as the partition of all letters.

    Nobody reads or writes these tables meanwhile. No row is rewritten: a key is built for each table, and what refers
    to a row is checked. What belongs to no letter, such as an organisation that was learned from a decision, is not
    checked by the database any more; the site itself ends such a reference with the row.

    Raises:
        NotAllowed: this is not PostgreSQL, or they are divided already.
    """
    if connection.vendor != "postgresql":
        raise NotAllowed("Only PostgreSQL divides tables.")
    if is_divided():
        raise NotAllowed("The tables are divided already.")
    return _work(_divide)


def isolate(letter: Letter) -> Divided:
    """Give a letter partitions of its own, and move its rows there; nobody reads or writes these tables meanwhile.

    Raises:
        NotAllowed: the tables are not divided, or the letter has its own already.
    """
    if not is_divided():
        raise NotAllowed("The tables are not divided yet: call this without a letter first.")
    if _ask("SELECT to_regclass(%s)", _part(Signature, letter.pk)) != [(None,)]:
        raise NotAllowed("This letter has partitions of its own already.")
    return _work(partial(_isolate, letter=letter.pk))


def _work(work: Callable[[type[models.Model]], None]) -> Divided:
    began = time.monotonic()
    with transaction.atomic():
        _do(f"LOCK TABLE {', '.join(map(_table, DIVIDED))} IN ACCESS EXCLUSIVE MODE")
        with _unreferenced() as unchecked:
            for model in DIVIDED:
                work(model)
    for model in DIVIDED:
        _do(f"ANALYZE {_table(model)}")
    return Divided(len(DIVIDED), time.monotonic() - began, unchecked)


@contextmanager
def _unreferenced() -> Iterator[list[str]]:
    """Take off what refers to the tables, and put it on again with the letter; yield what cannot be put on."""
    unchecked: list[str] = []
    tables = {_table(model): model for model in DIVIDED}
    found = {(of, name): (to, column) for table in tables for name, of, to, column, _ in _ask(REFERENCES, table, table)}
    between = {which: there for which, there in found.items() if there[0] in tables}
    _do("SET CONSTRAINTS ALL IMMEDIATE")  # a table with rows that are still to be checked is not altered
    for of, name in between:
        _do(f'ALTER TABLE {of} DROP CONSTRAINT "{name}"')
    yield unchecked
    for (of, name), (to, column) in between.items():
        if _ask(HAS_LETTER, of) == [(True,)]:
            refers = REFERS.format(column=column, to=to, key=_key(tables[to]))
            _do(f'ALTER TABLE {of} ADD CONSTRAINT "{name}" {refers}')
        else:
            unchecked.append(f"{of}.{column}")
    _do("SET CONSTRAINTS ALL DEFERRED")


def _divide(model: type[models.Model]) -> None:
    """Make a table a divided one; what it was becomes its partition of all letters."""
    table, others, key = _table(model), _part(model, OTHERS), _key(model)
    indexes, unique, triggers = _ask(INDEXES, table), _ask(UNIQUE, table), _ask(TRIGGERS, table)
    ((primary,),) = _ask(KEY, table)
    for name, _definition in triggers:
        _do(f'DROP TRIGGER "{name}" ON {table}')
    _do(f'ALTER TABLE {table} DROP CONSTRAINT "{primary}"')
    for name, _definition in indexes:
        _do(f'ALTER INDEX "{name}" RENAME TO "{_named(name, OTHERS)}"')
    for name, _definition in unique:
        _do(f'ALTER TABLE {table} RENAME CONSTRAINT "{name}" TO "{_named(name, OTHERS)}"')
    counted = isinstance(model._meta.pk, models.AutoField)
    if counted:
        ((last,),) = _ask(f"SELECT coalesce(max({key}), 0) + 1 FROM {table}")
        _do(f"ALTER TABLE {table} ALTER COLUMN {key} DROP IDENTITY")
    _do(f"ALTER TABLE {table} RENAME TO {others}")
    like = "INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE INCLUDING COMMENTS"
    _do(f"CREATE TABLE {table} (LIKE {others} {like}) PARTITION BY LIST (letter_id)")
    if counted:
        _do(f"ALTER TABLE {table} ALTER COLUMN {key} ADD GENERATED BY DEFAULT AS IDENTITY (START WITH {last})")
    _do(f"ALTER TABLE {table} ATTACH PARTITION {others} DEFAULT")
    # What the partition has already is not built again.
    _do(f'ALTER TABLE {table} ADD CONSTRAINT "{primary}" PRIMARY KEY ({key}, letter_id)')
    for name, definition in unique:
        _do(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    for name, of, to, _column, definition in _ask(REFERENCES, others, others):
        if of == others and to not in map(_table, DIVIDED):
            _do(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    for name, definition in indexes:
        _do(definition.replace(" ON ", " ON ONLY ", 1))
        _do(f'ALTER INDEX "{name}" ATTACH PARTITION "{_named(name, OTHERS)}"')
    for _name, definition in triggers:
        _do(definition)


def _isolate(model: type[models.Model], letter: int) -> None:
    """Move the rows of a letter out of the partition of all letters into one of its own."""
    table, others, own = _table(model), _part(model, OTHERS), _part(model, letter)
    _do(f"ALTER TABLE {table} DETACH PARTITION {others}")  # without the triggers that keep its rows
    _do(f"CREATE TABLE {own} PARTITION OF {table} FOR VALUES IN ({letter})")
    ((options,),) = _ask("SELECT array_to_string(reloptions, ', ') FROM pg_class WHERE oid = %s::regclass", others)
    if options:
        _do(f"ALTER TABLE {own} SET ({options})")
    _do(f"INSERT INTO {table} SELECT * FROM {others} WHERE letter_id = {letter}")
    _do(f"DELETE FROM {others} WHERE letter_id = {letter}")
    _do(f"ALTER TABLE {table} ATTACH PARTITION {others} DEFAULT")


def _table(model: type[models.Model]) -> str:
    return str(model._meta.db_table)


def _key(model: type[models.Model]) -> str:
    return str(model._meta.pk.column)


def _part(model: type[models.Model], of: str | int) -> str:
    return f"{_table(model)}_{of}"


def _named(name: str, part: str) -> str:
    """Return the name of an index within a partition."""
    whole = f"{name}_{part}"
    return whole if len(whole) <= LONGEST else f"{hashlib.sha256(name.encode()).hexdigest()[:16]}_{part}"


def _do(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _ask(statement: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
