"""What is drawn fits the width that there is: of a window, of a notebook beside its files, and of a
phone."""

from __future__ import annotations

import numpy as np
import pytest

import funclab
from funclab import Input, Model, layers
from funclab.errors import ShapeError
from funclab.layers import Dense
from funclab.view.lesson.failed import FailedView
from funclab.view.shapes.failure import failed_step
from funclab.view.shapes.steps import walk
from funclab.view.shapes.view import ShapeWalk
from tests.browser import sheet, stage
from tests.browser.waiting import laid_out
from tests.view import gallery
from tests.view.mistakes import models as known

BESIDE_FILES = {"width": 716, "height": 720}
"""A window whose page leaves a view 684 pixels, as JupyterLab does beside its file browser."""
PHONE = {"width": 390, "height": 720}
SIDEWAYS = """() => [document.documentElement, ...document.querySelectorAll(".fl, .fl *")]
  .filter((one) => !(one instanceof SVGElement) && one.checkVisibility() && one.clientWidth > 2
    && /auto|scroll/.test(getComputedStyle(one).overflowX) && one.scrollWidth - one.clientWidth > 1)
  .flatMap((one) => [...one.classList])"""
ROWS = {"fl-strip-items", "fl-play-model"}
"""What may be wider than its view: a row of samples, and the network of a playground."""
BEYOND = "(part) => part.scrollWidth - part.clientWidth"
HIGH = "(part) => part.getBoundingClientRect().height"
# Where each plot begins and ends, in the window.
PLOTS = """() => [...document.querySelectorAll(".fl-chart svg")].map((svg) => {
  const [left, right] = svg.querySelector("[data-scale]").dataset.scale.split(" ").map(Number);
  const onPage = (x) => new DOMPoint(x, 0).matrixTransform(svg.getScreenCTM()).x;
  return [left, right].map(onPage).map(Math.round);
})"""
LOW = 420
"""The most pixels of a view of two boxes; other views are 560 or 620 high."""


def traced(name):
    """One batch of a model of the gallery in slow motion."""
    model, random = gallery.built(name), np.random.RandomState(0)

    def numbers(tensor):
        shape = (2, *tensor.shape[1:])
        whole = "int" in str(tensor.dtype)
        return random.randint(0, 9, shape) if whole else random.rand(*shape)

    x, y = ([numbers(tensor) for tensor in tensors] for tensors in (model.inputs, model.outputs))
    model.compile("sgd", "mse")
    return funclab.trace(model, x, y)


@pytest.mark.parametrize("name", [*stage.VIEWS, "window", "step back", "runs", "sweep"])
def test_beside_a_notebook_s_files_nothing_scrolls_sideways_but_rows_of_samples(name, opened_page):
    page = opened_page((sheet.VIEWS | sheet.STATES)[name](), **stage.NOTEBOOK)

    for width in (stage.NOTEBOOK["width"], 832, BESIDE_FILES["width"]):
        page.set_viewport_size({"width": width, "height": 720})
        laid_out(page)
        assert {*page.evaluate(SIDEWAYS)} <= ROWS, width


@pytest.mark.parametrize(
    "name", ["explorer", "selection", "u-net", "mistakes", "shapes", "edit", "runs"]
)
def test_on_a_phone_a_view_is_read_without_scrolling_sideways(name, opened_page):
    page = opened_page((sheet.VIEWS | sheet.STATES)[name](), width=422, height=720)

    assert page.evaluate(SIDEWAYS) == []


def test_on_a_phone_a_table_of_mistakes_keeps_its_numbers_and_the_names_of_its_columns(opened_page):
    model, (x, y) = known.images(), known.digits()
    page = opened_page(funclab.mistakes(model, x, y), **PHONE)

    said = model.predict(x, verbose=0).argmax(-1)
    counts = {f"{i} {j}": int(((y == i) & (said == j)).sum()) for i in range(10) for j in range(10)}
    cells = page.locator(".fl-mistakes-main .box").all()
    shown = {one.get_attribute("data-key"): one.text_content() for one in cells}
    assert len(shown) == 100
    for key, text in shown.items():
        assert text.endswith(str(counts[key] or "")), key
    words = page.locator(".fl-mistakes-main svg text:not(.box *)").all_text_contents()
    assert [word for word in words if word.isdecimal()] == 2 * [str(i) for i in range(10)]
    assert "the model says" in words


def test_on_a_phone_the_editor_shows_most_of_a_small_model(opened_page):
    page = opened_page(funclab.edit(stage.twice()), width=422, height=720)

    pane = page.locator(".fl-graph").bounding_box()
    seen = [box.bounding_box() for box in page.locator(".fl-graph .box").all()]
    whole = [box for box in seen if box["y"] + box["height"] <= pane["y"] + pane["height"] + 1]
    assert len(whole) >= len(seen) - 2
    assert all(box["x"] + box["width"] <= pane["x"] + pane["width"] for box in seen)


def test_on_a_phone_weights_that_are_shared_stand_under_the_graph_with_their_ties(opened_page):
    page = opened_page(funclab.explore(stage.twice()), **stage.NOTEBOOK)
    capsule, last = page.locator(".capsule"), page.locator('.box[data-key="out[0]"]')
    assert capsule.bounding_box()["y"] < last.bounding_box()["y"]

    for _ in range(2):  # and beside it again, where there is room
        page.set_viewport_size({"width": 422, "height": 720})
        laid_out(page)
        below, box = capsule.bounding_box(), last.bounding_box()
        assert below["y"] > box["y"] + box["height"]
        assert below["x"] + below["width"] <= 422
        assert capsule.get_by_text("64×64 + 64 = 4,160").is_visible()
        page.set_viewport_size(stage.NOTEBOOK)
        laid_out(page)
        assert capsule.bounding_box()["y"] < last.bounding_box()["y"]


@pytest.mark.parametrize("size", [stage.NOTEBOOK, BESIDE_FILES])
def test_curves_of_runs_fill_their_view_and_keep_their_values(size, opened_page):
    """A value on the axis stands where its line is, and each end of a curve where its value is."""
    view = sheet.STATES["runs"]()
    page = opened_page(view, **size)

    stage_box = page.locator(".fl-stage").bounding_box()
    charts = page.locator(".fl-chart svg").all()
    assert len(charts) == 2
    assert page.evaluate(PLOTS) == [page.evaluate(PLOTS)[0]] * 2
    for chart, drawn in zip(charts, view.curves["charts"], strict=True):
        box = chart.bounding_box()
        assert stage_box["width"] - 40 < box["width"] <= stage_box["width"] - 24
        left, right, first, last, top, base, low, high, _ = map(
            float, chart.locator("[data-scale]").get_attribute("data-scale").split()
        )
        points = chart.locator("path[stroke-width='2']").evaluate_all(
            "all => all.map((one) => one.getAttribute('d').match(/-?[\\d.]+/g).map(Number))"
        )
        for line, path in zip(drawn["lines"], points, strict=True):
            values = [float(value) for value in line["values"] if value]
            for i, value in enumerate(values):
                x, y = path[2 * i : 2 * i + 2]
                epoch = first + (x - left) / (right - left) * (last - first)
                assert epoch == pytest.approx(drawn["epochs"][i] - line["back"], abs=0.02)
                assert low + (base - y) / (base - top) * (high - low) == pytest.approx(
                    value, rel=0.004
                )


@pytest.mark.parametrize("name", ["inception", "siamese", "headline"])
def test_the_graph_beside_a_step_has_all_its_branches_and_words(name, opened_page):
    page = opened_page(traced(name), **stage.NOTEBOOK)
    graph = page.locator(".fl-graph")
    words = "(graph) => graph.querySelector('svg').getBBox().width"

    assert graph.evaluate(BEYOND) <= 0
    assert graph.evaluate(words) <= graph.evaluate("(graph) => graph.scrollWidth")


def test_in_a_narrow_view_a_step_is_seen_with_its_graph(opened_page):
    page = opened_page(funclab.trace(*stage.traced(), step=0), **BESIDE_FILES)
    foot = page.locator(".fl-foot").bounding_box()["y"]

    for width in (BESIDE_FILES["width"], PHONE["width"]):
        page.set_viewport_size({"width": width, "height": 720})
        laid_out(page)
        ring = page.locator(".fl-graph .fl-ring").first.bounding_box()
        numbers = page.locator(".fl-shown svg").first.bounding_box()
        assert ring["y"] + ring["height"] < foot
        assert numbers["y"] + 60 < foot


@pytest.mark.parametrize("width", [1128, 832, 716])
@pytest.mark.parametrize("name", ["siamese", "inception", "unet", "resnet"])
def test_a_page_without_a_kernel_shows_a_model_whole_at_each_width(name, width, opened_page):
    page = opened_page(funclab.explore(gallery.built(name)), width=width, height=720)

    assert page.locator(".fl-stage").evaluate(BEYOND) <= 0
    assert page.locator(".fl-beyond").is_hidden()


def test_a_model_of_two_boxes_has_a_low_view_that_keeps_its_height(opened_page):
    x = Input((4,), name="x")
    model = Model(x, Dense(2, name="out")(x), name="two")
    page = opened_page(funclab.explore(model), **BESIDE_FILES)

    before = page.evaluate(stage.HEIGHT)
    for key in ("ArrowDown", "ArrowDown", "t", "f"):
        page.keyboard.press(key)
        assert page.evaluate(stage.HEIGHT) == before
    assert before <= LOW
    page.set_viewport_size({"width": 560, "height": 720})
    laid_out(page)
    assert page.evaluate(stage.HEIGHT) <= LOW


def test_on_a_phone_a_profile_has_whole_bars_and_a_whole_title(opened_page):
    view = funclab.profile(stage.twice(), stage.batch(32)[0])
    page = opened_page(view, **PHONE)

    title = page.locator(".fl-title")
    assert title.inner_text() == view.title
    assert title.evaluate(BEYOND) <= 0
    assert page.locator(".fl-stage").evaluate(BEYOND) <= 0
    rows = page.locator(".fl-profile .fl-step svg")
    names = [bar.name for by in ("layers", "steps") for bar in view.bars.bars[by]]
    told = rows.evaluate_all("(all) => all.map((one) => one.querySelector('text').textContent)")
    assert told == names
    longest = "(all) => all.map((one) => Number(one.querySelector('rect').getAttribute('width')))"
    drawn = rows.evaluate_all(longest)[: len(view.bars.bars["layers"])]
    seconds = [bar.seconds for bar in view.bars.bars["layers"]]
    assert np.argmax(drawn) == np.argmax(seconds)
    assert min(drawn) / max(drawn) == pytest.approx(min(seconds) / max(seconds), abs=0.01)


@pytest.mark.parametrize("size", [stage.NOTEBOOK, BESIDE_FILES, PHONE])
def test_each_word_about_a_call_that_failed_is_read_without_scrolling_sideways(size, opened_page):
    x, y = Input((28, 28, 6), name="image"), Input((26, 26, 6), name="other")
    texts = [" ".join(f"{word}{i}" for i in range(60)) for word in ("what", "why", "fix")]
    error = ShapeError(texts[0], why=texts[1], fix=texts[2])
    failure = failed_step(layers.Add(name="sum"), [x, y], error)

    page = opened_page(ShapeWalk(walk("cell", [x.node, y.node], failure=failure)), **size)

    told = page.locator(".fl-told").inner_text()
    assert all(word in told.split() for text in texts for word in text.split())
    assert page.locator(".fl-told").evaluate(BEYOND) <= 0
    assert page.locator(".fl-main-part").evaluate(BEYOND) <= 0


@pytest.mark.parametrize("size", [stage.NOTEBOOK, BESIDE_FILES])
@pytest.mark.parametrize("kind", ["lengths", "input"])
def test_an_error_shown_on_purpose_is_whole_and_its_fixes_stand_where_there_is_room(
    kind, size, opened_page
):
    left, right = Input((64,), name="left"), Input((64,), name="right")
    with pytest.raises(funclab.errors.FunclabError) as caught:
        if kind == "input":
            Model(left, Dense(3)(right))
        layers.Add(name="add")([Dense(64)(left), Dense(24)(left)])

    page = opened_page(FailedView(caught.value), **size)

    assert page.locator(".fl-graph").evaluate(BEYOND) <= 0
    assert "to fix it" in page.locator(".fl-graph svg").text_content()


@pytest.mark.parametrize("kind", ["lengths", "input"])
def test_an_error_on_a_projector_is_whole_without_scrolling(kind, opened_page):
    left, right = Input((64,), name="left"), Input((64,), name="right")
    with pytest.raises(funclab.errors.FunclabError) as caught:
        if kind == "input":
            Model(left, Dense(3)(right))
        layers.Add(name="add")([Dense(64)(left), Dense(24)(left)])

    view = FailedView(caught.value, "add([wide, narrow])", look="projector")
    page = opened_page(view, **stage.PROJECTOR)

    foot = page.locator(".fl-foot").bounding_box()["y"]
    for part in (".fl-what", ".fl-said-of > :last-child", ".fl-graph svg"):
        box = page.locator(part).bounding_box()
        assert box["y"] + box["height"] <= foot, part
    scrolled = "(one) => [one.scrollHeight - one.clientHeight, one.scrollWidth - one.clientWidth]"
    for part in (".fl-stage", ".fl-graph", ".fl-said-of"):
        assert max(page.locator(part).evaluate(scrolled)) <= 1, part
    told = page.locator(".fl-stage").inner_text()
    assert all(word in told for word in ("Why:", "Fix:", "add([wide, narrow])"))


def test_beside_a_notebook_s_files_the_playground_s_network_is_covered_by_nothing(opened_page):
    page = opened_page(funclab.playground(epochs=1), **BESIDE_FILES)

    network = page.locator(".fl-play-network").bounding_box()
    model = page.locator(".fl-play-model").bounding_box()
    answer = page.locator(".fl-play-plane").bounding_box()
    assert model["height"] >= network["height"] > 100
    assert answer["y"] + answer["height"] <= model["y"] + 1
    assert answer["y"] + answer["height"] <= page.locator(".fl-foot").bounding_box()["y"] + 1


def test_on_a_projector_both_graphs_of_a_difference_stand_beside_the_list(opened_page):
    view = funclab.diff(stage.twice(), stage.alone()).view(look="projector")
    page = opened_page(view, **stage.PROJECTOR)

    assert page.locator(".fl-graph").evaluate(BEYOND) <= 0
    graph, told = (page.locator(part).bounding_box() for part in (".fl-graph", ".fl-told"))
    assert graph["x"] + graph["width"] <= told["x"] + 1
