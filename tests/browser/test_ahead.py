"""An unanswered question covers every output up to the next question, exercise or heading."""

from __future__ import annotations

import shutil

import pytest
from playwright.sync_api import expect

from tests.lessons.lesson import numbered

PRINTED = ".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.stdout']"


@pytest.mark.parametrize(("question", "says"), [("make.3", "Surer than 0.9"), ("layer.5", "99%")])
def test_in_a_lesson_as_it_is_stored_no_output_gives_an_answer_away(
    question, says, lab, open_notebook, tmp_path
):
    lesson = numbered(question.split(".")[0])
    printed = [text for cell in lesson.code for text in outputs_of(cell) if says in text]
    path = shutil.copy(lesson.path, tmp_path / f"{question}.ipynb")
    notebook = open_notebook(lab, path)
    page = notebook.page
    output = page.locator(PRINTED).filter(has_text=says)
    card = page.locator(".fl-lesson").filter(has=page.locator(f"text=Question {question} ·"))
    output.wait_for(state="attached")
    card.wait_for(state="attached")

    expect(output).to_be_hidden()
    waits = page.locator(f"[data-waits-for='{question}']")
    expect(waits).to_have_count(2)
    assert printed

    card.focus()
    page.keyboard.press("0")

    expect(output).to_be_visible()
    expect(waits).to_have_count(0)


def outputs_of(cell):
    return [output.text for output in cell.outputs if output.output_type == "stream"]
