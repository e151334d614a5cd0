"""A view has one height for its life, words that can be read and few loud controls; and what a
student sees of it in JupyterLab with its file browser, in a window of 1280 by 720."""

from __future__ import annotations

import pytest

from funclab.view.live import assets
from tests.browser import stage
from tests.browser.waiting import laid_out
from tests.covering import ALL

MODEL = """
%load_ext funclab
import funclab, numpy as np
from funclab import Input, Model
from funclab.layers import Dense
get_ipython().run_line_magic("funclab", "look {look}")
x = Input((64,), name="x")
shared = Dense(64, activation="relu", name="shared")
model = Model(x, Dense(10, activation="softmax", name="out")(shared(shared(x))), name="twice")
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
images, labels = np.random.rand(64, 64), np.random.randint(0, 10, 64)
"""
FIT = "model.fit(images, labels, epochs=3, validation_split=0.25)"
TITLE = "(title) => [title.textContent, title.scrollWidth, title.clientWidth]"
TILES = """(tiles) => [...tiles.querySelectorAll("div")].map((tile) => {
  const [name, value] = ["dt", "dd"].map((one) => tile.querySelector(one));
  const [above, below] = [name, value].map((one) => one.getBoundingClientRect());
  const high = parseFloat(getComputedStyle(name).lineHeight) * (name.currentCSSZoom ?? 1);
  const lines = Math.round(above.height / high);
  const over = above.bottom <= below.top + 1;
  return [name.textContent, lines, over, getComputedStyle(name).fontWeight];
})"""


LAID_OUT = """() => [...document.querySelectorAll(".fl, .fl *")].map((one) => {
  const { x, y, width, height } = one.getBoundingClientRect(), of = getComputedStyle(one);
  return [one.tagName, one.getAttribute("class"), x, y, width, height,
    ...["color", "backgroundColor", "border", "padding", "margin", "font", "display"]
      .map((name) => of[name])];
})"""
OF_LESSONS = ("question", "lines", "verdict", "vote")
"""Views that ask of themselves."""


@pytest.mark.parametrize("name", stage.VIEWS)
def test_a_view_keeps_its_height_and_is_legible_at_each_width(name, opened_page):
    page = opened_page(stage.VIEWS[name](), **stage.NOTEBOOK, reduced_motion="reduce")

    check(page, 11)
    assert page.evaluate(stage.MOVES) == 0
    for width in (832, 390):
        page.set_viewport_size({"width": width, "height": 720})
        laid_out(page)
        check(page, 11)
    page.set_viewport_size(stage.NOTEBOOK)
    laid_out(page)
    assert stage.walk(page, 100 if ALL else 40) == []


@pytest.mark.parametrize("name", stage.VIEWS)
def test_so_it_is_on_a_projector_while_it_asks_and_sheets_of_other_views_change_nothing(
    name, opened_page
):
    settings = {} if name in OF_LESSONS else {"ask": True}
    view = stage.VIEWS[name](look="projector", **settings)
    page = opened_page(view, **stage.PROJECTOR, reduced_motion="reduce")
    check(page, 18)
    before = page.evaluate(LAID_OUT)

    for room in {*assets.rooms()} - {view.room}:
        page.add_style_tag(content=assets.style(room, beside=True))
    laid_out(page)

    assert page.evaluate(LAID_OUT) == before
    assert stage.walk(page, 200 if ALL else 40) == []


def check(page, least):
    """What holds of every view in every width: `least` is the size of its smallest words."""
    assert page.evaluate(stage.HEIGHT) <= 620
    assert page.evaluate(stage.SMALLEST) >= least - 0.01
    assert page.evaluate(stage.SHRUNK) == []
    assert page.evaluate(stage.PAGE_SCROLLS) == 0
    assert len(page.evaluate(stage.FOOT)) <= stage.SENTENCE
    controls = page.evaluate(stage.CONTROLS)
    assert controls["filled"] <= 1 and controls["outlined"] <= 3
    assert controls["keys"] == 0 and controls["unnamed"] == []
    assert {round(left) for left in page.evaluate(stage.EDGES).values()} <= {16}


@pytest.mark.parametrize("look", ["auto", "projector"])
def test_titles_are_whole_and_the_names_of_numbers_stand_above_them(lab, run_cells, look):
    notebook = run_cells(lab, MODEL.format(look=look), "model", FIT)
    page = notebook.page
    page.set_viewport_size({"width": 1280, "height": 720})
    page.wait_for_selector(".fl-training .fl-tiles dt")
    laid_out(page)

    shown = page.locator(".fl-explorer .fl-title").evaluate(TITLE)
    tiles = page.locator(".fl-training .fl-tiles").evaluate(TILES)

    assert shown[0] == "Model twice"
    assert shown[1] <= shown[2]
    assert [name for name, *_ in tiles][:3] == ["epoch", "loss", "accuracy"]
    assert {(lines, above, weight) for _, lines, above, weight in tiles} == {(1, True, "400")}
    assert notebook.quiet


def test_what_an_empty_field_asks_for_is_read_on_dark_paper_in_a_light_notebook(lab, run_cells):
    notebook = run_cells(lab, MODEL.format(look="dark"), "model")
    field = notebook.page.locator(".fl-explorer .fl-search")

    drawn = field.evaluate("(one) => getComputedStyle(one, '::placeholder').color")

    label = notebook.page.locator(".fl-explorer").evaluate(
        """(view) => {
          const probe = document.createElement("i");
          probe.style.color = "var(--f-label)";
          view.append(probe);
          return getComputedStyle(probe).color;
        }"""
    )
    assert drawn == label
