"""CSV as PostgreSQL writes it by itself: no row becomes a Python object on its way out."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection, connections
from django.db.models import QuerySet

PIECE = 64 * 1024  # bytes


def is_possible() -> bool:
    """Whether this database has COPY."""
    return connection.vendor == "postgresql"


def pieces(rows: QuerySet[Any], columns: Sequence[Any], *, tail: str) -> Iterator[bytes]:
    """Yield lines of CSV, some thousand at a time.

    One statement, and so one moment.

    Args:
        rows: which, in their order.
        columns: an expression for each, which is NULL where nothing is written.
        tail: what every line ends with behind its last column: columns that are the same for all, and the line's end.
    """
    at: Any = connections[rows.db]
    at.ensure_connection()
    statement, values = rows.values_list(*columns).query.get_compiler(connection=at).as_sql()
    end, link = tail.encode(), at.connection
    with link.cursor() as cursor, cursor.copy(f"COPY ({statement}) TO STDOUT WITH (FORMAT csv)", values) as copy:
        held: list[bytes] = []
        size = 0
        for row in copy:  # the server sends each line by itself
            held += (bytes(row[:-1]), end)
            size += len(row)
            if size > PIECE:
                yield b"".join(held)
                held, size = [], 0
        yield b"".join(held)
