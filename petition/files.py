"""Files and folders that appear whole or not at all, also when the process that writes them is killed.

What is being written lies beside its place under a name of its own, locked for as long as its writer lives: so the next
writer knows what a killed one left behind, and takes it away.
"""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

SUFFIX = ".part"


@contextmanager
def whole_file(target: Path) -> Iterator[IO[bytes]]:
    """Open a file for its owner only, which takes the place of `target` when the block ends well.

    Raises:
        OSError: it cannot be written there.
    """
    part, lock = _begin(target.parent, target.name, folder=False)
    try:
        with os.fdopen(os.dup(lock), "wb") as file:
            yield file
        into_place(part, target)
    finally:
        part.unlink(missing_ok=True)
        os.close(lock)


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Make a folder for its owner only, which becomes `target` when the block ends well.

    Raises:
        FileExistsError: something is there already.
        OSError: it cannot be written there.
    """
    if target.exists():
        raise FileExistsError(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with scratch_folder(target.parent, target.name) as part:
        yield part
        for path in part.rglob("*"):
            settle(path)
        if target.exists():
            raise FileExistsError(target)
        part.rename(target)
        settle(target.parent)


@contextmanager
def scratch_folder(parent: Path, name: str) -> Iterator[Path]:
    """Make a folder that is gone when the block ends; what killed processes left under this name goes first."""
    part, lock = _begin(parent, name, folder=True)
    try:
        yield part
    finally:
        shutil.rmtree(part, ignore_errors=True)
        os.close(lock)


def into_place(part: Path, target: Path) -> None:
    """Let a finished file take its place, so that a loss of power leaves the old one or the new one."""
    settle(part)
    part.replace(target)
    settle(target.parent)


def settle(path: Path) -> None:
    """Have the disk hold a file, or the names in a folder."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _begin(parent: Path, name: str, *, folder: bool) -> tuple[Path, int]:
    """Make an empty file or folder with a lock on it, and return both."""
    for left in parent.glob(f".{name}.*{SUFFIX}"):
        _take_away(left)
    while True:
        part = parent / f".{name}.{secrets.token_hex(6)}{SUFFIX}"
        if folder:
            part.mkdir(mode=0o700)
            lock = os.open(part, os.O_RDONLY)
        else:
            lock = os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        _lock(lock, fcntl.LOCK_EX)
        if part.exists():  # nobody took it away between the making and the lock
            return part, lock
        os.close(lock)


def _take_away(left: Path) -> None:
    """Remove what a process left that lives no more; one that lives holds the lock."""
    try:
        lock = os.open(left, os.O_RDONLY)
    except OSError:
        return
    try:
        if _lock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
    except OSError:  # somebody else was faster
        pass
    finally:
        os.close(lock)


def _lock(number: int, how: int) -> bool:
    try:
        fcntl.flock(number, how)
    except OSError:  # it is held, or this file system has no locks: then what is left stays until somebody looks
        return False
    return True
