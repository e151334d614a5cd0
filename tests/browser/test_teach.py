"""Questions and exercises as students meet them: by keyboard, with a kernel and without one."""

from __future__ import annotations

import shutil

import nbformat
import pytest
from playwright.sync_api import expect

from funclab.teach import arrange, ask, concept_test, course
from funclab.teach.checking import check_lines
from tests.browser.conftest import WINDOW
from tests.browser.every_view import SHUT_DOWN
from tests.browser.notebook_page import CELLS, READY, RUN_ALL, NotebookPage, write_cells
from tests.browser.projector import small_words
from tests.browser.waiting import laid_out
from tests.teach.tries import module, tries

SAVE = "() => jupyterapp.commands.execute('docmanager:save')"
SETUP = (
    "%load_ext funclab\nimport numpy as np\nfrom funclab import Input, Model, layers\n"
    "from funclab.layers import Dense, concatenate\n"
    "from funclab.teach import arrange, ask, progress\n" + module(1).LESSON
)
ASKED = (SETUP, 'ask("1.1")', "reader", "%%fails\nModel(pixels, Dense(10))")
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
QUESTION, COVER, PICTURE = ".fl-options", ".fl-cover", ".fl-explorer"


def question(page):
    return page.locator(".fl-lesson", has=page.locator(QUESTION)).first


def test_a_key_answers_and_what_is_said_answers_the_option(opened_page):
    page = opened_page(ask("1.1"))
    said = page.locator(".fl-reveal")

    page.keyboard.press("1")
    first = said.inner_text()
    page.keyboard.press("3")

    assert "what the call returned" in first and "The answer: a tensor" in first
    expect(said).to_contain_text("Right.")
    expect(page.locator("[aria-pressed=true]")).to_contain_text("a tensor")


def test_the_class_votes_twice_before_it_sees_the_answer(opened_page):
    page = opened_page(ask("1.1", votes=2))
    said = page.locator(".fl-reveal")

    page.keyboard.press("2")
    first = said.inner_text()
    page.keyboard.press("3")

    assert "answer once more" in first and "The answer" not in first
    expect(said).to_contain_text("Right.")


def test_a_page_without_a_kernel_remembers_the_answer(opened_page):
    page = opened_page(ask("1.1"))
    page.keyboard.press("2")

    page.reload()

    expect(page.locator(".fl-reveal")).to_contain_text("Nothing has been computed yet")


def test_the_concept_test_is_taken_by_keys_and_says_nothing_before_its_end(lab, run_cells):
    notebook = run_cells(lab, 'from funclab.teach import concept_test\nconcept_test("A")')
    view = notebook.page.locator(".fl-lesson").first
    view.focus()

    for at in range(1, 21):
        expect(view).to_contain_text(f"question {at} of 20, {21 - at} still open")
        notebook.page.keyboard.press("1")

    expect(view).to_contain_text("of 20 answers are right.")
    expect(view.locator("li").first).to_contain_text("×: “")
    notebook.page.keyboard.press("ArrowLeft")
    expect(view).to_contain_text("question 20 of 20, 0 still open")
    expect(view.locator("[aria-pressed=true]")).to_have_count(1)


def test_a_page_of_the_concept_test_says_that_its_result_needs_the_notebook(opened_page):
    page = opened_page(concept_test("B"))

    for _ in range(20):
        page.keyboard.press("1")

    expect(page.locator(".fl-stage")).to_contain_text("A saved page cannot work out the result")


def test_an_answer_opens_the_next_picture_and_no_other_and_outlives_a_reload(lab, run_cells):
    notebook = run_cells(lab, *ASKED)
    page = notebook.page
    expect(page.locator(COVER)).to_have_count(1)
    expect(page.locator(PICTURE)).to_have_count(0)

    question(page).focus()
    page.keyboard.press("3")

    expect(page.locator(PICTURE)).to_have_count(1)
    expect(page.locator(COVER)).to_have_count(0)
    notebook.comes_to_say("progress()['answers']", "[{'question': '1.1', 'option': 2}]")

    page.evaluate(SAVE)
    page.reload()
    page.wait_for_selector(QUESTION)
    assert page.evaluate(READY)
    expect(page.locator(".fl-reveal")).to_contain_text("Right.")
    expect(page.locator(COVER)).to_have_count(0)
    expect(page.locator(PICTURE)).to_have_count(1)
    assert notebook.quiet


def test_a_saved_lesson_asks_and_opens_without_its_kernel(jupyter, browser, tmp_path):
    path = write_cells(tmp_path / f"asked-{jupyter.kind}.ipynb", *ASKED)
    first = browser.new_context(viewport=WINDOW)
    notebook = NotebookPage.open(first, jupyter, path)
    notebook.run_all()
    expect(notebook.page.locator(COVER)).to_have_count(1)
    notebook.page.evaluate(SAVE)
    notebook.page.evaluate(SHUT_DOWN)
    first.close()
    shutil.copy(jupyter.folder / path.name, path)

    second = browser.new_context(viewport=WINDOW)
    page = NotebookPage.open(second, jupyter, path).page
    expect(page.locator(COVER)).to_have_count(1)
    question(page).focus()
    page.keyboard.press("1")
    expect(page.locator(COVER)).to_have_count(0)
    expect(page.locator(PICTURE)).to_have_count(1)
    page.reload()

    expect(page.locator(".fl-reveal")).to_contain_text("what the call returned")
    expect(page.locator(COVER)).to_have_count(0)
    second.close()


def test_the_caption_below_a_covered_picture_is_covered_too(jupyter, open_notebook, tmp_path):
    cells = [nbformat.v4.new_code_cell(source) for source in ASKED]
    cells.insert(3, nbformat.v4.new_markdown_cell("*Figure 1. It gives the answer away.*"))
    cells.insert(4, nbformat.v4.new_markdown_cell("What comes after it."))
    path = tmp_path / f"caption-{jupyter.kind}.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL}), path)
    page = open_notebook(jupyter, path).page
    page.evaluate(RUN_ALL)
    written = page.locator(".jp-MarkdownOutput p")
    caption, after = (written.filter(has_text=text) for text in ("Figure 1.", "What comes"))

    expect(page.locator(COVER)).to_have_count(1)
    expect(caption).to_be_hidden()
    expect(after).to_be_visible()
    question(page).focus()
    page.keyboard.press("3")

    expect(caption).to_be_visible()


def test_show_me_on_the_cover_opens_it_and_counts_as_an_answer(lab, run_cells):
    notebook = run_cells(lab, *ASKED)

    notebook.page.locator(f"{COVER} button").click()

    expect(notebook.page.locator(PICTURE)).to_have_count(1)
    expect(notebook.page.locator(".fl-reveal")).to_contain_text("The answer: a tensor")
    notebook.comes_to_say("progress()['answers']", "[{'question': '1.1', 'option': None}]")


def take(page, text: str) -> None:
    """Take a line into the program by keys."""
    lines = page.locator(".fl-lines li")
    wanted = next(i for i, one in enumerate(lines.all_inner_texts()) if one.endswith(text))
    here = lines.evaluate_all("all => all.findIndex((one) => one.classList.contains('fl-here'))")
    key = "ArrowDown" if wanted > here else "ArrowUp"
    for _ in range(abs(wanted - here)):
        page.keyboard.press(key)
    page.keyboard.press("Enter")


def test_lines_are_put_in_order_and_checked_by_keys_alone(lab, run_cells):
    item = course.exercise("1A")
    notebook = run_cells(lab, SETUP, 'arrange("1A")')
    page = notebook.page
    verdict = page.locator(".fl-verdict")
    page.locator(".fl-lesson").first.focus()

    for number in (0, 1, 2, 6, 4, 5):
        take(page, item.lines[number])
    page.keyboard.press("c")
    expect(verdict).to_contain_text("that name was given away twice")
    expect(page.locator(".fl-stage svg")).to_be_visible()

    page.keyboard.press("h")
    expect(page.locator(".fl-hints li")).to_have_count(1)
    page.keyboard.press("s")
    expect(page.locator(".fl-figure")).to_have_count(2)

    take(page, item.lines[6])
    take(page, item.lines[3])
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("c")
    expect(verdict).to_contain_text("1A: right.")
    assert notebook.quiet


@pytest.mark.parametrize("name", list(course.lesson(1).exercises))
def test_an_exercise_is_failed_in_its_ways_and_then_solved_from_a_clean_kernel(
    lab, run_cells, name
):
    own = [one for one in tries() if one.exercise == name]
    own.sort(key=lambda one: not one.mistake)
    cells = [f"{module(1).LESSON}\nget_ipython().run_cell_magic('check', '{name}', {one.lines!r})"
             for one in own]  # fmt: skip

    notebook = run_cells(lab, SETUP, *cells)

    verdicts = notebook.page.locator(".fl-verdict")
    expect(verdicts).to_have_count(len(own))
    kinds = verdicts.evaluate_all("all => all.map((one) => one.dataset.verdict)")
    assert kinds == ["right" if not one.mistake else "wrong" for one in own]
    assert not [cell for cell in notebook.page.evaluate(CELLS) if cell["error"]]
    assert notebook.quiet


@pytest.mark.parametrize(
    "make",
    [
        lambda: ask("1.1", look="projector"),
        lambda: arrange("1A", look="projector"),
        lambda: check_wrong("projector"),
    ],
    ids=["question", "lines", "verdict"],
)
def test_a_class_can_read_every_word(opened_page, make):
    page = opened_page(make(), height=720)
    for key in "1hhh":
        page.keyboard.press(key)
    laid_out(page)

    assert small_words(page.locator(".fl")) == []


def check_wrong(look: str):
    """The verdict on a mistake, with its place marked."""
    one = next(one for one in tries() if one.mistake == "result_lost")
    view = check_lines(one.exercise, one.lines, one.names)
    view.look = look
    return view
