"""How each kind of call makes a number: the page writes the numbers that the model has there."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Page

import funclab
from funclab import Input, Model, layers, utils
from tests.browser import stage
from tests.browser.test_inside import number

X = np.random.RandomState(0).rand(4, 6, 7, 1).astype("float32")
AT, CHANNEL = (2, 3), 1


@pytest.fixture(scope="module")
def kinds() -> Model:
    """A call of each kind that makes a map."""
    utils.set_random_seed(0)
    image = Input((6, 7, 1), name="image")
    a = layers.Conv2D(2, 3, padding="same", name="a")(image)
    b = layers.Conv2D(2, 1, name="b")(image)
    normal = layers.BatchNormalization(name="normal")
    ends = [
        layers.Activation("tanh", name="bent")(a),
        layers.Add(name="added")([a, b]),
        layers.Subtract(name="less")([a, b]),
        layers.Multiply(name="times")([a, b]),
        layers.Average(name="middle")([a, b]),
        layers.Concatenate(name="joined")([b, a]),
        layers.UpSampling2D(2, name="doubled")(a),
        layers.AveragePooling2D(2, 1, name="mean")(a),
        normal(a),
    ]
    model = Model(image, ends, name="kinds")
    random = np.random.RandomState(1)
    normal.set_weights([random.rand(2) + 0.5 for _ in range(4)])
    return model


def values_of(model: Model, sample: int) -> dict[str, np.ndarray]:
    names = [layer.name for layer in model.layers]
    whole = Model(model.inputs, [model.get_layer(name).output for name in names])
    return dict(zip(names, (part[0] for part in whole.predict(X[[sample]], verbose=0))))


def wanted(model: Model, name: str, values: dict[str, np.ndarray]) -> list[float]:
    """The numbers of the formula, in the order in which they stand on the page."""
    a, b = (float(values[one][(*AT, CHANNEL)]) for one in "ab")
    made = float(values[name][(*AT, CHANNEL)])
    if name in ("added", "less", "times"):
        return [a, b, made]
    if name == "middle":
        return [a, b, 2, made]
    if name == "bent":
        return [a, np.tanh(a)]
    if name == "normal":
        layer = model.get_layer(name)
        scale, offset, mean, variance = (float(w[CHANNEL]) for w in layer.get_weights())
        deviation = np.sqrt(variance + layer.epsilon)
        return [a, mean, deviation, scale, offset, (a - mean) / deviation * scale + offset]
    return [made]


KINDS = ["bent", "added", "less", "times", "middle", "joined", "doubled", "mean", "normal"]


@pytest.mark.parametrize("name", KINDS)
def test_the_numbers_of_a_formula_are_those_of_the_model(opened_page, kinds, name):
    view = funclab.inside(kinds, X, face="number", call=f"{name}[0]", at=[*AT], channel=CHANNEL)
    values = values_of(kinds, view.state["sample"])
    page = opened_page(view)

    terms = [number(text) for text in page.locator(".fl-in-term strong").all_inner_texts()]

    assert np.allclose(terms, wanted(kinds, name, values), atol=6e-4)  # as they are rounded


def test_a_click_on_the_map_leads_to_the_number_there(opened_page, kinds):
    view = funclab.inside(kinds, X, face="number", call="added[0]", at=[0, 0], channel=CHANNEL)
    values = values_of(kinds, view.state["sample"])["added"][..., CHANNEL]
    page = opened_page(view)
    picture = page.locator(".fl-in-where svg").first

    for row, column in ((0, 6), (5, 0), (4, 3)):
        box = picture.bounding_box()
        side = (box["width"] - 2) / 7
        picture.click(position={"x": 1 + (column + 0.5) * side, "y": 1 + (row + 0.5) * side})
        result = page.locator(".fl-in-result .fl-in-term strong").last.inner_text()
        assert number(result) == pytest.approx(values[row, column], abs=6e-4)


def added(page: Page) -> list[tuple[list[float], float]]:
    """Each printed sum: the numbers that are added as they are written, and what they make; a
    difference called rounding is added, too."""
    terms = page.locator(".fl-in-result .fl-in-term")
    values = [number(text) for text in terms.locator("strong").all_inner_texts()]
    under = [
        re.search(r"rounding (\S+)", text) for text in terms.locator("small").all_inner_texts()
    ]
    rest = [number(found[1]) if found else 0.0 for found in under]
    partial = page.locator(".fl-in-line > .fl-in-value:last-child").all_inner_texts()
    sums = [([*map(number, partial), rest[0]], values[0])]
    return [*sums, ([*values[:2], rest[2]], values[2])] if len(values) > 2 else sums


def test_printed_sums_add_up_to_the_last_digit_or_name_their_rounding(opened_page):
    utils.set_random_seed(3)
    image = Input((6, 7, 5), name="image")
    parts = layers.Conv2D(12, 3, padding="same", activation="tanh", name="parts")(image)
    parts.node.operation.bias.assign(np.linspace(-0.3, 0.3, 12))
    end = layers.Dense(3, name="end")(layers.GlobalAveragePooling2D(name="mean")(parts))
    x = np.random.RandomState(1).rand(2, 6, 7, 5).astype("float32")
    named, checked = 0, 0
    page = opened_page(funclab.inside(Model(image, end), x, face="number", call="parts[0]"))

    for key in ["]"] * 6 + ["ArrowRight"] * 4 + ["ArrowDown"] * 4:
        page.keyboard.press(key)
        for numbers, made in added(page):
            assert sum(numbers) == pytest.approx(made, abs=1e-9)
            checked += 1
        named += "rounding" in page.locator(".fl-in-result").inner_text()

    assert checked == 28 and 0 < named < 14


def test_a_sum_of_few_products_is_not_parted_from_them_by_an_empty_half(opened_page):
    two = Input((2,), name="two")
    model = Model(two, layers.Dense(1, name="unit")(two), name="small")
    model.set_weights([np.array([[3.0], [-1.0]]), np.array([0.5])])
    view = funclab.inside(model, np.array([[1.0, 2.0]]), face="number", call="unit[0]")
    page = opened_page(view, **stage.NOTEBOOK)

    face, rows, sums = (
        page.locator(part).bounding_box()
        for part in (".fl-in-face", ".fl-in-made > :last-child", ".fl-in-sums")
    )
    above = rows["y"] - face["y"]
    between = sums["y"] - rows["y"] - rows["height"]
    assert 0 < between < face["height"] / 3
    assert above < face["height"] / 2
    assert sums["y"] + sums["height"] <= face["y"] + face["height"] + 1
