"""On a projector, what a key shows is in the window at once; elsewhere nothing is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

import funclab
from funclab import Input, Model
from funclab.layers import Dense, MultiHeadAttention
from tests.browser.presenter import Demo
from tests.browser.projector import small_words
from tests.browser.waiting import becomes, laid_out
from tests.view import gallery, models

START = """%load_ext funclab
%funclab look projector
import funclab
from funclab import Input, Model, layers
from funclab.layers import Dense
left, right = Input((64,), name="left"), Input((64,), name="right")
eye = Dense(16, activation="relu", name="eye")
a, b = eye(left), eye(right)
same = Dense(1, activation="sigmoid", name="same")(layers.concatenate([a, b]))
digit = Dense(10, activation="softmax", name="digit")(a)
pairs = Model([left, right], [same, digit], name="pairs")"""
DIFFER = """other = Dense(16, activation="tanh", name="other")(right)
funclab.diff(pairs, Model([left, right], layers.concatenate([a, other]))).view()"""
# Words whose letters stand in more than one line; a word ends at a space, and code after a dot.
BROKEN = """root => {
  const broken = [], words = /[^\\s.]+[.]?/g;
  for (const cell of root.querySelectorAll("td,th")) {
    const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    while (walker.nextNode())
      for (const word of walker.currentNode.data.matchAll(words)) {
        const range = document.createRange();
        range.setStart(walker.currentNode, word.index);
        range.setEnd(walker.currentNode, word.index + word[0].length);
        const lines = new Set([...range.getClientRects()].map((one) => Math.round(one.top)));
        if (lines.size > 1) broken.push(word[0]);
      }
  }
  return broken;
}"""
BOXES = """() => [...document.querySelectorAll(".fl-stage .box")].map((box) => {
  const { x, y } = box.querySelector("rect").getBoundingClientRect(); // without its ring
  return [box.dataset.key, x, y];
})"""
# The layout: where the picture, its stage, the panel and the capsules are in the view; and the
# size of the table, which the panel scrolls.
LAYOUT = """root => {
  const zoom = root.currentCSSZoom ?? 1, frame = root.getBoundingClientRect();
  const rounded = (numbers) => numbers.map((number) => Math.round(number / zoom));
  const all = (what) => [...root.querySelectorAll(what)].map((one) => one.getBoundingClientRect());
  return [rounded([frame.width, frame.height]),
    ...all(".fl-stage,.fl-stage>svg,.fl-said,.capsule").map(({ left, top, width, height }) =>
      rounded([left - frame.left, top - frame.top, width, height])),
    ...all(".fl-all").map(({ width, height }) => rounded([width, height]))];
}"""
WAYS = {
    "auto": [1096, 684, 1096, 1280, 800, 1280, 390, 1096],
    "projector": [1280, 800, 1280, 1180, 800, 1180],
}
"""Widths that a view has one after the other."""
CUT_OFF = """root => [...root.querySelectorAll("*")].filter((one) => {
  const { overflowX, overflowY } = getComputedStyle(one);
  return !one.ownerSVGElement && one.tagName !== "INPUT" && one.checkVisibility() &&
    ((overflowX !== "visible" && one.scrollWidth > one.clientWidth + 1) ||
     (overflowY !== "visible" && one.scrollHeight > one.clientHeight + 1));
}).map((one) => one.className)"""


@pytest.fixture
def projected(lab, open_notebook, write_notebook):
    """`projected(code)`: a presenter whose keys are in the view that code shows."""

    def show(code):
        demo = Demo(open_notebook(lab, write_notebook("room", START, code, "")))
        demo.run(0)
        demo.run(1)
        return demo, demo.enter(1)

    return show


def all_large_and_quiet(demo, view):
    becomes(demo.page, lambda: small_words(view), [])
    assert demo.notebook.console_errors == []


def all_seen(view, *parts):
    for part in parts:
        expect(view.locator(part).first).to_be_in_viewport(ratio=0.99)


def test_the_selected_box_its_nodes_and_the_line_to_write_are_seen_together(projected):
    demo, view = projected("pairs")

    demo.keys("ArrowDown", "ArrowDown", "ArrowRight")

    box = ".box[aria-pressed=true]"
    expect(view.locator(".fl-here code")).to_have_text("eye.get_output_at(1)")
    all_seen(view, ".fl-bar", box, ".fl-panel .fl-table", ".fl-here code", ".fl-caption")
    becomes(demo.page, lambda: view.locator(".fl-panel").evaluate(BROKEN), [])
    demo.notebook.screenshot("explorer-room-selected")

    demo.keys("Enter", "Enter")
    view.locator(".fl-source pre").wait_for()
    all_seen(view, box, ".fl-source h3")
    expect(view.locator(".fl-source pre")).to_be_in_viewport(ratio=0.4)  # the panel scrolls
    demo.notebook.screenshot("explorer-room-source")
    demo.keys("Escape", "Escape", "t")
    view.locator(".fl-all").wait_for()
    all_seen(view, box, ".fl-all thead", ".fl-all .fl-here")
    becomes(demo.page, lambda: view.locator(".fl-panel").evaluate(BROKEN), [])
    demo.keys("t", "m")
    view.locator(".fl-more pre").wait_for()
    all_seen(view, box)
    expect(view.locator(".fl-more pre")).to_be_in_viewport()  # as much of it as there is room for
    becomes(demo.page, lambda: view.locator(".fl-panel").evaluate(BROKEN), [])
    all_large_and_quiet(demo, view)


def test_the_present_step_of_the_shapes_is_seen_with_its_rule_and_its_numbers(projected):
    demo, view = projected("funclab.shapes(pairs)")

    for step in range(2, 8):
        demo.keys("ArrowRight")
        expect(view.locator(".fl-place")).to_have_text(f"step {step} of 7")
        all_seen(view, ".fl-say", ".fl-figures svg", ".fl-axes", ".fl-sum")

    all_large_and_quiet(demo, view)


def test_a_difference_is_seen_on_both_sides_and_in_the_list(projected):
    demo, view = projected(DIFFER)
    entries = view.locator(".fl-tape li")

    for i in range(entries.count()):
        demo.keys("ArrowDown")
        expect(entries.nth(i)).to_have_class("fl-here")
        all_seen(view, ".fl-here")
        for side in ("left", "right"):
            if view.locator(f"[data-side={side}] .fl-ring").count():
                all_seen(view, f"[data-side={side}] .fl-ring")

    demo.notebook.screenshot("diff-room")
    all_large_and_quiet(demo, view)


def test_surface_loss_and_controls_of_the_playground_are_seen_together(projected):
    demo, view = projected('funclab.playground(data="spirals", seed=3)')

    demo.keys("ArrowRight", "s")

    expect(view.locator(".fl-play-told")).to_contain_text("after 1 epoch")
    all_seen(view, ".fl-play-controls", ".fl-play-model", ".fl-play-plane", ".fl-play-losses")
    all_large_and_quiet(demo, view)


@pytest.fixture
def opened(opened_page):
    """The page of a view with all that can be opened in it."""
    x, shared = Input((16,), name="x"), Dense(16, activation="relu", name="shared")
    model = Model(x, Dense(2, name="out")(shared(shared(x))), name="twice")
    whole = {"selected": "shared[1]", "level": 2, "more": True, "table": True}
    return opened_page(funclab.explore(model, **whole), height=720)


def test_on_paper_nothing_is_cut_off(opened):
    opened.emulate_media(media="print")

    becomes(opened, lambda: opened.locator(".fl-explorer").evaluate(CUT_OFF), [])


@pytest.mark.parametrize(("width", "zoom"), [(400, 1), (1280, 2)])
def test_with_little_room_the_panel_leaves_half_of_it_to_the_picture(width, zoom, opened):
    opened.set_viewport_size({"width": width, "height": 700})
    opened.evaluate("zoom => { document.body.style.zoom = zoom; }", zoom)
    opened.wait_for_selector(".fl-work:not(.fl-beside)")
    laid_out(opened)

    near, said = (opened.locator(part).bounding_box() for part in (".fl-near", ".fl-said"))

    assert near["height"] < 700
    assert said["height"] < 700 / 2
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert opened.locator(".fl-panel .fl-table").first.evaluate(BROKEN) == []


def test_what_a_panel_holds_can_be_scrolled_by_keys(opened):
    panel = opened.locator(".fl-panel")
    expect(panel).to_have_attribute("tabindex", "0")
    panel.evaluate("one => { one.scrollTop = 0; }")
    panel.focus()

    opened.keyboard.press("PageDown")

    opened.wait_for_function("document.querySelector('.fl-panel').scrollTop > 0")


@pytest.mark.parametrize("width", [1060, 1280])
def test_beside_a_picture_the_line_to_write_is_seen_whole(width, opened):
    opened.set_viewport_size({"width": width, "height": 700})
    laid_out(opened)
    opened.wait_for_selector(".fl-work.fl-beside")

    opened.locator(".fl-panel").evaluate("one => { one.scrollTop = 0; }")

    all_seen(opened, ".fl-panel .fl-table .fl-here code")


def test_a_wide_flat_picture_is_seen_whole_above_what_is_said(opened_page):
    a, b = Input((16,), name="a"), Input((16,), name="b")
    shared = Dense(16, activation="relu", name="shared")
    model = Model([a, b], [shared(a), shared(b)], name="flat")

    page = opened_page(funclab.explore(model, face="layers", selected="shared"), width=1100)

    expect(page.locator(".fl-beyond")).to_be_hidden()
    all_seen(page, ".fl-stage svg", ".fl-panel .fl-table", ".fl-caption")
    near, said = (page.locator(part).bounding_box() for part in (".fl-near", ".fl-said"))
    assert said["y"] >= near["y"] + near["height"]


@pytest.mark.covering
@pytest.mark.parametrize("look", ["light", "projector"])
@pytest.mark.parametrize("name", gallery.MODELS)
def test_a_page_shows_a_model_at_once_and_selecting_moves_nothing(name, look, opened_page):
    page = opened_page(gallery.built(name).explore(look=look), height=720)
    before = page.evaluate(BOXES)

    page.locator(".fl-stage .box").first.click()
    page.wait_for_selector(".fl-chosen")
    laid_out(page)

    expect(page.locator(".fl-beyond")).to_be_hidden()
    assert page.evaluate(BOXES) == before


def test_what_lies_below_is_told_of_only_while_it_does(opened_page):
    page = opened_page(gallery.built("mlp").explore(choice="full"), height=420)
    expect(page.locator(".fl-beyond")).to_contain_text("below")

    page.set_viewport_size({"width": 1280, "height": 720})

    expect(page.locator(".fl-beyond")).to_be_hidden()


@pytest.mark.parametrize("opened", ["+", "Shift+O"])
def test_what_is_opened_is_shown_where_there_is_no_room_for_the_whole(opened, opened_page):
    x = y = Input((9, 16), name="x")
    for _ in range(12):
        y = Dense(16)(y)
    y = MultiHeadAttention(2, 8, name="heads")(y, y)
    for _ in range(12):
        y = Dense(16)(y)
    page = opened_page(funclab.explore(Model(x, y)), height=720)
    inside = page.locator('.fl-stage [data-key^="heads[0]/"]')
    expect(inside).to_have_count(0)

    if opened == "+":
        page.locator('.fl-stage [data-key="heads[0]"] .fl-sign').click()
    else:
        page.keyboard.press(opened)

    expect(inside.first).to_be_in_viewport()
    assert inside.count() > 1


def test_back_at_the_model_its_picture_begins_at_the_top_again(opened_page):
    page = opened_page(funclab.explore(models.alternating(), look="projector"), height=420)
    stage = page.locator(".fl-explorer .fl-stage")
    for _ in range(5):
        page.keyboard.press("ArrowDown")
    becomes(page, lambda: stage.evaluate("one => one.scrollTop") > 20, True)

    page.keyboard.press("Backspace")

    assert stage.evaluate("one => [one.scrollLeft, one.scrollTop]") == [0, 0]
    assert page.locator(".fl-explorer [aria-pressed=true].box").count() == 0


@pytest.mark.parametrize("table", [True, False])
@pytest.mark.parametrize("look", WAYS)
def test_how_a_view_is_laid_out_depends_on_its_size_and_content_alone(look, table, opened_page):
    found = {}
    for widths in (WAYS[look], WAYS[look][::-1]):
        view = funclab.explore(models.twice(), table=table, look=look)
        page = opened_page(view, widths[0] + 32, 720, reduced_motion="reduce")
        explorer = page.locator(".fl-explorer")
        for width in widths:
            page.set_viewport_size({"width": width + 32, "height": 720})
            for keys in ([], ["t"], ["ArrowDown"], ["f", "f"], ["t"], ["Backspace"]):
                for key in keys:
                    page.keyboard.press(key)
                laid_out(page)
                has_table = page.locator(".fl-all").count()
                chosen = page.locator(".fl-ring").count()
                layout = tuple(map(tuple, explorer.evaluate(LAYOUT)))
                found.setdefault((width, has_table, chosen), set()).add(layout)

    assert {size: layouts for size, layouts in found.items() if len(layouts) > 1} == {}
