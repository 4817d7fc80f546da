"""Statements that are always spelled alike, carried out where that is quickest.

Django writes the values into each statement anew and has PostgreSQL read all of it. Here PostgreSQL reads and plans a
statement once for each connection (https://www.postgresql.org/docs/current/sql-prepare.html) and is given values alone.
So the text of a statement must come from the program and never from what is asked: each text stays prepared.
"""

from collections.abc import Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

Statement = tuple[str, Sequence[Any]]
Rows = list[tuple[Any, ...]]


def run(statement: str, values: Sequence[Any] = ()) -> Rows:
    """Carry out one statement at the primary, in the transaction that runs, and return its rows."""
    return run_all([(statement, values)])[0]


def run_all(statements: Sequence[Statement]) -> list[Rows]:
    """Carry out several, of which none needs the rows of another, and wait once for all; return the rows of each.

    Where statements are logged or watched, Django's own way is taken, so that whoever counts sees them.
    """
    if not statements:
        return []
    link: Any = connections[DEFAULT_DB_ALIAS]
    if link.vendor != "postgresql" or link.queries_logged or link.execute_wrappers:
        return [_run(link, *statement) for statement in statements]
    link.validate_no_broken_transaction()
    link.close_if_health_check_failed()
    link.ensure_connection()
    with link.wrap_database_errors:
        rows: list[Rows] = link.connection.carry_out(statements)
    return rows


def _run(link: Any, statement: str, values: Sequence[Any]) -> Rows:
    with link.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall()) if cursor.description else []
