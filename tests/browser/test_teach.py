"""Questions and exercises as students meet them: by keyboard, with a kernel and without one."""

from __future__ import annotations

import os
import re
import shutil

import nbformat
import pytest
from playwright.sync_api import expect

from funclab.teach import arrange, ask, cards, concept_test, course, vote
from funclab.teach.asking import question_text
from funclab.teach.checking import check_lines
from tests.browser.every_view import SHUT_DOWN
from tests.browser.notebook_page import CELLS, READY, write_cells
from tests.browser.presenter import take
from tests.browser.projector import small_words
from tests.browser.waiting import laid_out
from tests.teach.tries import LESSONS, module, tries

SAVE = "() => jupyterapp.commands.execute('docmanager:save')"
SETUP = (
    "%load_ext funclab\nimport numpy as np\nfrom funclab import Input, Model, layers\n"
    "from funclab.layers import Dense, concatenate\n"
    "from funclab.teach import arrange, ask, progress\n" + module(1).LESSON
)
EVERYTHING = (
    "%load_ext funclab\nfrom funclab.teach.checking import base_names\n"
    "from funclab.utils import set_random_seed\n"
    "globals().update(base_names({}))\n_known = {*globals()}"
)
# Variables of the previous try, such as `index`, must not count for the next one. What a model
# learns depends on its first weights.
FORGET = (
    "for name in {*globals()} - _known:\n    if name[0] != '_': del globals()[name]\n"
    "set_random_seed(0)"
)
ASKED = (SETUP, 'ask("1.1")', "reader", "%%fails\nModel(pixels, Dense(10))")
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
# The cell after the question, once more; the kernel then answers when it has run.
RUN_COVERED = """async () => {
  jupyterapp.shell.currentWidget.content.activeCellIndex = 2;
  await jupyterapp.commands.execute('notebook:run-cell');
  await jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestKernelInfo();
}"""
QUESTION, COVER, PICTURE = ".fl-options", ".fl-cover", ".fl-explorer"


def question(page):
    return page.locator(".fl-lesson", has=page.locator(QUESTION)).first


def test_a_key_answers_and_what_is_said_answers_the_option(opened_page):
    page = opened_page(ask("1.1"))
    said = page.locator(".fl-reveal")

    page.keyboard.press("1")
    first = said.inner_text()
    page.keyboard.press("3")

    assert "what the call returned" in first and "Choose once more" in first
    assert "The answer" not in first
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
    press(page, "2 2 1")

    page.reload()

    expect(page.locator(".fl-reveal")).to_contain_text("what the call returned")
    expect(page.locator("[aria-pressed=true]")).to_have_attribute("data-answer", "wrong")


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
    page.evaluate(RUN_COVERED)
    expect(page.locator(COVER)).to_have_count(1)
    expect(page.locator(PICTURE)).to_have_count(0)

    question(page).focus()
    page.keyboard.press("3")

    expect(page.locator(PICTURE)).to_have_count(1)
    expect(page.locator(COVER)).to_have_count(0)
    notebook.comes_to_say(
        "[(one['question'], one['option']) for one in progress()['answers']]", "[('1.1', 2)]"
    )

    page.evaluate(SAVE)
    page.reload()
    page.wait_for_selector(QUESTION)
    assert page.evaluate(READY)
    expect(page.locator(".fl-reveal")).to_contain_text("Right.")
    expect(page.locator(COVER)).to_have_count(0)
    expect(page.locator(PICTURE)).to_have_count(1)
    assert notebook.quiet


def test_a_saved_lesson_asks_and_opens_without_its_kernel(jupyter, open_notebook, tmp_path):
    path = write_cells(tmp_path / f"asked-{jupyter.kind}.ipynb", *ASKED)
    notebook = open_notebook(jupyter, path)
    notebook.run_all()
    expect(notebook.page.locator(COVER)).to_have_count(1)
    notebook.page.evaluate(SAVE)
    notebook.page.evaluate(SHUT_DOWN)
    shutil.copy(jupyter.folder / path.name, path)

    page = open_notebook(jupyter, path).page
    expect(page.locator(COVER)).to_have_count(1)
    question(page).focus()
    press(page, "2 1")
    expect(page.locator(COVER)).to_have_count(0)
    expect(page.locator(PICTURE)).to_have_count(1)
    page.reload()

    expect(page.locator(".fl-reveal")).to_contain_text("what the call returned")
    expect(page.locator(COVER)).to_have_count(0)


def test_keys_answer_right_after_the_cell_ran_and_the_question_is_once_on_the_page(
    lab, open_notebook, tmp_path
):
    cells = [nbformat.v4.new_code_cell(source) for source in ASKED]
    cells.insert(1, nbformat.v4.new_markdown_cell(question_text("1.1")))
    path = tmp_path / "once.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL}), path)
    notebook = open_notebook(lab, path)
    page, stored = notebook.page, lab.folder / path.name
    above = page.locator(".jp-MarkdownOutput", has_text="Question 1.1.")
    notebook.select(0)
    for _ in range(2):
        page.keyboard.press("Shift+Enter")
    expect(above.locator("li").first).to_be_visible()

    page.keyboard.press("Control+Enter")
    expect(question(page)).to_be_visible()
    expect(above.locator("li").first).to_be_hidden()
    notebook.joined()
    page.keyboard.press("1")
    expect(page.locator(".fl-reveal")).to_contain_text("Choose once more")
    page.keyboard.press("Shift+Enter")
    expect(page.locator(".fl-reveal")).to_contain_text("Choose once more")
    laid_out(page)
    page.keyboard.press("3")
    expect(page.locator(".fl-reveal")).to_contain_text("Right.")
    expect(page.locator(".fl-eyebrow")).to_contain_text("right at the second try")
    expect(page.locator(".fl-so-far")).to_have_attribute(
        "aria-label", re.compile(r"^Lesson 1: 1 of \d+ done$")
    )
    for _ in range(2):
        page.keyboard.press("Shift+Enter")
    expect(page.locator(PICTURE)).to_have_count(1)
    notebook.screenshot("asked-once")

    page.evaluate(SAVE)
    page.evaluate("() => localStorage.clear()")  # as in another browser
    page.reload()
    page.wait_for_selector(QUESTION)
    expect(page.locator(PICTURE)).to_have_count(1)
    expect(page.locator(COVER)).to_have_count(0)
    expect(above.locator("li").first).to_be_hidden()
    assert stored.exists() and notebook.quiet


def test_the_caption_below_a_covered_picture_is_covered_too(jupyter, open_notebook, tmp_path):
    cells = [nbformat.v4.new_code_cell(source) for source in ASKED]
    cells.insert(3, nbformat.v4.new_markdown_cell("*Figure 1. It gives the answer away.*"))
    cells.insert(4, nbformat.v4.new_markdown_cell("What comes after it."))
    path = tmp_path / f"caption-{jupyter.kind}.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL}), path)
    notebook = open_notebook(jupyter, path)
    notebook.run_all()
    page = notebook.page
    written = page.locator(".jp-MarkdownOutput p")
    caption, after = (written.filter(has_text=text) for text in ("Figure 1.", "What comes"))

    expect(page.locator(COVER)).to_have_count(1)
    expect(caption).to_be_hidden()
    expect(after).to_be_visible()
    question(page).focus()
    page.keyboard.press("3")

    expect(caption).to_be_visible()


# Like a machine so busy that messages after the model get lost; then the cell is drawn again.
LOSE_AND_REDRAW = """async () => {
  for (const model of globalThis.funclab.models.values()) {
    if (!model.get("cover")) continue;
    const whole = await model.widget_manager.get_model(model.get("own_id"));
    // Nothing hears of it: what got lost has never arrived.
    Object.assign(whole.attributes, { cover: "", pictures: {} });
  }
  await jupyterapp.commands.execute("notebook:move-cell-up");
}"""


def test_a_cover_and_a_picture_that_got_lost_on_their_way_come_from_the_output(lab, run_cells):
    notebook = run_cells(lab, *ASKED[:-1])
    page = notebook.page
    expect(page.locator(COVER)).to_have_count(1)

    page.evaluate(LOSE_AND_REDRAW)

    expect(page.locator(COVER)).to_have_count(1)
    expect(page.locator(PICTURE)).to_have_count(0)
    question(page).focus()
    page.keyboard.press("3")
    expect(page.locator(f"{PICTURE} .box").first).to_be_visible()
    assert notebook.quiet


def test_show_me_on_the_cover_opens_it_and_counts_as_an_answer(lab, run_cells):
    notebook = run_cells(lab, *ASKED)

    notebook.page.locator(f"{COVER} button").click()

    expect(notebook.page.locator(PICTURE)).to_have_count(1)
    expect(notebook.page.locator(".fl-reveal")).to_contain_text("The answer: a tensor")
    notebook.comes_to_say(
        "[(one['question'], one['option']) for one in progress()['answers']]", "[('1.1', None)]"
    )


def test_lines_are_put_in_order_and_checked_by_keys_alone(lab, run_cells):
    item = course.exercise("1A")
    notebook = run_cells(lab, SETUP, 'arrange("1A")', "")
    page = notebook.page
    verdict = page.locator(".fl-verdict")
    verdict.wait_for(state="attached")
    notebook.joined()
    notebook.select(2)
    page.keyboard.press("Shift+Tab")

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


def test_the_place_that_a_verdict_or_a_hint_speaks_of_is_in_sight(opened_page):
    wrong = next(one for one in tries() if (one.exercise, one.mistake) == ("9C", "rows_masked"))
    page = opened_page(check_lines("9C", wrong.lines, wrong.names), height=720)
    marks = page.locator("[data-mark]")
    expect(marks).to_have_count(1)
    expect(marks).to_be_in_viewport(ratio=0.99)

    page.keyboard.press("h")

    expect(marks).to_have_count(2)
    for part in (marks.first, marks.last, page.locator(".fl-hints li")):
        expect(part).to_be_in_viewport(ratio=0.99)


def test_a_picture_is_not_scrolled_while_its_marks_are_in_sight(opened_page):
    wrong = next(one for one in tries() if (one.exercise, one.mistake) == ("1B", "new_layer"))
    page = opened_page(check_lines("1B", wrong.lines, wrong.names), height=460)
    expect(page.locator("[data-mark]")).to_have_count(1)
    laid_out(page)

    scrolled = "(graph) => [graph.scrollTop, graph.scrollHeight > graph.clientHeight]"
    assert page.locator(".fl-graph").evaluate(scrolled) == [0, True]


# `make exercises` tries those of every lesson.
TRIED = LESSONS if os.environ.get("EXERCISES") else [1]


@pytest.mark.parametrize("name", [name for n in TRIED for name in course.lesson(n).exercises])
def test_an_exercise_is_failed_in_its_ways_and_then_solved_from_a_clean_kernel(
    lab, run_cells, name
):
    own = [one for one in tries() if one.exercise == name]
    own.sort(key=lambda one: not one.mistake)
    checked = "get_ipython().run_cell_magic('check', {!r}, {!r})"
    cells = [f"{FORGET}\n{one.before}\n{checked.format(name, one.lines)}" for one in own]

    notebook = run_cells(lab, EVERYTHING, *cells)

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
        lambda: vote("5.1", look="projector"),
        lambda: vote("5.1", look="projector", first=[7, 9, 6, 4], second=[20, 1, 4, 1], ended=2),
    ],
    ids=["question", "lines", "verdict", "vote", "vote, ended"],
)
def test_a_class_can_read_every_word(opened_page, make):
    page = opened_page(make(), height=720)
    for key in "1hhh":
        page.keyboard.press(key)
    laid_out(page)

    assert small_words(page.locator(".fl")) == []


def press(page, keys: str) -> None:
    for key in keys.split():
        page.keyboard.press(key)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_class_votes_twice_by_keys_and_sees_no_count_before_the_end(opened_page, scheme):
    page = opened_page(vote("5.1", look="projector"), height=720, color_scheme=scheme)
    stage, bars = page.locator(".fl-stage"), page.locator(".fl-votes")

    press(page, "a 7 b 9 c 6 d d d d d Shift+D")
    expect(stage).to_contain_text("Cards counted: 26.")
    press(page, "Enter")
    expect(stage).to_contain_text("Talk to your neighbour")
    hidden = stage.inner_text(), bars.count()
    press(page, "a 2 0 b c 4 d Enter")

    assert hidden[1] == 0 and "✓" not in hidden[0]
    expect(bars).to_have_text(
        [
            "7 · 27 %",
            "20 · 77 %",
            "9 · 35 %",
            "1 · 4 %",
            "6 · 23 %",
            "4 · 15 %",
            "4 · 15 %",
            "1 · 4 %",
        ]
    )
    widths = bars.locator("div").evaluate_all("all => all.map((one) => one.style.width)")
    assert widths[:2] == ["27%", "77%"]
    expect(stage).to_contain_text("A: 7 of 26 at first, 20 of 26 after the talk.")
    expect(stage).to_contain_text("C misled most: Weights belong to the layer.")
    assert page.evaluate("document.documentElement.scrollHeight") <= 720


def test_undo_takes_back_a_key_of_a_vote_and_even_its_end(opened_page):
    page = opened_page(vote("5.1"))
    stage = page.locator(".fl-stage")

    press(page, "Enter")
    expect(page.locator(".fl-status")).to_contain_text("No card has been counted yet")
    press(page, "5")
    expect(page.locator(".fl-status")).to_contain_text("Press a letter first")
    press(page, "a b 1 2 Enter u u")

    expect(stage).to_contain_text("Think for yourself")
    expect(stage).to_contain_text("Cards counted: 2.")


def test_after_a_clear_first_vote_the_answer_can_be_shown_at_once(opened_page):
    page = opened_page(vote("5.1"))

    press(page, "a 9 b Enter s")

    expect(page.locator(".fl-votes")).to_have_text(["9 · 90 %", "1 · 10 %", "0 · 0 %", "0 · 0 %"])
    expect(page.locator(".fl-reveal")).to_contain_text("A: 9 of 10 at first.")


def test_a_page_without_a_kernel_remembers_a_vote(opened_page):
    page = opened_page(vote("5.1"))
    press(page, "a 7 Enter b 3")

    page.reload()
    page.focus(".fl")
    press(page, "Enter")

    expect(page.locator(".fl-votes").nth(0)).to_have_text("7 · 100 %")
    expect(page.locator(".fl-votes").nth(3)).to_have_text("3 · 100 %")


def test_with_caps_lock_on_a_letter_means_the_same(opened_page):
    page = opened_page(vote("5.1"))
    caps = """([key, shiftKey]) => document.activeElement.dispatchEvent(new KeyboardEvent(
      "keydown", { key, shiftKey, modifierCapsLock: true, bubbles: true }))"""

    for key, shift in (("A", False), ("A", False), ("A", False), ("a", True)):
        page.evaluate(caps, [key, shift])

    expect(page.locator(".fl-stage")).to_contain_text("Cards counted: 2.")


def test_a_vote_opens_the_next_picture_and_is_kept_by_the_kernel(lab, run_cells):
    begin = SETUP.replace("import arrange, ask", "import vote")
    notebook = run_cells(lab, begin, 'vote("1.1")', "reader")
    page = notebook.page
    expect(page.locator(COVER)).to_have_count(1)
    page.locator(".fl-lesson").first.focus()

    press(page, "a 5 b 2 Enter c 7")
    expect(page.locator(COVER)).to_have_count(1)
    press(page, "Enter")

    expect(page.locator(PICTURE)).to_have_count(1)
    counts = "[(one['first'], one['second']) for one in progress()['votes']]"
    notebook.comes_to_say(counts, "[([5, 2, 0], [0, 0, 7])]")
    assert notebook.quiet


def test_each_card_is_printed_on_a_page_of_its_own(opened_page):
    page = opened_page(cards())
    page.emulate_media(media="print")
    sheets = page.locator(".sheet svg")

    expect(page.locator("h1, h2").locator("visible=true")).to_have_count(0)
    assert [one.get_attribute("aria-label")[-1] for one in sheets.all()] == [*"ABCD"]
    breaks = "all => all.map((one) => getComputedStyle(one.closest('section')).breakBefore)"
    assert sheets.evaluate_all(breaks) == ["auto", "page", "page", "page"]


def check_wrong(look: str):
    """The verdict on a mistake, with its place marked."""
    one = next(one for one in tries() if one.mistake == "result_lost")
    view = check_lines(one.exercise, one.lines, one.names)
    view.look = look
    return view


def test_a_number_right_after_the_cell_ran_answers_and_makes_no_heading(lab, run_cells):
    page = run_cells(lab, *ASKED[:1], 'ask("1.1")', "after = 1").page
    laid_out(page)
    page.locator(".jp-CodeCell").nth(1).locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    expect(page.locator(".jp-CodeCell").nth(2)).to_have_class(re.compile("jp-mod-selected"))
    expect(question(page)).to_be_visible()

    page.keyboard.press("3")

    expect(page.locator(".fl-reveal").first).to_contain_text("Right.")
    expect(page.locator(".jp-CodeCell")).to_have_count(3)
