"""An Excel workbook that is written as it leaves: a zip of XML in which every cell is text.

So nothing in it is computed or linked, no file lies on a disk, and a million rows need no more memory than a thousand.
The parts are those of ECMA-376, part 1; names and types are from its sections 12.3 and 18.3.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

# A sheet takes 1,048,576 rows, and a zip as Excel reads it 2 GB of XML for each: half of both stays below.
ROWS = 500_000
AT_ONCE = 200  # rows
PIECE = 64 * 1024  # bytes
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OPEN, CLOSE = f'{XML}<worksheet xmlns="{MAIN}"><sheetData>', "</sheetData></worksheet>"
# What XML cannot hold is written as _xHHHH_, and so is what looks like that by itself (ECMA-376, 22.9.2.19).
ODD = re.compile("[&<>\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]|_(?=x[0-9a-fA-F]{4}_)")
SAID = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


class _Outlet:
    """What the zip is written to: it keeps what nobody has taken yet, and cannot go back."""

    def __init__(self) -> None:
        self.kept: list[bytes] = []
        self.size = 0

    def write(self, some: bytes) -> int:
        self.kept.append(bytes(some))
        self.size += len(some)
        return len(some)

    def flush(self) -> None:
        """There is nothing behind it."""

    def take(self) -> bytes:
        whole = b"".join(self.kept)
        self.kept, self.size = [], 0
        return whole


def pieces(title: str, head: Sequence[Any], rows: Iterable[Iterable[Any]], about: Iterable[Any]) -> Iterator[bytes]:
    """Yield a workbook: the rows under their heading, on as many sheets as they need, and a sheet about them.

    Args:
        title: of the sheets with the rows.
        head: names of the columns.
        rows: values; None is an empty cell.
        about: pairs of a name and a value.
    """
    outlet, names, left = _Outlet(), list[str](), iter(rows)
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as book:  # type: ignore[call-overload]
        first: list[Iterable[Any]] = []  # nobody is asked for a row before the file has begun to leave
        while first or not names:
            names.append(title if not names else f"{title} {len(names) + 1}")
            yield from _sheet(book, outlet, len(names), chain([head], first, islice(left, ROWS - 1 - len(first))))
            first = list(islice(left, 1))
        names.append("About")
        yield from _sheet(book, outlet, len(names), about)
        for name, text in _frame(names):
            book.writestr(name, text)
    yield outlet.take()


def _sheet(book: zipfile.ZipFile, outlet: _Outlet, number: int, rows: Iterable[Iterable[Any]]) -> Iterator[bytes]:
    left = iter(rows)
    with book.open(f"xl/worksheets/sheet{number}.xml", "w") as sheet:
        sheet.write(OPEN.encode())
        yield outlet.take()
        while some := list(islice(left, AT_ONCE)):
            sheet.write("".join(f"<row>{''.join(map(_cell, row))}</row>" for row in some).encode())
            if outlet.size > PIECE:
                yield outlet.take()
        sheet.write(CLOSE.encode())


def _cell(value: Any) -> str:
    text = "" if value is None else ODD.sub(_escape, str(value))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>' if text else "<c/>"


def _escape(odd: re.Match[str]) -> str:
    return SAID.get(odd[0]) or f"_x{ord(odd[0]):04X}_"


def _frame(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What holds the sheets together."""
    numbers = range(1, len(names) + 1)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    sheets = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in zip(numbers, names, strict=True)
    )
    yield "xl/workbook.xml", f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{RELATION}"><sheets>{sheets}</sheets></workbook>'
    links = "".join(_link(n, "worksheet", f"worksheets/sheet{n}.xml") for n in numbers)
    yield "xl/_rels/workbook.xml.rels", f'{XML}<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>'
    root = _link(1, "officeDocument", "xl/workbook.xml")
    yield "_rels/.rels", f'{XML}<Relationships xmlns="{PACKAGE}/relationships">{root}</Relationships>'
    parts = [("/xl/workbook.xml", f"{kind}.sheet.main+xml")]
    parts += [(f"/xl/worksheets/sheet{n}.xml", f"{kind}.worksheet+xml") for n in numbers]
    types = "".join(f'<Override PartName="{part}" ContentType="{said}"/>' for part, said in parts)
    links_are = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    yield "[Content_Types].xml", f'{XML}<Types xmlns="{PACKAGE}/content-types">{links_are}{types}</Types>'


def _link(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="rId{number}" Type="{RELATION}/{kind}" Target="{target}"/>'
