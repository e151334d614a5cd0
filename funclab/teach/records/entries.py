"""The schema of progress: what an entry is, and the entries in a file of any version.

An entry is a record with its `version`, `kind` and `id`, the fields of its kind, and whatever
fields a later version of funclab adds; these stay. `at` is the time, in seconds since 1970.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from funclab.files import json_lines
from funclab.files.json_lines import Unusable

VERSION = 2

Entry = dict[str, Any]
LONGEST_TEXT = 1000
LONGEST_PROGRAM = 2000
MOST = 10**6
LATEST = 10**11


class Newer(Unusable):
    """An entry of a version that this funclab does not know."""


def is_text(value: Any, longest: int = LONGEST_TEXT) -> bool:
    return isinstance(value, str) and len(value) <= longest


def is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value <= MOST


def is_counts(value: Any) -> bool:
    return isinstance(value, list) and all(map(is_count, value))


def is_time(value: Any) -> bool:
    return type(value) in (int, float) and 0 <= value < LATEST


KINDS: dict[str, dict[str, Callable[[Any], bool]]] = {
    "answer": {"question": is_text, "option": lambda value: value is None or is_count(value)},
    "attempt": {"exercise": is_text, "mistake": is_text},
    "hint": {"exercise": is_text, "number": is_count},
    "vote": {"question": is_text, "began": is_text, "first": is_counts},
}
"""The fields that entries of each kind have: an answer to a question (None for "show me"), the
verdict on an attempt at an exercise ("" if it is right), a hint that was read, and the votes of a
class."""
IF_ANY: dict[str, Callable[[Any], bool]] = {
    "at": is_time,
    "second": is_counts,
    "try": is_count,
    "vote": is_count,
    "lines": partial(is_text, longest=LONGEST_PROGRAM),
    "made": is_text,
    "day": is_count,
    "minute": is_count,
}
"""Fields that an entry may have. `try` says which try at a question an answer is, from 1, and
`vote` which vote of a class. Of an attempt, `lines` are its program, and `made` is the fingerprint
of its graph or the name of the error that stopped it. In a file for a class, `day` and `minute`
stand for `at`: days of work from 0, and minutes since the first entry of that day."""


def checked(value: Any) -> Entry:
    """The entry in the value of a line.

    Raises: Newer, or Unusable for anything else.
    """
    entry = json_lines.unsealed(value)
    if is_count(entry.get("version")) and entry["version"] > VERSION:
        raise Newer(f"has the version {entry['version']}")
    return fitting(entry)


def fitting(entry: Entry) -> Entry:
    """An entry whose fields are what they should be. Kinds that are unknown so far are kept.

    Raises: Unusable for anything else.
    """
    named = entry.get("version") == VERSION and is_text(entry.get("id"))
    if not named or not is_text(entry.get("kind")):
        raise Unusable("is not an entry of progress")
    needed = KINDS.get(entry["kind"], {})
    found = {name: test for name, test in IF_ANY.items() if name in entry}
    for name, test in {**needed, **found}.items():
        if name not in entry or not test(entry[name]):
            raise Unusable(f"has no valid {name!r}")
    return entry


def read(text: str) -> tuple[list[Entry], json_lines.Wrong]:
    """The entries in a file of progress, or an export, of any version; and what is wrong with it.

    In a damaged file, those that are complete are found.
    """
    if not text.strip():
        return [], [(0, Unusable("is empty"))]
    try:
        data = json_lines.parsed(text)
    except Unusable as error:
        found, wrong = json_lines.records(text, checked)
        if text[:1] == "{" and not text[1:2].strip():  # a document, of which most lines are parts
            wrong = [(0, error)]
        return found or list(_pieces_of_version_1(text)), wrong
    if not isinstance(data, dict):
        return [], [(0, Unusable("is not an object"))]
    if "digest" in data:
        return json_lines.records(text, checked)
    if is_count(data.get("version")) and data["version"] > VERSION:
        return [], [(0, Newer(f"has the version {data['version']}"))]
    if isinstance(data.get("entries"), list):
        return json_lines.records("\n".join(map(json.dumps, data["entries"])), checked)
    return _of_version_1(data)


def _of_version_1(data: dict[str, Any]) -> tuple[list[Entry], json_lines.Wrong]:
    """The entries of a file that funclab 0.1 wrote."""
    wrong: json_lines.Wrong = []
    if data.get("version") != 1:
        wrong.append((0, Unusable("has no version")))
    rows = []
    for name, kind in {"answers": list, "exercises": dict, "votes": list}.items():
        if not isinstance(data.get(name, kind()), kind) or (name == "answers" and name not in data):
            wrong.append((0, Unusable(f"has no valid {name!r}")))
        else:
            rows += list(_rows(name, data.get(name, kind())))
    made: list[Entry] = []
    for entry in _identified(rows):
        try:
            made.append(fitting(entry))
        except Unusable as error:
            wrong.append((0, error))
    return made, wrong


def _rows(name: str, value: Any) -> Iterator[Any]:
    """What a part of a file of version 1 says, as entries without an id."""
    if name != "exercises":
        yield from ({**row, "kind": name[:-1]} if isinstance(row, dict) else row for row in value)
        return
    for exercise, facts in value.items():
        known = facts if isinstance(facts, dict) else {"tries": None}
        tries = known.get("tries")
        for mistake in tries if isinstance(tries, list) else [None]:
            yield {"kind": "attempt", "exercise": exercise, "mistake": mistake}
        if known.get("hints", 0) != 0:
            yield {"kind": "hint", "exercise": exercise, "number": known["hints"]}


def _identified(rows: list[Any]) -> Iterator[Entry]:
    """Entries with ids that depend on what they say and how often it was said before: they are the
    same for each copy of a file."""
    count: Counter[str] = Counter()
    for row in rows:
        same = json_lines.digest(row)
        count[same] += 1
        entry = row if isinstance(row, dict) else {}
        yield {**entry, "version": VERSION, "id": f"{same}-{count[same]}"}


ROW = re.compile(r'(?:"([^"\\]{1,40})"\s*:\s*)?(\{\s*"(?:question|tries)")')
"""Where an answer, a vote or an exercise begins in a file of version 1."""


def _pieces_of_version_1(text: str) -> Iterator[Entry]:
    """The complete entries in a damaged file of version 1."""
    rows: list[Any] = []
    for match in ROW.finditer(text):
        try:
            value, _ = json_lines.value_at(text, match.start(2))
        except Unusable:
            continue
        if "tries" in value:
            rows += _rows("exercises", {match[1]: value})
        else:
            rows += _rows("votes" if "began" in value else "answers", [value])
    for entry in _identified(rows):
        try:
            yield fitting(entry)
        except Unusable:
            continue
