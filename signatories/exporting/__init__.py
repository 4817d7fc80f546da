"""Take the list out of the house: one row shape, four formats, two audiences."""

import json
import tempfile
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from datetime import datetime
from itertools import chain
from typing import IO, Any, cast

from django.db import DEFAULT_DB_ALIAS
from django.http import StreamingHttpResponse
from django.utils import timezone, translation

from petition import cells, patience, replica
from petition.models import Letter, User
from petition.text import stamp
from signatories.exporting import copying, workbook
from signatories.exporting.shape import COLUMNS
from signatories.models import Export, Signature

BOM = "\ufeff"
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# An allow-list: what is not named here leaves the house in no public file.
PUBLIC = (
    *("position", "name", "role", "organisation", "former", "country", "discipline", "capacity"),
    *("level", "checked", "checked_at", "confirmed_at", "version"),
)
TEAM = (
    *("id", "status", *PUBLIC, "email", "profile_url", "publish", "updates", "contact"),
    *("source", "created_at"),
)
# Every row carries these two, so that an excerpt still says what it is.
TRAVELLING = ("as_of", "disclaimer")
CHUNK = 2000  # rows
NOTED = 10_000  # rows after which progress is noted
PIECE = 64 * 1024  # bytes
HELD = 20.0  # seconds that the database may wait for whoever reads a download


def columns(audience: str) -> tuple[str, ...]:
    """Return the names of the columns for `public` or `team`."""
    return (*(TEAM if audience == Export.Audience.TEAM else PUBLIC), *TRAVELLING)


def chosen(letter: Letter, audience: str) -> Any:
    """Return the signatures for an audience: the listed ones, or all, in printed order."""
    rows = letter.signatures.all() if audience == Export.Audience.TEAM else letter.signatures.listed()
    # The texts of the version would otherwise come along with every row.
    texts = ("version__body", "version__html", "version__text")
    return rows.select_related("version").defer(*texts).in_order()


def rows(letter: Letter, audience: str, *, as_of: datetime) -> Iterator[dict[str, Any]]:
    """Yield one flat row a signature, without ever holding the list in memory.

    One SELECT, and so one moment; outside a transaction, because a slow reader must not keep SQLite's only
    write lock.
    """
    wanted = columns(audience)
    for position, signature in enumerate(chosen(letter, audience).iterator(chunk_size=CHUNK), start=1):
        signature.letter = letter
        whole = {**row(signature, position), "as_of": stamp(as_of), "disclaimer": letter.disclaimer}
        yield {name: whole[name] for name in wanted}


@translation.override("en")  # what programs read does not depend on who asks
def row(signature: Signature, position: int) -> dict[str, Any]:
    """Return every column of one signature; the audience decides which of them leave the house."""
    return {name: column.of(signature, position) for name, column in COLUMNS.items()}


def stream(
    letter: Letter,
    *,
    format: str,
    audience: str,
    bom: bool = False,
    taken: Export | None = None,
    anywhere: bool = False,
) -> Iterator[bytes]:
    """Yield the file in pieces; text is in UTF-8.

    Args:
        letter: whose list.
        format: one of `Export.Format`.
        audience: public or team.
        bom: begin a text with a byte order mark, which some spreadsheets need to see UTF-8.
        taken: where the progress of a workbook is noted, which takes longest.
        anywhere: whether a standby of the database may be read, as for what anybody may take.
    """
    as_of = timezone.now()
    written = {"csv": _csv, "json": _json, "ndjson": _ndjson}
    place = replica.allowed() if anywhere else nullcontext(DEFAULT_DB_ALIAS)
    with place as using, patience.longer(minutes=5, using=using):
        if format == Export.Format.XLSX:
            yield from _xlsx(letter, audience, as_of, taken)
        else:
            yield from chain([BOM.encode()] if bom else [], written[format](letter, audience, as_of))


def _csv(letter: Letter, audience: str, as_of: datetime) -> Iterator[bytes]:
    yield cells.line(columns(audience)).encode()
    yield from (by_copy if copying.is_possible() else by_hand)(letter, audience, as_of)


def by_hand(letter: Letter, audience: str, as_of: datetime) -> Iterator[bytes]:
    """Yield the lines of a CSV file one by one, as every database can."""
    return (cells.line(row.values()).encode() for row in rows(letter, audience, as_of=as_of))


def by_copy(letter: Letter, audience: str, as_of: datetime) -> Iterator[bytes]:
    """Yield the same bytes as `by_hand`, at four times the speed; on PostgreSQL."""
    with translation.override("en"):
        own = [COLUMNS[name].sql(letter) for name in columns(audience)[: -len(TRAVELLING)]]
    tail = "," + cells.line([stamp(as_of), letter.disclaimer])
    return copying.pieces(chosen(letter, audience), own, tail=tail)


def _ndjson(letter: Letter, audience: str, as_of: datetime) -> Iterator[bytes]:
    for row in rows(letter, audience, as_of=as_of):
        yield json.dumps(row, ensure_ascii=False).encode() + b"\n"


def _json(letter: Letter, audience: str, as_of: datetime) -> Iterator[bytes]:
    head = json.dumps({**about(letter, as_of), "audience": audience}, ensure_ascii=False, indent=1)
    yield (head.removesuffix("\n}") + ',\n "signatories": [').encode()
    for number, row in enumerate(rows(letter, audience, as_of=as_of)):
        yield (("," if number else "") + "\n  " + json.dumps(row, ensure_ascii=False)).encode()
    yield b"\n ]\n}\n"


def about(letter: Letter, as_of: datetime) -> dict[str, Any]:
    """Return what a list must not travel without."""
    version = letter.version
    return {
        "letter": letter.title,
        "addressees": letter.addressee_lines,
        "organiser": letter.organiser,
        "disclaimer": letter.disclaimer,
        "version": version.number if version else None,
        "sha256": version.sha256 if version else None,
        "as_of": stamp(as_of),
    }


def _xlsx(letter: Letter, audience: str, as_of: datetime, taken: Export | None) -> Iterator[bytes]:
    said = [(name, "\n".join(v) if isinstance(v, list) else v) for name, v in about(letter, as_of).items()]
    lines = _counted((row.values() for row in rows(letter, audience, as_of=as_of)), taken)
    return workbook.pieces("Signatories", columns(audience), lines, said)


def _counted(lines: Iterable[Any], taken: Export | None) -> Iterator[Any]:
    """Pass rows on, and note every now and then how many that were, for the desk."""
    for number, line in enumerate(lines, start=1):
        yield line
        if taken is not None and number % NOTED == 0:
            Export.objects.filter(pk=taken.pk).update(written=number)


def record(
    letter: Letter, *, actor: User | None, format: str, audience: str, public_id: uuid.UUID | None = None
) -> Export:
    """Note who takes which list out, before it leaves."""
    number = chosen(letter, audience).order_by().count()
    said = {"actor": actor, "format": format, "audience": audience, "public_id": public_id}
    return Export.objects.create(letter=letter, signatures=number, **said)


def write_bytes(
    letter: Letter, *, format: str, audience: str, bom: bool, file: IO[bytes], taken: Export | None = None
) -> None:
    """Write a whole export into a file that is open for bytes."""
    file.writelines(stream(letter, format=format, audience=audience, bom=bom, taken=taken))


def finish(taken: Export | None) -> None:
    """Note that an export that is recorded has left the house as a whole."""
    if taken is not None:
        Export.objects.filter(pk=taken.pk).update(finished_at=timezone.now())


def download(
    letter: Letter, *, actor: Any, format: str, audience: str, bom: bool = False, chunked: bool = False
) -> StreamingHttpResponse:
    """Record an export and return it as a download, see `hand_over`."""
    taken = record(letter, actor=actor, format=format, audience=audience)
    return hand_over(taken, bom=bom, chunked=chunked)


def hand_over(taken: Export, *, bom: bool = False, chunked: bool = False) -> StreamingHttpResponse:
    """Return an export that is recorded as a download, whose end is noted.

    Args:
        taken: the record.
        bom: as for `stream`.
        chunked: as for `_sent`.
    """
    letter, format, audience = taken.letter, taken.format, taken.audience
    pieces = stream(letter, format=format, audience=audience, bom=bom, taken=taken)
    name = f"{letter.slug}-{audience}-{timezone.now():%Y%m%d-%H%M}.{format}"
    return _sent(pieces, name=name, chunked=chunked, taken=taken)


def for_anybody(letter: Letter, *, chunked: bool = False) -> StreamingHttpResponse:
    """Return the public list as CSV, which nobody has to be known for; it is no export of the team, and no record."""
    audience = Export.Audience.PUBLIC
    pieces = stream(letter, format=Export.Format.CSV, audience=audience, bom=True, anywhere=True)
    name = f"{letter.slug}-{timezone.now():%Y%m%d-%H%M}.csv"
    return _sent(pieces, name=name, chunked=chunked)


def _sent(pieces: Iterator[bytes], *, name: str, chunked: bool, taken: Export | None = None) -> StreamingHttpResponse:
    """Return a file as a download whose end is known, so that one that breaks off is seen to.

    Either each piece leaves as it comes, in chunks of HTTP/1.1, which has a last one. Or all is written first, into a
    file that has no name, and its length is told: behind a proxy that speaks HTTP/1.0, which knows no other end than
    the connection's.

    Args:
        pieces: of the file.
        name: of the file, whose ending says what it is.
        chunked: whether whoever asked understands chunks.
        taken: the record in which the end is noted.
    """
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    kind = TYPES[name.rpartition(".")[2]]
    if chunked:
        return StreamingHttpResponse(_as_it_comes(pieces, taken), content_type=kind, headers=headers)
    file = cast(IO[bytes], tempfile.TemporaryFile())  # noqa: SIM115 (closed when it is sent)
    try:
        file.writelines(pieces)
        headers["Content-Length"] = str(file.tell())
    except BaseException:
        file.close()
        raise
    return StreamingHttpResponse(_handing_over(file, taken), content_type=kind, headers=headers)


def _as_it_comes(pieces: Iterator[bytes], taken: Export | None) -> Iterator[bytes]:
    """Yield pieces as the database gives them; for who reads slowly the rest goes into a file without a name.

    So no reader holds the database for long, and a short list leaves no trace on a disk.
    """
    waited = 0.0
    for piece in pieces:
        began = time.monotonic()
        yield piece
        waited += time.monotonic() - began
        if waited > HELD:
            break
    else:
        finish(taken)
        return
    rest = cast(IO[bytes], tempfile.TemporaryFile())  # noqa: SIM115 (closed when it is sent)
    with rest:
        rest.writelines(pieces)
        yield from _handing_over(rest, taken)


def _handing_over(file: IO[bytes], taken: Export | None) -> Iterator[bytes]:
    """Yield a file from its beginning; who goes away before the last piece leaves the export unfinished."""
    with file:
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece
    finish(taken)
