"""Bring lessons up to date: `python -m tools.lessons.refresh notebooks/01_*.ipynb`.

The text above each `ask`, the first lines of each exercise, and which mistakes it meets come from
the course's data, and so do the rows of the lesson in the teacher's guide; each cell says whether
it begins a slide; all cells are run, and traces of the machine are removed. Lessons are committed
in this form.
"""

from __future__ import annotations

import os
import re
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat

from funclab.teach import course
from funclab.teach.asking import question_text
from funclab.teach.catching_up import lesson_files
from funclab.teach.slides import divide
from tools.lessons.render import run

GUIDE = Path("notebooks/teaching.md")
TRIED = re.compile(r'%%check ([\w.]+)|(?:arrange|check)\("([\w.]+)"\)')
ROW = re.compile(r"^(\| \d+ \| [^|]+ \| `(\w+)` \|) ([^|]*) \| [^|]* \|$", re.MULTILINE)
"""A row of the guide: minutes, tried, the section, what there is to do, misconceptions."""
WIDGET = "application/vnd.jupyter.widget-view+json"


def refresh(path: Path) -> None:
    """Rewrite one lesson in place."""
    notebook = nbformat.read(path, as_version=4)
    for above, cell in pairwise(notebook.cells):
        write_from_data(above, cell)
    nbformat.write(notebook, path)
    guide = in_guide(GUIDE.read_text("utf-8"), lesson_in(path), notebook.cells)
    GUIDE.write_text(guide, "utf-8")
    notebook = run(path)
    strip(notebook)
    divide(notebook.cells)
    nbformat.write(notebook, path)


def lesson_in(path: Path) -> int | str:
    """The lesson that a notebook is; 0 is the start page, which the course does not count."""
    return next((number for number, one in lesson_files().items() if one.name == path.name), 0)


def write_from_data(above: Any, cell: Any) -> None:
    """The text of a question, or the shipped lines of an exercise and what is known of it, as the
    course has them; their text is `above` their code."""
    name = above.metadata.get("funclab", {}).get("question")
    if name and above.cell_type == "markdown":
        above.source = question_text(name, recalled="recall" in above.metadata.get("tags", []))
    tried = TRIED.match(cell.source)
    if tried is None or "exercise" not in above.metadata.get("tags", []):
        return
    exercise = course.exercise(tried[1] or tried[2])
    met = sorted({wrong.misconception for wrong in exercise.wrong.values()})
    facts = {"exercises": {exercise.id: exercise.objective}, "kind": exercise.kind}
    above.metadata.funclab = above.metadata.get("funclab", {}) | facts | {"misconceptions": met}
    if tried[1]:
        cell.source = f"%%check {exercise.id}\n{exercise.start}"


def in_guide(guide: str, lesson: int | str, cells: list[Any]) -> str:
    """The guide, with the tasks and the misconceptions in each section of a lesson."""
    sections: dict[str, tuple[list[str], set[int]]] = {}
    for cell in cells:
        facts = cell.metadata.get("funclab", {})
        if facts.get("section"):
            sections[facts["section"]] = [], set()
        if not sections:
            continue
        tasks, met = [*sections.values()][-1]
        if cell.cell_type == "markdown":
            tasks += [facts["question"]] if "ask" in cell.metadata.get("tags", []) else []
            tasks += facts.get("exercises", {})
        met |= {*facts.get("misconceptions", [])}

    def row(found: re.Match[str]) -> str:
        tasks, met = sections.get(found[2], ([], set()))
        kept = [task for task in found[3].split(", ") if task.startswith("recall")]
        numbers = ", ".join(f"M{number}" for number in sorted(met))
        tasks = kept + sorted(tasks, key=lambda task: "." not in task)  # questions first
        return f"{found[1]} {', '.join(tasks) or '–'} | {numbers or '–'} |"

    before, heading, rest = guide.partition(f"\n### Lesson {lesson}: ")
    own, *others = re.split(r"(?=\n### )", rest, maxsplit=1)
    return "".join([before, heading, ROW.sub(row, own), *others])


def strip(notebook: Any) -> None:
    """Take away what says who ran it, and the links to widgets that are gone."""
    notebook.metadata.pop("widgets", None)
    notebook.metadata.language_info = {"name": "python"}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)


if __name__ == "__main__":
    os.environ["FUNCLAB_PROGRESS"] = "off"
    for name in sys.argv[1:]:
        refresh(Path(name))
        print(f"{name} is up to date")
