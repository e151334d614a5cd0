"""The words of a lesson's file in its notebook: questions and tasks as pages without a kernel show
them, and the lines with which an exercise begins."""

from __future__ import annotations

from typing import Any

from funclab.teach import course
from funclab.teach.asking import text_of
from funclab.teach.restoring import EXERCISE


def put_words(cells: list[dict[str, Any]], lesson: course.Lesson) -> list[str]:
    """Put a lesson's questions and tasks into the cells of text that begin with their names, such
    as "**Question bees.1.**", and the start of each exercise into its cell; returns what was
    different before."""
    questions = {f"**Question {x.id}.**": text_of(x) for x in lesson.questions.values()}
    tasks = {f"**Exercise {x.id}.**": f"**Exercise {x.id}.** {x.task}"
             for x in lesson.exercises.values()}  # fmt: skip
    changed = []
    for cell in cells:
        source = "".join(cell["source"])
        for name, words in (questions | tasks).items():
            at = source.find(name)
            if cell["cell_type"] != "markdown" or at < 0:
                continue
            folded = source.find("</details>", at) if name in questions else -1
            end = source.find("\n\n", at) if folded < 0 else folded + len("</details>")
            end = len(source) if end < 0 else end
            if source[at:end] != words:
                source = cell["source"] = source[:at] + words + source[end:]
                changed.append(name.strip("*").rstrip(".").split(" ")[1])
    return changed + _put_starts(cells, lesson)


def _put_starts(cells: list[dict[str, Any]], lesson: course.Lesson) -> list[str]:
    """The same for the lines that are in the cell of an exercise before a student begins."""
    changed = []
    for cell in cells:
        first, _, lines = "".join(cell["source"]).partition("\n")
        match = EXERCISE.match(first) if cell["cell_type"] == "code" else None
        item = lesson.exercises.get(match[1] or "") if match else None
        if item is not None and item.start.strip() not in ("", lines.strip()):
            cell |= {"source": f"{first}\n{item.start.strip()}", "outputs": []}
            cell["execution_count"] = None
            changed.append(f"the start of {item.id}")
    return changed
