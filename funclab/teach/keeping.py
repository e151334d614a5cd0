"""What a student has answered and solved, kept in a small file of their own.

The file is `~/.funclab/progress.json`, or what the environment variable FUNCLAB_PROGRESS names;
FUNCLAB_PROGRESS=off keeps nothing on disk. Where the file cannot be written, progress lasts as long
as the session. Nothing is sent anywhere.
"""

from __future__ import annotations

import copy
import json
import os
from collections import Counter
from pathlib import Path
from threading import RLock
from typing import Any

from funclab.errors import DataError, FileError
from funclab.files import write_text
from funclab.teach import course

VERSION = 1
EMPTY: dict[str, Any] = {"version": VERSION, "answers": [], "exercises": {}, "votes": []}

LAST: dict[str, Any] = {}
"""The last attempt at each exercise and its verdict, in this session."""
HINTS: dict[str, int] = {}
"""How many hints were asked for by `hint`, in this session."""

_lock = RLock()
_memory: dict[str, Any] = copy.deepcopy(EMPTY)


def path() -> Path | None:
    """Where progress is kept; None if it is kept in memory only."""
    named = os.environ.get("FUNCLAB_PROGRESS", "")
    if named.lower() in ("off", "0"):
        return None
    return Path(named) if named else Path.home() / ".funclab" / "progress.json"


def progress() -> dict[str, Any]:
    """Everything recorded: `answers` in order, `exercises` by name, and the `votes` of classes."""
    with _lock:
        kept = _read(path())
        if kept is not None:
            _memory.update(kept)
        return copy.deepcopy(_memory)


def _read(file: Path | None) -> dict[str, Any] | None:
    """The content of a file; None if it does not exist, or is not one of ours."""
    try:
        return _checked(json.loads(file.read_text(encoding="utf-8"))) if file else None
    except (OSError, ValueError):
        return None


def _checked(data: Any) -> dict[str, Any]:
    """Progress in the form that `export_progress` writes.

    Raises: DataError for anything else.
    """
    well = isinstance(data, dict) and data.get("version") == VERSION
    well = well and isinstance(data.get("answers"), list)
    well = well and isinstance(data.get("exercises"), dict)
    well = well and isinstance(data.get("votes", []), list)  # older files have none
    rows = [*data["answers"], *data.get("votes", [])] if well else []
    if not well or not all(isinstance(row, dict) for row in rows):
        raise DataError(
            "This is not a progress file.",
            why=f"such a file has the version {VERSION}, a list of answers, and exercises by name.",
            fix="pass a file that teach.export_progress wrote.",
        )
    return {name: data.get(name, []) for name in EMPTY}


def _keep(data: dict[str, Any]) -> None:
    _memory.update(data)
    file = path()
    if file is None:
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_text(file, json.dumps(data, indent=1))
    except (OSError, FileError):
        return  # a read-only home folder must not stop a lesson


def record_answer(question: str, option: int | None) -> None:
    """Record an answer: the number of the option, from 0; None for "show me"."""
    with _lock:
        data = progress()
        data["answers"].append({"question": question, "option": option})
        _keep(data)


def answers_to(question: str) -> list[int | None]:
    """The options chosen for a question, in order."""
    return [one["option"] for one in progress()["answers"] if one.get("question") == question]


def record_vote(question: str, began: str, votes: list[list[int]]) -> None:
    """Record how many cards a class raised for each option of a question, in one vote or two.

    `began` is the time at which its first vote ended: recording again with the same time replaces
    the earlier record.
    """
    with _lock:
        data = progress()
        same = {"question": question, "began": began}
        others = [vote for vote in data["votes"] if not same.items() <= vote.items()]
        data["votes"] = [*others, same | dict(zip(("first", "second"), votes))]
        _keep(data)


def record_try(exercise: str, right: bool, mistake: str = "") -> None:
    """Record the verdict on an attempt: right, or the name of the mistake."""
    with _lock:
        data = progress()
        entry = data["exercises"].setdefault(exercise, {"tries": [], "right": False, "hints": 0})
        entry["tries"].append("" if right else mistake)
        entry["right"] |= right
        _keep(data)


def record_hint(exercise: str, number: int) -> None:
    """Record how many hints were read."""
    with _lock:
        data = progress()
        entry = data["exercises"].setdefault(exercise, {"tries": [], "right": False, "hints": 0})
        entry["hints"] = max(entry["hints"], number)
        _keep(data)


def tries_of(exercise: str) -> list[str]:
    """The mistakes made in an exercise, in order; an empty name for an attempt that was right."""
    return list(progress()["exercises"].get(exercise, {}).get("tries", []))


def result() -> dict[int, dict[str, Any]]:
    """For each misconception that came up: how many times it was held, and how many times avoided.

    `held` counts answers and attempts that follow from it, `seen_through` the questions with a
    wrong option for it that were last answered correctly.

    >>> sorted(result()) == sorted(set(result()))
    True
    """
    data = progress()
    held: Counter[int] = Counter()
    last: dict[str, tuple[course.Question, bool]] = {}
    for answer in data["answers"]:
        item = _known(_asked, answer.get("question"))
        option = answer.get("option")
        if item is None or not isinstance(option, int) or not 0 <= option < len(item.options):
            continue
        held[item.options[option].misconception] += 1
        last[str(answer["question"])] = (item, item.options[option].right)
    for name, entry in data["exercises"].items():
        item = _known(course.exercise, name)
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


def _asked(name: Any) -> course.Question:
    """The question of the course, or the item of an exit ticket, such as "5/A.9"."""
    _, of_ticket, item = str(name).partition("/")
    if not of_ticket:
        return course.question(name)
    return {known.id: known for form in "AB" for known in course.concept_test(form)}[item]


def _known(find: Any, name: Any) -> Any:
    try:
        return find(name)
    except KeyError:  # the course has changed since then
        return None


def export_progress(path: Any) -> Path:
    """Write all progress, and the result for each misconception, to a JSON file; returns its path.

    Raises: FileError if the file cannot be written.
    """
    data = {**progress(), "result": {str(number): row for number, row in result().items()}}
    write_text(path, json.dumps(data, indent=1, ensure_ascii=False))
    return Path(path)


def import_progress(path: Any) -> None:
    """Replace the current progress with that of a file that `export_progress` wrote.

    Raises: FileError if there is no such file; DataError if it contains something else.
    """
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError:
        data = None
    except OSError as error:
        raise FileError(
            f"The file {str(path)!r} was not read. {error.strerror or error}.",
            why="progress is imported from a file that teach.export_progress wrote.",
            fix="correct the path.",
        ) from error
    with _lock:
        _keep(_checked(data))


def forget_progress() -> None:
    """Start over: no answers, no attempts."""
    LAST.clear()
    HINTS.clear()
    with _lock:
        _keep(copy.deepcopy(EMPTY))
