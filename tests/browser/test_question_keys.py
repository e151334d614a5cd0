"""The keys of a question choose what stands at their number, in the order that a student sees."""

from __future__ import annotations

import nbformat
import pytest
from playwright.sync_api import expect

from funclab.teach import course
from funclab.teach.asking import ask
from tests.browser.waiting import laid_out

SETUP = "%load_ext funclab\nfrom funclab.teach import ask\nimport numpy as np"
CHECKED = "%%check make.B\nq = p\nq = q / q.sum()"
CELLS = (
    nbformat.v4.new_code_cell(SETUP + "\np, T = np.array([0.6, 0.3, 0.1]), 2"),
    nbformat.v4.new_code_cell('ask("1.1")'),
    nbformat.v4.new_markdown_cell("A text."),
    nbformat.v4.new_code_cell(CHECKED),
    nbformat.v4.new_markdown_cell("Another text."),
)
SOURCES = (
    "() => jupyterapp.shell.currentWidget.content.widgets.map(one => one.model.toJSON().source)"
)


@pytest.fixture
def opened(lab, open_notebook, tmp_path):
    """A question and an exercise, each above a text, with the first cell run."""
    path = tmp_path / "keys.ipynb"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made = nbformat.v4.new_notebook(cells=[*CELLS], metadata={"kernelspec": kernel})
    nbformat.write(made, path)
    notebook = open_notebook(lab, path)
    notebook.select(0)
    notebook.page.keyboard.press("Shift+Enter")
    return notebook


def run(notebook, index):
    notebook.select(index)
    laid_out(notebook.page)
    notebook.page.keyboard.press("Shift+Enter")


def texts(notebook):
    """The sources of the two text cells, as they are."""
    sources = notebook.page.evaluate(SOURCES)
    return sources[2], sources[4]


def test_after_the_answer_more_numbers_leave_the_text_below_until_it_is_clicked(opened):
    page = opened.page
    run(opened, 1)
    expect(page.locator(".fl-options")).to_be_visible()
    opened.joined()

    for key in "31290":
        page.keyboard.press(key)
    expect(page.locator(".fl-reveal").first).to_contain_text("Right.")
    assert texts(opened) == ("A text.", "Another text.")

    page.locator(".jp-MarkdownOutput", has_text="A text.").click()
    page.keyboard.press("2")
    assert texts(opened) == ("## A text.", "Another text.")


def test_h_opens_a_hint_right_after_the_cell_ran(opened):
    page = opened.page
    run(opened, 3)
    view = page.locator(".fl-judged")
    expect(view).to_contain_text("make.B: ")
    opened.joined()

    page.keyboard.press("h")

    expect(view.locator(".fl-hints li")).to_have_count(1)
    expect(view.locator(".fl-dots")).to_have_text("●○○")
    assert texts(opened) == ("A text.", "Another text.")


@pytest.mark.parametrize("key", [1, 2, 3, 4])
def test_a_number_chooses_the_option_beside_it_and_its_own_answer_is_told(opened_page, key):
    page = opened_page(ask("5.1"))
    options = page.locator(".fl-options .fl-word")
    shown = options.all_inner_texts()

    page.keyboard.press(str(key))

    chosen = page.locator(".fl-options [aria-pressed=true]")
    assert chosen.count() == 1
    said = chosen.locator(".fl-word").inner_text()
    assert said.startswith(shown[key - 1])
    option = next(o for o in course.question("5.1").options if o.text == shown[key - 1])
    sign = "✓ " if option.right else "✕ "
    assert chosen.get_attribute("data-sign") == sign
    if not option.right:
        assert (option.answer or "").replace("`", "") in said
