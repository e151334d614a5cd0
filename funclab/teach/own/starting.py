"""`funclab new-lesson`: a notebook and its questions, which run at once and are to be edited."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from funclab.errors import FileError
from funclab.files import write_text
from funclab.teach import course
from funclab.teach.asking import question_text, text_of
from funclab.teach.own.lessons import check_name, own_lesson

QUESTIONS = Path(__file__).with_name("new_lesson.toml")
"""The questions of a new lesson, with the placeholders NAME and TITLE."""

PICTURE = """left, right = Input((9,), name="left"), Input((9,), name="right")
layer = Dense(4, name="layer")
a = layer(left)
b = layer(right)
Model([left, right], {"a": a, "b": b}, name="two_calls")"""


def new_lesson(name: str, folder: Path | None = None) -> tuple[Path, Path]:
    """Write NAME.ipynb and NAME.toml, and say so; returns their paths.

    `name`: letters, digits and _, such as "bees". `folder` (a path or None): where; unless given,
    the working folder.

    Raises: DataError for an invalid name; FileError if a file with the name exists, or cannot be
    written.
    """
    folder = Path() if folder is None else folder
    notebook, questions = folder / f"{name}.ipynb", folder / f"{name}.toml"
    check_name(name)
    for path in (notebook, questions):
        if path.exists():
            raise FileError(
                f"There is already a file {str(path)!r}.",
                why="a new lesson replaces nothing.",
                fix="choose another name, or move that file away.",
            )
    title = name.replace("_", " ").capitalize()
    text = QUESTIONS.read_text(encoding="utf-8")
    write_text(questions, text.replace("NAME", name).replace("TITLE", title))
    try:
        write_text(notebook, notebook_text(name, title, own_lesson(questions)))
    except Exception:
        questions.unlink()  # both or none
        raise
    print(f"{notebook} and {questions} are there. Run the notebook, then change both as you like.")
    print(f"funclab check-lesson {questions} tries all that you have written.")
    return notebook, questions


def notebook_text(name: str, title: str, lesson: course.Lesson) -> str:
    """The notebook of a new lesson, as the text of its file."""
    question, exercise = lesson.questions[f"{name}.1"], lesson.exercises[f"{name}.A"]
    cells = [
        _text(
            f"# {title}\n\n*Twenty minutes. Run each cell with Shift-Enter. A question covers what "
            "comes after it until you answer.*\n\nSay here what the lesson asks, and what one can "
            "do afterwards."
        ),
        _code(
            "%load_ext funclab\nfrom funclab import Input, Model, layers\n"
            "from funclab.layers import Dense\n"
            f'from funclab.teach import ask, use_lesson\n\nuse_lesson("{name}.toml")'
        ),
        _text(question_text("1.1"), "recall"),
        _code('ask("1.1", covers=False)', "recall"),
        _text("## One layer, called twice\n\nHere comes what is new."),
        _text(text_of(question), "ask"),
        _code(f'ask("{question.id}")', "ask"),
        _code(PICTURE, "picture"),
        _text("*Figure 1. Say in one sentence what the picture shows.*"),
        _text(f"## Alone\n\n**Exercise {exercise.id}.** {exercise.task}", "exercise"),
        _code(f"%%check {exercise.id}\n{exercise.start.strip()}", "exercise"),
        _text("**To keep.** Weights belong to layers, outputs to calls."),
    ]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number:02}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    data = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def _text(source: str, *tags: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": _tagged(tags), "source": source}


def _code(source: str, *tags: str) -> dict[str, Any]:
    cell = {"cell_type": "code", "metadata": _tagged(tags), "source": source}
    return {**cell, "execution_count": None, "outputs": []}


def _tagged(tags: tuple[str, ...]) -> dict[str, Any]:
    return {"tags": list(tags)} if tags else {}
