"""Read a data dump of the Research Organization Registry: a stream of records, each cleaned, with what was left out.

The shape is schema 2 as ROR's documentation describes it ("ROR data structure", read in 2026): one JSON list. Of what
a record knows about the web only `domains` are taken: the host of a website is where pages are, not mail.
"""

import gzip
import re
import unicodedata
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

import ijson

from signatories import addresses
from signatories.models import OrganisationName, Sector
from signatories.organisations import hosts, keys

Kind = OrganisationName.Kind
GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"
EXAMPLES = 4
HEAVIEST = 32_767
_IDENTIFIER = re.compile(r"https://ror\.org/(0[a-z0-9]{6}[0-9]{2})")
_STRENGTH = {Kind.LABEL: 0, Kind.ALIAS: 1, Kind.ACRONYM: 2}


class Unreadable(Exception):
    """The file is no ROR dump, or ends in its middle; the message is one line for the person who gave it."""


@dataclass
class Record:
    """What is kept of one organisation.

    Attributes:
        ror: the nine characters of its identifier.
        names: each key with the name as it is written and its kind.
        hosts: plain hosts that may stand for it.
        weight: how many others it is related to, which orders the suggestions.
        withdrawn: ROR says that the record should never have been there.
    """

    ror: str
    name: str
    country: str
    sector: str
    active: bool
    withdrawn: bool
    names: dict[str, tuple[str, str]]
    hosts: list[str]
    weight: int


@dataclass
class Skipped:
    """What was left out: how often for each reason, and a few examples."""

    counts: dict[str, int] = field(default_factory=dict)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def note(self, reason: str, example: str) -> None:
        """Count one more thing that was left out."""
        self.counts[reason] = self.counts.get(reason, 0) + 1
        kept = self.examples.setdefault(reason, [])
        if len(kept) < EXAMPLES and example not in kept:
            kept.append(example)


def records(path: Path, skipped: Skipped) -> Iterator[Record]:
    """Yield the records of a dump, one at a time, whatever its length.

    Args:
        path: JSON, or JSON compressed with gzip; its content tells which, not its name.
        skipped: where to note what is left out.

    Raises:
        Unreadable: it is no such file, or not whole. What was yielded before that is good.
    """
    number = 0
    with _plain_words(path), _open(path) as file:
        for number, raw in enumerate(ijson.items(file, "item", use_float=True), start=1):
            if (record := _record(raw, skipped)) is not None:
                yield record
            elif number == 1:
                raise Unreadable(f"{path}: its first record is not in schema 2 of ROR (id, names, status, domains).")
    if not number:
        raise Unreadable(f"{path} holds no records. A ROR dump is one JSON list of them.")


@contextmanager
def _open(path: Path) -> Iterator[BinaryIO]:
    with path.open("rb") as file:
        beginning = file.read(4)
        file.seek(0)
        if beginning == ZIP:
            raise Unreadable(f"{path} is a ZIP archive. Please unpack it, and import the JSON file that is in it.")
        if beginning[:2] != GZIP:
            yield file
            return
        with gzip.GzipFile(fileobj=file) as unpacked:
            yield cast(BinaryIO, unpacked)


@contextmanager
def _plain_words(path: Path) -> Iterator[None]:
    try:
        yield
    except (EOFError, ijson.IncompleteJSONError) as problem:
        said = str(problem).strip().partition("\n")[0]
        # yajl calls text that is no JSON incomplete too, and says where
        raise Unreadable(f"{path} is not whole, or not JSON: {said or 'it ends in the middle'}.") from None
    except (gzip.BadGzipFile, zlib.error) as problem:
        raise Unreadable(f"{path} is damaged: {problem}.") from None
    except (ijson.JSONError, UnicodeDecodeError) as problem:
        raise Unreadable(f"{path} is not JSON: {str(problem).strip().partition(chr(10))[0]}.") from None
    except OSError as problem:
        raise Unreadable(f"{path}: {problem.strerror}.") from None


def _record(raw: Any, skipped: Skipped) -> Record | None:
    """Return what is kept of a record, or None where it has not the shape of one."""
    found = _IDENTIFIER.fullmatch(str(raw.get("id"))) if isinstance(raw, dict) else None
    if not found or not isinstance(raw.get("names"), list) or not isinstance(raw.get("status"), str):
        skipped.note("not a record of schema 2", str(raw.get("id") if isinstance(raw, dict) else raw)[:60])
        return None
    display, names = _names(raw["names"], _place(raw, "country_name"), skipped)
    if not display:
        skipped.note("without a name", found[1])
        return None
    active, code = raw["status"] == "active", _place(raw, "country_code").upper()
    domains = raw["domains"] if isinstance(raw.get("domains"), list) else []
    related = raw["relationships"] if isinstance(raw.get("relationships"), list) else []
    return Record(
        ror=found[1],
        name=display,
        country=code if len(code) == 2 and code.isascii() and code.isalpha() else "",
        sector=_sector(raw.get("types")),
        active=active,
        withdrawn=raw["status"] == "withdrawn",
        names=names,
        hosts=_hosts(domains, skipped) if active else [],
        weight=min(len(related), HEAVIEST) if active else 0,
    )


def _sector(types: Any) -> str:
    """The first type that is a kind of organisation; `funder` is said beside it."""
    return next((one for one in types if one in Sector.values), "") if isinstance(types, list) else ""


def _names(raw: list[Any], country: str, skipped: Skipped) -> tuple[str, dict[str, tuple[str, str]]]:
    display: str = ""
    names: dict[str, tuple[str, str]] = {}
    for one in raw:
        types = one.get("types") if isinstance(one, dict) else None
        if not isinstance(types, list) or not isinstance(one.get("value"), str):
            skipped.note("a name without a value or types", str(one)[:60])
            continue
        # ROR tells branches apart by their country, "Lantern Works (Iceland)"; on a letter nobody is called that.
        name, kind = _tidy(one["value"]).removesuffix(f" ({country})"), _kind(types)
        key = keys.key(name)
        if not key or len(name) > keys.LONGEST:
            skipped.note("a name that is empty or too long", name[:60])
            continue
        if "ror_display" in types or not display:
            display = name
        if key not in names or _STRENGTH[kind] < _STRENGTH[Kind(names[key][1])]:
            names[key] = (name, str(kind))
    return display, names


def _kind(types: list[Any]) -> OrganisationName.Kind:
    if "label" in types or "ror_display" in types:
        return Kind.LABEL
    return Kind.ACRONYM if "acronym" in types else Kind.ALIAS


def _hosts(domains: list[Any], skipped: Skipped) -> list[str]:
    kept = []
    for domain in domains:
        host = hosts.exact(domain) if isinstance(domain, str) else ""
        if reason := _unfit(host):
            skipped.note(reason, str(domain)[:60])
        elif host not in kept:
            kept.append(host)
    return kept


def _unfit(host: str) -> str:
    if not host:
        return "a domain that is not a host"
    if hosts.is_public_suffix(host):
        return "a domain under which names have different owners"
    if hosts.is_free_mail(host) or addresses.is_disposable(host):
        return "a domain at which anybody can have a mailbox"
    return "a domain of a shared website" if hosts.is_shared_site(host) else ""


def _place(raw: dict[str, Any], what: str) -> str:
    try:
        return str(raw["locations"][0]["geonames_details"][what])
    except (KeyError, IndexError, TypeError):
        return ""


def _tidy(name: str) -> str:
    """Return one clean line; what cannot be seen is left out, and databases refuse some of it."""
    text = unicodedata.normalize("NFC", name)
    return " ".join("".join(c for c in text if c.isspace() or unicodedata.category(c)[0] != "C").split())
