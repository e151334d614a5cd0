"""A lesson notebook, and the figures by which lessons are judged."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat

from funclab.teach.catching_up import lesson_files


@dataclass(frozen=True)
class Lesson:
    path: Path

    def __str__(self) -> str:
        return self.path.stem

    @cached_property
    def notebook(self) -> Any:
        return nbformat.read(self.path, as_version=4)

    @property
    def cells(self) -> list[Any]:
        return self.notebook.cells

    @property
    def code(self) -> list[Any]:
        return [cell for cell in self.cells if cell.cell_type == "code"]

    @property
    def facts(self) -> dict[str, Any]:
        """The lesson's metadata: minutes, objectives."""
        return self.notebook.metadata.funclab

    def tagged(self, tag: str) -> list[Any]:
        return [cell for cell in self.cells if tag in tags(cell)]

    @property
    def number(self) -> int | str:
        return self.facts["lesson"]

    @property
    def questions(self) -> list[Any]:
        """The texts of the questions of this lesson."""
        return [cell for cell in self.tagged("ask") if cell.cell_type == "markdown"]

    @property
    def exercises(self) -> list[Any]:
        """The texts of the exercises."""
        texts = [cell for cell in self.tagged("exercise") if cell.cell_type == "markdown"]
        new = [cell.source for cell in texts if "exercises" not in cell.metadata.get("funclab", {})]
        assert not new, f"python -m tools.lessons.refresh {self.path}"
        return texts

    @property
    def objectives_by_exercise(self) -> dict[str, str]:
        return {
            name: objective
            for cell in self.exercises
            for name, objective in cell.metadata.funclab.exercises.items()
        }

    def after(self, cell: Any, cell_type: str = "code") -> list[Any]:
        """The cells of a type that come after a cell."""
        rest = self.cells[self.cells.index(cell) + 1 :]
        return [one for one in rest if one.cell_type == cell_type]

    @property
    def figures(self) -> str:
        """What the rubric measures of a lesson, in one line."""
        drawn, errors = self.tagged("picture"), self.tagged("fails")
        return (
            f"{words(self.cells)} words, {code_lines(self.cells)} lines of code, "
            f"{len(self.questions)} questions, {len(self.exercises)} exercises, "
            f"{len(drawn)} pictures (one for {words(self.cells) // len(drawn)} words), "
            f"{len(errors)} errors shown, misconceptions {sorted(self.misconceptions)}"
        )

    @property
    def misconceptions(self) -> set[int]:
        facts = [cell.metadata.get("funclab", {}) for cell in self.cells]
        return {number for one in facts for number in one.get("misconceptions", [])}

    def before(self, wanted: str, cell_type: str) -> list[Any]:
        """The cells of a type up to the first cell whose source holds `wanted`."""
        found = []
        for cell in self.cells:
            if cell.cell_type == cell_type:
                found.append(cell)
            if wanted in cell.source:
                return found
        raise AssertionError(f"{self} has no cell with {wanted}")


def tags(cell: Any) -> list[str]:
    return cell.metadata.get("tags", [])


def words(cells: list[Any]) -> int:
    return sum(len(cell.source.split()) for cell in cells if cell.cell_type == "markdown")


def code_lines(cells: list[Any]) -> int:
    sources = [cell.source for cell in cells if cell.cell_type == "code"]
    return sum(bool(line.strip()) for source in sources for line in source.splitlines())


def outputs(cell: Any, mime: str) -> list[str]:
    """The outputs of a cell in one format."""
    found = [output.get("data", {}).get(mime) for output in cell.get("outputs", [])]
    return [one for one in found if one is not None]


LESSONS = [Lesson(path) for path in lesson_files().values()]


def numbered(number: int | str) -> Lesson:
    """The lesson with this number or name."""
    return next(lesson for lesson in LESSONS if lesson.number == number)
