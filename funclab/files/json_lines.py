"""JSON files that funclab keeps: nothing in them is trusted, and nothing readable in them is lost.

A record is a JSON object on a line of its own, with a digest of its contents, so that a change is
noticed. Records are only ever appended.
"""

from __future__ import annotations

import codecs
import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from funclab import files

Record = dict[str, Any]
Wrong = list[tuple[int, "Unusable"]]
"""The numbers of the lines that cannot be used, from 1, and why; 0 is the file as a whole."""

DEEPEST = 50
"""How deeply lists and objects may be nested; what funclab writes has less than ten levels."""
LARGEST = 64 * 2**20
MOST_FAILURES = 10_000
"""How many places of a damaged line are searched in vain for a record."""
_DECODER = json.JSONDecoder()


class Unusable(ValueError):
    """What is wrong with a line or a file, in words that follow its name."""


def read(path: Path, largest: int = LARGEST) -> str:
    """The text of a file, as far as it is text.

    Raises: OSError if it cannot be read, Unusable if it has more than `largest` bytes.
    """
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise OSError("It is not a file")
    with path.open("rb") as file:
        contents = file.read(largest + 1)
    if len(contents) > largest:
        raise Unusable(f"is larger than {largest >> 20} MB")
    return decoded(contents)


def decoded(contents: bytes) -> str:
    """Text in UTF-8, or in UTF-16 with the mark of editors on Windows.

    >>> decoded(b'[1]'), decoded(b'\\xef\\xbb\\xbf[1]'), decoded("[1]".encode("utf-16"))
    ('[1]', '[1]', '[1]')
    """
    wide = contents.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return contents.decode("utf-16" if wide else "utf-8-sig", "replace")


def parsed(text: str) -> Any:
    """The value of a JSON text.

    Raises: Unusable for anything else, and for what is nested too deeply.
    """
    try:
        return _bounded(json.loads(text))
    except RecursionError:
        raise _too_deep() from None
    except Unusable:
        raise
    except ValueError as error:
        raise Unusable(f"is not JSON ({getattr(error, 'msg', error)})") from None


def _bounded(value: Any) -> Any:
    if is_deeper(value, DEEPEST):
        raise _too_deep()
    return value


def is_deeper(value: Any, most: int) -> bool:
    """Whether lists and objects are nested in more than so many levels.

    >>> is_deeper([{"a": 1}], 2), is_deeper([{"a": []}], 2)
    (False, True)
    """
    level = [value]
    for _ in range(most + 1):
        level = [part for part in level if isinstance(part, (dict, list))]
        if not level:
            return False
        insides = (part.values() if isinstance(part, dict) else part for part in level)
        level = [item for inside in insides for item in inside]
    return True


def _too_deep() -> Unusable:
    return Unusable(f"is nested more than {DEEPEST} deep")


def sealed(record: Record, of: Any = None) -> str:
    """The line for a record that belongs to `of`.

    >>> sealed({"trial": 1})
    '{"trial": 1, "digest": "7ae340aa38c2af18"}'
    """
    return json.dumps({**record, "digest": digest([record, of])})


def unsealed(value: Any, of: Any = None) -> Record:
    """The record in the value of a line.

    Raises: Unusable if it is not a record, was changed, or belongs to something else.
    """
    if not isinstance(value, dict) or "digest" not in value:
        raise Unusable("is not a record")
    record = {name: item for name, item in value.items() if name != "digest"}
    if digest([record, of]) != value["digest"]:
        raise Unusable("was changed: it does not have the digest that it was written with")
    return record


def digest(value: Any) -> str:
    """16 digits that depend on every part of a value, but not on the order of names.

    >>> digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1}) != digest({"a": 1, "b": 2.0})
    True
    """
    text = json.dumps(value, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def records(text: str, check: Callable[[Any], Record]) -> tuple[list[Record], Wrong]:
    """The records on the lines of a text; and what is wrong with its other lines.

    `check` returns the record in a value, or raises Unusable. Where lines have run together,
    or were cut, every record that is still complete is found.
    """
    found: list[Record] = []
    wrong: Wrong = []
    for number, line in enumerate(text.split("\n"), 1):
        line = line.strip().rstrip(",")
        try:
            values = [parsed(line)] if line else []
        except Unusable as error:
            wrong.append((number, error))
            values = pieces(line)
        broken = bool(wrong) and wrong[-1][0] == number
        for value in values:
            try:
                found.append(check(value))
            except Unusable as error:
                if not broken:
                    wrong.append((number, error))
    return found, wrong


def pieces(line: str) -> Iterator[Any]:
    """The JSON objects inside a line that is not JSON as a whole.

    >>> list(pieces('{"a": 1}{"b": {"c": 2}'))
    [{'a': 1}, {'c': 2}]
    """
    start = failures = 0
    while failures < MOST_FAILURES and (start := line.find("{", start)) >= 0:
        try:
            value, start = value_at(line, start)
            yield value
        except Unusable:
            start, failures = start + 1, failures + 1


def value_at(text: str, start: int) -> tuple[Any, int]:
    """The JSON value that begins at a place of a text, and where it ends.

    Raises: Unusable for anything else, and for what is nested too deeply.
    """
    try:
        value, end = _DECODER.raw_decode(text, start)
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        raise Unusable("is not JSON") from error
    return _bounded(value), end


def in_words(wrong: Wrong, most: int = 3) -> str:
    """What is wrong with the lines of a file.

    >>> in_words([(2, Unusable("is not JSON")), (0, Unusable("has no version"))])
    'line 2 is not JSON; it has no version'
    """
    told = [f"{f'line {number}' if number else 'it'} {error}" for number, error in wrong[:most]]
    left_out = len(wrong) - len(told)
    return "; ".join(told + [f"and so on, {left_out} more"] * bool(left_out))


def append(path: Path, lines: list[str]) -> None:
    """Append lines to a file: all of them or none. They never join a line that was cut.

    Raises: FileError if the file cannot be written; it is then unchanged.
    """
    begin = "" if _ends_a_line(path) else "\n"
    files.append_text(path, begin + "".join(f"{line}\n" for line in lines))


def _ends_a_line(path: Path) -> bool:
    """Whether a file is empty, missing, or has a whole last line."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 1))
            return file.read(1) in (b"", b"\n")
    except OSError:
        return True
