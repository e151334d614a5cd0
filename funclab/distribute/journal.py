"""The journal of a sweep: a file to which a line is added when a trial ends."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from funclab import files
from funclab.errors import BusyError, ConfigError
from funclab.files import json_lines
from funclab.files.json_lines import Unusable

VERSION = 2
Record = dict[str, Any]
Check = Callable[[Record], Record]
BEGINNING = '{"funclab": "sweep", '


class Journal:
    """The results of a sweep so far: in a file, or without a `path` in memory only.

    Every line is a record (see `json_files`): the first describes the sweep, each of the others is
    the result of one trial, with a digest that also depends on the settings of the sweep. A process
    that was killed while it wrote leaves an incomplete last line; that line is cut off, and its
    trial runs again. So do the trials of lines that were damaged, or that belong to another sweep:
    `wrong` says which. These lines stay.

    path: the file; it is created if it does not exist.
    about: the settings of the sweep. A file with other settings belongs to another sweep.
    source: the source code of the function that builds the models, or "". `changed` says whether
        the sweep was begun with a different one.
    check: a function that returns a result of this sweep, and raises Unusable for others.

    Raises: ConfigError for a file that is not the journal of this sweep; BusyError while
        another sweep holds it; FileError when it cannot be written.
    """

    def __init__(
        self, path: Any, about: Record, source: str = "", check: Check = lambda record: record
    ) -> None:
        self.path = None if path is None else files.as_path(path)
        self.name = uuid.uuid4().hex[:12]
        """Identifies the sweep on a cluster, even after it has been resumed."""
        self.records: list[Record] = []
        self.changed = False
        self.wrong: json_lines.Wrong = []
        if self.path is None:
            return
        self._about = json.loads(json.dumps(about))
        self._of = json_lines.digest(self._about)
        self._source = source and hashlib.sha256(source.encode()).hexdigest()[:12]
        self._hold()
        try:
            self._read(_Lines(self._about, self._of, check))
        except BaseException:
            self.close()
            raise

    def _hold(self) -> None:
        """Keep others from writing to the file."""
        assert self.path is not None
        files.append_text(self.path, "")  # creates it, or says why it cannot be written
        self._file = self.path.open("rb+")
        try:
            if files.fcntl is not None:  # there are no such locks on Windows
                files.fcntl.flock(self._file, files.fcntl.LOCK_EX | files.fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            raise BusyError(
                f"Another sweep is writing to the journal {str(self.path)!r}.",
                why="two sweeps with one journal would run the same trials twice.",
                fix="wait for the other one, end it with its cancel().wait(), or give this one a "
                "journal of its own.",
            ) from error

    def _read(self, lines: _Lines) -> None:
        contents = self._file.read()
        if contents[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise self._not_a_journal("an editor has saved it as UTF-16", "save it as UTF-8.")
        whole, end, torn = contents.rpartition(b"\n")
        self.records, self.wrong = json_lines.records(json_lines.decoded(whole), lines.record_in)
        last = json_lines.records(json_lines.decoded(torn), lines.record_in)[0]
        self.records += last
        if not (lines.known or BEGINNING.encode().startswith((whole or torn)[: len(BEGINNING)])):
            raise self._not_a_journal("no line of it is that of a journal")
        if torn and not last:
            self._file.truncate(len(whole + end))
        self._examine(lines.headers)

    def _examine(self, headers: list[Record]) -> None:
        """Compare the first header with this sweep; write it if there is none."""
        self.records = [record for record in self.records if "funclab" not in record]
        if not headers and not self.records:
            self._write(
                {"funclab": "sweep", "version": VERSION, "name": self.name, "about": self._about}
                | {"source": self._source}
            )
            return
        for first in headers[:1]:
            self._compare(first)
            self.name = first["name"]
        sources = {header.get("source") for header in headers} | {self._source}
        self.changed = len(sources - {None, ""}) > 1

    def _not_a_journal(
        self, reason: str, fix: str = "name another file, which the sweep then makes."
    ) -> ConfigError:
        return ConfigError(
            f"The file {str(self.path)!r} cannot be read as the journal of a sweep: {reason}.",
            why="a sweep adds to its journal, and overwrites nothing else.",
            fix=fix,
        )

    def _compare(self, header: Record) -> None:
        if header.get("version", 1) > VERSION:
            raise self._not_a_journal(
                "a newer version of funclab wrote it", "pip install --upgrade funclab."
            )
        if other := difference(header["about"], self._about):
            raise ConfigError(
                f"The journal {str(self.path)!r} is that of another sweep: {other}.",
                why="trials of two different sweeps cannot be compared.",
                fix="resume a sweep with the arguments that it began with, or name another file.",
            )

    def add(self, record: Record) -> None:
        """Add the result of a trial, to the file first."""
        if self.path is not None:
            self._write(record)
        self.records.append(record)

    def _write(self, record: Record) -> None:
        assert self.path is not None
        of = None if "funclab" in record else self._of
        json_lines.append(self.path, [json_lines.sealed(record, of)])

    def close(self) -> None:
        """Let others write to the file."""
        if self.path is not None:
            self._file.close()

    def __repr__(self) -> str:
        return f"<Journal of {len(self.records)} trials: {self.path or Path('memory')}>"


class _Lines:
    """What the lines of a journal are, from its first to its last: headers and results.

    Two journals in one file are read as one if both are of this sweep.
    """

    def __init__(self, about: Record, of: str, check: Check) -> None:
        self.about, self.of, self.check = about, of, check
        self.headers: list[Record] = []
        self.known = False
        """Whether any line is that of a journal."""
        self.plain = False
        """Whether lines need no digest: funclab 0.1 wrote none."""

    def record_in(self, value: Any) -> Record:
        """The header, or the result of a trial of this sweep, in a line.

        Raises: Unusable for anything else.
        """
        if not isinstance(value, dict):
            raise Unusable("is not a record")
        if value.get("funclab") == "sweep":
            return self._header(value)
        if "digest" in value or not self.plain:
            value = json_lines.unsealed(value, self.of)
        record = self.check(value)
        self.known = True
        return record

    def _header(self, value: Record) -> Record:
        self.plain = False
        header = json_lines.unsealed(value) if "digest" in value else value
        version = header.get("version", 1)
        named = isinstance(header.get("name"), str) and isinstance(header.get("about"), dict)
        if not named or type(version) is not int:
            raise Unusable("does not say which sweep it belongs to")
        other = difference(header["about"], self.about)
        if other and self.headers:
            raise Unusable(f"begins the journal of another sweep: {other}")
        self.headers.append(header)
        self.plain = "digest" not in value and not other
        self.known = True
        return header


def difference(about: Record, own: Record) -> str:
    """In what another sweep differs from this one; "" if in nothing.

    >>> difference({"seed": 1}, {"seed": 0})
    'its seed is 1, not 0'
    """
    for key in own:
        if json_lines.digest(own[key]) != json_lines.digest(about.get(key)):
            return f"its {key} is {about.get(key)!r}, not {own[key]!r}"
    return ""
