"""Rows read and written with statements that are made once, the same in SQLite and PostgreSQL, where each one counts.

Django makes its statement anew each time, and that takes longer than the database takes to carry it out: of a
confirmation it was half of the time (docs/profiles.md). Everything here is the primary's, in the transaction that runs.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)


class Question(Generic[Row]):
    """A query of whole rows that Django makes into SQL when it is asked first.

    Args:
        make: the query from what is asked with.
        like: values like those it will be asked with, each of which stands in no other place of the query.
    """

    def __init__(self, make: Callable[..., models.QuerySet[Row]], **like: Any) -> None:
        self.make, self.like = make, like
        self.made: tuple[type[Row], str, list[Any]] | None = None

    def ask(self, **given: Any) -> list[Row]:
        """Return the rows, with every value that `like` has another one for."""
        if self.made is None:
            query = self.make(**self.like)
            statement, values = query.query.get_compiler(connection.alias).as_sql()
            self.made = query.model, statement, [self._name(value) for value in values]
        model, statement, names = self.made
        values = [_plain(given[value]) if asked else value for asked, value in names]
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            found = cursor.fetchall()
        attributes, read = _all(model)
        return [model.from_db(connection.alias, attributes, _converted(row, read)) for row in found]

    def first(self, **given: Any) -> Row | None:
        """Return the first row."""
        return next(iter(self.ask(**given)), None)

    def _name(self, value: Any) -> tuple[bool, Any]:
        """The name under which a value is asked for, or the value where it is always the same."""
        name = next((name for name, one in self.like.items() if _plain(one) == value), None)
        return (False, value) if name is None else (True, name)


def put(row: Row, *, on: Sequence[str], otherwise: str, where: str = "1 = 1", given: Sequence[Any] = ()) -> Row | None:
    """Insert a row, or change the one that is there already, and lock it.

    Args:
        row: with a key that was made here.
        on: the columns of the unique constraint by which it is there already.
        otherwise: what is changed then, in SQL; `excluded` is the row that was to be inserted.
        where: a condition for either, in SQL.
        given: the values for `where` and then for `otherwise`.

    Returns:
        The row as the database has it now, or None where the condition does not hold.
    """
    names, columns, table, read = _shape(type(row))
    places = ", ".join(["%s"] * len(names))
    statement = f"INSERT INTO {table} ({columns}) SELECT {places} WHERE {where} "
    statement += f"ON CONFLICT ({', '.join(on)}) DO UPDATE SET {otherwise} RETURNING {columns}"
    with connection.cursor() as cursor:
        cursor.execute(statement, [*_values(row), *given])
        found = cursor.fetchone()
    if found is None:
        return None
    return type(row).from_db(connection.alias, names, _converted(found, read))


def insert_if(condition: bool, row: models.Model) -> None:
    """Insert a row where a condition holds and the row is not there yet; it is one statement either way."""
    names, columns, table, _ = _shape(type(row))
    places = ", ".join(["%s"] * len(names))
    statement = f"INSERT INTO {table} ({columns}) SELECT {places} WHERE %s = 1 ON CONFLICT DO NOTHING"
    with connection.cursor() as cursor:
        cursor.execute(statement, [*_values(row), int(condition)])


def given(model: type[models.Model], **values: Any) -> list[Any]:
    """Return values of fields as the database is given them."""
    fields: Any = model._meta
    return [fields.get_field(name).get_db_prep_value(value, connection) for name, value in values.items()]


def _values(row: models.Model) -> list[Any]:
    return [field.get_db_prep_save(getattr(row, field.attname), connection) for field in _fields(type(row))]


def _plain(value: Any) -> Any:
    """A key as the database is given it."""
    return models.UUIDField().get_db_prep_value(value, connection) if isinstance(value, UUID) else value


def _converted(found: Sequence[Any], read: list[Any]) -> list[Any]:
    values = list(found)
    for place, column, convert in read:
        for one in convert:
            values[place] = one(values[place], column, connection)
    return values


@cache
def _fields(model: type[models.Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]


@cache
def _shape(model: type[models.Model]) -> tuple[list[str], str, str, list[Any]]:
    """The attributes of a model that we give values, its columns and table in SQL, and what is read in another form."""
    columns = ", ".join(connection.ops.quote_name(field.column) for field in _fields(model))
    table = connection.ops.quote_name(model._meta.db_table)
    return [field.attname for field in _fields(model)], columns, table, _read(model, _fields(model))


@cache
def _all(model: type[models.Model]) -> tuple[list[str], list[Any]]:
    """All attributes of a model, and what is read in another form."""
    fields = model._meta.concrete_fields
    return [field.attname for field in fields], _read(model, fields)


def _read(model: type[models.Model], fields: Sequence[Any]) -> list[Any]:
    """The places of values that the database returns in another form, with what makes them what they mean."""
    columns = [field.get_col(model._meta.db_table) for field in fields]
    ways = [[*connection.ops.get_db_converters(one), *one.get_db_converters(connection)] for one in columns]
    return [(place, columns[place], way) for place, way in enumerate(ways) if way]
