"""The numbers that the explorer tells, counted in another way."""

from __future__ import annotations

import re

import pytest

import funclab
from funclab import Input, Model, layers
from funclab.layers import Dense
from tests.view.explorer.test_explorer import boxes, last, picture


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


def long_chain(equal, other):
    """Equal layers, and layers that all differ."""
    x = end = Input((4,))
    for units in [*[4] * equal, *range(5, 5 + other)]:
        end = Dense(units)(end)
    return Model(x, end)


@pytest.mark.parametrize(("equal", "other"), [(3, 296), (30, 268), (0, 299), (60, 0)])
def test_the_nodes_drawn_in_repeats_and_left_out_add_up_to_all(equal, other):
    view = funclab.explore(long_chain(equal, other))

    told = last(view)["told"].partition(";")[0]
    words = {word: int(n) for n, word in re.findall(r"(\d+) (nodes|drawn|in|left)", told)}
    left_out = re.search(r"… (\d+) more nodes", picture(view))
    assert words.pop("nodes") == equal + other + 1 == sum(words.values())
    assert words["drawn"] == boxes(view) - bool(left_out)
    assert words.get("left", 0) == (int(left_out[1]) if left_out else 0)
