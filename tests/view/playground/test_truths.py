"""What the playground says and draws is so: each fact against a computation of its own."""

from __future__ import annotations

import re
from math import ceil
from xml.etree import ElementTree

import numpy as np
import pytest

import funclab
from funclab.view.playground.picture import CELL, Points, bands, contour, hatching, loss_text
from funclab.view.playground.trial import GRID
from tests.view.measures import Texts

POINTS = np.random.default_rng(1).uniform(-1, 1, (200, 2)).astype("float32")
SIDE = CELL * GRID
"""The width and height of the surface as it is drawn."""
SIDES = {
    "above": (POINTS[:, 1] > 0, lambda x, y: y < SIDE / 2),
    "below": (POINTS[:, 1] < 0, lambda x, y: y > SIDE / 2),
    "at the right": (POINTS[:, 0] > 0, lambda x, y: x > SIDE / 2),
    "at the left": (POINTS[:, 0] < 0, lambda x, y: x < SIDE / 2),
}


def learned(crosses):
    """A playground that has learned where the crosses are."""
    data = POINTS, crosses.astype("float32")
    return funclab.playground(data, learning_rate=0.1, epochs=15)


def paths(markup, colour):
    """The data of the lines of a colour in a picture."""
    root = ElementTree.fromstring(markup)
    parts = [part for part in root.iter() if f"s-{colour}" in part.get("class", "").split()]
    return [part.get("d", "") for part in parts if part.tag.endswith("path")]


def starts(path):
    """Where the strokes of a path begin."""
    return np.array(re.findall(r"M(-?[\d.]+),(-?[\d.]+)", path), float)


@pytest.mark.parametrize(("crosses", "there"), SIDES.values(), ids=SIDES)
def test_the_side_of_the_crosses_is_hatched_where_the_crosses_are(crosses, there):
    view = learned(crosses)

    hatched = starts(paths(view.pictures["surface"], "group0")[-1])
    drawn = starts(paths(view.pictures["points"], "group0")[0])

    assert len(hatched) > 100 and len(drawn) > 40
    assert np.mean([there(x, y) for x, y in hatched]) > 0.85
    assert np.mean([there(x, y) for x, y in drawn]) > 0.95


def test_a_cell_of_the_surface_has_the_answer_of_the_model_at_its_middle():
    view = learned(POINTS[:, 0] + 0.5 * POINTS[:, 1] > 0.2)
    low, high = view.trial.low, view.trial.high
    surface = view.trial.surface().astype(int)

    for row, column in [(0, 0), (0, GRID - 1), (GRID - 1, 0), (10, 30), (25, 7)]:
        across = low[0] + (column + 0.5) / GRID * (high[0] - low[0])
        up = high[1] - (row + 0.5) / GRID * (high[1] - low[1])
        answer = float(view.model.predict(np.array([[across, up]], "float32"), verbose=0)[0, 0])

        assert surface[row, column] == pytest.approx(128 + 127 * (2 * answer - 1), abs=1)


@pytest.mark.parametrize("data", ["moons", "plane"])
def test_the_losses_are_those_of_the_model_computed_apart(data):
    view = funclab.playground(data, epochs=4)
    x, y = view.trial.tested
    answers = view.model.predict(x, verbose=0)[:, 0].astype(float)

    apart = np.mean((answers - y) ** 2)
    if data == "moons":
        apart = -np.mean(np.where(y > 0.5, np.log(answers), np.log(1 - answers)))

    assert view.losses["val_loss"][-1] == pytest.approx(apart, rel=1e-4)
    ends = f"{view.losses['loss'][-1]:.3f} in training and {apart:.3f} in the test"
    assert f"after 4 epochs the loss is {ends}" in view.facts["caption"]
    assert f"Loss after 4 epochs: {view.losses['loss'][-1]:.3f}" in view.pictures["curve"]


@pytest.mark.parametrize("batch_size", [7, 16])
def test_a_request_to_train_to_an_epoch_trains_to_it_and_no_further(batch_size):
    view = funclab.playground("xor", batch_size=batch_size)
    settings = {name: value for name, value in view.state.items() if name != "epochs"}
    steps = ceil(len(view.trial.trained[0]) / batch_size)

    for epoch in range(1, 4):
        reply = view.answer_to({"ask": "train", "settings": settings, "until": epoch})

        assert reply["epochs"] == len(view.losses["loss"]) == epoch
        assert int(view.model.optimizer.iterations) == epoch * steps
        assert f"after {epoch} epoch" in reply["caption"]


def seen(view):
    """What a setting says, as it is found in the model and the data."""
    model, layers = view.model, view.model.layers
    hidden = [layer for layer in layers if re.match(r"([abc]|shared)_\d$", layer.name)]
    calls = sum(len(layer.inbound_nodes) for layer in hidden)
    merged = [layer for layer in layers if layer.name == "merged"]
    branches = len(model.get_layer("merged").input) if merged else 1
    view.answer_to({"ask": "train", "settings": view.state, "until": 1})
    return {
        "data and noise": view.trial.trained[0].tobytes(),
        "branches": branches,
        "shared": len(hidden) < calls,
        "merge": type(merged[0]).__name__.lower() if merged else None,
        "layers": calls // branches,
        "units": {layer.units for layer in hidden},
        "activation": {layer.activation.__name__ for layer in hidden},
        "optimizer": type(model.optimizer).__name__.lower(),
        "learning_rate": round(float(model.optimizer.learning_rate), 6),
        "batch_size": ceil(len(view.trial.trained[0]) / int(model.optimizer.iterations)),
    }


CHANGES = {
    "branches": 3, "shared": True, "merge": "add", "layers": 1, "units": 4, "activation": "relu",
    "optimizer": "sgd", "learning_rate": 0.1, "batch_size": 32,
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_control_changes_what_it_says_and_nothing_else(name):
    begin = {"data": "circles", "branches": 2}
    value, before = CHANGES[name], seen(funclab.playground(**begin))

    view = funclab.playground(**begin)
    view.show(**{name: value})
    after = seen(view)

    assert {key for key in before if before[key] != after[key]} == {name}
    assert after[name] in (value, {value}) or (name == "batch_size" and 16 < after[name] <= 32)


@pytest.mark.parametrize("change", [{"data": "xor"}, {"noise": 0.3}, {"seed": 3}], ids=str)
def test_controls_of_the_data_change_the_data_and_leave_the_model(change):
    view = funclab.playground("circles")
    before = seen(view)

    view.show(**change)
    after = seen(view)

    assert {key for key in before if before[key] != after[key]} == {"data and noise"}


@pytest.mark.parametrize("settings", [{}, {"branches": 3, "shared": True}, {"branches": 2}])
def test_the_number_of_weights_is_that_of_the_arrays(settings):
    view = funclab.playground(**settings)

    count = sum(np.size(array) for array in view.model.get_weights())
    assert view.facts["heading"].endswith(f"{count} weights.")


def marks_at(data: str) -> list[complex]:
    """The middles of the marks in a path, each of which begins with its own M or two of them."""
    numbers = [float(n) for n in re.findall(r"-?[\d.]+", data)]
    return [complex(x, y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]


def test_points_are_drawn_at_their_places_with_a_mark_for_their_side_and_their_use():
    points = [[100, 200, 0, 0], [300, 400, 1, 0], [500, 600, 0, 1], [700, 800, 1, 1]]
    canvas, drawn = Texts(), []
    canvas.path = lambda data, paint: drawn.append((data, paint))  # type: ignore[method-assign]

    assert Points(points, 500).draw(canvas) == (500, 500)

    crosses = [(data, paint) for data, paint in drawn if paint.stroke == "group0"]
    circles = [(data, paint) for data, paint in drawn if "input" in (paint.fill, paint.stroke)]
    for (data, _), wanted in zip(crosses, (350 + 400j, 150 + 200j), strict=True):
        ends = marks_at(data)
        assert sum(ends) / len(ends) == pytest.approx(wanted, abs=0.1)
    assert [paint.width for _, paint in crosses] == [1.2, 2.2]
    assert [(paint.fill, paint.stroke) for _, paint in circles] == [
        ("paper", "input"), ("input", "paper"),
    ]  # fmt: skip
    small, large = (abs(marks_at(data)[0] - wanted) for (data, _), wanted
                    in zip(circles, (250 + 300j, 50 + 100j), strict=True))  # fmt: skip
    assert small / large == pytest.approx(2.4 / 3.2, abs=0.02) and 2 < small < large < 4


def test_a_surface_is_darker_the_surer_the_model_is_and_hatched_on_one_side():
    rows = [[0, 64, 128, 192, 255]] * 5

    told = bands(rows)

    assert {*told} == {-4, -2, 2, 4}
    for band, x in ((-4, 0), (-2, 1), (2, 3), (4, 4)):
        lines = re.findall(r"M(\d+),(\d+)h(\d+)", told[band])
        assert [(int(a), int(b), int(c)) for a, b, c in lines] == [
            (x * CELL, y * CELL + CELL // 2, CELL) for y in range(5)
        ]
    strokes = re.findall(r"M(\d+),(\d+)l", hatching(rows))
    cells = {(int(x) // CELL, int(y) // CELL - 1) for x, y in strokes}
    assert cells == {(x, y) for x in (3, 4) for y in range(5) if (x + y) % 4 == 0}


def test_the_undecided_line_lies_where_both_sides_are_equally_near():
    # From 28.5 below the middle to 71.5 above it within one cell.
    numbers = marks_at(contour([[100, 200, 220]] * 3))

    assert all(abs(point.real - CELL * (0.5 + 28.5 / 100)) < 0.1 for point in numbers)
    assert sorted(point.imag for point in numbers) == [CELL * y for y in (0.5, 1.5, 1.5, 2.5)]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "spirals, one branch, hidden layers: 2, units in each: 8; not trained yet."),
        (
            {"data": "xor", "branches": 2, "shared": True, "layers": 1, "units": 4},
            "xor, 2 branches with shared layers, hidden layers in each: 1, units in each: 4; "
            "not trained yet.",
        ),
        (
            {"branches": 3},
            "spirals, 3 branches with separate layers, hidden layers in each: 2, units in each: 8; "
            "not trained yet.",
        ),
    ],
)
def test_the_caption_says_what_the_model_is(settings, told):
    view = funclab.playground(**settings)

    assert view.facts["caption"] == told
    swapped = "The second branch is given the two features swapped"
    assert (swapped in view.facts["legend"]) == (settings.get("branches", 1) > 1)
    assert ("the third their negatives" in view.facts["legend"]) == (
        "branches" in settings and settings["branches"] == 3
    )


def test_a_loss_is_told_with_three_places_or_two_figures_or_in_words():
    told = [loss_text(loss) for loss in (0.12345, 0.001, 0.00099, float("nan"), float("inf"))]

    assert told == ["0.123", "0.001", "0.00099", "no number any more", "no number any more"]
