"""A lesson shows what it is stored with, and survives its students: cells that run twice, and every
try at its exercises."""

from __future__ import annotations

import configparser
import json
import re
from collections import defaultdict
from copy import deepcopy
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbval.plugin import coalesce_streams

from funclab.teach import course
from funclab.teach.notebooks import SANITIZE
from tests.covering import ALL, first_of_each
from tests.lessons.lesson import LESSONS, Lesson
from tests.teach.tries import Try, tries

CELL = nbformat.v4.new_code_cell
TRIES = (
    list(tries()) if ALL else first_of_each(tries(), lambda one: {(one.exercise, not one.mistake)})
)
"""Daily one that is wrong and one that is right of each exercise; `tests/teach` judges them all."""
EXERCISE = re.compile(r"%%check ([\w.]+)|arrange\(\"([\w.]+)\"\)")
UNCOMPARED = {"application/vnd.jupyter.widget-view+json", "image/png", "image/jpeg"}
"""A number drawn anew, and pixels."""
ONE_MORE_CALL = ("b = enc(right)",)
"""Lesson 5 says itself that its layer has one more row when this cell runs again."""
TRY = """
from IPython.utils.capture import capture_output as _capture
_said = []
for _lines in {lines}:
    with _capture() as _shown:
        get_ipython().run_cell_magic("check", "{exercise}", _lines)
    _said.append(_shown.outputs[-1].data["text/plain"])
print(*_said, sep="\\n")
"""


def tried(exercise: str, wanted: list[Try]) -> Any:
    """A cell that makes tries at an exercise as `%%check` would, one after the other."""
    lines = [one.lines for one in wanted if one.exercise == exercise]
    return CELL(TRY.format(lines=json.dumps(lines), exercise=exercise))


def is_slow(cell: Any) -> bool:
    """Cells that train many models; they end in a picture, and leave only it and their runs."""
    return "compare_runs(" in cell.source or cell.source.startswith(ONE_MORE_CALL)


def played(lesson: Lesson) -> list[tuple[Any, list[Any]]]:
    """The cells of a lesson in the order of a restless student, each with those that stand for it:
    most run twice; at an exercise come wrong tries, with ALL twice, and then right ones."""
    cells = []
    for cell in nbformat.read(lesson.path, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        again = [] if is_slow(cell) else [CELL(cell.source)]
        at = EXERCISE.match(cell.source)
        if at:
            wrong = tried(at[1] or at[2], [one for one in TRIES if one.mistake])
            right = tried(at[1] or at[2], [one for one in TRIES if not one.mistake])
            again += [wrong, wrong.copy(), right] if ALL else [wrong, right]
        cells.append((cell, [CELL(cell.source), *again]))
    return cells


def said(cell: Any) -> str:
    """What a cell shows as text, without what may differ between two runs."""
    text = ""
    for output in cell.outputs:
        if output.output_type == "error":
            text += f"{output.ename}: {output.evalue}"
        elif output.output_type != "stream":
            text += output.data.get("text/plain", "")
        elif output.name == "stdout":
            text += output.text
    return lasting(text)


def shown(cell: Any) -> dict[str, list[Any]]:
    """All that a cell shows, by its kind, as `nbval` compares it."""
    found = defaultdict[str, list[Any]](list)
    for output in coalesce_streams(deepcopy(cell.outputs)):
        parts = {kind: output[kind] for kind in ("ename", "evalue") if kind in output}
        parts |= {output.name: output.text} if "text" in output else output.get("data", {})
        for kind, part in parts.items():
            if kind not in UNCOMPARED:
                found[kind].append(lasting(part) if isinstance(part, str) else part)
    return found


def lasting(text: str) -> str:
    """A text without what may differ between two runs."""
    rules = configparser.RawConfigParser()
    rules.read(SANITIZE, encoding="utf-8")
    for rule in rules.sections():
        text = re.sub(rules[rule]["regex"], rules[rule].get("replace", ""), text)
    text = re.sub(r"The funclab extension is already loaded.*\n.*reload_ext funclab\n", "", text)
    # Automatic names go on counting, and code that has to repeat such a name sets it.
    text = re.sub(r"(?m)^.*\._keras_history\.operation\.name = .*\n", "", text)
    return re.sub(r"\b(add|maximum|power)_\d+\b", r"\1", text)


@pytest.mark.parametrize("lesson", LESSONS, ids=str)
def test_a_lesson_shows_what_it_is_stored_with_also_when_cells_run_twice_and_after_all_tries(
    lesson,
):
    cells, notebook = played(lesson), nbformat.v4.new_notebook()
    notebook.cells = [cell for _, run in cells for cell in run]
    solutions = [
        CELL(
            f'view = arrange("{one.id}")\nview.judge({one.solution})\nview'
            if one.kind == "arrange"
            else f"%%check {one.id}\n{one.solution_code}"
        )
        for one in course.lesson(lesson.number).exercises.values()
    ]
    notebook.cells += solutions

    NotebookClient(notebook, timeout=300, allow_errors=True).execute()

    other = [
        (stored.source, shown(run[0]), shown(stored))
        for stored, run in cells
        if shown(run[0]) != shown(stored)
    ]
    assert other == [], f".venv/bin/python -m tools.lessons.refresh {lesson.path}"
    changed = [
        (stored.source, said(run[1]), said(stored))
        for stored, run in cells
        if not is_slow(stored) and said(run[1]) != said(stored)
    ]
    assert changed == []
    assert not [said(cell) for cell in notebook.cells if "Traceback" in said(cell)]
    ends = [re.match(r"[\w.]+: \w+", said(cell))[0] for cell in solutions]
    assert ends == [f"{one}: right" for one in course.lesson(lesson.number).exercises], ends
