"""What a student has answered and solved, kept in small files of their own.

The files are in `~/.funclab/progress.d`, or next to the file that the environment variable
FUNCLAB_PROGRESS names; FUNCLAB_PROGRESS=off keeps nothing on disk. Where nothing can be written,
progress lasts as long as the session. Nothing is sent anywhere.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from funclab.errors import DataError, FileError
from funclab.files import as_path, json_lines, write_text
from funclab.teach import course
from funclab.teach.records import entries, signing, storing
from funclab.teach.records.handing_in import my_progress
from funclab.teach.records.storing import add, everything

LAST: dict[str, Any] = {}
"""The last attempt at each exercise and its verdict, in this session."""
HINTS: dict[str, int] = {}
"""How many hints were asked for by `hint`, in this session."""


def progress() -> dict[str, Any]:
    """Everything recorded: `answers` in order, `exercises` by name, and the `votes` of classes."""
    return _summary(everything())


def _summary(found: list[entries.Entry]) -> dict[str, Any]:
    exercises: dict[str, dict[str, Any]] = {}
    votes: dict[tuple[str, str], Any] = {}
    for entry in found:
        if entry["kind"] in ("attempt", "hint"):
            blank = {"tries": [], "right": False, "hints": 0}
            facts = exercises.setdefault(entry["exercise"], blank)
            if entry["kind"] == "hint":
                facts["hints"] = max(facts["hints"], entry["number"])
            else:
                facts["tries"].append(entry["mistake"])
                facts["right"] |= not entry["mistake"]
        elif entry["kind"] == "vote":
            votes[entry["question"], entry["began"]] = _facts(entry)
    return {
        "version": entries.VERSION,
        "answers": [_facts(entry) for entry in found if entry["kind"] == "answer"],
        "exercises": exercises,
        "votes": list(votes.values()),
    }


def _facts(entry: entries.Entry) -> dict[str, Any]:
    """What an entry says, without what it takes to store it."""
    return {name: x for name, x in entry.items() if name not in ("version", "id", "kind")}


def record_answer(question: str, option: int | None, *, vote: bool = False) -> None:
    """Record an answer: the number of the option in the course, from 0; None for "show me".

    It is the next try at the question, or with `vote` the next vote in a class.
    """
    number = len(answers_to(question, votes=vote)) + 1
    which = {"vote" if vote else "try": number}
    add({"kind": "answer", "question": question, "option": option, **which})


def answers_to(question: str, *, votes: bool = False) -> list[int | None]:
    """The options chosen for a question, in order; with `votes`, only in votes of a class."""
    given = [one for one in progress()["answers"] if one["question"] == question]
    return [one["option"] for one in given if "vote" in one or not votes]


def record_vote(question: str, began: str, votes: list[list[int]]) -> None:
    """Record how many cards a class raised for each option of a question, in one vote or two.

    `began` is the time at which its first vote ended: recording again with the same time replaces
    the earlier record.
    """
    about = {"kind": "vote", "question": question, "began": began}
    add(about | dict(zip(("first", "second"), votes)))


def record_try(exercise: str, right: bool, mistake: str = "", **about: str) -> None:
    """Record the verdict on an attempt: right, or the name of the mistake. `about`: its `lines`,
    and what they have `made`, unless these are unknown."""
    known = {name: text for name, text in about.items() if text}
    add({"kind": "attempt", "exercise": exercise, "mistake": "" if right else mistake} | known)


def record_hint(exercise: str, number: int) -> None:
    """Record how many hints were read."""
    add({"kind": "hint", "exercise": exercise, "number": number})


def tries_of(exercise: str) -> list[str]:
    """The mistakes made in an exercise, in order; an empty name for an attempt that was right."""
    return progress()["exercises"].get(exercise, {}).get("tries", [])


def result() -> dict[int, dict[str, Any]]:
    """For each misconception that came up: how many times it was held, and how many times avoided.

    `held` counts answers and attempts that follow from it, `seen_through` the questions with a
    wrong option for it that were last answered correctly.

    >>> sorted(result()) == sorted(set(result()))
    True
    """
    data = progress()
    questions, exercises = course.all_questions(), course.all_exercises()
    held: Counter[int] = Counter()
    last: dict[str, tuple[course.Question, bool]] = {}
    for answer in data["answers"]:
        item = questions.get(str(answer.get("question")).rpartition("/")[2])  # "5/A.9": of a ticket
        option = answer.get("option")
        if item is None or not isinstance(option, int) or not 0 <= option < len(item.options):
            continue
        held[item.options[option].misconception] += 1
        last[str(answer["question"])] = (item, item.options[option].right)
    for name, entry in data["exercises"].items():
        item = exercises.get(name)
        mistakes = item.wrong if item is not None else {}
        held.update(mistakes[one].misconception for one in entry["tries"] if one in mistakes)
    right: Counter[int] = Counter()
    for item, well in last.values():
        if well:
            right.update({option.misconception for option in item.options})
    met = sorted({*held, *right} - {0})
    beliefs = course.misconceptions()
    return {
        number: {
            "belief": beliefs[number].belief,
            "held": held[number],
            "seen_through": right[number],
        }
        for number in met
    }


def export_progress(path: Any, code: str = "", *, programs: bool = False, key: Any = None) -> Path:
    """Write progress to a JSON file; returns its path.

    `path`: the file to write. `code` (default ""): without it, the file is a copy of all progress,
    with the result for each misconception, for `import_progress`. With it, the file is for a
    teacher: it has the code in place of a name, and no dates or times of day. Its text is printed
    first; `my_progress` shows the same without writing. Nothing is sent. `programs` (default
    False): whether the lines that were tried are in it. `key` (a path, text or None): the
    class's key, by which the file is signed; see `my_progress`.

    Raises: ArgumentError for a code that is not one; FileError if the file cannot be written, or
    the key not read; DataError for a key that is not one.
    """
    if code:
        handed_in = my_progress(code, programs=programs, key=key)
        print(handed_in)
        return handed_in.save(path)
    left_out = set() if programs else {"lines"}
    found = [{key: entry[key] for key in entry if key not in left_out} for entry in everything()]
    lines = ",\n".join(f"  {json_lines.sealed(entry)}" for entry in found)
    summary = {**_summary(found), "result": {str(number): row for number, row in result().items()}}
    rest = json.dumps(summary, indent=1, ensure_ascii=False)
    text = f'{{\n "entries": [\n{lines}\n ],{rest[1:]}\n'
    write_text(as_path(path), signing.signed(text, signing.read_key(key)))
    return Path(path)


def import_progress(path: Any) -> None:
    """Add the progress in a file that `export_progress` wrote to the current progress.

    What is already there is not added twice. Of a damaged file, what is readable is added; a
    warning says what was not.

    Raises: FileError if there is no such file; DataError if it contains something else.
    """
    try:
        found, wrong = entries.read(json_lines.read(as_path(path)))
    except OSError as error:
        raise FileError(
            f"The file {str(path)!r} was not read. {error.strerror or error}.",
            why="progress is imported from a file that teach.export_progress wrote.",
            fix="correct the path.",
        ) from error
    except json_lines.Unusable as error:
        found, wrong = [], [(0, error)]
    if wrong and not found:
        newer = isinstance(wrong[0][1], entries.Newer)
        raise DataError(
            f"This is not a progress file{' of this version of funclab' * newer}.",
            why=f"{json_lines.in_words(wrong)}; such a file has a list of entries, each with a "
            f"version up to {entries.VERSION}.",
            fix="pip install --upgrade funclab."
            if newer
            else "pass a file that teach.export_progress wrote.",
        )
    storing.add_all(found)
    if wrong:
        storing.warn(
            f"Not everything in {str(path)!r} was imported, but {len(found)} entries were.",
            why=f"{json_lines.in_words(wrong)}.",
            fix="export it again where it was made, if that is possible.",
        )


def forget_progress() -> None:
    """Start over: no answers, no attempts. Deletes the files in which they are stored.

    Raises: FileError if a file cannot be deleted.
    """
    LAST.clear()
    HINTS.clear()
    storing.forget()
