"""Rows read and written with statements that are made once, the same in SQLite and PostgreSQL, where each one counts.

Django makes its statement anew each time, and that takes longer than the database takes to carry it out: of a
confirmation it was half of the time (docs/profiles.md). Everything here is the primary's, in the transaction that runs.
"""

import json
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, models

from petition import statements
from petition.statements import Rows, Statement

Row = TypeVar("Row", bound=models.Model)


class Question(Generic[Row]):
    """A query of rows that Django makes into SQL when it is asked first; what it defers is read when it is wanted.

    Args:
        make: the query from what is asked with.
        like: values like those it will be asked with, each of which stands in no other place of the query.
    """

    def __init__(self, make: Callable[..., models.QuerySet[Row]], **like: Any) -> None:
        self.make, self.like = make, like
        self.made: tuple[str, list[tuple[bool, Any]], Callable[[Sequence[Any]], Row]] | None = None

    def ask(self, **given: Any) -> list[Row]:
        """Return the rows, with every value that `like` has another one for."""
        return self.read(statements.run(*self.asked(**given)))

    def asked(self, **given: Any) -> Statement:
        """Return the statement, for several that are sent together."""
        statement, names, _ = self._made()
        return statement, [_plain(given[value]) if asked else value for asked, value in names]

    def read(self, found: Rows) -> list[Row]:
        """Return what the statement has found."""
        _, _, read = self._made()
        return [read(row) for row in found]

    def _made(self) -> tuple[str, list[tuple[bool, Any]], Callable[[Sequence[Any]], Row]]:
        if self.made is None:
            query = self.make(**self.like)
            compiler = query.query.get_compiler(DEFAULT_DB_ALIAS)
            statement, values = compiler.as_sql()
            read = _reader(query.model, [column.target for column, _, _ in compiler.select])
            self.made = statement, [self._name(value) for value in values], read
        return self.made

    def first(self, **given: Any) -> Row | None:
        """Return the first row."""
        return next(iter(self.ask(**given)), None)

    def _name(self, value: Any) -> tuple[bool, Any]:
        """The name under which a value is asked for, or the value where it is always the same."""
        name = next((name for name, one in self.like.items() if _plain(one) == value), None)
        return (False, value) if name is None else (True, name)


def ask_all(questions: Sequence[Question[Any]], **given: Any) -> list[list[Any]]:
    """Ask several with the same values, one after the other and in one message; return the rows of each."""
    found = statements.run_all([question.asked(**given) for question in questions])
    return [question.read(rows) for question, rows in zip(questions, found, strict=True)]


def put(row: Row, *, on: Sequence[str], otherwise: str, where: str = "1 = 1", given: Sequence[Any] = ()) -> Row | None:
    """Insert a row, or change the one that is there already, and lock it, as `putting` describes it.

    Returns:
        The row as the database has it now, or None where the condition does not hold.
    """
    return one(type(row), statements.run(*putting(row, on=on, otherwise=otherwise, where=where, given=given)))


def putting(
    row: models.Model, *, on: Sequence[str], otherwise: str, where: str = "1 = 1", given: Sequence[Any] = ()
) -> Statement:
    """Return the statement that inserts a row, or changes the one that is there already, and locks it.

    Args:
        row: its key is made here or by the database.
        on: the columns of the unique constraint by which it is there already.
        otherwise: what is changed then, in SQL; `excluded` is the row that was to be inserted.
        where: a condition for either, in SQL.
        given: the values for `where` and then for `otherwise`.
    """
    statement = _putting(type(row), tuple(on), otherwise, where)
    return statement, [*_values(row), *given]


def one(model: type[Row], found: Rows) -> Row | None:
    """Return the row that was put, or None where the condition does not hold."""
    return _whole(model)(found[0]) if found else None


def insert_if(condition: bool, row: models.Model) -> None:
    """Insert a row where a condition holds and the row is not there yet; it is one statement either way."""
    statements.run(*inserting_if(condition, row))


def inserting_if(condition: bool, row: models.Model) -> Statement:
    """Return the statement for that."""
    return _inserting_if(type(row)), [*_values(row), int(condition)]


def insert(new: Sequence[models.Model]) -> None:
    """Insert rows whose keys the database makes, and tell each its key."""
    made = statements.run_all([(_inserting(type(row)), _values(row)) for row in new])
    for row, ((key,),) in zip(new, made, strict=True):
        row.pk = key
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def change_if(row: models.Model, *, was: str, **changes: Any) -> bool:
    """Write changes to a row unless it has left a status in the meantime; return whether it had not.

    Args:
        row: the one with this key.
        was: the status as the caller last saw it.
        changes: the new values of fields, no expressions.
    """
    fields: Any = type(row)._meta
    columns = [fields.get_field(name) for name in changes]
    values = [_value(field, value) for field, value in zip(columns, changes.values(), strict=True)]
    key = _plain(row.pk)
    return bool(statements.run(_changing(type(row), tuple(changes)), [*values, key, was]))


@cache
def _putting(model: type[models.Model], on: tuple[str, ...], otherwise: str, where: str) -> str:
    names, columns, table = _shape(model)
    everything = ", ".join(connection.ops.quote_name(str(field.column)) for field in model._meta.concrete_fields)
    return (
        f"INSERT INTO {table} ({columns}) SELECT {_places(names)} WHERE {where} "
        f"ON CONFLICT ({', '.join(on)}) DO UPDATE SET {otherwise} RETURNING {everything}"
    )


@cache
def _inserting_if(model: type[models.Model]) -> str:
    names, columns, table = _shape(model)
    return f"INSERT INTO {table} ({columns}) SELECT {_places(names)} WHERE %s = 1 ON CONFLICT DO NOTHING"


@cache
def _inserting(model: type[models.Model]) -> str:
    names, columns, table = _shape(model)
    key = connection.ops.quote_name(str(model._meta.pk.column))
    return f"INSERT INTO {table} ({columns}) VALUES ({_places(names)}) RETURNING {key}"


@cache
def _changing(model: type[models.Model], names: tuple[str, ...]) -> str:
    fields: Any = model._meta
    quote = connection.ops.quote_name
    changes = ", ".join(f"{quote(fields.get_field(name).column)} = %s" for name in names)
    key = quote(fields.pk.column)
    return f"UPDATE {quote(fields.db_table)} SET {changes} WHERE {key} = %s AND status = %s RETURNING {key}"


def _places(names: Sequence[str]) -> str:
    return ", ".join(["%s"] * len(names))


def given(model: type[models.Model], **values: Any) -> list[Any]:
    """Return values of fields as the database is given them."""
    fields: Any = model._meta
    return [fields.get_field(name).get_db_prep_value(value, connection) for name, value in values.items()]


def _values(row: models.Model) -> list[Any]:
    return [write(field.pre_save(row, True)) for field, write in _written(type(row))]


def _plain(value: Any) -> Any:
    """A key as the database is given it."""
    return value.hex if isinstance(value, UUID) and not _knows_uuids() else value


@cache
def _knows_uuids() -> bool:
    return bool(connection.features.has_native_uuid_field)


def _converted(found: Sequence[Any], read: list[Any]) -> list[Any]:
    values = list(found)
    for place, column, convert in read:
        for one in convert:
            values[place] = one(values[place], column, connection)
    return values


@cache
def _fields(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]


def _value(field: Any, value: Any) -> Any:
    """A value of a field, or the row it refers to, as the database is given it."""
    return _writes(field)(value.pk if isinstance(value, models.Model) else value)


@cache
def _written(model: type[models.Model]) -> list[tuple[Any, Callable[[Any], Any]]]:
    """The fields of a model that we give values, each with what makes of it what the database is given."""
    return [(field, _writes(field)) for field in _fields(model)]


def _writes(field: Any) -> Callable[[Any], Any]:
    if connection.vendor == "postgresql":  # it reads what `statements` makes of any value but a list or an object
        return _json if isinstance(field, models.JSONField) else _same
    return partial(field.get_db_prep_save, connection=connection)


def _same(value: Any) -> Any:
    return value


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value)


@cache
def _shape(model: type[models.Model]) -> tuple[list[str], str, str]:
    """The attributes of a model that we give values, its columns and table in SQL."""
    columns = ", ".join(connection.ops.quote_name(field.column) for field in _fields(model))
    return [field.attname for field in _fields(model)], columns, connection.ops.quote_name(model._meta.db_table)


@cache
def _whole(model: type[Row]) -> Callable[[Sequence[Any]], Row]:
    """What makes a row of all columns."""
    return _reader(model, model._meta.concrete_fields)


def _reader(model: type[Row], fields: Sequence[Any]) -> Callable[[Sequence[Any]], Row]:
    """What makes a row of the values of some columns."""
    names, read = [field.attname for field in fields], _read(model, fields)
    return lambda found: model.from_db(DEFAULT_DB_ALIAS, names, _converted(found, read))


def _read(model: type[models.Model], fields: Sequence[Any]) -> list[Any]:
    """The places of values that the database returns in another form, with what makes them what they mean."""
    columns = [field.get_col(model._meta.db_table) for field in fields]
    ways = [[*connection.ops.get_db_converters(one), *one.get_db_converters(connection)] for one in columns]
    return [(place, columns[place], way) for place, way in enumerate(ways) if way]
