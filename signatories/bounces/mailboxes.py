"""The mailbox that mail comes back to: read by IMAP or in a Maildir, each message deleted once it is dealt with."""

import contextlib
import imaplib
import logging
import mailbox
import ssl
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings

from signatories.bounces.taking import MOST, Outcome, take

log = logging.getLogger(__name__)

TURN = 40.0  # seconds; the clock asks again every minute
TIMEOUT = 20.0  # seconds for each answer of the server
AWAY = (OSError, ValueError, imaplib.IMAP4.error, mailbox.Error)


def read(*, seconds: float = TURN) -> int:
    """Read the mailbox for a while and deal with what came; return how many messages were dealt with.

    A message is deleted after what it changed is committed, so one that is read twice, by a second task or after a
    crash, changes nothing more. Where the mailbox cannot be read, that is logged, and `doctor` says why.

    Raises:
        OperationalError, InterfaceError: the database is away; the messages stay.
    """
    if not settings.BOUNCE_MAILBOX:
        return 0
    until, done = time.monotonic() + seconds, 0
    try:
        with _messages() as messages:
            for raw, delete in messages:
                if take(raw) != Outcome.LATER:
                    delete()
                    done += 1
                if time.monotonic() > until:
                    break
    except AWAY as problem:
        log.warning("the mailbox of mail that comes back cannot be read: %s", type(problem).__name__)
    return done


def problem() -> str:
    """Return why the mailbox cannot be read, or an empty string."""
    if not settings.BOUNCE_MAILBOX:
        return ""
    try:
        with _messages():
            return ""
    except AWAY as problem:
        return f"{type(problem).__name__}: {problem}"


@contextmanager
def _messages() -> Iterator[Iterator[tuple[bytes, Callable[[], Any]]]]:
    """Open the mailbox, and hand out the beginning of each message with what deletes it."""
    at = settings.BOUNCE_MAILBOX
    if at["kind"] == "maildir":
        yield _in_maildir(_maildir(at["folder"]))
        return
    with (
        contextlib.closing(_Hanging(_connect(at))) as hanging,
        contextlib.closing(_over_imap(hanging.link)) as messages,
    ):
        yield messages


def _maildir(folder: str) -> mailbox.Maildir:
    if not all((Path(folder) / part).is_dir() for part in ("new", "cur", "tmp")):
        raise FileNotFoundError(f"{folder} is no Maildir: it holds no folders new, cur and tmp.")
    for part in ("new", "cur"):
        next((Path(folder) / part).iterdir(), None)  # says so if it may not be read
    return mailbox.Maildir(folder, create=False)


def _in_maildir(box: mailbox.Maildir) -> Iterator[tuple[bytes, Callable[[], Any]]]:
    for key in box.iterkeys():
        try:
            with box.get_file(key) as file:
                raw = file.read(MOST)
        except (KeyError, FileNotFoundError):  # another task has dealt with it
            continue
        yield raw, partial(box.discard, key)


class _Hanging:
    """A connection to an IMAP server that is ended however the reading ended."""

    def __init__(self, link: imaplib.IMAP4) -> None:
        self.link = link

    def close(self) -> None:
        with contextlib.suppress(*AWAY):
            self.link.logout()


def _connect(at: dict[str, Any]) -> imaplib.IMAP4:
    if at["kind"] == "imaps":
        context = ssl.create_default_context()
        link: imaplib.IMAP4 = imaplib.IMAP4_SSL(at["host"], at["port"], ssl_context=context, timeout=TIMEOUT)
    else:
        link = imaplib.IMAP4(at["host"], at["port"], timeout=TIMEOUT)
    try:
        link.login(at["user"], at["password"])
        quoted = at["folder"].replace("\\", "\\\\").replace('"', '\\"')
        _ok(link.select(f'"{quoted}"'))
    except BaseException:
        _Hanging(link).close()
        raise
    return link


def _over_imap(link: imaplib.IMAP4) -> Generator[tuple[bytes, Callable[[], Any]], None, None]:
    """Hand out what is not deleted, oldest first; what was deleted is expunged at the end (RFC 9051)."""
    (listed,) = _ok(link.uid("SEARCH", "UNDELETED"))
    try:
        for uid in (listed or b"").decode("ascii").split():
            answer = _ok(link.uid("FETCH", uid, f"(BODY.PEEK[]<0.{MOST}>)"))
            found = [part[1] for part in answer if isinstance(part, tuple)]
            if found:  # another task may have deleted it
                yield found[0], partial(_delete, link, uid)
    finally:
        with contextlib.suppress(*AWAY):
            link.expunge()


def _delete(link: imaplib.IMAP4, uid: str) -> None:
    _ok(link.uid("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)"))


def _ok(answer: tuple[str, list[Any]]) -> list[Any]:
    status, data = answer
    if status != "OK":
        said = data[0] if data else b""
        raise imaplib.IMAP4.error(said.decode(errors="replace") if isinstance(said, bytes) else str(said))
    return data
