"""The walk through shapes on a page from disk: what is told, what is still asked, the batch that is
tried, and how large the view is."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

import funclab
from funclab import Input, Model, layers
from funclab.graph.shape_math import show
from tests.browser.projector import small_words
from tests.view import models

MIDDLES = """all => all.map((one) => {
  const { top, bottom } = one.getBoundingClientRect();
  return (top + bottom) / 2;
})"""
HEIGHT = "() => document.querySelector('.fl').getBoundingClientRect().height"


def convolutional():
    image = Input((28, 28, 1), name="image")
    x = layers.MaxPooling2D(name="pool")(layers.Conv2D(8, 3, name="conv")(image))
    return Model(image, layers.Dense(10, name="digit")(layers.Flatten(name="flat")(x)), name="cnn")


def shapes_of(model):
    return [tuple(layer.output.shape) for layer in model.layers]


def told(page):
    return page.locator(".fl-rail code").all_inner_texts()


def test_shapes_are_told_one_after_the_other(opened_page):
    model = convolutional()
    page = opened_page(funclab.shapes(model))
    wanted = list(map(show, shapes_of(model)))

    for step in range(len(wanted)):
        assert told(page) == [*wanted[: step + 1], *"?" * (len(wanted) - step - 1)]
        expect(page.locator(".fl-rail [aria-current=step] strong")).to_have_text(
            f"{model.layers[step].name}[0]"
        )
        cells = page.locator(".fl-axes tbody td:last-child").all_inner_texts()
        assert [cell for cell in cells if cell != "–"] == [str(n) for n in shapes_of(model)[step]]
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Home")
    page.keyboard.press("a")

    assert told(page) == wanted
    expect(page.locator(".fl-rows .fl-step")).to_have_count(len(wanted))


def test_a_step_is_chosen_in_the_rail(opened_page):
    page = opened_page(funclab.shapes(convolutional()))

    page.locator(".fl-rail li").nth(2).click()

    expect(page.locator(".fl-say")).to_contain_text("pool[0]: A window of 2 × 2")
    expect(page.locator(".fl-place")).to_have_text("step 3 of 5")


def test_the_batch_is_tried_with_a_button_and_with_the_keys_of_the_slider(opened_page):
    page = opened_page(funclab.shapes(convolutional(), step=1))
    first = page.locator(".fl-axes tbody tr").first
    slider = page.get_by_role("slider", name="try a batch of")

    page.get_by_role("button", name="32", exact=True).click()

    assert told(page)[:2] == ["(32, 28, 28, 1)", "(32, 26, 26, 8)"]
    assert first.locator("td").all_inner_texts() == ["32", "any number of samples", "32"]
    expect(page.locator(".fl-caption")).to_have_text("A batch of 32 makes (32, 26, 26, 8).")

    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "33")
    assert told(page)[1] == "(33, 26, 26, 8)"
    page.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "any number")
    assert told(page)[1] == "(None, 26, 26, 8)"
    expect(page.get_by_role("button", name="any")).to_have_attribute("aria-pressed", "true")


def test_what_the_batch_is_chosen_with_stands_on_one_line(opened_page):
    page = opened_page(funclab.shapes(convolutional()))

    middles = page.locator(".fl-batch > :not(:empty), .fl-batch input").evaluate_all(MIDDLES)

    assert len(middles) == 3 and max(middles) - min(middles) < 2


def test_the_bar_of_weights_has_the_share_of_those_before_and_of_these(opened_page):
    model = models.twice()
    page = opened_page(funclab.shapes(model, step=3))

    shares = page.locator(".fl-share i").evaluate_all(
        "all => all.map((i) => parseFloat(i.style.width))"
    )

    before, these = (layer.count_params() for layer in model.layers[1:])
    total = model.count_params()
    assert shares == pytest.approx([100 * before / total, 100 * these / total], abs=0.01)
    expect(page.locator(".fl-sum")).to_contain_text(f"{these} weights")


def test_all_words_are_large_enough_on_a_projector(opened_page):
    page = opened_page(
        funclab.shapes(convolutional(), step=1, look="projector"), width=1280, height=720
    )

    assert small_words(page.locator(".fl-stage")) == []
    assert page.evaluate(HEIGHT) <= 620
    for part in (".fl-say", ".fl-figures svg", ".fl-axes", ".fl-sum"):
        expect(page.locator(part)).to_be_in_viewport(ratio=0.99)


def test_a_view_that_was_stored_before_there_was_a_rail_shows_its_rows(opened_page):
    view = funclab.shapes(models.twice(), step=1)
    captions = [f"Step {i + 1} of 4" for i in range(4)]
    view.facts = {"captions": captions, "questions": view.facts["questions"]}
    view.pictures = {name: svg for name, svg in view.pictures.items() if name.isdigit()}

    page = opened_page(view)
    expect(page.locator(".fl-step")).to_have_count(1)
    page.keyboard.press("ArrowRight")

    expect(page.locator(".fl-caption")).to_have_text("Step 3 of 4")
    expect(page.locator(".fl-now")).to_be_visible()
