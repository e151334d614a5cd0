"""Files that are written whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from funclab.errors import FileError
from funclab.fields import wrong_value


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
    process that is killed), the file at `path` is either the old one or the complete new one.

    Raises: FileError if the file cannot be written; `path` is then unchanged.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        raise _not_written(path, target, OSError("It is not a file"))
    new = target.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        yield new
        with new.open("rb+") as file:
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, new)
        os.replace(new, target)
    except OSError as error:
        raise _not_written(path, target, error) from error
    finally:
        with suppress(OSError):
            new.unlink(missing_ok=True)


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
