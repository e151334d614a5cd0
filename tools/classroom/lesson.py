"""Lesson 5 as its files have it: the cells of the notebook, and the words of questions.

Read from the files themselves, so that what a class shows is compared with something else than what
has read them for the class.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

ROOT = Path(__file__).resolve().parents[2]
COURSE = ROOT / "funclab" / "teach" / "course"
RECALLED = ("2.1", "2.3", "3.1")
"""The questions of earlier lessons with which this one begins."""


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((COURSE / f"{name}.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Option:
    """An option in the words in which this lesson asks; `misconception` is 0 for none."""

    text: str
    right: bool
    misconception: int


@dataclass(frozen=True)
class Question:
    """A question, or an item of the concept test."""

    id: str
    text: str
    options: list[Option]

    @property
    def answer(self) -> int:
        return next(i for i, option in enumerate(self.options) if option.right)


def _question(name: str, row: dict[str, Any], again: dict[str, Any] | None = None) -> Question:
    asked = again or row
    options = [
        Option(said["text"], known.get("right", False), known.get("misconception", 0))
        for known, said in zip(row["options"], asked["options"], strict=True)
    ]
    return Question(name, asked["text"], options)


def _questions(rows: dict[str, Any]) -> dict[str, Question]:
    recalled = {name: _question(name, rows[name], rows[name].get("again")) for name in RECALLED}
    own = {name: _question(name, row) for name, row in rows.items() if name.startswith("5.")}
    return recalled | own


_ROWS = {row["id"]: row for n in (2, 3, 5) for row in _toml(f"lesson_{n:02}")["question"]}
QUESTIONS = _questions(_ROWS)
"""What a student of lesson 5 is asked, in its order."""
TITLES = {name: [option["text"] for option in _ROWS[name]["options"]] for name in QUESTIONS}
"""The options as the course has them at first, in words that the page of a class shows."""
ITEMS = {
    form: [
        _question(f"{form}.{i}", item[form])
        for i, item in enumerate(_toml("concept_test")["item"], 1)
    ]
    for form in ("A", "B")
}
TICKET = [item for item in ITEMS["A"] if item.id in ("A.9", "A.10")]
"""The items with which the class ends: about the index of a call, and about its gradients."""
EXERCISES = {row["id"]: row for row in _toml("lesson_05")["exercise"]}
MISTAKES = {
    name: {mistake: about["misconception"] for mistake, about in row["wrong"].items()}
    for name, row in EXERCISES.items()
}
"""For each exercise, the misconception behind each foreseen mistake."""
BELIEFS = {row["number"]: row for row in _toml("misconceptions")["misconception"]}
CELLS = nbformat.read(next((ROOT / "notebooks").glob("05_*.ipynb")), 4).cells
"""All cells of the notebook; what is planned names them by their places."""
ASK = re.compile(r'ask\("([^"]+)"')
TASK = re.compile(r'(?:%%check |arrange\(")(\w+)')


def words_of(question: str) -> list[str]:
    """The options of a question as students read them."""
    return [option.text for option in QUESTIONS[question].options]


def code_cells() -> list[int]:
    """The places of the cells with code, in order."""
    return [i for i, cell in enumerate(CELLS) if cell.cell_type == "code"]


def cell_with(text: str) -> int:
    """The place of the first cell of code with this text."""
    return next(i for i in code_cells() if text in CELLS[i].source)
