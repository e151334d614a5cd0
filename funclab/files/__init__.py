"""Files that are written whole or not at all."""

from __future__ import annotations

import errno
import os
import platform
import secrets
import shutil
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from funclab.errors import FileError
from funclab.registry.parameters import wrong_value

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

DAY = 24 * 60 * 60
IN_USE = (5, 32)
"""The codes of Windows' errors for a file that another process has open."""
PAUSES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.3)
"""Seconds between the attempts to replace it."""


def as_path(path: Any) -> Path:
    """The path given by text or a path object.

    Raises: ArgumentError for anything else.
    """
    try:
        return Path(path)
    except TypeError:
        raise wrong_value(
            "A file", "path", path, "text or a pathlib.Path", '"model.keras"'
        ) from None


@contextmanager
def replacing(path: Any) -> Iterator[Path]:
    """The path of a new file, which replaces `path` if the block ends without an error.

    Until then, the new file is in the same folder. Whatever happens (an error, a full disk, a
    process that is killed), the file at `path` is either the old one or the complete new one. What
    a killed process has left there is removed the next time that `path` is replaced.

    Raises: FileError if the file cannot be written; `path` is then unchanged.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        raise _not_written(path, target, OSError("It is not a file"))
    try:
        _remove_leftovers(target)
        with _temporary(target) as new:
            yield new
            with new.open("rb+") as file:
                os.fsync(file.fileno())
            if target.exists():
                shutil.copymode(target, new)
            _replace(new, target)
    except OSError as error:
        raise _not_written(path, target, error) from error


@contextmanager
def _temporary(target: Path) -> Iterator[Path]:
    """A new, empty file beside `target`. Where there are locks, it is locked as long as it is in
    use, so that other processes know."""
    new, descriptor = _create(target)
    try:
        yield new
    finally:
        with suppress(OSError):
            new.unlink(missing_ok=True)
        if descriptor is not None:
            os.close(descriptor)


def _create(target: Path) -> tuple[Path, int | None]:
    while True:
        new = target.with_name(f"{_prefix(target)}{_here()}-{secrets.token_hex(8)}.tmp")
        descriptor = os.open(new, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666)
        if fcntl is None:  # Windows, where an open file could not replace another
            os.close(descriptor)
            return new, None
        with suppress(OSError):  # some network folders have no locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if new.exists():  # else another process has taken it for a leftover, before it was locked
            return new, descriptor
        os.close(descriptor)


def _remove_leftovers(target: Path) -> None:
    """Remove temporary files of processes that were killed while they replaced `target`."""
    prefix, names = _prefix(target), list[str]()
    with suppress(OSError):  # a folder that may be written, but not read
        names = os.listdir(target.parent)
    for name in names:
        if name.startswith(prefix) and name.endswith(".tmp"):
            with suppress(OSError):
                _remove_unused(target.with_name(name), name.startswith(prefix + _here()))


def _remove_unused(path: Path, is_here: bool) -> None:
    """Remove a temporary file unless a process may be using it.

    On this machine, such a process has locked it. On another machine, whose locks may not be seen
    here, it writes: so the file is not in use if nothing was written for a day.
    """
    if not (is_here and fcntl) and time.time() - path.stat().st_mtime < DAY:
        return
    if fcntl is None:
        path.unlink()
        return
    descriptor = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()
    finally:
        os.close(descriptor)


def _prefix(target: Path) -> str:
    """The beginning of the names of temporary files for a target, whose own name may be long."""
    return f".{zlib.crc32(target.name.encode('utf-8', 'surrogateescape')):08x}-"


def _here() -> str:
    """This machine, in a name."""
    return f"{zlib.crc32(platform.node().encode()):08x}"


def _replace(new: Path, target: Path) -> None:
    """`os.replace`; on Windows again for a second, while another process has the target open."""
    for pause in PAUSES:
        try:
            os.replace(new, target)
            return
        except PermissionError as error:
            if getattr(error, "winerror", None) not in IN_USE:
                raise
        time.sleep(pause)
    os.replace(new, target)


def write_text(path: Any, text: str) -> None:
    """Write text, as UTF-8, to a file: all of it or nothing.

    Raises: FileError if the file cannot be written.
    """
    with replacing(path) as new:
        new.write_text(text, encoding="utf-8", newline="")


def append_text(path: Any, text: str) -> None:
    """Append text, as UTF-8, to a file: all of it or nothing.

    Raises: FileError if the file cannot be written; it is then unchanged.
    """
    contents = text.encode()
    try:
        with Path(path).open("ab", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            if file.write(contents) < len(contents):
                file.truncate(size)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError as error:
        raise _not_written(path, Path(path), error) from error


def _not_written(path: Any, target: Path, error: OSError) -> FileError:
    fix = "free some space there, or choose another folder."
    if not target.parent.is_dir():
        fix = f"make the folder first: pathlib.Path({str(target.parent)!r}).mkdir(parents=True)."
    elif target.is_dir():
        fix = "choose a name that is not that of a folder."
    elif not os.access(target.parent, os.W_OK):
        fix = "choose a folder that you may write to."
    return FileError(
        f"The file {str(path)!r} was not written. {error.strerror or error}.",
        why="the system refused it; what was there before is unchanged.",
        fix=fix,
    )
