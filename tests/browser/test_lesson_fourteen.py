"""Lesson 14 and the end of a class, in JupyterLab: words of Keras behind a question, a ticket."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from funclab.teach import course

SETUP = "%load_ext funclab\nfrom funclab.teach import ask, exit_ticket\nimport numpy as np\n"
LESSON = (
    "from funclab import Input, Model, ops\nfrom funclab.layers import Dense\n"
    'left, right, scrap = (Input((64,), name=name) for name in ("left", "right", "scrap"))\n'
    'eye = Dense(32, activation="relu", name="eye")\neye(scrap)\na, b = eye(left), eye(right)'
)
LINES = next(
    cell["lines"]
    for cell in course.read(course.HERE / "in_keras.toml")["cell"]
    if "get_output_at" in cell["lines"]
)
START = course.exercise("14A").start.strip()


def test_what_keras_says_is_covered_until_the_question_is_answered(lab, run_cells):
    notebook = run_cells(lab, SETUP, 'ask("14.2")', f"%%keras\n{LINES.strip()}")
    page = notebook.page
    expect(page.locator(".fl-cover")).to_have_count(1)
    expect(page.locator(".fl-lesson pre")).to_have_count(0)

    page.locator(".fl-lesson").first.focus()
    page.keyboard.press("2")

    expect(page.locator(".fl-cover")).to_have_count(0)
    said = page.locator(".fl-lesson pre")
    expect(said).to_contain_text("'Dense' object has no attribute 'get_output_at'")
    expect(page.locator(".fl-lesson").last).to_contain_text("recorded on")


def test_a_prediction_about_keras_is_failed_and_then_right(lab, run_cells):
    wrong = re.sub(r"guess = .*", "guess = [False, True, False, False, False, True]", START)
    right = wrong.replace("[False, True, False", "[False, True, True")

    notebook = run_cells(lab, SETUP + LESSON, f"%%check 14A\n{wrong}", f"%%check 14A\n{right}")

    verdicts = notebook.page.locator(".fl-verdict")
    expect(verdicts.first).to_contain_text("because eye was called 3 times")
    expect(verdicts.last).to_contain_text("14A: right.")


def test_a_ticket_is_answered_by_keys_and_then_says_what_the_answers_show(lab, run_cells):
    notebook = run_cells(lab, SETUP + "exit_ticket(5)")
    view = notebook.page.locator(".fl-lesson").first
    view.focus()

    notebook.page.keyboard.press("1")
    expect(view).to_contain_text("question 2 of 2")
    notebook.page.keyboard.press("1")

    expect(view).to_contain_text("of 2 answers are right.")
