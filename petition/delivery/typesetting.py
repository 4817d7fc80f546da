"""The document that is handed over: the letter, who signed it, and how to check both, as a PDF."""

import json
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import segno
import typst
from django.conf import settings
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, get_language_bidi, gettext_noop, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from petition import tally
from petition.delivery.manuscript import blocks, direction
from petition.languages import speaking
from petition.stored import said

HERE = Path(__file__).resolve().parent
# Tags are what a screen reader needs. They make a page four times as large: 20 MB at 50,000 names.
TAGGED_UP_TO = 2_000
# Typesetting takes 20 kB of memory a name. Beyond this the document names the founders and refers to the list.
PRINTED_UP_TO = 100_000
GRID_UP_TO = 300  # a group of this length is set in rows, so that its columns end together; longer ones in columns
STANDARDS = ["ua-1", "a-2a"]  # ISO 14289-1 for readers who listen, ISO 19005-2 for archives

SCRIPTS = ("Hebrew", "Devanagari", "Ethiopic", "Bengali", "Tamil", "Thai", "Armenian", "Georgian", "Khmer", "Lao")
RIGHT_TO_LEFT = {"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"}
REGIONS = {"ja": "JP", "ko": "KR", "zh-tw": "TC", "zh-hant": "TC", "zh-hk": "HK"}
COUNTRIES = {"JP": "JP", "KR": "KR", "TW": "TC", "HK": "HK", "MO": "HK"}
HAN = re.compile("[\u2e80-\u2fdf\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
KANA, HANGUL = re.compile("[\u3040-\u30ff]"), re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
# What the files are called beside whose hashes they stand; the manifest has the names.
FILES = {
    "Text": pgettext_lazy("of the letter", "Text"),
    "List": pgettext_lazy("of names", "List"),
    "Figures": pgettext_lazy("numbers", "Figures"),
}
FORMER = gettext_noop("%(role)s (former)")
MISSING = re.compile(r"the text `\"(.+?)\"` could not be displayed")


@dataclass(frozen=True)
class Document:
    """What the document says."""

    frame: dict[str, Any]
    body: str  # Markdown
    version: int
    as_of: datetime
    figures: dict[str, Any]
    hashes: dict[str, str]
    rows: Iterable[dict[str, Any]]
    signatories: int
    printed: bool = True  # whether everyone is named in it, and not the founders alone
    note: str = ""


@dataclass(frozen=True)
class Typeset:
    """The PDF, and what the team should know about it."""

    pdf: bytes
    notes: list[str] = field(default_factory=list)


def typeset(document: Document) -> Typeset:
    """Return the document as a PDF; the same content, fonts and version of typst give the same bytes.

    What people typed is data in a file that the template reads; it is never a part of the template.
    """
    data = json.dumps(_data(document), ensure_ascii=False)
    missing, notes = _missing(data), []
    if missing:
        some = " ".join(missing[:20])
        notes.append(f"No font here has these characters, so they are printed as boxes: {some}. See FONT_DIR.")
    tagged = document.signatories <= TAGGED_UP_TO
    if not tagged:
        notes.append(f"With more than {number_format(TAGGED_UP_TO)} names the PDF has no tags for screen readers.")
    if not document.printed:
        notes.append("The list is too long to be printed here; the PDF names the founders and refers to it.")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "letter.typ").write_bytes((HERE / "letter.typ").read_bytes())
        (root / "data.json").write_text(data, encoding="utf-8")
        code = segno.make(document.frame["url"], error="m", micro=False)
        code.save(str(root / "qr.svg"), kind="svg", border=0, scale=4, dark="#14171c")
        standards = STANDARDS if tagged and not missing else []
        try:
            pdf = _compile(root, document.as_of, standards, tagged=tagged)
        except typst.TypstError as problem:
            if not standards:
                raise
            notes.append(f"The PDF could not be made to PDF/UA-1: {problem.message[:160]}")
            pdf = _compile(root, document.as_of, [], tagged=tagged)
    return Typeset(pdf, notes)


def counts(
    frame: dict[str, Any], figures: dict[str, Any], *, version: int = 0, smallest: int = 1
) -> list[tuple[int, str]]:
    """Return the numbers with their definitions, the headline first; they are never to be added up.

    Args:
        frame: what stands around the text, of which the listing rule is asked.
        figures: as `tally.figures` returns them.
        version: the wording that they stand under, to say how many signed an earlier one; 0: nothing is said.
        smallest: fewer people who are not named are left out; anybody reads it.
    """
    listed, experts, unnamed, further = (figures[name] for name in ("listed", "experts", "unnamed", "confirmed"))
    if frame["listing"] == "confirmed":
        found = [(listed, _("listed by name, each confirmed by email"))]
        found.append((experts, ngettext("of them was checked further", "of them were checked further", experts)))
    else:
        words = ngettext(
            "expert whose affiliation or identity was checked, listed by name",
            "experts whose affiliation or identity was checked, listed by name",
            experts,
        )
        found = [(experts, words)]
        if listed > experts:
            found.append((listed - experts, _("more listed by name, confirmed by email")))
        words = ngettext(
            "further supporter confirmed by email, not listed",
            "further supporters confirmed by email, not listed",
            further,
        )
        found.append((further, words))
    if unnamed >= smallest:
        words = ngettext(
            "more was checked and asked not to be named", "more were checked and asked not to be named", unnamed
        )
        found.append((unnamed, words))
    for number, n in tally.earlier(figures, version) if version else ():
        words = ngettext(
            "of those who are listed by name signed version %(version)s of the text",
            "of those who are listed by name signed version %(version)s of the text",
            n,
        )
        found.append((n, words % {"version": number}))
    return found


@lru_cache(maxsize=4)
def _fonts_in(folder: str) -> typst.Fonts:
    """Our own fonts and those of the machine; looking for them once takes a fifth of a second."""
    folders: list[str] = [str(path) for path in (HERE / "fonts", Path(folder)) if path.is_dir()]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=folders)


def fonts() -> typst.Fonts:
    """Our own fonts, those of typst and those in FONT_DIR."""
    return _fonts_in(str(settings.FONT_DIR))


def _compile(root: Path, as_of: datetime, standards: list[Any], *, tagged: bool) -> bytes:
    return typst.compile(
        str(root / "letter.typ"),
        root=str(root),
        font_paths=fonts(),
        ignore_system_fonts=True,
        package_path=str(root),  # nothing is ever fetched
        package_cache_path=str(root),
        format="pdf",
        pdf_standards=standards,
        pdf_tags=tagged,
        timestamp=int(as_of.timestamp()),
    )


def _missing(data: str) -> list[str]:
    """Return the characters that no font has: PDF/UA-1 forbids them, so a page that holds each once names them."""
    wanted = " ".join(sorted(c for c in set(data) if ord(c) > 127 and unicodedata.category(c)[0] in "LNPS"))
    source = b'#set document(title: "probe")\n#sys.inputs.characters'
    try:
        typst.compile(
            source,
            font_paths=fonts(),
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=["ua-1"],
            sys_inputs={"characters": wanted},
        )
    except typst.TypstError as problem:
        return sorted(set(MISSING.findall(f"{problem.message}\n{problem.diagnostic}")))
    return []


def _data(document: Document) -> dict[str, Any]:
    """Return what the template shows, with our own words in the letter's language where the house speaks it."""
    with speaking(document.frame["language"], prefixed=False):
        return _said(document)


def _said(document: Document) -> dict[str, Any]:
    frame, moment = document.frame, localtime(document.as_of)
    language, _region = _language(frame["language"])
    base = "rtl" if language in RIGHT_TO_LEFT else direction(frame["title"])
    return {
        "fonts": families(frame["language"]),
        "language": language,
        "direction": base,
        "spoken": {"lang": (get_language() or "en").partition("-")[0], "dir": "rtl" if get_language_bidi() else "ltr"},
        "words": _words(document),
        "title": frame["title"],
        "title_direction": direction(frame["title"]),
        "organiser": _line(frame["organiser"]),
        "date": {"year": moment.year, "month": moment.month, "day": moment.day},
        "dateline": date_format(moment, "DATE_FORMAT"),
        "addressees": [_addressee(one) for one in frame["addressees"]],
        "ask": _line(frame["ask"]),
        "blocks": blocks(document.body),
        "counts": [[number_format(n), words] for n, words in counts(frame, document.figures, version=document.version)],
        "disclaimer": _line(frame["disclaimer"]),
        "note": document.note,
        "marks": _marks(frame, document.figures),
        "groups": _groups(document, base),
        "grid_up_to": GRID_UP_TO,
        "hashes": [[str(FILES[label]), value] for label, value in document.hashes.items()],
        "url": frame["url"],
    }


def _words(document: Document) -> dict[str, Any]:
    """Return the sentences of ours."""
    time = date_format(localtime(document.as_of), "DATETIME_FORMAT")
    as_of = _("As of %(time)s, under version %(version)s of the text.") % {"time": time, "version": document.version}
    unprinted = _(
        "This letter has %(number)s signatories. All of them stand in the list that was delivered with this document, "
        "signatories.jsonl and signatories.csv; its fingerprint is at the foot of every page."
    )
    checking = _(
        "The letter stands at %(address)s, with its signatories as they are today. This document was made from a "
        "snapshot of %(time)s. The files that belong to it can be checked against these fingerprints (SHA-256):"
    )
    return {
        "code": _("QR code of %(address)s") % {"address": document.frame["url"]},
        "to": pgettext("addressee of a letter", "To"),
        "as_of": as_of,
        "behalf": _("on behalf of the organisation"),
        "unprinted": "" if document.printed else unprinted % {"number": number_format(document.signatories)},
        "check": _("How to check this document"),
        "checking": (checking % {"address": "\0", "time": time}).split("\0"),  # around the link
    }


def _line(text: str) -> dict[str, str]:
    return {"text": text, "dir": direction(text)}


def _addressee(addressee: dict[str, str]) -> list[dict[str, str]]:
    return [_line(part) for key in ("name", "office", "address") if (part := addressee.get(key, ""))]


def _marks(frame: dict[str, Any], figures: dict[str, Any]) -> list[list[str]]:
    """Level 1 is what everyone has and needs no mark; the others are explained where they occur."""
    return [[level, said(frame["levels"][level])] for level in sorted(figures["levels"]) if int(level) >= 2]


def _groups(document: Document, base: str) -> list[dict[str, Any]]:
    founders: list[list[Any]] = []
    others: list[list[Any]] = []
    for row in document.rows:
        if row["group"] == "founder":
            founders.append(_entry(row, base))
        elif document.printed:
            others.append(_entry(row, base))
    titles = (_("Founding signatories"), _("Also signed by") if founders else _("Signatories"))
    groups = zip(titles, (founders, others), strict=True)
    return [{"title": title, "entries": entries} for title, entries in groups if entries]


def _entry(row: dict[str, Any], base: str) -> list[Any]:
    """Return name, line and what is special: a direction that is not the page's, level, capacity, a region's fonts."""
    line = printed(row)
    differs: dict[str, Any] = {"name": 1} if direction(row["name"]) != base else {}
    if line and direction(line) != base:
        differs["line"] = 1
    if row["capacity"] == "behalf" and line:
        differs["b"] = 1
    if row["level_number"] >= 2:
        differs["m"] = str(row["level_number"])
    if region := _region(row["name"], row["country"]):
        differs["f"] = region
    return [row["name"], line, differs]


def printed(row: dict[str, Any]) -> str:
    """Return what is printed after a name: the frozen line, whose one word of ours is said in the letter's language."""
    line = str(row["line"])
    held = line.removesuffix(FORMER % {"role": ""})
    return _(FORMER) % {"role": held} if row.get("former") and held != line else line


def _region(name: str, country: str) -> str:
    """Return whose forms of Han characters a name wants; one code point is drawn differently in each."""
    if KANA.search(name):
        return "JP"
    if HANGUL.search(name):
        return "KR"
    return COUNTRIES.get(country, "") if HAN.search(name) else ""


def _language(tag: str) -> tuple[str, str]:
    lowered = tag.strip().lower()
    first = lowered.partition("-")[0]
    region = REGIONS.get(lowered) or REGIONS.get(first) or "SC"
    return (first if re.fullmatch("[a-z]{2,3}", first) else "en"), region


def families(language: str) -> dict[str, list[str]]:
    """Return the families of fonts for text in a language, the first that has a character first."""
    _, region = _language(language)
    serif = ["Letter Serif", "Noto Serif", "Noto Naskh Arabic", *(f"Noto Serif {name}" for name in SCRIPTS)]
    sans = ["Letter Sans", "Noto Sans", "Noto Sans Arabic", *(f"Noto Sans {name}" for name in SCRIPTS)]
    regions = {name: [*serif, f"Noto Serif CJK {name}"] for name in ("JP", "KR", "TC", "HK", "SC")}
    return {**regions, "serif": regions[region], "sans": [*sans, f"Noto Sans CJK {region}"]}


def rows_of(parts: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a frozen list from its JSON lines."""
    for part in parts:
        yield from map(json.loads, filter(None, part.split("\n")))  # splitlines would also split at U+2028
