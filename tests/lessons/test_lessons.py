"""Every lesson is kept as it was run, and says nothing about the machine it was run on."""

from __future__ import annotations

import re

import nbformat

from tools.lessons.render import LESSONS, page_of, title

NOTEBOOKS = {path.name: nbformat.read(path, as_version=4) for path in LESSONS.glob("*.ipynb")}


def code_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_there_is_a_first_lesson():
    assert any(name.startswith("01_") for name in NOTEBOOKS)


def test_every_lesson_was_run_from_top_to_bottom():
    for name, notebook in NOTEBOOKS.items():
        counts = [cell.execution_count for cell in code_cells(notebook)]

        assert counts == list(range(1, len(counts) + 1)), name


def test_no_lesson_carries_the_state_of_its_widgets():
    # With it, a page made from the lesson would ask the network for scripts.
    assert not [name for name, notebook in NOTEBOOKS.items() if "widgets" in notebook.metadata]


def test_every_lesson_runs_in_the_kernel_that_everybody_has():
    kernels = {notebook.metadata.kernelspec.name for notebook in NOTEBOOKS.values()}

    assert kernels <= {"python3"}


def test_every_lesson_opens_with_its_title():
    for name, notebook in NOTEBOOKS.items():
        assert title(notebook, LESSONS / name) != LESSONS.joinpath(name).stem


def test_a_page_without_scripts_folds_what_a_question_covers():
    lesson = min(LESSONS.glob("01_*.ipynb"))

    page = page_of(nbformat.read(lesson, as_version=4))

    folded = re.findall(r"<summary>Question (\S+) comes first.*?</summary>\s*<svg", page)
    assert folded == ["1.1", "1.2", "1.3", "1.4", "1.5"]
