"""Where progress is stored: each process appends to a file of its own, and all are read together.

So processes never wait for each other, and none can overwrite what another wrote; this also works
on Windows and in home folders on a network. Next to `progress.json`, where funclab 0.1 stored
everything, the files are in `progress.d`. A file that is damaged is renamed, after what is readable
in it was stored again; a file that cannot be used is left alone. Both are said once.
"""

from __future__ import annotations

import glob
import os
import secrets
import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from typing import Any

from funclab import errors
from funclab.errors import FileError, FunclabError
from funclab.files import json_lines
from funclab.files.json_lines import Unusable
from funclab.teach.records import entries
from funclab.teach.records.entries import VERSION, Entry

LARGEST = 16 * 2**20
SETTLED = 5.0
"""Seconds after which a file that ends in the middle of a line is no longer being written."""

ASIDE = ".damaged"
"""The end of the name of a file that was set aside."""

lock = RLock()


@dataclass
class Writer:
    """This process: the name of its file, and how many entries and bytes it has written."""

    process: int = field(default_factory=os.getpid)
    token: str = field(default_factory=lambda: secrets.token_hex(6))
    count: int = 0
    size: dict[Path, int] = field(default_factory=dict)
    last: float = 0.0

    def completed(self, facts: Entry) -> Entry:
        """An entry with its version, id and time: one process's times never go back."""
        self.count += 1
        self.last = max(self.last, round(time.time(), 3))
        return {"version": VERSION, "id": f"{self.token}-{self.count}", "at": self.last, **facts}

    def file(self, folder: Path) -> Path:
        return folder / f"{self.token}.jsonl"


_writer = Writer()
_unwritten: dict[Path | None, list[Entry]] = {}
"""Entries that could not be written, for each place; with None, those of FUNCLAB_PROGRESS=off."""
_read: dict[Path, tuple[Any, list[Entry], json_lines.Wrong]] = {}
"""What was read of each file, with its size and time."""
_left: set[tuple[Path, Any]] = set()
"""Damaged files, each with its size and time, that have been dealt with."""
_said: set[tuple[str, str]] = set()


def path() -> Path | None:
    """Where progress is kept; None if it is kept in memory only."""
    named = os.environ.get("FUNCLAB_PROGRESS", "")
    if named.lower() in ("off", "0"):
        return None
    try:
        place = Path(named) if named else Path.home() / ".funclab" / "progress.json"
    except RuntimeError:  # there is no home folder
        return None
    if place.suffix == ".d":  # the folder itself, as `doctor` names it: there soon, if not yet
        return place.with_suffix(".json")
    return place / "progress.json" if os.path.isdir(place) else place


def folder_of(place: Path) -> Path:
    """The folder with a file for each process."""
    return place.with_suffix(".d")


def files_at(place: Path) -> list[Path]:
    """The files that contain progress, the oldest kind first."""
    folder = folder_of(place)
    try:
        names = sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        names = []
    except OSError as error:
        _say_unread(folder, error)
        names = []
    return [place, *(folder / name for name in names if name.endswith(".jsonl"))]


def damaged_at(place: Path) -> list[Path]:
    """The damaged files that were set aside: they contain answers, too."""
    folder = folder_of(place)
    return [*place.parent.glob(f"{glob.escape(place.name)}.*{ASIDE}"), *folder.glob(f"*{ASIDE}")]


def problem(place: Path) -> str:
    """Why entries cannot be stored at a place; "" if they can."""
    probe = folder_of(place) / f"{secrets.token_hex(6)}.probe"
    try:
        probe.parent.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        return str(error)
    return ""


def add(*facts: Entry) -> None:
    """Keep entries: in the file of this process, or in memory if it cannot be written."""
    with lock:
        place, writer = path(), _this_process()
        _store(place, [writer.completed(entry) for entry in facts])


def add_all(found: list[Entry]) -> None:
    """Keep entries that have an id, unless they are there already."""
    with lock:
        known = {entry["id"] for entry in everything()}
        _store(path(), [entry for entry in found if entry["id"] not in known])


def everything() -> list[Entry]:
    """All entries, in the order of their times."""
    with lock:
        place = path()
        found = list(_unwritten.get(place, []))
        if place is not None:
            found += [entry for file in files_at(place) for entry in _entries_in(file, place)]
        each = {entry["id"]: entry for entry in found}
        return sorted(each.values(), key=lambda entry: entry.get("at", 0))


def forget() -> None:
    """Delete all progress.

    Raises: FileError if a file cannot be deleted.
    """
    with lock:
        place = path()
        _unwritten.pop(place, None)
        for file in [*files_at(place), *damaged_at(place)] if place is not None else ():
            try:
                if file.is_file():
                    file.unlink(missing_ok=True)
            except OSError as error:
                raise FileError(
                    f"The file {str(file)!r} was not deleted. {error.strerror or error}.",
                    why="it contains answers that were to be forgotten.",
                    fix="close other notebooks and try again, or delete it yourself.",
                ) from error


def _this_process() -> Writer:
    """A process that was forked from another one writes a file of its own."""
    global _writer
    if _writer.process != os.getpid():
        _writer = Writer()
    return _writer


def _store(place: Path | None, found: list[Entry]) -> None:
    """Write entries, with those that could not be written before."""
    waiting = _unwritten.setdefault(place, [])
    waiting += found
    if place is None or not waiting:
        return
    try:
        _append(folder_of(place), waiting)
        waiting.clear()
    except (OSError, FileError) as error:
        _say(
            str(place),
            "Your answers are kept only as long as this session.",
            why=f"{str(folder_of(place))!r} cannot be written: {getattr(error, 'what', error)}",
            fix="teach.export_progress writes them to a file of your choice, and the environment "
            "variable FUNCLAB_PROGRESS=FILE stores them there from the start.",
        )


def _append(folder: Path, found: list[Entry]) -> None:
    global _writer
    folder.mkdir(parents=True, exist_ok=True)
    file = _writer.file(folder)
    if _size(file) != _writer.size.get(file, 0):  # changed by something else: begin another file
        _writer = Writer(last=_writer.last)
        file = _writer.file(folder)
    json_lines.append(file, [json_lines.sealed(entry) for entry in found])
    _writer.size[file] = _size(file)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _entries_in(file: Path, place: Path) -> list[Entry]:
    """The entries in a file; what is wrong with it is said once."""
    try:
        stamp = os.stat(file)
        key = (stamp.st_size, stamp.st_mtime_ns, stamp.st_ino)
        if _read.get(file, (None,))[0] != key:
            _read[file] = (key, *entries.read(json_lines.read(file, LARGEST)))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except (OSError, Unusable) as error:
        _say_unread(file, error)
        return []
    _, found, wrong = _read[file]
    settled = time.time() - stamp.st_mtime > SETTLED or file == place
    if wrong and settled and (file, key) not in _left:
        _left.add((file, key))
        _say_damaged(file, place, found, wrong)
    return found


def _say_unread(file: Path, error: Exception) -> None:
    _say(
        str(file),
        f"{str(file)!r}, with answers of yours, was not read.",
        why=f"{getattr(error, 'strerror', None) or f'it {error}'}.",
        fix="nothing in it was changed: rename it, or give yourself access to it.",
    )


def _say_damaged(file: Path, place: Path, found: list[Entry], wrong: json_lines.Wrong) -> None:
    newer = [error for _, error in wrong if isinstance(error, entries.Newer)]
    if newer:
        warn(
            f"Some answers in {str(file)!r} are not used: a newer version of funclab wrote them.",
            why=f"an entry {newer[0]}, and this funclab knows versions up to {VERSION}.",
            fix="pip install --upgrade funclab. Nothing in the file was changed.",
        )
        return
    aside = _set_aside(file, place, found)
    warn(
        f"The file {str(file)!r} with answers of yours is damaged. The {len(found)} entries that "
        "are readable in it are kept.",
        why=f"{json_lines.in_words(wrong)}.",
        fix="nothing needs to be done. "
        + (f"The file itself is now {str(aside)!r}." if aside else "The file was not changed."),
    )


def warn(what: str, *, why: str, fix: str) -> None:
    """Say what is wrong with a file: progress goes on without it."""
    errors.warn(str(FunclabError(what, why=why, fix=fix)))


def _set_aside(file: Path, place: Path, found: list[Entry]) -> Path | None:
    """Store the readable entries of a file again, then rename it; None if that is not possible."""
    global _writer
    aside = file.with_name(f"{file.name}.{secrets.token_hex(3)}{ASIDE}")
    if file == _this_process().file(folder_of(place)):
        _writer = Writer(last=_writer.last)
    try:
        if found:
            _append(folder_of(place), found)
        file.rename(aside)
        late, _ = entries.read(json_lines.read(aside, LARGEST))  # written just before
        known = {entry["id"] for entry in found}
        _store(place, [entry for entry in late if entry["id"] not in known])
    except (OSError, FileError, Unusable):
        return None
    return aside


def _say(about: str, what: str, **reasons: str) -> None:
    """Warn, once in a session for each file and problem."""
    if (about, what) not in _said:
        _said.add((about, what))
        warn(what, **reasons)
