"""Slow motion as a page without a kernel: play, folds, a wall, ways in the graph, questions."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from playwright.sync_api import expect

import funclab
from funclab import Input, Model, layers
from funclab.layers import Dense
from funclab.teach.scenes import scene
from funclab.view.trace.stills import spine
from tests.browser.projector import small_words
from tests.browser.test_trace import ROOT, press, text
from tests.browser.waiting import laid_out
from tests.view import gallery, models

WATCH_DOTS = """() => {
  window.dots = 0;
  const isDot = (node) => node.classList?.contains("fl-dot");
  new MutationObserver((changes) => {
    for (const change of changes) window.dots += [...change.addedNodes].filter(isDot).length;
  }).observe(document, {subtree: true, childList: true});
}"""

COVERED = """() => {
  const tag = document.querySelector(".fl-graph .fl-tag").getBoundingClientRect();
  const shapes = document.querySelectorAll(".plate > :not(.fl-ring, .fl-tag), .box > text");
  return [...shapes].filter((shape) => {
    const at = shape.getBoundingClientRect();
    const across = at.left < tag.right && tag.left < at.right;
    return across && at.top + 2 < tag.bottom && tag.top + 2 < at.bottom;
  }).map((shape) => shape.textContent);
}"""

TAGS_BEHIND_BOXES = """() => {
  const bounds = (part) => part.getBoundingClientRect();
  const boxes = [...document.querySelectorAll(".fl-graph .box > rect")].map(bounds);
  return [...document.querySelectorAll(".fl-graph .edge .fl-tag")].map(bounds).filter((tag) =>
    boxes.some((box) => box.left < tag.right && tag.left < box.right
      && box.top < tag.bottom && tag.top < box.bottom)).length;
}"""


UNCUT = """(tag) => {
  const [at, svg] = [tag, tag.ownerSVGElement].map((part) => part.getBoundingClientRect());
  return at.left >= svg.left && at.right <= svg.right && at.bottom <= svg.bottom;
}"""


@pytest.fixture
def page_of(opened_page):
    """`page_of(view)`: its page in the window of a projector."""
    return partial(opened_page, height=720)


@pytest.mark.parametrize("key", ["p", " "])
def test_a_page_without_a_kernel_plays_to_the_end_and_stops(key, page_of):
    page = page_of(scene("mask"), reduced_motion="reduce")

    press(page, key)
    page.wait_for_function(
        "() => document.querySelector('.fl-trace .fl-caption').innerText.includes('Step 5 of 5')"
    )

    page.get_by_role("button", name="play").wait_for()
    assert page.locator(f"{ROOT} .fl-dot").count() == 0
    assert page.locator(f"{ROOT} .fl-bar [aria-pressed]").count() == 0  # "play" is not a state
    assert "Paused." in text(page, ".fl-status")


def test_a_dot_shows_the_way_unless_motion_is_unwelcome(page_of):
    dots = {}
    for motion in ("no-preference", "reduce"):
        page = page_of(scene("frozen"), reduced_motion=motion)
        page.evaluate(WATCH_DOTS)
        press(page, "ArrowRight")
        expect(page.locator(f"{ROOT} .fl-dot")).to_have_count(0)
        dots[motion] = page.evaluate("() => window.dots")

    assert dots == {"no-preference": 1, "reduce": 0}


def test_on_a_wall_every_word_is_large_enough_and_at_most_12_boxes_are_drawn(page_of):
    page = page_of(scene("shared_gradient", look="projector", step=17))

    assert small_words(page.locator(ROOT)) == []
    assert page.locator(f"{ROOT} .fl-graph .box").count() <= 12


def deep():
    x = h = Input((16,), name="x")
    for number in range(16):
        h = layers.add([h, Dense(16, activation="relu", name=f"dense_{number}")(h)])
    model = Model(x, Dense(2, name="out")(h), name="deep")
    model.compile("sgd", "mse")
    return model


def test_a_fold_opens_and_closes_by_key_and_is_one_step_when_passed(page_of):
    view = funclab.trace(deep(), np.ones((4, 16)), np.ones((4, 2)), look="projector")
    page = page_of(view)
    n = len(spine(view.stills))
    said = []

    for key in ("ArrowRight", "o", "ArrowRight", "o", "ArrowRight", "ArrowLeft", "ArrowLeft"):
        press(page, key)
        said.append(text(page, ".fl-caption").partition(".")[0])

    parts = view.stills[1].fold
    assert said == [
        f"Step 2 of {n}",
        f"Step 2 of {n}, part 1 of {parts}",
        f"Step 2 of {n}, part 2 of {parts}",
        f"Step 2 of {n}",
        f"Step 3 of {n}",
        f"Step 2 of {n}",
        f"Step 1 of {n}",
    ]
    press(page, "End")
    assert f"Step {n} of {n}" in text(page, ".fl-caption")
    assert n <= 30


def pictures_overflow(page):
    return page.evaluate(
        "() => { const s = document.querySelector('.fl-shown');"
        " const r = s.getBoundingClientRect();"
        " const top = document.querySelector('.fl-trace').getBoundingClientRect().top;"
        " return s.scrollHeight > s.clientHeight + 1 || r.bottom - top > 720; }"
    )


def ring_is_seen(page):
    """Whether the ring of the current step is in the visible part of the graph."""
    return page.evaluate(
        "() => { const ring = document.querySelector('.fl-ring:not(.fl-lit)');"
        " if (!ring) return true;"
        " const at = ring.getBoundingClientRect();"
        " const room = document.querySelector('.fl-graph').getBoundingClientRect();"
        " const [x, y] = [at.x + at.width / 2, at.y + at.height / 2];"
        " return x > room.left && x < room.right && y > room.top && y < room.bottom; }"
    )


def image_model():
    x = Input((8, 8, 1), name="image")
    h = layers.Conv2D(8, 3, padding="same", name="conv")(x)
    h = layers.ReLU(name="relu")(layers.BatchNormalization(name="norm")(h))
    h = layers.MaxPooling2D(2, name="pool")(h)
    h = layers.Dropout(0.5, name="drop")(layers.Flatten(name="flat")(h))
    model = Model(x, Dense(10, activation="softmax", name="digit")(h), name="images")
    model.compile("adam", "sparse_categorical_crossentropy")
    return model, np.random.default_rng(0).random((8, 8, 8, 1)), np.arange(8)


def twin_model():
    left, right = Input((64,), name="left"), Input((64,), name="right")
    shared = Dense(16, activation="relu", name="encoder")
    both = layers.concatenate([shared(left), shared(right)], name="both")
    model = Model([left, right], Dense(10, activation="softmax", name="digit")(both), name="pairs")
    model.compile("sgd", "sparse_categorical_crossentropy")
    batch = np.random.default_rng(1).random((8, 64))
    return model, [batch, batch[::-1]], np.arange(8)


def small_model():
    """A shared kernel of 4 x 4 numbers, which are written out where there is room."""
    model = models.twice(1)
    model.compile("adam", "mse")
    return model, np.random.default_rng(0).normal(size=(8, 4)), np.ones((8, 1))


def text_model():
    x, words = Input((12,), dtype="int32", name="sentence"), Input((12,), dtype="int32")
    steps = layers.Embedding(50, 16, name="vectors")(words)
    # Step by step, so that sums are seen.
    recurrence = layers.GRU(16, "softplus", name="recurrence")
    reader = Model(words, recurrence(steps), name="paragraph_reader")
    model = Model(x, Dense(1, name="answer")(reader(x)), name="text")
    model.compile("sgd", "mse")
    return model, np.ones((4, 12), "int32"), np.ones((4, 1))


def test_gradients_that_meet_stand_beside_their_calls_and_the_sum_after_them(page_of):
    view = funclab.trace(*small_model())
    view.show(step=view.find("add_into", "shared/kernel"))
    page = page_of(view)
    page.set_viewport_size({"width": 1032, "height": 900})  # a cell of 1,000 px
    page.wait_for_selector(".fl-row-sum")
    laid_out(page)

    parts = {
        part.locator("code").inner_text().split(" ")[-1]: part.bounding_box()
        for part in page.locator(".fl-row-part").all()
    }
    (total,) = (part.bounding_box() for part in page.locator(".fl-row-sum").all())

    assert {*parts} == {"shared[0]", "shared[1]"}
    for call, at in parts.items():
        box = page.locator(f'.box[data-key="{call}"] rect').first.bounding_box()
        assert at["y"] < box["y"] + box["height"]
        assert at["y"] + at["height"] > box["y"]
        assert box["x"] + box["width"] < at["x"]
        assert at["x"] + at["width"] < total["x"]
    shown = page.locator(".fl-shown").bounding_box()
    assert total["x"] + total["width"] <= shown["x"] + shown["width"]


def test_the_pictures_of_an_update_stand_in_one_row(page_of):
    view = funclab.trace(*small_model())
    view.show(step=view.find("update", "shared/kernel"))
    page = page_of(view)
    page.set_viewport_size({"width": 1128, "height": 900})  # a cell of 1,096 px

    page.wait_for_function(
        "() => { const figures = [...document.querySelectorAll('.fl-frame-box')];"
        " const [cell, last] = ['.fl-shown', '.fl-figures:last-child .fl-frame-box'].map((name) =>"
        " document.querySelector(name).getBoundingClientRect());"
        " const tops = new Set(figures.map((one) => one.getBoundingClientRect().top));"
        " return figures.length === 3 && tops.size === 1 && last.right <= cell.right; }"
    )
    assert page.locator(".fl-frame-box text").first.evaluate("(text) => text.getScreenCTM().a") >= 1


def test_the_table_of_statistics_breaks_names_after_slashes_alone(page_of):
    view = funclab.trace(*text_model(), look="projector")
    view.show(step=view.find("add_into", "recurrent_kernel"))
    page = page_of(view)
    page.set_viewport_size({"width": 900, "height": 720})
    laid_out(page)

    lines = page.evaluate(
        "() => [...document.querySelectorAll('.fl-all :is(td, th)')].flatMap((cell) => {"
        " const lines = new Map(), range = document.createRange();"
        " const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);"
        " for (let node = walker.nextNode(); node; node = walker.nextNode())"
        "  [...node.data].forEach((letter, i) => {"
        "   range.setStart(node, i); range.setEnd(node, i + 1);"
        "   const { top } = range.getBoundingClientRect();"
        "   lines.set(top, (lines.get(top) ?? '') + letter); });"
        " return [...lines.values()].slice(0, -1); })"
    )

    assert all(line.endswith(("/", " ")) for line in lines), lines


@pytest.mark.parametrize("make", [image_model, twin_model, small_model])
def test_on_a_wall_no_step_needs_scrolling_and_its_place_in_the_graph_is_seen(make, page_of):
    view = funclab.trace(*make(), look="projector")
    page = page_of(view, reduced_motion="reduce")
    hidden, lost, small = [], [], []

    for step in range(len(view.stills)):
        hidden += [step] if pictures_overflow(page) else []
        lost += [] if ring_is_seen(page) else [step]
        small += small_words(page.locator(ROOT))
        press(page, "ArrowRight")

    assert hidden == lost == small == []


def lit(page, name):
    """The ends of the edges that are lit, each as source and target."""
    return page.evaluate(
        "(name) => [...document.querySelectorAll('.edge.' + name)]"
        ".map(({dataset}) => `${dataset.source} > ${dataset.target}`).sort()",
        name,
    )


def test_ways_are_lit_as_data_go_and_turned_as_gradients_come_back(page_of):
    view = scene("frozen")
    page = page_of(view, reduced_motion="reduce")

    press(page, "ArrowRight", 2)
    forward = lit(page, "fl-went"), lit(page, "fl-now"), lit(page, "fl-came")
    press(page, "ArrowRight", view.find("vjp", "base[0]") - 2)
    back, arrows = lit(page, "fl-came"), page.locator(f"{ROOT} .fl-head-back").count()

    assert forward[0][0] == "base[0] > tensor base[0:0]"
    assert forward[1] == ["base[0] > tensor base[0:0]", "tensor first[0:0] > base[0]"]
    assert forward[2] == []
    assert back == [
        "base[0] > tensor base[0:0]",
        "head[0] > tensor head[0:0]",
        "tensor base[0:0] > head[0]",
        "tensor first[0:0] > base[0]",
    ]
    assert arrows == len(back)


@pytest.mark.parametrize("name", ["transformer_2", "siamese"])
def test_the_tag_of_a_step_covers_no_shape_and_no_other_box(name, page_of):
    model = gallery.built(name)
    batch = [np.zeros((2, *(tensor.shape[1:])), tensor.dtype) for tensor in model.inputs]
    view = funclab.trace(model, batch)
    page = page_of(view, reduced_motion="reduce")

    for _ in view.stills[1:]:
        press(page, "ArrowRight")
        assert page.evaluate(COVERED) == []


@pytest.mark.parametrize("look", ["light", "projector"])
def test_the_tag_of_a_step_at_a_tensor_covers_no_shape_and_is_not_cut(look, page_of):
    view = funclab.trace(*small_model(), look=look)
    page = page_of(view, reduced_motion="reduce")
    whole = []

    for _ in view.stills:
        for tag in page.locator(f"{ROOT} .plate > .fl-tag").all():
            whole.append(tag.evaluate(UNCUT) and page.evaluate(COVERED) == [])
        press(page, "ArrowRight")

    assert whole == [True, True, True]  # the loss, its gradient, and that before the activation


def test_a_gradient_of_one_number_stands_at_its_edge(page_of):
    view = scene("shared_gradient")
    page = page_of(view, reduced_motion="reduce")

    press(page, "ArrowRight", view.find("vjp", "apart[0]"))

    assert page.locator(f"{ROOT} .edge .fl-tag").all_text_contents() == ["g = 1.0", "g = 1.0"]


def test_an_edge_that_brings_part_of_a_sum_is_not_marked_with_the_sum(page_of):
    gap = Dense(1, kernel_initializer="ones", use_bias=False, name="gap")
    number = Input((1,))
    twice = gap(number)
    square = Model(number, twice * twice)
    view = square.trace([[3.0]], [[0.0]], loss=lambda y, answer: 10 * answer)
    page = page_of(view, reduced_motion="reduce")

    for kind in ("vjp", "add_into"):
        press(page, "Home")
        press(page, "ArrowRight", next(i for i, x in enumerate(view.stills) if x.kind == kind))

        assert page.locator(f"{ROOT} .edge .fl-tag").all_text_contents() == ["g"]
        assert page.evaluate(TAGS_BEHIND_BOXES) == 0


def test_pictures_of_one_tensor_are_told_apart_in_the_table(page_of):
    page = page_of(scene("training"))

    press(page, "ArrowRight")

    heads = page.locator(f"{ROOT} .fl-all th[scope=row]").all_text_contents()
    assert heads == ["drop[0:0], training off", "drop[0:0], training on"]


@pytest.mark.parametrize("look", ["light", "dark", "print", "projector"])
def test_the_place_of_a_sum_is_outlined_in_its_parts_and_in_the_sum(look, page_of):
    view = funclab.trace(*twin_model(), look=look)
    view.show(step=view.find("add_into", "encoder/bias"))
    page = page_of(view)

    seen = page.evaluate(
        "() => [...document.querySelectorAll('.fl-frame rect.s-ink')].map((one) => {"
        " const { stroke, fill } = getComputedStyle(one), { x, width } = one.getBBox();"
        " const ink = getComputedStyle(document.querySelector('.fl-trace')).color;"
        " return [x, width, stroke === ink, fill]; })"
    )

    assert len(seen) == 3
    assert len({tuple(one) for one in seen}) == 1
    assert seen[0][2:] == [True, "none"]


def test_in_ask_mode_a_shape_is_seen_only_after_its_question(page_of):
    model, x, y = twin_model()
    page = page_of(funclab.trace(model, x, y, ask=True))
    plate = page.locator(f"{ROOT} [data-key='tensor encoder[0:0]'] text").first
    lines, seen = page.locator(f"{ROOT} .fl-lines li"), "one => getComputedStyle(one).visibility"

    press(page, "ArrowRight", 2)
    asked = text(page, ".fl-prompt"), plate.evaluate(seen)
    before = "".join(lines.and_(page.locator(":not([hidden])")).all_text_contents())
    press(page, "2")

    assert "encoder[0] (Dense 16 · relu) reads (batch 8, 64). Which shape comes out?" in asked[0]
    assert (asked[1], plate.evaluate(seen)) == ("hidden", "visible")
    assert "encoder[0:0]: ? =" in before and "vjp" not in before and "(8" not in before
    assert "encoder[0:0]: (8, 16) =" in "".join(lines.all_text_contents())


def window_model():
    """One filter of 2 by 2, of which every number can be counted: 1, 2, 3, 4, and a bias of -50."""
    x = Input((4, 4, 1), name="x")
    model = Model(x, layers.Conv2D(2, 2, activation="relu", name="conv")(x), name="counted")
    kernel = np.stack([np.array([[1, 2], [3, 4]]), np.ones((2, 2))], -1)[:, :, None]
    model.set_weights([kernel.astype("float32"), np.array([-50, 0], "float32")])
    return model, np.arange(16, dtype="float32").reshape(1, 4, 4, 1)


def test_the_window_of_a_convolution_is_moved_by_keys_and_by_the_mouse(page_of):
    page = page_of(funclab.trace(*window_model(), step=1))
    page.set_viewport_size({"width": 1128, "height": 720})
    maps, said = page.locator(f"{ROOT} .fl-maps"), page.locator(f"{ROOT} .fl-status")

    def told():
        return maps.get_attribute("aria-label")

    first = told()  # at the largest number: 10 + 2 * 11 + 3 * 14 + 4 * 15
    press(page, "Enter")
    expect(maps).to_be_focused()
    press(page, "ArrowLeft", 2)
    press(page, "ArrowUp", 2)
    corner, words = told(), said.inner_text()  # 0 + 2 * 1 + 3 * 4 + 4 * 5
    press(page, "]")
    other = told()  # 0 + 1 + 4 + 5, plus 0
    press(page, "ArrowUp")
    press(page, "Escape")
    stays = told(), text(page, ".fl-caption")
    expect(maps).not_to_be_focused()
    page.locator(f"{ROOT} .fl-map:not(.fl-read)").click(position={"x": 50, "y": 50})
    clicked = told()  # the middle of nine places: 5 + 6 + 9 + 10
    press(page, "u")
    undone = told()

    assert first == "Row 2, column 2 of filter 0: 134.000 − 50.000 = 84.000; it makes 84.000."
    assert corner == "Row 0, column 0 of filter 0: 34.000 − 50.000 = −16.000; it makes 0.000."
    assert words == corner
    assert other == "Row 0, column 0 of filter 1: 10.000 + 0.000 = 10.000; it makes 10.000."
    assert stays[0] == other and stays[1].startswith("Step 2 of 2.")
    assert clicked == "Row 1, column 1 of filter 1: 30.000 + 0.000 = 30.000; it makes 30.000."
    assert undone == other
    assert page.locator(f"{ROOT} .fl-filters [aria-pressed=true]").inner_text() == "1"


@pytest.mark.parametrize("make", [image_model, small_model, twin_model])
def test_every_step_has_one_height_that_leaves_a_notebook_in_sight(make, page_of):
    view = funclab.trace(*make())
    page = page_of(view, reduced_motion="reduce")
    page.set_viewport_size({"width": 1128, "height": 720})
    laid_out(page)

    heights = set()
    for _ in view.stills:
        heights.add(page.locator(ROOT).bounding_box()["height"])
        press(page, "ArrowRight")

    assert len(heights) == 1
    assert max(heights) <= 620
