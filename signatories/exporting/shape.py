"""The columns of a list: what each says of a signature, in Python and in the database's own words.

The two stand side by side, so that a file that PostgreSQL writes by itself is byte for byte the one that we write row
by row; `tests/postgres/test_exporting.py` holds them against each other.
"""

import json
from collections.abc import Callable, Mapping
from itertools import combinations
from typing import Any, NamedTuple

from django.db.models import Case, F, Func, TextField, Value, When, Window
from django.db.models.functions import Cast, RowNumber

from petition.cells import SafeCell, safe_cell
from petition.models import Letter
from petition.text import stamp
from signatories import reasons
from signatories.models import Signature

ORDER = ("rank", "sort_key", "pk")


class Column(NamedTuple):
    """One column of the list.

    Attributes:
        of: its value of a signature at a position, which formats write each in their way.
        sql: an expression for the same as a safe cell, for the signatures of a letter; on PostgreSQL.
    """

    of: Callable[[Signature, int], Any]
    sql: Callable[[Letter], Any]


class _Stamp(Func):
    """A moment as `petition.text.stamp` writes it."""

    output_field = TextField()
    template = """to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""


class _Said(Func):
    """What a key is called; nothing where it has no name."""

    output_field = TextField()
    template = "(%(expressions)s)"
    arg_joiner = " ->> "

    def __init__(self, key: Any, names: Mapping[Any, Any]) -> None:
        named = {str(key): safe_cell(str(name)) for key, name in names.items() if name}
        super().__init__(Cast(Value(json.dumps(named)), _Json()), Cast(key, TextField()))


class _Json(TextField):  # type: ignore[type-arg]
    """JSON as a type of the database alone: what is in it is only looked up there."""

    def db_type(self, connection: Any) -> str:
        """Its type on PostgreSQL."""
        return "jsonb"


def _typed(name: str) -> Column:
    return Column(lambda one, _: getattr(one, name), lambda _: SafeCell(F(name)))


def _ticked(name: str) -> Column:
    ticked = Case(When(**{name: True}, then=Value("True")), default=Value("False"))
    return Column(lambda one, _: getattr(one, name), lambda _: ticked)


def _moment(name: str) -> Column:
    return Column(lambda one, _: stamp(getattr(one, name)), lambda _: _Stamp(F(name)))


def _discipline(letter: Letter) -> _Said:
    return _Said(F("discipline"), letter.disciplines)


def _number(letter: Letter) -> _Said:
    return _Said(F("version_id"), dict(letter.versions.values_list("pk", "number")))


def _families(_: Letter) -> _Said:
    """Families are kept in their order and once each, so there are few combinations."""
    names = {str(family): str(family.label) for family in reasons.Family}
    some = (chosen for number in range(1, len(names) + 1) for chosen in combinations(sorted(names), number))
    return _Said(F("checked"), {"".join(one): "; ".join(names[family] for family in one) for one in some})


# In the order in which the team gets them; an allow-list chooses among them.
COLUMNS: dict[str, Column] = {
    "id": Column(lambda one, _: str(one.pk), lambda _: F("id")),
    "status": _typed("status"),
    "position": Column(lambda _, position: position, lambda _: Window(RowNumber(), order_by=ORDER)),
    "name": _typed("name"),
    "role": _typed("role"),
    "organisation": _typed("organisation"),
    "former": _ticked("former"),
    "country": _typed("country"),
    "discipline": Column(
        lambda one, _: one.discipline_label, lambda letter: _Said(F("discipline"), letter.disciplines)
    ),
    "capacity": _typed("capacity"),
    "level": Column(lambda one, _: one.level_label, lambda _: _Said(F("level"), reasons.LEVELS)),
    "checked": Column(lambda one, _: "; ".join(one.signals), _families),
    "checked_at": _moment("checked_at"),
    "confirmed_at": _moment("confirmed_at"),
    "version": Column(lambda one, _: one.version.number, _number),
    "email": _typed("address"),
    "profile_url": _typed("profile_url"),
    "publish": _ticked("publish"),
    "updates": _ticked("updates"),
    "contact": _ticked("contact"),
    "source": _typed("source"),
    "created_at": _moment("created_at"),
}
