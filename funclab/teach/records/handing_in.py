"""`my_progress`: what a student may hand in to a teacher, shown as it is before it is a file."""

from __future__ import annotations

import io
import json
import re
import time
import tokenize
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from funclab.errors import ArgumentError
from funclab.files import as_path, json_lines, write_text
from funclab.teach import course
from funclab.teach.records import signing
from funclab.teach.records.entries import LONGEST_PROGRAM, VERSION, Entry
from funclab.teach.records.storing import everything
from funclab.view.draw.sentences import say

CODE = re.compile(r"[A-Za-z0-9_-]{1,20}")
FIELDS = (
    *("version", "id", "kind", "question", "option", "try", "vote"),
    *("exercise", "mistake", "number", "lines", "made", "day", "minute"),
)
"""What is handed in of an entry: nothing else, whatever a later version records."""
LONGEST_STRING = 40
"""A longer text in a program may be a note about somebody."""


@dataclass(frozen=True)
class HandedIn:
    """A file for a teacher that is not written yet: its `code`, its `entries`, the `key` of the
    class if there is one, and its `text`."""

    code: str
    entries: tuple[Entry, ...]
    key: str | None = field(default=None, repr=False)

    @property
    def text(self) -> str:
        """The JSON that `save` writes: an entry on each line."""
        head = {"version": VERSION, "code": self.code, "course": self._lessons()}
        lines = ",\n".join(f"  {json_lines.sealed(entry)}" for entry in self.entries)
        text = f'{json.dumps(head, indent=1)[:-2]},\n "entries": [\n{lines}\n ]\n}}\n'
        return signing.signed(text, self.key)

    def _lessons(self) -> dict[str, str]:
        """The lessons and forms of the test that answers belong to, each with its key."""
        questions = course.all_questions()
        named = [str(entry.get("question", "")).rpartition("/")[2] for entry in self.entries]
        groups = {course.group_of(questions[name]) for name in named if name in questions}
        return {group: course.key_of(group) for group in sorted(groups)}

    def save(self, path: Any) -> Path:
        """Write the text to a file; returns its path.

        Raises: FileError if the file cannot be written.
        """
        write_text(as_path(path), self.text)
        return Path(path)

    def __str__(self) -> str:
        kinds = [entry["kind"] for entry in self.entries]
        programs = sum("lines" in entry for entry in self.entries)
        words = say(
            "class_my_progress",
            code=self.code,
            answers=kinds.count("answer"),
            tries=kinds.count("attempt"),
            hints=kinds.count("hint"),
            programs=programs,
        )
        if self.key is not None:
            words += f" {say('class_my_signature', id=signing.id_of(self.key))}"
        return f"{words}\n\n{self.text}"

    def __repr__(self) -> str:
        return str(self)


def my_progress(code: str, *, programs: bool = False, key: Any = None) -> HandedIn:
    """What a teacher would get, shown in words and as text; `.save("me.json")` writes this text.

    It has the answers, the tries and hints at exercises, and when in minutes since the first of
    each day; no name, no date and no time of day. Nothing is sent: you hand in the file yourself.

    `code`: what the class shows in place of your name; keep it, and use it again. `programs`
    (default False): whether the lines that you tried are in it, without comments, and without texts
    of more than 40 characters. They let the teacher discuss what many have tried. `key` (a path,
    text or None): the class's key, if the teacher has given you one: its file, or the line in it.
    With it the text is signed, so that the teacher's page notices later changes.

    Raises: ArgumentError for a code that is not one; FileError or DataError for a key that cannot
    be read.

    >>> my_progress("m94").code
    'm94'
    """
    if not isinstance(code, str) or not CODE.fullmatch(code):
        raise ArgumentError(
            f"{code!r} is not a code.",
            why="a code has 1 to 20 letters and digits, - and _; a class shows it in place of a "
            "name.",
            fix='choose one that says nothing about you, such as code="m94".',
        )
    fields = [name for name in FIELDS if programs or name != "lines"]
    entries = [
        {name: entry[name] for name in fields if name in entry}
        for entry in in_minutes(everything())
        if entry["kind"] in ("answer", "attempt", "hint")  # votes are those of a teacher's class
    ]
    return HandedIn(code, tuple(entries), signing.read_key(key))


def in_minutes(found: list[Entry]) -> list[Entry]:
    """Entries with days of work, from 0, and minutes since the first entry of the day, instead of
    times. Where the times are not known, there are no minutes.

    >>> in_minutes([{"at": 0}, {"at": 150}, {"at": 10**6}])
    [{'day': 0, 'minute': 0}, {'day': 0, 'minute': 2}, {'day': 1, 'minute': 0}]
    """
    began: dict[tuple[int, ...], float] = {}
    made = []
    for entry in found:
        at = entry.get("at")
        if at is None:
            made.append(entry)
            continue
        first = began.setdefault(time.localtime(at)[:3], at)
        day = list(began.values()).index(first)
        rest = {name: value for name, value in entry.items() if name != "at"}
        made.append({**rest, "day": day, "minute": max(0, int((at - first) // 60))})
    return made


def program_of(source: str) -> str:
    """The lines of an attempt without comments and long texts; "" if they are not Python, or more
    than 2,000 characters.

    >>> program_of("model = Model(x, y)  # by Ann")
    'model = Model(x, y)'
    """
    lines = source.split("\n")
    try:
        tokens = [*tokenize.generate_tokens(io.StringIO(source).readline)]
    except (tokenize.TokenError, SyntaxError, ValueError):
        return ""
    if any(token.type == tokenize.ERRORTOKEN for token in tokens):  # such as a text without an end
        return ""
    for token in reversed(tokens):
        name = tokenize.tok_name[token.type]
        (first, start), (last, end) = token.start, token.end
        text = name in ("STRING", "FSTRING_MIDDLE") and len(token.string) > LONGEST_STRING
        if name == "COMMENT" or text:
            kept = ("'…'" if name == "STRING" else "…") if text else ""
            lines[first - 1 : last] = [lines[first - 1][:start] + kept + lines[last - 1][end:]]
    told = "\n".join(line.rstrip() for line in lines if line.strip())
    return told if len(told) <= LONGEST_PROGRAM else ""
