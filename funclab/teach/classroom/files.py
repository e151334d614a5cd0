"""The files of a class: what its students handed in, and a sentence on each that is not used."""

from __future__ import annotations

import os
import re
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from funclab.errors import FileError
from funclab.files import DAY, json_lines
from funclab.files.json_lines import Unusable
from funclab.teach import course
from funclab.teach.records import entries, signing
from funclab.teach.records.entries import Entry
from funclab.teach.records.handing_in import in_minutes
from funclab.view.draw.sentences import few, named, say

LARGEST = 2**20
MOST_FILES = 1000
MOST_NAMED = 6
KINDS = (".json", ".jsonl")
CODE = re.compile(r'"code"\s*:\s*"([^"\\]{1,20})"')
WITHIN = 500
"""Characters at the beginning of a file within which its code stands."""


@dataclass
class Student:
    """What one student handed in: a `code`, and `entries` in the order in which they were made.

    `files` are the names of the files that they come from; `other` the groups of questions whose
    options meant something else when they were answered.
    """

    code: str
    entries: list[Entry]
    files: list[str]
    other: set[str] = field(default_factory=set)

    @property
    def own(self) -> set[str]:
        """The ids of entries that nobody else can have: those that were made at a known time."""
        return {entry["id"] for entry in self.entries if "minute" in entry}

    @property
    def ids(self) -> set[str]:
        return {entry["id"] for entry in self.entries}


def read_class(
    folder: Path, keep: float, key: str | None = None
) -> tuple[list[Student], list[str]]:
    """The students whose files are in a folder or in folders within it, by code; and a sentence for
    each file that is not used as it is, or was last changed more than `keep` days ago. With a key,
    only files that are signed with it are used.

    Raises: FileError if there is no such folder.
    """
    if not folder.is_dir():
        raise FileError(
            f"There is no folder {str(folder)!r}.",
            why="a class is read from a folder with the files that students handed in.",
            fix='correct the path, for example teach.Class("exports").',
        )
    read: list[Student] = []
    told: list[str] = []
    found, others = _files_in(folder)
    for path in found[:MOST_FILES]:
        student, sentences = _student_in(path, keep, key)
        read += [student] if student else []
        told += sentences
    if key is not None:
        told.insert(0, say("class_signed", id=signing.id_of(key), n=len(read), of=len(found)))
    if len(found) > MOST_FILES:
        told.append(say("class_too_many", n=len(found) - MOST_FILES, most=MOST_FILES))
    if others:
        told.append(say("class_others", n=len(others), names=few(others, MOST_NAMED)))
    students = _joined(read, told)
    _name_all(students, told)
    return sorted(students, key=lambda student: student.code), told


def _files_in(folder: Path) -> tuple[list[Path], list[str]]:
    """The files that may be of students, and the names of others. Links to folders, and what is
    hidden, are left out."""
    found: list[Path] = []
    others: list[str] = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(name for name in names if not name.startswith(".")):
            if name.lower().endswith(KINDS):
                found.append(Path(place) / name)
            else:
                others.append(named(name))
    return found, others


def _student_in(path: Path, keep: float, key: str | None) -> tuple[Student | None, list[str]]:
    """What a file says of a student, and what is to be said of the file."""
    name = named(path.name)
    try:
        age = (time.time() - path.stat().st_mtime) / DAY
        text = json_lines.read(path, LARGEST)
        text = text if key is None else signing.checked(text, key)
        made, wrong = entries.read(text)
    except signing.NotSigned as error:
        return None, [say(error.sentence, name=name, **error.told)]
    except (OSError, Unusable) as error:
        return None, [say("class_unread", name=name, why=getattr(error, "strerror", "") or error)]
    told = [say("class_old", name=name, days=int(age))] if age > keep else []
    made = [entry for entry in made if entry["kind"] in ("answer", "attempt", "hint")]
    if not made:
        newer = any(isinstance(error, entries.Newer) for _, error in wrong)
        why = json_lines.in_words(wrong[:1]) or say("class_empty")
        return None, [*told, say("class_newer" if newer else "class_foreign", name=name, why=why)]
    if wrong:
        left = {"n": len(made), "why": named(json_lines.in_words(wrong[:1]))}
        told.append(say("class_damaged", name=name, **left))
    code = CODE.search(text[:WITHIN])
    known = {entry["id"]: entry for entry in in_minutes(made)}  # doubled lines count once
    other = _other_keys(text)
    if other:
        told.append(say("class_other_course", name=name, groups=sorted(other)))
    return Student(named(code[1]) if code else "", [*known.values()], [name], other), told


def _other_keys(text: str) -> set[str]:
    """The groups of questions whose options meant something else where a file was made."""
    try:
        keys = json_lines.parsed(text).get("course", {})
        items = keys.items() if isinstance(keys, dict) else ()
    except (Unusable, AttributeError):  # lines without a head, or cut
        return set()
    groups = {*map(str, course.numbers()), *course.FORMS, *course.OWN}
    return {group for group, key in items if group in groups and key != course.key_of(group)}


def _joined(read: Iterable[Student], told: list[str]) -> list[Student]:
    """Students, each once, although some handed in several files: those files share entries."""
    students: list[Student] = []
    owner: dict[str, Student] = {}
    by_code: dict[str, list[Student]] = {}
    for student in sorted(read, key=lambda one: -len(one.entries)):
        same = next((owner[name] for name in student.own if name in owner), None)
        for other in by_code.get(student.code, []):
            later = student.ids == other.ids or (student.code and student.ids <= other.ids)
            same = same or (other if later else None)
        if same is None:
            students.append(student)
            owner |= dict.fromkeys(student.own, student)
            by_code.setdefault(student.code, []).append(student)
            continue
        _join(same, student)
        owner |= dict.fromkeys(student.own, same)
        key = "class_doubled" if student.code in ("", same.code) else "class_two_codes"
        kept = {"name": student.files[0], "other": same.files[0], "code": student.code}
        told.append(say(key, kept=same.code, **kept))
    return students


def _join(student: Student, other: Student) -> None:
    """Add the entries of another file of the same student, and programs that it has."""
    place = {entry["id"]: i for i, entry in enumerate(student.entries)}
    for entry in other.entries:
        if entry["id"] not in place:
            student.entries.append(entry)
        elif "lines" in entry:
            student.entries[place[entry["id"]]].setdefault("lines", entry["lines"])
    student.files += other.files
    student.other |= other.other
    student.code = student.code or other.code


def _name_all(students: list[Student], told: list[str]) -> None:
    """Give each student a code of their own: some have none, and two may have chosen the same."""
    taken = {student.code for student in students}
    number: Counter[str] = Counter()
    seen: set[str] = set()
    for student in sorted(students, key=lambda one: one.files):
        code = student.code
        if code and code not in seen:
            seen.add(code)
            continue
        while not student.code or student.code in seen or (student.code in taken and not code):
            number[code] += 1
            n = number[code]
            student.code = f"{code}~{n}" if code else say("class_no_code", n=n)
        seen.add(student.code)
        key = "class_same_code" if code else "class_without_code"
        told.append(say(key, name=student.files[0], code=code, kept=student.code))
