"""Put rows into the database as fast as it takes them."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, connection, transaction

# What is kept in order while rows come costs several times the rows; all but the keys is dropped and built at the end.
DROPPED = """
SELECT indexrelid::regclass::text, contype IS NOT NULL, indrelid::regclass::text, conname,
  coalesce('ALTER TABLE ' || indrelid::regclass || ' ADD CONSTRAINT ' || quote_ident(conname) || ' '
    || pg_get_constraintdef(pg_constraint.oid), replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON '))
FROM pg_index LEFT JOIN pg_constraint ON conindid = indexrelid AND contype IN ('p', 'u')
WHERE indrelid = %s::regclass AND NOT indisprimary
"""
MEMORY = "SET LOCAL maintenance_work_mem = '256MB'"
# References are right by making. Only a superuser may leave out the look at each of them; others wait for it.
TRUST = "SET LOCAL session_replication_role = replica"


def write(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows: by COPY where there is such a thing.

    Args:
        table: its name in the database.
        columns: of each row, in their order.
        rows: text, numbers and None; a time is text in UTC without a zone.
    """
    link: Any = connection.connection
    into = f"{table} ({', '.join(map(connection.ops.quote_name, columns))})"
    if connection.vendor == "postgresql":
        with link.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    places = ", ".join("?" * len(columns))
    link.executemany(f"INSERT INTO {into} VALUES ({places})", rows)


def reserve(table: str, number: int) -> int:
    """Return the first of so many numbers that no row of a table has, and that no other will get."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sequence = f"pg_get_serial_sequence('{table}', 'id')"
            cursor.execute(f"SELECT nextval({sequence})")
            (first,) = cursor.fetchone()
            cursor.execute(f"SELECT setval({sequence}, %s)", [first + number])
            return int(first)
        cursor.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}")
        return int(cursor.fetchone()[0])


@contextmanager
def in_bulk(tables: Sequence[str], *, number: int) -> Iterator[None]:
    """Take many rows in one transaction, and leave the tables as they were found: with every index and constraint.

    While it lasts nobody else reads tables whose indexes are made anew. That is done where at least as many rows come
    as are there.
    """
    made: list[str] = []
    with transaction.atomic():
        if connection.vendor == "postgresql":
            made = _prepare(tables, number)
        yield
        with connection.cursor() as cursor:
            for statement in made:
                cursor.execute(statement)


def _prepare(tables: Sequence[str], number: int) -> list[str]:
    """Free the tables of what slows them down, and return the statements that put it back."""
    made: list[str] = []
    with connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(TRUST)
        except DatabaseError:  # it is not this role's to say
            pass
        cursor.execute(MEMORY)
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM (SELECT FROM {table} LIMIT %s) AS rows", [number + 1])
            if cursor.fetchone()[0] <= number:
                made += _drop(table)
    return made


def _drop(table: str) -> list[str]:
    """Drop the indexes of a table but its key, and return the statements that make them again."""
    with connection.cursor() as cursor:
        cursor.execute(DROPPED, [table])
        found = cursor.fetchall()
        for index, constrains, of, name, _ in found:
            cursor.execute(f'ALTER TABLE {of} DROP CONSTRAINT "{name}"' if constrains else f"DROP INDEX {index}")
    return [make for *_, make in found]


def settle(tables: Sequence[str]) -> None:
    """Let the database know what is in the tables now."""
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute("ANALYZE")
            return
        for table in tables:
            cursor.execute(f"{'ANALYZE' if connection.in_atomic_block else 'VACUUM (ANALYZE)'} {table}")
