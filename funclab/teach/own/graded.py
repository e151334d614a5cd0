"""Exercises of one's own in an assignment: their solutions stay with the teacher.

`funclab release` writes what students get: a file without solutions and foreseen mistakes, and
locked cells in which nbgrader hides these from students. There, `solved_again` judges each stored
program in a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from funclab.teach import course
from funclab.teach.attempt import run
from funclab.teach.checking import base_names
from funclab.teach.grading import Grade
from funclab.teach.judging import JUDGES, verdict_on
from funclab.teach.own.foreseen import judge_by_file
from funclab.teach.records.keeping import LAST

GIVEN = ("id", "kind", "objective", "task", "wants", "start", "lines", "hints")
"""What students get of an exercise."""
SECONDS = 120
PROGRAM = "from funclab.teach.own import graded; graded.judge_stored()"


def for_students(data: dict[str, Any]) -> dict[str, Any]:
    """What a lesson's file says, without what tells right answers to its exercises."""
    exercises = [
        {key: row[key] for key in GIVEN if key in row} | {"graded": True}
        for row in data.get("exercise", [])
    ]
    return {**data, "exercise": exercises}


def solved_again(row: dict[str, Any], given: Sequence[str], seconds: float = SECONDS) -> Grade:
    """Judge the last program that was checked in this session, in a fresh process.

    What the session has changed of funclab does not count there, and neither do its variables: the
    lesson's own cells run first, then the program.

    `row`: the exercise, as the teacher's file has it. `given`: the cells of the lesson before it,
    as the teacher has them. `seconds` (default 120): how long this may take.
    """
    name = row["id"]
    if name not in LAST:
        return Grade(False, 0.0, (f"{name} was not tried yet.",))
    sent = json.dumps({"row": row, "given": list(given), "program": LAST[name][0].source})
    known = {**os.environ, "FUNCLAB_PROGRESS": "off"}
    command = [sys.executable, "-P", "-c", PROGRAM]  # not from the student's folder
    try:
        done = subprocess.run(
            command, input=sent, capture_output=True, text=True, timeout=seconds, env=known
        )
        told = json.loads(done.stdout.splitlines()[-1])
        right, says = told["right"], told["says"]
    except subprocess.TimeoutExpired:
        right, says = False, f"It was not done after {seconds:g} seconds."
    except (IndexError, KeyError, TypeError, ValueError):
        right, says = False, "The program ended Python before it could be judged."
    return Grade(right, float(right), () if right else (says,))


def judge_stored() -> None:
    """Judge what `solved_again` sends, and print the verdict as the last line."""
    sent = json.loads(sys.stdin.read())
    lesson = sent["row"]["id"].partition(".")[0]
    made = course.made(lesson, {"title": "", "exercise": [sent["row"]]}, own=True)
    item = next(iter(made.exercises.values()))
    names = base_names({})
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what the program prints is not a verdict
    for source in sent["given"]:
        run(source, names)
    attempt = run(sent["program"], names, item.wants)
    JUDGES[item.id] = judge_by_file(item)
    verdict = verdict_on(item, attempt)
    answer.write(json.dumps({"right": verdict.right, "says": verdict.says}) + "\n")
    answer.flush()
    os._exit(0)  # nothing that the program has left behind runs


def as_toml(data: dict[str, Any]) -> str:
    """A lesson's file, from its contents."""
    lines = [f"title = {_value(data['title'])}"]
    for kind in ("question", "exercise"):
        for row in data.get(kind, []):
            lines += ["", f"[[{kind}]]", *(f"{key} = {_value(row[key])}" for key in row)]
    return "\n".join(lines) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_value(one)}' for key, one in value.items())} }}"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
