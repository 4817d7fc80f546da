"""Statements that PostgreSQL reads and plans once for each connection, and that are sent together.

psycopg looks up a way for the type of each value and each column anew. Here both are sent as texts, which PostgreSQL
knows how to read, and the few types that our tables have are read by hand. Several statements go out in one message
(https://www.postgresql.org/docs/current/libpq-pipeline-mode.html), so that a process waits once and not for each.
"""

import re
from collections.abc import Callable, Generator, Sequence
from datetime import date, datetime
from itertools import count
from typing import Any
from uuid import UUID

import psycopg
from psycopg import errors, generators
from psycopg.pq import ExecStatus, TransactionStatus

Statement = tuple[str, Sequence[Any]]
Rows = list[tuple[Any, ...]]
# By the number of the type in pg_type.dat; jsonb stays a text, as Django's engine has it.
READ: dict[int, Callable[[bytes], Any]] = {
    16: lambda raw: raw == b"t",  # bool
    **dict.fromkeys((20, 21, 23), int),  # int8, int2, int4
    **dict.fromkeys((25, 1043, 3802), bytes.decode),  # text, varchar, jsonb
    1082: lambda raw: date.fromisoformat(raw.decode()),
    1184: lambda raw: datetime.fromisoformat(raw.decode()),  # timestamptz
    2278: lambda raw: None,  # void
    2950: lambda raw: UUID(raw.decode()),
}


class Preparing(psycopg.Connection[Any]):
    """A connection that remembers which statements the server knows."""

    def carry_out(self, statements: Sequence[Statement]) -> list[Rows]:
        """Carry out statements one after the other, and return the rows of each.

        The transaction that psycopg would begin is begun with them. None of them runs after one that fails.

        Args:
            statements: texts of the program with `%s` for each value, and the values.
        """
        todo = [(self._name(text), [_text(value) for value in values]) for text, values in statements]
        begins = not self.autocommit and self.pgconn.transaction_status == TransactionStatus.IDLE
        if len(todo) == 1 and not begins:
            self.pgconn.send_query_prepared(*todo[0])
            return [_rows(self.wait(generators.execute(self.pgconn)))]
        self.pgconn.enter_pipeline_mode()
        if begins:
            self.pgconn.send_query_params(self._get_tx_start_command(), None)
        for name, values in todo:
            self.pgconn.send_query_prepared(name, values)
        self.pgconn.pipeline_sync()
        try:
            answers = self.wait(self._answers(begins + len(todo) + 1))
        except BaseException:  # what it would say next is not known
            self.close()
            raise
        self.pgconn.exit_pipeline_mode()
        return [_rows(answer) for answer in answers[:-1]][begins:]

    def _answers(self, number: int) -> Generator[Any, Any, list[Any]]:
        yield from generators.send(self.pgconn)
        answers = []
        for _ in range(number):
            answers.append((yield from generators.fetch_many(self.pgconn)))
        return answers

    def _name(self, statement: str) -> bytes:
        """The name under which the server of this connection knows a statement."""
        names: dict[str, bytes] = vars(self).setdefault("_names", {})
        if statement not in names:
            name, number = f"ours_{len(names)}".encode(), count(1)
            numbered = re.sub("%[s%]", lambda sign: f"${next(number)}" if sign[0] == "%s" else "%", statement)
            self.pgconn.send_prepare(name, numbered.encode())
            _rows(self.wait(generators.execute(self.pgconn)))
            names[statement] = name
        return names[statement]


def _text(value: Any) -> bytes | None:
    """A value as PostgreSQL reads it; which type it has follows from its place in the statement."""
    if value is None:
        return None
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    if "\0" in text:  # it would end there
        raise psycopg.DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    return text.encode()


def _rows(results: Sequence[Any]) -> Rows:
    """The rows of one statement, or its error."""
    (result,) = results
    if result.status == ExecStatus.TUPLES_OK:
        columns = [(column, READ[result.ftype(column)]) for column in range(result.nfields)]
        return [tuple(_value(result, row, *column) for column in columns) for row in range(result.ntuples)]
    if result.status != ExecStatus.COMMAND_OK:
        raise errors.error_from_result(result)
    return []


def _value(result: Any, row: int, column: int, read: Callable[[bytes], Any]) -> Any:
    raw = result.get_value(row, column)
    return None if raw is None else read(raw)
