"""Cells that no spreadsheet takes for a formula: one rule, for Python and for the database."""

import re
from collections.abc import Iterable
from typing import Any

from django.db.models import Func, TextField

# What spreadsheets take for the beginning of a formula, also in its full-width forms and behind white space
# (OWASP, CSV injection).
FORMULA = "=+-@\t\r\n＝＋－＠|%"
SPACES = "".join(chr(number) for number in range(0x3001) if chr(number).isspace())


def _one_of(characters: str) -> str:
    """A class of characters in the dialects of Python and of PostgreSQL alike."""
    return "[" + "".join(f"\\u{ord(character):04x}" for character in characters) + "]"


# Also behind a semicolon, at which lines are split wherever the comma is the decimal sign. Both dialects take as much
# white space as leaves a formula's beginning behind it.
BEHIND_SEMICOLON = f"(;{_one_of(SPACES)}*)(?={_one_of(FORMULA)})"
_behind_semicolon = re.compile(BEHIND_SEMICOLON)
_quoted = re.compile('[,"\r\n]')


def safe_cell(value: Any) -> Any:
    """Return a value that no spreadsheet takes for a formula: such text gets an apostrophe in front."""
    if not isinstance(value, str) or not value:
        return value
    value = _behind_semicolon.sub(r"\1'", value)
    text = value.lstrip(SPACES)
    return f"'{value}" if text and (text[0] in FORMULA or value[0] in FORMULA) else value


# The same for PostgreSQL. Most cells begin with a letter and have no semicolon, so that is asked first.
SAFE = """
CASE WHEN {0} = '' THEN NULL
WHEN strpos(%s, left({0}, 1)) = 0 AND strpos({0}, ';') = 0 THEN {0}
ELSE (
  SELECT CASE WHEN ltrim(safe, %s) <> ''
    AND (strpos(%s, left(ltrim(safe, %s), 1)) > 0 OR strpos(%s, left(safe, 1)) > 0)
  THEN '''' || safe ELSE safe END
  FROM (SELECT regexp_replace({0}, %s, '\\1''', 'g') AS safe) AS cell
) END
"""


class SafeCell(Func):
    """`safe_cell` of a column, computed by PostgreSQL; empty text is NULL, which COPY writes as nothing."""

    output_field = TextField()

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> tuple[str, tuple[str | int, ...]]:
        """Compile it; the column must be one without parameters."""
        column, _ = compiler.compile(self.get_source_expressions()[0])
        return SAFE.format(column), (FORMULA + SPACES, SPACES, FORMULA, SPACES, FORMULA, BEHIND_SEMICOLON)


def line(values: Iterable[Any]) -> str:
    """Return a line of CSV as RFC 4180 has it, with every cell made safe."""
    return ",".join(_cell(safe_cell(value)) for value in values) + "\r\n"


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return '"' + text.replace('"', '""') + '"' if _quoted.search(text) else text
