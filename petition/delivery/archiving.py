"""A copy of a letter that needs no server: pages, style, document and data, with nothing but what is public."""

import hashlib
import shutil
from collections.abc import Iterable, Iterator
from itertools import count, islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from petition import files, tally
from petition.delivery import freezing, typesetting
from petition.languages import plainly, speaking
from petition.models import Delivery, Letter
from petition.moves import NotAllowed
from petition.stored import said

PAGE = 2000  # names on one page
STYLES = ("tokens.css", "base.css", "letter.css")
OVER = (Letter.Status.CLOSED, Letter.Status.DELIVERED)


def write(letter: Letter, *, signatories: Iterable[freezing.Frozen], levels: dict[int, str], folder: Path) -> None:
    """Write the copy into a new folder; it appears there whole, or not at all.

    Args:
        letter: closed or delivered.
        signatories: who is listed today, in printed order. Who has withdrawn since a delivery is not among them.
        levels: the public words for the levels of checking.
        folder: where the copy goes; it must not exist yet.

    Raises:
        NotAllowed: the letter is not closed yet.
        FileExistsError: the folder is there already.
    """
    if letter.status not in OVER or letter.version is None:
        raise NotAllowed(_("A letter is archived after it was closed."))
    with files.whole_folder(folder) as part:
        _write(letter, signatories, levels, part)
        part.chmod(0o755)  # it is meant to be shown


@plainly()
def _write(letter: Letter, signatories: Iterable[freezing.Frozen], levels: dict[int, str], folder: Path) -> None:
    as_of, version = timezone.now(), letter.version
    assert version is not None
    number, groups = _write_list(folder / "signatories.jsonl", signatories)
    figures = {**tally.count(letter), **freezing.about_the_list(groups)}
    if figures["unnamed"] < tally.SMALLEST_CELL:
        figures["unnamed"] = 0  # so few could give one of them away
    frame = freezing.frame(letter, levels)
    stamp = freezing.stamp(as_of)
    whole = {**frame, "version": version.number, "as_of": stamp, "body": version.body}
    (folder / "letter.txt").write_bytes(version.text.encode())
    (folder / "letter.json").write_bytes((freezing.canonical(whole) + "\n").encode())
    (folder / "tally.json").write_bytes((freezing.canonical({"as_of": stamp, **figures}) + "\n").encode())
    named = {"Text": "letter.txt", "List": "signatories.jsonl", "Figures": "tally.json"}
    delivery = Delivery.objects.select_related("bundle").filter(letter=letter).first()
    document = typesetting.Document(
        frame=frame,
        body=version.body,
        version=version.number,
        as_of=as_of,
        figures=figures,
        hashes={label: hashlib.sha256((folder / name).read_bytes()).hexdigest() for label, name in named.items()},
        rows=_rows(folder),
        signatories=number,
        printed=number <= typesetting.PRINTED_UP_TO,
        note=_note(delivery, letter.language),
    )
    (folder / "letter.pdf").write_bytes(typesetting.typeset(document).pdf)
    # Data are the same in every language; pages and document speak the letter's, where the house does.
    with speaking(letter.language, prefixed=False):
        context = {
            "letter": letter,
            "delivery": delivery,
            "url": frame["url"],
            "as_of": as_of,
            "counts": typesetting.counts(frame, figures, version=version.number),
            "signatories": number,
        }
        _write_pages(folder, context, number)
    _copy_style(folder)


def _write_list(path: Path, signatories: Iterable[freezing.Frozen]) -> tuple[int, freezing.Groups]:
    groups = freezing.Groups()
    with path.open("w", encoding="utf-8", newline="") as file:
        for one in signatories:
            file.write(freezing.canonical(one.row) + "\n")
            groups.add(one)
    return groups.number, groups


def _rows(folder: Path) -> Iterator[dict[str, Any]]:
    with (folder / "signatories.jsonl").open(encoding="utf-8", newline="\n") as file:
        yield from typesetting.rows_of(file)


def _write_pages(folder: Path, context: dict[str, Any], number: int) -> None:
    pages = -(-number // PAGE)
    context |= {"pages": pages, "numbers": range(1, pages + 1)}
    rows = map(_in_words, _rows(folder))
    first = list(islice(rows, PAGE)) if pages == 1 else []
    (folder / "index.html").write_text(
        render_to_string("petition/archive/index.html", {**context, "rows": first}), encoding="utf-8"
    )
    for page in count(1):
        some = list(islice(rows, PAGE))
        if not some:
            break
        html = render_to_string("petition/archive/names.html", {**context, "number": page, "rows": some})
        (folder / f"signatories-{page}.html").write_text(html, encoding="utf-8")


def _copy_style(folder: Path) -> None:
    """Copy style sheets and fonts side by side, as they refer to each other."""
    static = Path(settings.BASE_DIR) / "static"
    (folder / "css").mkdir()
    for name in STYLES:
        shutil.copyfile(static / "css" / name, folder / "css" / name)
    shutil.copytree(static / "fonts", folder / "fonts")


def _in_words(row: dict[str, Any]) -> dict[str, Any]:
    """Return a frozen row with our words, which are stored in English, in the language that is spoken."""
    checked = "; ".join(said(one) for one in row["checked"].split("; "))
    return {**row, "line": typesetting.printed(row), "level": said(row["level"]), "checked": checked}


def _note(delivery: Delivery | None, language: str) -> str:
    if delivery is None:
        return ""
    with speaking(language, prefixed=False):
        words = ngettext(
            "Delivered on %(day)s with %(number)s name. This copy shows those who are listed now.",
            "Delivered on %(day)s with %(number)s names. This copy shows those who are listed now.",
            delivery.signatories,
        )
        day = date_format(timezone.localtime(delivery.as_of), "DATE_FORMAT")
        return words % {"day": day, "number": delivery.signatories}
