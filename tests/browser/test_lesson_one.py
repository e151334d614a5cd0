"""The first lesson as a student meets it: in a browser, from the first cell to the last."""

from __future__ import annotations

from pathlib import Path

from tests.browser.picture import LEGIBLE, look_at
from tests.project.source import ROOT

DIAGRAMS = ".jp-OutputArea-output svg:visible, .jp-OutputArea-output img:visible"

NOTEBOOK = "jupyterapp.shell.currentWidget.context.model"


def first_lesson() -> Path:
    return min(ROOT.glob("notebooks/01_*.ipynb"))


def test_a_lesson_that_is_only_opened_has_nothing_to_save(jupyter, open_notebook):
    page = open_notebook(jupyter, first_lesson()).page

    page.wait_for_function(f"() => {NOTEBOOK}.getMetadata('language_info').version")

    assert page.evaluate(f"() => {NOTEBOOK}.getMetadata('kernelspec').display_name")
    assert not page.evaluate(f"() => {NOTEBOOK}.dirty")


def test_the_first_lesson_runs_and_its_diagram_reads_in_both_themes(jupyter, open_notebook):
    lesson = open_notebook(jupyter, first_lesson())
    cells = lesson.run_all()
    pictures = {}

    for theme in ("light", "dark"):
        lesson.theme(theme)
        pictures[theme] = look_at(lesson.page.locator(DIAGRAMS).first)
        lesson.screenshot(f"lesson-1-{jupyter.kind}-{theme}")

    assert all(cell["count"] for cell in cells), cells
    assert [cell["error"] for cell in cells if cell["error"] and not cell["expected"]] == []
    assert lesson.console_errors == []
    assert lesson.outside_requests == []
    assert all(picture.contrast >= LEGIBLE for picture in pictures.values()), pictures
    assert all(picture.width > 100 and picture.height > 40 for picture in pictures.values())
    assert pictures["dark"].background < 0.2 < 0.7 < pictures["light"].background, pictures
