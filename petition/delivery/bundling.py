"""The bundle: one zip with the document, the list, the figures, the text, and a manifest of their hashes."""

import hashlib
import io
import json
import logging
import zipfile
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from petition import cells, files, patience, tally
from petition.delivery import freezing, typesetting
from petition.languages import plainly
from petition.models import Bundle, Delivery, Version
from petition.text import sha256 as text_sha256

log = logging.getLogger(__name__)
State = Bundle.State

FORMAT = "undersigned-delivery-1"
TYPESETTING = gettext_noop("Typesetting %(number)s names")
LEASE = timedelta(minutes=5)  # longer than the longest stage; each stage begins with a new one
MAX_ATTEMPTS = 3
# The columns of the table: an allow-list, as for every public export, with what an excerpt must not travel without.
COLUMNS = (
    *("position", "group", "name", "role", "organisation", "former", "country", "discipline", "capacity"),
    *("level", "checked", "checked_at", "confirmed_at", "version", "as_of", "disclaimer"),
)
FILES = (
    *("README.txt", "letter.pdf", "letter.txt", "letter.json"),
    *("signatories.csv", "signatories.jsonl", "tally.json"),
)
CHUNK = 1024 * 1024  # bytes


class LostLease(Exception):
    """Another worker has this bundle now, because this one took too long."""


class Damaged(Exception):
    """The stored bundle is gone or is not what was made; it is not handed out."""


def make_next() -> bool:
    """Make one bundle that is owed; return whether there was one. Safe to run anywhere and twice.

    The row is leased before the work, so that two workers never make the same bundle; after a crash the lease
    ends and the next worker makes it from the same frozen rows.
    """
    bundle = _lease()
    if bundle is None:
        return False
    try:
        _make(bundle)
    except LostLease:
        log.warning("the bundle of delivery %s is made by another worker now", bundle.delivery_id)
    except Exception as problem:
        log.exception("the bundle of delivery %s could not be made", bundle.delivery_id)
        _give_up_or_wait(bundle, problem)
    return True


def again(bundle: Bundle) -> None:
    """Let a bundle that could not be made be tried again."""
    failed = Bundle.objects.filter(pk=bundle.pk, state=State.FAILED)
    failed.update(
        state=State.OWED, attempts=0, percent=0, stage=gettext_noop("Waiting for a worker"), make_after=patience.now()
    )


def open_checked(bundle: Bundle) -> IO[bytes]:
    """Return the stored bundle, open for reading, after comparing its hash.

    Raises:
        Damaged: it is not ready, is gone, or was altered.
    """
    if not bundle.is_ready:
        raise Damaged(_("The bundle is not ready yet."))
    try:
        file = _path(bundle).open("rb")
    except OSError:
        log.error("the bundle of delivery %s is gone", bundle.delivery_id)
        raise Damaged(_("The stored bundle is gone. Please restore it from a backup.")) from None
    if _sha256(file) != bundle.sha256:
        file.close()
        log.error("the bundle of delivery %s was altered", bundle.delivery_id)
        raise Damaged(_("The stored bundle is not the one that was made. Please restore it from a backup."))
    file.seek(0)
    return file


def document(bundle: Bundle) -> IO[bytes]:
    """Return the PDF of a bundle.

    Raises:
        Damaged: the bundle is not ready, is gone, or was altered.
    """
    with open_checked(bundle) as file, zipfile.ZipFile(file) as packed:
        return io.BytesIO(packed.read("letter.pdf"))


def _lease() -> Bundle | None:
    with transaction.atomic():
        owed = Bundle.objects.filter(state=State.OWED, make_after__lte=patience.now()).order_by("make_after")
        # Whoever was killed in the middle, as for want of memory, could not say so: it is not tried for ever.
        killed = gettext_noop("The worker was killed while it made the files. Has it enough memory?")
        owed.filter(attempts__gte=MAX_ATTEMPTS).update(state=State.FAILED, problem=killed)
        chosen = owed.select_for_update(skip_locked=True).first()
        if chosen is None:
            return None
        Bundle.objects.filter(pk=chosen.pk).update(
            make_after=patience.now() + LEASE, attempts=F("attempts") + 1, problem=""
        )
    return Bundle.objects.select_related("delivery__letter", "delivery__version").get(pk=chosen.pk)


def _give_up_or_wait(bundle: Bundle, problem: Exception) -> None:
    state = State.FAILED if bundle.attempts >= MAX_ATTEMPTS else State.OWED
    words = f"{type(problem).__name__}: {problem}"[:300]
    pause = patience.now() + timedelta(seconds=30)
    _ours(bundle).update(state=state, problem=words, make_after=pause)


@plainly()
def _make(bundle: Bundle) -> None:
    target = _path(bundle)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with files.scratch_folder(target.parent, "bundle") as folder:
        notes = _write_files(bundle, folder)
        _progress(bundle, 85, gettext_noop("Putting the files together"))
        manifest = _manifest(bundle.delivery, folder)
        text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
        _write(folder / "manifest.json", [text])
        packed = folder / target.name
        _zip([folder / name for name in ("manifest.json", *manifest["files"])], packed, bundle.delivery)
        packed.chmod(0o600)
        with packed.open("rb") as file:
            sha256 = _sha256(file)
        made = {
            "notes": notes,
            "manifest": manifest,
            "manifest_sha256": text_sha256(text),
            "sha256": sha256,
            "size": packed.stat().st_size,
        }
        _keep(bundle, packed, made)


def _keep(bundle: Bundle, packed: Path, made: dict[str, Any]) -> None:
    """Put the file in its place and say so, unless the lease ended and another worker has it now."""
    with transaction.atomic():
        if not _ours(bundle).update(
            state=State.READY, percent=100, stage=gettext_noop("Ready"), made_at=patience.now(), **made
        ):
            raise LostLease
        files.into_place(packed, _path(bundle))


def _write_files(bundle: Bundle, folder: Path) -> list[str]:
    """Write what goes into the bundle from the frozen rows alone; return the notes of the typesetter."""
    delivery = bundle.delivery
    _progress(bundle, 5, gettext_noop("Writing the list"))
    _write(folder / "letter.txt", [delivery.version.text])
    earlier = _earlier(delivery)
    for version in earlier:
        _write(folder / _name(version.number), [version.text])
    _write(folder / "tally.json", [freezing.tally_file(delivery)])
    _write(folder / "letter.json", [freezing.canonical(_letter(delivery)) + "\n"])
    _write(folder / "signatories.jsonl", freezing.lines(delivery))
    write_table(folder / "signatories.csv", delivery)
    _write(folder / "README.txt", [_readme(delivery, earlier)])
    _progress(bundle, 25, TYPESETTING % {"number": delivery.signatories})
    document = typesetting.Document(
        frame=delivery.frame,
        body=delivery.version.body,
        version=delivery.version.number,
        as_of=delivery.as_of,
        figures=delivery.figures,
        hashes={"Text": delivery.text_sha256, "List": delivery.list_sha256, "Figures": delivery.tally_sha256},
        rows=typesetting.rows_of(freezing.lines(delivery)),
        signatories=delivery.signatories,
        printed=_is_printed(bundle),
    )
    made = typesetting.typeset(document)
    (folder / "letter.pdf").write_bytes(made.pdf)
    return made.notes


def _earlier(delivery: Delivery) -> list[Version]:
    """The other wordings that some of those on the list have signed, newest first."""
    numbers = [number for number, _n in tally.earlier(delivery.figures, delivery.version.number)]
    return list(delivery.letter.versions.filter(number__in=numbers).order_by("-number"))


def _name(version: int) -> str:
    """What the text of an earlier wording is called in the bundle."""
    return f"letter-version-{version}.txt"


def _readme(delivery: Delivery, earlier: list[Version]) -> str:
    signed = dict(tally.earlier(delivery.figures, delivery.version.number))
    rows = [(_name(version.number).ljust(19), version.number, signed[version.number]) for version in earlier]
    return render_to_string("petition/delivery/readme.txt", {"delivery": delivery, "earlier": rows})


def _is_printed(bundle: Bundle) -> bool:
    """Whether the document names everyone; the last try is made without a list that may be what killed the others."""
    number = bundle.delivery.signatories
    last = bundle.attempts >= MAX_ATTEMPTS and number > typesetting.TAGGED_UP_TO
    return number <= typesetting.PRINTED_UP_TO and not last


def write_table(path: Path, delivery: Delivery) -> None:
    """Write the frozen list as CSV; no cell begins a formula, and every row says as of when and with what proviso."""
    travelling = {"as_of": freezing.stamp(delivery.as_of), "disclaimer": delivery.frame["disclaimer"]}
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(cells.line(COLUMNS))
        for row in typesetting.rows_of(freezing.lines(delivery)):
            whole = {**row, **travelling}
            file.write(cells.line(whole[name] for name in COLUMNS))


def _letter(delivery: Delivery) -> dict[str, Any]:
    version = {"number": delivery.version.number, "published_at": freezing.stamp(delivery.version.published_at)}
    return {
        **delivery.frame,
        "version": version,
        "as_of": freezing.stamp(delivery.as_of),
        "body": delivery.version.body,
    }


def _manifest(delivery: Delivery, folder: Path) -> dict[str, Any]:
    listed = {}
    for name in [*FILES, *(_name(version.number) for version in _earlier(delivery))]:
        with (folder / name).open("rb") as file:
            listed[name] = {"sha256": _sha256(file), "bytes": (folder / name).stat().st_size}
    found = [listed[name]["sha256"] for name in ("letter.txt", "signatories.jsonl", "tally.json")]
    if found != [delivery.text_sha256, delivery.list_sha256, delivery.tally_sha256]:
        raise Damaged(gettext_noop("What the database holds is not what was delivered."))
    return {
        "format": FORMAT,
        "letter": delivery.frame["url"],
        "title": delivery.frame["title"],
        "version": delivery.version.number,
        "as_of": freezing.stamp(delivery.as_of),
        "signatories": delivery.signatories,
        "files": listed,
    }


def _zip(paths: Iterable[Path], target: Path, delivery: Delivery) -> None:
    """Pack files so that the same content gives the same bytes: fixed order, times and modes."""
    moment = delivery.as_of.timetuple()[:6]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        for path in paths:
            entry = zipfile.ZipInfo(path.name, date_time=moment)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            with path.open("rb") as source, packed.open(entry, "w") as sink:
                while piece := source.read(CHUNK):
                    sink.write(piece)


def _write(path: Path, pieces: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(pieces)


def _sha256(file: IO[bytes]) -> str:
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def _path(bundle: Bundle) -> Path:
    return Path(settings.DELIVERY_DIR) / f"{bundle.delivery_id}.zip"


def _progress(bundle: Bundle, percent: int, stage: str) -> None:
    """Say how far it is, and go on with a new lease."""
    until = patience.now() + LEASE
    if not _ours(bundle).update(percent=percent, stage=stage, make_after=until):
        raise LostLease
    bundle.make_after = until


def _ours(bundle: Bundle) -> QuerySet[Bundle]:
    """The row, as long as this worker holds its lease."""
    return Bundle.objects.filter(pk=bundle.pk, state=State.OWED, make_after=bundle.make_after)
