"""The numbers that the explorer tells, counted in another way."""

from __future__ import annotations

import re

import pytest

import funclab
from funclab import Input, Model, layers
from funclab.layers import Dense
from tests.view import gallery, models
from tests.view.explorer.test_explorer import boxes, holds, last


def frozen_base():
    x, y = Input((4,)), Input((4,))
    inner = Model(y, Dense(3)(layers.BatchNormalization()(y)))
    inner.trainable = False
    held = Dense(5)
    held.trainable = False
    return Model(x, Dense(2)(held(inner(x))))


def test_frozen_weights_and_statistics_are_not_counted_as_trained():
    model = frozen_base()

    summary = funclab.explore(model).facts["summary"]

    assert summary["weights"] == str(16 + 15 + 20 + 12)
    assert summary["trained"] == str(5 * 2 + 2)


def test_the_weights_behind_a_tensor_and_of_the_calls_of_a_layer_are_counted():
    model = frozen_base()
    held = model.layers[2]

    behind = funclab.explore(model.layers[-1].output).facts["summary"]
    calls = funclab.explore(held).facts["summary"]

    assert (behind["weights"], behind["trained"]) == ("63", "12")
    # also the calls of others on the way to it
    assert (calls["weights"], calls["trained"]) == ("51", "0")


def test_the_weights_of_all_layers_are_those_of_the_model_each_counted_once():
    x, y = Input((4,)), Input((4,))
    shared = Dense(3)
    inner = Model(y, shared(y))
    model = Model(x, layers.Add()([shared(x), inner(x), Dense(3)(x)]))

    facts = funclab.explore(model).facts

    sizes = [layer["size"] for layer in facts["layers"].values() if "size" in layer]
    assert sizes == [15, 15]
    assert facts["summary"]["weights"] == str(sum(sizes))


def long_chain(equal, other):
    """Equal layers, and layers that all differ."""
    x = end = Input((4,))
    for units in [*[4] * equal, *range(5, 5 + other)]:
        end = Dense(units)(end)
    return Model(x, end)


@pytest.mark.parametrize(("equal", "other"), [(3, 296), (30, 268), (0, 299), (60, 0)])
def test_the_nodes_drawn_and_those_in_blocks_add_up_to_all(equal, other):
    view = funclab.explore(long_chain(equal, other))

    n, drawn, held, blocks = map(int, re.findall(r"\d+", last(view)["told"]))
    assert n == equal + other + 1 == drawn + held
    assert boxes(view) == drawn + blocks


def test_a_state_of_an_older_version_is_shown():
    old = {"unfolded": ["repeat dense[0] to dense_59[0]"], "choice": "folded, lines", "at": ""}

    view = gallery.built("chain_60").explore(**old)

    assert last(view)["told"] == "62 nodes, 2 drawn one by one, 60 in 1 block"


def test_what_is_selected_in_a_repeat_is_the_repetition_that_is_drawn():
    view = gallery.built("resnet").explore()

    view.selected = "conv2d_5[0]"

    assert holds(view, "conv2d_5[0]")


def test_each_explorer_looks_at_the_layers_as_they_are_now():
    model = models.twice()
    before = funclab.explore(model).facts["summary"]["trained"]
    model.get_layer("shared").trainable = False

    after = funclab.explore(model).facts["summary"]["trained"]

    assert (before, after) == ("30", "10")  # 4 × 4 + 4 of shared, and 4 × 2 + 2 of out
