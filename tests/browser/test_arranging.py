"""Lines of an exercise, put in order with the mouse."""

from __future__ import annotations

import shutil

import pytest
from playwright.sync_api import expect

from docs.arranged import judged
from funclab.teach import arrange, course
from funclab.teach.checking import check_lines
from tests.lessons.lesson import numbered
from tests.teach.tries import tries


def program(page) -> list[str]:
    """The lines of the program that is being put in order."""
    return [
        row.lstrip("0123456789") for row in page.locator(".fl-lines .fl-used").all_inner_texts()
    ]


def test_lines_are_dragged_and_a_double_click_takes_one(opened_page):
    page = opened_page(arrange("1A"))
    rows = page.locator(".fl-lines li")
    texts = [text.removeprefix("–") for text in rows.all_inner_texts()]

    rows.nth(2).dblclick()
    taken = program(page)
    rows.nth(3).drag_to(rows.nth(0))  # before the first
    rows.nth(4).click()
    before = program(page)
    rows.nth(0).drag_to(rows.nth(2))
    moved = program(page)
    rows.nth(1).drag_to(rows.nth(5))
    left = program(page)

    assert taken == [texts[2]]
    assert before == [texts[3], texts[2], texts[4]]
    assert moved == [texts[2], texts[4], texts[3]]
    assert left == [texts[2], texts[3]]


def test_what_is_hidden_below_has_a_sign_until_it_is_seen(opened_page):
    page = opened_page(arrange("make.A", look="projector"), width=1212, height=720)
    stage, sign = page.locator(".fl-stage"), page.locator(".fl-stage > .fl-more")
    expect(sign).to_have_text("more below ↓")
    expect(sign.locator("span")).to_be_visible()

    stage.evaluate("stage => { stage.scrollTop = stage.scrollHeight; }")

    expect(sign).to_be_hidden()


# How far a part goes beyond its room, and how far the sign of a side goes over its text.
BEYOND = "part => part.scrollWidth - part.clientWidth"
COVERED = """view => view.querySelector(".fl-checks").getBoundingClientRect().right
  - view.querySelector(".fl-side>.fl-more>span").getBoundingClientRect().left"""


@pytest.mark.parametrize(
    ("order", "place"), [([0, 1, 2, 3, 4, 5, 8], ".fl-side"), ([0, 1, 2, 3, 4, 5, 7], ".fl-stage")]
)
def test_a_marked_picture_is_whole_beside_the_lines_or_below_them(order, place, opened_page):
    view = arrange("make.A")
    view.judge(order)
    page = opened_page(view, width=850, height=720)
    expect(page.locator(f"{place} > .fl-graph svg")).to_be_attached()

    for part in (".fl-side", ".fl-stage", ".fl-graph"):
        assert page.locator(part).evaluate(BEYOND) == 0, part


def test_the_sign_of_what_is_below_covers_no_words(opened_page):
    view = arrange("make.A")
    view.judge([0, 1, 2, 3, 4, 5, 6, 7])
    page = opened_page(view, width=850, height=720)
    page.locator(".fl-side").evaluate("side => { side.style.height = '200px'; }")
    expect(page.locator(".fl-side>.fl-more>span")).to_be_visible()

    assert page.locator(".fl").evaluate(COVERED) <= 0


def test_a_strip_without_a_sentence_before_it_begins_at_the_left_edge(opened_page):
    page = opened_page(arrange("1A"))

    begins = page.locator(".fl-so-far").bounding_box()["x"]
    assert begins - page.locator(".fl").bounding_box()["x"] == 17  # with the border


def test_a_page_without_python_judges_lines_that_were_judged_with_it(opened_page):
    orders = [
        [0, 1, 2, 3, 4, 5],
        [1, 0, 2, 3, 4, 5],
        [0, 4],
        [0, 1, 2, 3, 4, 5, 7],
        [0, 1, 2, 7, 3],
    ]
    view = arrange("1A")
    view.facts = {**view.facts, **judged("1A", {})}
    page = opened_page(view)
    texts = {line["number"]: line["text"] for line in view.facts["lines"]}

    for order in orders:
        page.keyboard.press("r")
        for number in order:
            page.locator(".fl-lines li", has_text=texts[number]).get_by_role("button").click()
        page.keyboard.press("c")
        verdict = arrange("1A").judge(order)
        for part in (verdict.says.split(". ")[0], *verdict.already):
            expect(page.locator(".fl-verdict")).to_contain_text(part.replace("`", "").rstrip("."))
        expect(page.locator(".fl-verdict")).to_have_attribute("data-verdict", verdict.kind)
    page.keyboard.press("s")
    expect(page.locator(".fl-panel pre")).to_have_text(course.exercise("1A").solution_code)


def test_the_solution_keeps_the_task_the_focus_and_a_way_back(opened_page):
    one = next(one for one in tries() if one.mistake == "result_lost")
    page = opened_page(check_lines(one.exercise, one.lines, one.names))
    back, verdict = page.get_by_role("button", name="your lines"), page.locator(".fl-verdict")
    expect(verdict).to_be_visible()

    for by_key in (True, False):
        if by_key:
            page.keyboard.press("s")
        else:
            page.locator("[data-icon=look]").click()
        expect(back).to_be_visible()
        expect(page.locator(".fl-task")).to_be_visible()
        expect(verdict).to_be_hidden()
        assert page.evaluate(FOCUSED)
        back.click()
        expect(verdict).to_be_visible()
        assert page.evaluate(FOCUSED)


FOCUSED = "() => document.querySelector('.fl').contains(document.activeElement)"


def test_lines_of_a_cell_that_was_not_run_say_so_before_they_are_put_in_order(
    lab, open_notebook, tmp_path
):
    lesson = numbered("layer")
    page = open_notebook(lab, shutil.copy(lesson.path, tmp_path / "layer.ipynb")).page
    view = page.locator(".fl-arranging")
    view.wait_for(state="attached")
    view.scroll_into_view_if_needed()

    expect(view.locator(".fl-run-first")).to_contain_text("Run the cell above first")
    view.focus()
    page.keyboard.press("c")
    expect(view.locator(".fl-status")).to_contain_text("Run the cell above first")
