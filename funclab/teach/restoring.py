"""`funclab doctor NOTEBOOK`: graded cells that were deleted come back from the original."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from funclab.errors import FileError
from funclab.files import write_text
from funclab.teach.catching_up import lesson_files, notebook

EXERCISE = re.compile(r"%%check (\S+)|arrange\(\"([\w.]+)\"")
"""How the cell of an exercise starts."""
Cell = dict[str, Any]


@dataclass
class Restored:
    """The names of the restored cells; and of graded cells that occur more than once, which
    nbgrader refuses."""

    graded: int
    names: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)


def restore(path: Path, original: Path | None = None) -> Restored:
    """Put graded cells that are missing in a notebook back where they were, as handed out.

    Graded are the cells that nbgrader grades, or takes for answers, and the exercises of lessons.
    Everything else in the notebook is left unchanged; the file is written whole or not at all, and
    only if something was missing.

    `path`: the notebook. `original` (a path or None): the notebook as it was handed out; unless
    given, the lesson of this name that came with funclab.

    Raises: FileError if a file is not a notebook, if there is no original, or if the notebook
    cannot be written.
    """
    content = notebook(path)
    cells = content["cells"]
    first = notebook(original_of(path, cells) if original is None else original)["cells"]
    names = [graded(cell) for cell in first]
    count = Counter(filter(None, map(graded, cells)))
    found = Restored(len({*names} - {""}))
    found.repeated = [name for name, times in count.items() if times > 1]
    for i, name in enumerate(names):
        if name and name not in count:
            at = 1 + position_of(first[:i], cells)
            cells.insert(at, fresh(first[i], cells, content))
            found.names.append(name)
    if found.names:
        write_text(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    return found


def original_of(path: Path, cells: list[Cell]) -> Path:
    """The lesson of this name that came with funclab.

    Raises: FileError if there is none, or if the notebook is an assignment made from it.
    """
    known = {file.name: file for file in lesson_files().values()}
    assignment = any("nbgrader" in cell["metadata"] for cell in cells)
    if path.name not in known or assignment:
        raise FileError(
            f"The original of {str(path)!r} is not known.",
            why="it is an assignment, of which your course has the original."
            if assignment
            else f"the lessons that came with funclab are {', '.join(known)}.",
            fix=f"name it: funclab doctor {path} --from ORIGINAL.ipynb.",
        )
    return known[path.name]


def graded(cell: Cell) -> str:
    """The name under which a cell is graded; "" for other cells."""
    facts = cell["metadata"].get("nbgrader", {})
    if any(facts.get(role) for role in ("grade", "solution", "locked")):
        return str(facts.get("grade_id", ""))
    match = EXERCISE.match("".join(cell["source"])) if cell["cell_type"] == "code" else None
    return f"exercise {match[1] or match[2]}" if match else ""


def position_of(before: list[Cell], cells: list[Cell]) -> int:
    """The index of the last of some original cells that is still in the notebook; -1 for none."""
    for cell in reversed(before):
        for same in (
            lambda other, cell=cell: graded(cell) and graded(other) == graded(cell),
            lambda other, cell=cell: cell.get("id") and other.get("id") == cell.get("id"),
            lambda other, cell=cell: "".join(other["source"]) == "".join(cell["source"]),
        ):
            places = [i for i, other in enumerate(cells) if same(other)]
            if places:
                return places[0]
    return -1


def fresh(cell: Cell, cells: list[Cell], content: dict[str, Any]) -> Cell:
    """A cell as it was handed out, with a unique id if the cells of the notebook have ids."""
    made = {**cell, "metadata": {**cell["metadata"]}}
    if cell["cell_type"] == "code":
        made |= {"outputs": [], "execution_count": None}
    made.pop("id", None)
    if content.get("nbformat_minor", 0) >= 5:
        ids = {other.get("id") for other in cells}
        name = cell.get("id") or re.sub(r"\W+", "-", graded(cell))
        made["id"] = name if name not in ids else f"{name}-restored"[-64:]
    return made
