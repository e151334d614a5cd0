"""The journal of a sweep: a file to which a line is added when a trial ends."""

from __future__ import annotations

import hashlib
import importlib
import json
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

from funclab import files
from funclab.errors import BusyError, ConfigError

Record = dict[str, Any]
BEGINNING = '{"funclab": "sweep", '


class Journal:
    """The results of a sweep so far: in a file, or without a `path` in memory only.

    Every line is a JSON object: the first describes the sweep, each of the others is the result of
    one trial. A process that was killed while it wrote leaves an incomplete last line; that line is
    cut off, and its trial runs again.

    path: the file; it is created if it does not exist.
    about: the settings of the sweep. A file with other settings belongs to another sweep.
    source: the source code of the function that builds the models, or "". `changed` says whether
        the sweep was begun with a different one.

    Raises: ConfigError for a file that is not the journal of this sweep; BusyError while
        another sweep holds it; FileError when it cannot be written.
    """

    def __init__(self, path: Any, about: Record, source: str = "") -> None:
        self.path = None if path is None else files.as_path(path)
        self.name = uuid.uuid4().hex[:12]
        """Identifies the sweep on a cluster, even after it has been resumed."""
        self.records: list[Record] = []
        self.changed = False
        if self.path is None:
            return
        self._first = {
            "about": json.loads(json.dumps(about)),
            "source": source and hashlib.sha256(source.encode()).hexdigest()[:12],
        }
        self._hold()
        try:
            self._read()
        except BaseException:
            self.close()
            raise

    def _hold(self) -> None:
        """Keep others from writing to the file."""
        assert self.path is not None
        files.append_text(self.path, "")  # creates it, or says why it cannot be written
        self._file = self.path.open("rb+")
        with suppress(ImportError):  # there are no such locks on Windows
            locks = importlib.import_module("fcntl")
            try:
                locks.flock(self._file, locks.LOCK_EX | locks.LOCK_NB)
            except OSError as error:
                self._file.close()
                raise BusyError(
                    f"Another sweep is writing to the journal {str(self.path)!r}.",
                    why="two sweeps with one journal would run the same trials twice.",
                    fix="wait for the other one, end it with its cancel().wait(), or give this one "
                    "a journal of its own.",
                ) from error

    def _read(self) -> None:
        whole, end, torn = self._file.read().rpartition(b"\n")
        lines = whole.split(b"\n") if end else []
        if not lines and not BEGINNING.encode().startswith(torn[: len(BEGINNING)]):
            raise self._not_a_journal("its first line is not that of a journal")
        self._file.truncate(len(whole + end))
        if not lines:
            self._first = {"name": self.name, **self._first}
            self._write({"funclab": "sweep", **self._first})
            return
        first, *self.records = [self._parsed(i, line) for i, line in enumerate(lines, 1)]
        if first.get("funclab") != "sweep" or "name" not in first:
            raise self._not_a_journal("its first line is not that of a journal")
        self._compare(first["about"])
        self.name = first["name"]
        sources = {first.get("source"), self._first["source"]} - {None, ""}
        self.changed = len(sources) > 1

    def _parsed(self, number: int, line: bytes) -> Record:
        try:
            record = json.loads(line)
            if isinstance(record, dict):
                return record
        except ValueError:
            pass
        raise self._not_a_journal(f"line {number} is not a JSON object")

    def _not_a_journal(self, reason: str) -> ConfigError:
        return ConfigError(
            f"The file {str(self.path)!r} cannot be read as the journal of a sweep: {reason}.",
            why="a sweep adds to its journal, and overwrites nothing else.",
            fix="name another file, which the sweep then makes.",
        )

    def _compare(self, about: Record) -> None:
        own = self._first["about"]
        for key in own:
            if own[key] != about.get(key):
                raise ConfigError(
                    f"The journal {str(self.path)!r} is that of another sweep: its {key} is "
                    f"{about.get(key)!r}, not {own[key]!r}.",
                    why="trials of two different sweeps cannot be compared.",
                    fix="resume a sweep with the arguments that it began with, or name another "
                    "file.",
                )

    def add(self, record: Record) -> None:
        """Add the result of a trial, to the file first."""
        if self.path is not None:
            self._write(record)
        self.records.append(record)

    def _write(self, record: Record) -> None:
        assert self.path is not None
        files.append_text(self.path, json.dumps(record) + "\n")

    def close(self) -> None:
        """Let others write to the file."""
        if self.path is not None:
            self._file.close()

    def __repr__(self) -> str:
        return f"<Journal of {len(self.records)} trials: {self.path or Path('memory')}>"
